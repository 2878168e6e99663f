"""What an entry lacks or should mend. Nothing here keeps anybody from saving."""

from typing import NamedTuple

from django.db.models import Field, Model, Prefetch, Q, URLField
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.authors import looks_like_a_person
from profiles.dates import shortened
from profiles.models import AudioSummary
from profiles.richtext import SCHEMES
from profiles.translation import (
    CONTENT_LANGUAGES,
    has_any,
    texts_of,
    to_attribute,
    translated_columns,
)
from profiles.words import lines

HEAVY = 5_000_000  # bytes; on a slow line that is some minutes
SHOWN = 20
MOST = 200  # entries of a kind that are looked at for the overview
TRANSLATED = ("title", "body")
INSECURE = f"{SCHEMES[0]}://"


class Remark(NamedTuple):
    """One thing to mend: in which field of which entry, and in words."""

    entry: Model
    field: str
    text: str


class Overview(NamedTuple):
    remarks: list
    number: int
    is_more: bool  # whether there are more entries than were looked at


# One function per warning; each gives (field, words) pairs.


def missing_text(entry):
    if not has_any(entry, "body"):
        yield translated_columns("body")[0], _("The text is empty.")


def picture_without_words(entry):
    if entry.image and not entry.image_is_described:
        yield translated_columns("image_alt")[0], _("The picture has no alternative text.")


def heavy_files(entry):
    for number, file in enumerate(files_of(entry)):
        if file.size > HEAVY:
            yield file_field(number), _("A file has more than 5 MB: add a light edition.")


def heavy_own_file(entry):
    """An entry's own file has no stored size; a lost file is not this list's concern."""
    if "file" in field_names(entry) and entry.file:
        try:
            is_heavy = entry.file.size > HEAVY
        except OSError:
            return
        if is_heavy:
            yield "file", str(entry.heavy_file_remark)


def unreadable_files(entry):
    for number, file in enumerate(files_of(entry)):
        if file.format == "pdf" and not file.has_text:
            yield file_field(number), _("A PDF holds no text, only pictures of pages.")
        if not file.language:
            yield f"files-{number}-language", _("The language of a file is missing.")


def heavy_recordings(entry):
    for number, recording in enumerate(entry.audio.all()):
        if recording.is_heavy:
            yield f"audio-{number}-file", str(recording.heavy_remark)


def deadline_past(entry):
    if entry.can_close and entry.is_closed:
        yield "deadline", str(entry.closed_remark)


def insecure_links(entry):
    for field in field_names(entry, URLField):
        if getattr(entry, field).startswith(INSECURE):
            yield field, _("The link does not begin with https://.")
    for field in translated_columns("body"):
        if f'href="{INSECURE}' in getattr(entry, field):
            yield field, _("A link in the text does not begin with https://.")


def authors_without_comma(entry):
    """Bodies have none; what is a partner too, or the organisation itself, is a body."""
    if "authors" not in field_names(entry):
        return
    bodies = {
        *lines(entry.partners),
        entry.organisation.acronym,
        *texts_of(entry.organisation, "name"),
    }
    for author in lines(entry.authors):
        if author not in bodies and looks_like_a_person(author):
            words = _("“%(author)s” has no comma: write family name, comma, given name.")
            yield "authors", words % {"author": shortened(author)}


def missing_translations(entry):
    for name in TRANSLATED:
        for language, language_name in CONTENT_LANGUAGES.items():
            field = to_attribute(name, language)
            if not getattr(entry, field) and has_any(entry, name):
                label = entry._meta.get_field(field).verbose_name
                words = _("The translation is missing: %(field)s.")
                yield field, words % {"field": label, "language": language_name}


CHECKS = (
    missing_text,
    picture_without_words,
    heavy_files,
    heavy_own_file,
    unreadable_files,
    heavy_recordings,
    deadline_past,
    insecure_links,
    authors_without_comma,
    missing_translations,
)


def remarks_on(entry):
    """All remarks on an entry that came through `with_files`."""
    return [Remark(entry, *found) for check in CHECKS for found in check(entry)]


def overview(kinds):
    """The first remarks on entries of these kinds, and how many there are."""
    remarks, is_more = [], False
    for model in kinds:
        entries = list(candidates(model)[: MOST + 1])
        is_more = is_more or len(entries) > MOST
        remarks += [remark for entry in entries[:MOST] for remark in remarks_on(entry)]
    return Overview(remarks[:SHOWN], len(remarks), is_more)


def candidates(model):
    """Entries on which there may be a remark, most recently changed first."""
    conditions = [lacks_translation(language) for language in CONTENT_LANGUAGES]
    conditions.append(Q(**dict.fromkeys(translated_columns("body"), "")))
    conditions.append(~Q(image="") & Q(**dict.fromkeys(translated_columns("image_alt"), "")))
    conditions += [
        Q(**{f"{field}__startswith": INSECURE}) for field in field_names(model, URLField)
    ]
    conditions += [
        Q(**{f"{field}__contains": f'href="{INSECURE}'}) for field in translated_columns("body")
    ]
    if has_files(model):
        flawed = Q(size__gt=HEAVY) | Q(format="pdf", text="") | Q(language="")
        link = model._meta.get_field("files").remote_field
        conditions.append(Q(pk__in=link.model.objects.filter(flawed).values(link.name)))
    heavy = AudioSummary.objects.heavy_of(model)
    conditions.append(Q(pk__in=heavy.values("object_id")))
    if "file" in field_names(model):
        conditions.append(~Q(file=""))
    if "authors" in field_names(model):
        conditions.append(Q(authors__regex=r"(^|\n)[^,\n]+(\n|$)"))
    if model.can_close:
        conditions.append(Q(deadline__lte=timezone.now()))
    entries = model.objects.filter(Q.create(conditions, connector=Q.OR))
    return with_files(entries).order_by("-updated", "-pk")


def lacks_translation(language):
    """The condition that a text is there, but not in this language."""
    return Q.create(
        [
            Q(**{to_attribute(name, language): ""})
            & ~Q(**dict.fromkeys(translated_columns(name), ""))
            for name in TRANSLATED
        ],
        connector=Q.OR,
    )


def with_files(entries):
    """The entries with what the checks ask beside them: of files everything but their long texts."""
    entries = entries.prefetch_related(
        Prefetch("audio", queryset=AudioSummary.objects.defer("transcript"))
    )
    if not has_files(entries.model):
        return entries
    files = entries.model._meta.get_field("files").related_model.objects.defer("text")
    files = files.annotate(has_text=~Q(text=""))
    return entries.select_related("organisation").prefetch_related(
        Prefetch("files", queryset=files)
    )


def has_files(kind):
    """Whether its files are rows of their own, in several languages and editions."""
    return "files" in kind.parts


def files_of(entry):
    return entry.files.all() if has_files(entry) else ()


def file_field(number):
    return f"files-{number}-file"


def field_names(entry, type=Field):
    return [field.name for field in entry._meta.fields if isinstance(field, type)]


def anchor(field):
    """The id of a field's input in the form."""
    return f"id_{field}_0" if field in ("deadline", "publish_at") else f"id_{field}"
