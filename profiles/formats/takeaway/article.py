"""What is the same in every copy of an entry: its text and facts, its picture, its file name."""

from typing import NamedTuple

from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from profiles.addresses import absolute, site_of
from profiles.files.variants import KEPT_NAME, variant_name, widths
from profiles.formats.citations import citation_of, reference
from profiles.formats.structured_data import files_of
from profiles.formats.takeaway.well_formed import well_formed
from profiles.markup import numbers_in
from profiles.models import LibraryPicture

LARGEST = 640  # pixels, sharp enough on a phone


class Picture(NamedTuple):
    content: bytes
    extension: str
    width: int
    height: int

    @property
    def media_type(self):
        return "image/jpeg" if self.extension == "jpg" else f"image/{self.extension}"


class Copied(NamedTuple):
    """A picture of the text as a copy shows it; without a source where there was no room for it."""

    stored: LibraryPicture
    source: str = ""
    width: int = 0
    height: int = 0


def page_address(entry, request):
    return absolute(site_of(request), entry.get_absolute_url())


def article(entry, request, picture=None, source="", copies=None, as_xml=False):
    """The entry's text as HTML, with its picture at the address `source`, and those of the text."""
    context = {
        "entry": entry,
        "organisation": entry.organisation,
        "is_entry": True,
        "is_copy": True,
        "picture": picture,
        "source": source,
        "copies": {number: Copied(stored) for number, stored in shown_in(entry)} | (copies or {}),
        "files": files_of(entry),
        "reference": reference_of(entry, request),
    }
    html = render_to_string("profiles/takeaway/article.html", context, request)
    return well_formed(html, page_address(entry, request), as_xml)


def reference_of(entry, request):
    """As for a citation; the date by which other kinds are listed says nothing of their text."""
    cited = citation_of(entry, site_of(request))
    return reference(cited if entry.cited_as else cited._replace(date=""), entry.genre)


def shown_in(entry):
    """(number, picture of the library) of those that its text shows, in its order."""
    numbers = dict.fromkeys(numbers_in(entry.body))
    known = entry.text_pictures if numbers else {}
    return [(number, known[number]) for number in numbers if number in known]


def pictures_of(entry, kind=""):
    return variants_of(entry.image or entry.cover, kind)


def variants_of(file, kind=""):
    """The small variants of a picture, largest first; of its own kind of file, or of another."""
    match = KEPT_NAME.fullmatch(str(file or ""))
    if match is None:
        return
    full_width, full_height, extension = int(match[2]), int(match[3]), kind or match[4]
    for width in sorted({min(width, LARGEST) for width in widths(full_width)}, reverse=True):
        name = variant_name(match[1], full_width, width, extension)
        try:
            with default_storage.open(name) as file:
                content = file.read()
        except OSError:
            continue
        yield Picture(content, extension, width, max(1, round(full_height * width / full_width)))


def file_name(entry, ending):
    """In plain letters, for phones and sticks: "imrap-autoportrait-du-mali.html"."""
    return f"{entry.organisation.slug}-{entry.slug}.{ending}"
