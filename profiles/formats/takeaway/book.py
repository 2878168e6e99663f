"""An entry as EPUB 3, which readers on any phone open; a programme with what it has produced.

https://www.w3.org/TR/epub-33/
"""

import io
import zipfile
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from profiles.addresses import site_of
from profiles.formats import cards
from profiles.formats.citations.facts import citation_of, one_line
from profiles.formats.feeds import tag_uri
from profiles.formats.takeaway.article import (
    Copied,
    Picture,
    article,
    page_address,
    pictures_of,
    shown_in,
    variants_of,
)
from profiles.models import KINDS, OfProgramme
from profiles.stylesheet import stylesheet
from profiles.translation import TranslatedText, direction_of

MOST_OF_A_KIND = 100  # of a programme's works
MADE = (1980, 1, 1, 0, 0, 0)  # a ZIP wants a time; the same copy is the same file


class Chapter(NamedTuple):
    name: str  # of its file
    title: TranslatedText
    text: str
    picture: Picture | None
    picture_name: str
    figures: dict[str, Picture]  # of its text, by the names of their files


def epub(entry, request):
    """The bytes of the book."""
    entries = [entry, *works_of(entry)]
    chapters = [chapter(one, number, request) for number, one in enumerate(entries, 1)]
    figures = {name: one for each in chapters for name, one in each.figures.items()}
    context = {
        **facts(entry, entries, request),
        "chapters": chapters,
        "figures": figures,
        "contents": _("Table of contents"),
        "cover": chapters[0].picture_name or "cover.jpg",
        "is_drawn": chapters[0].picture is None,
    }
    files = {"META-INF/container.xml": rendered("container.xml", {}, request)}
    for name in ("package.opf", "nav.xhtml"):
        files[f"EPUB/{name}"] = rendered(name, context, request)
    files["EPUB/style.css"] = stylesheet("book.css").text
    if context["is_drawn"]:
        files["EPUB/cover.jpg"] = cards.jpeg(cards.card_of_entry(entry))
    for one in chapters:
        whole = {**context, "chapter": one}
        files[f"EPUB/{one.name}"] = rendered("chapter.xhtml", whole, request)
        if one.picture:
            files[f"EPUB/{one.picture_name}"] = one.picture.content
    for name, figure in figures.items():
        files[f"EPUB/{name}"] = figure.content
    return zipped(files)


def works_of(entry):
    """What a programme has produced and everybody may read."""
    if not entry.is_programme:
        return []
    return [
        work
        for kind in KINDS.values()
        if issubclass(kind, OfProgramme)
        for work in kind.objects.published()
        .with_related()
        .filter(programme=entry)
        .order_by("-dated", "-pk")[:MOST_OF_A_KIND]
    ]


def chapter(entry, number, request):
    picture = next(pictures_of(entry), None)
    name = f"picture-{number}.{picture.extension}" if picture else ""
    found = [(key, stored, next(variants_of(stored.file), None)) for key, stored in shown_in(entry)]
    figures = {f"figure-{key}.{one.extension}": one for key, _stored, one in found if one}
    copies = {
        key: Copied(stored, f"figure-{key}.{one.extension}", one.width, one.height)
        for key, stored, one in found
        if one
    }
    text = article(entry, request, picture, name, copies, as_xml=True)
    title = TranslatedText(one_line(entry.title), entry.title.language)
    return Chapter(f"text-{number}.xhtml", title, text, picture, name, figures)


def facts(entry, entries, request):
    cited = citation_of(entry, site_of(request))
    page_language = get_language()
    return {
        "identifier": tag_uri(entry.kind_slug, entry.pk, page_language),
        "title": one_line(entry.title),
        "language": entry.title.language,
        "direction": direction_of(page_language),
        "authors": [author.name for author in cited.authors] or [cited.institution],
        "publisher": cited.institution,
        "date": cited.date,
        "description": one_line(entry.lead),
        "rights": one_line(getattr(entry, "licence", "")),
        "source": page_address(entry, request),
        "modified": max(one.changed for one in entries),
    }


def rendered(name, context, request):
    return render_to_string(f"profiles/takeaway/{name}", context, request).strip() + "\n"


def zipped(files):
    """The media type stands first and uncompressed, where readers look for it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in {"mimetype": "application/epub+zip", **files}.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, MADE), content, compress_type=how)
    return written.getvalue()
