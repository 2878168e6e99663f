"""What an entry lacks or should mend. Nothing here keeps anybody from saving.

Each remark goes away when one does what it says, or when somebody decides to leave it (`left_alone`).
"""

import hashlib
import re
from typing import NamedTuple

from django.db.models import Field, Model, Prefetch, Q, URLField
from django.utils.translation import gettext as _

from profiles.authors import looks_like_a_person
from profiles.dates import shortened
from profiles.models import PaperFile
from profiles.models.flaws import HEAVY, INSECURE, TRANSLATED
from profiles.translation import (
    has_any,
    texts_of,
    to_attribute,
    translated_columns,
)
from profiles.words import lines

INSECURE_LINK = re.compile(rf'href="({INSECURE}[^"]*)')
LIGHT = PaperFile.Edition.LIGHT


class Remark(NamedTuple):
    """One thing to mend: in which field of which entry, and in words."""

    entry: Model
    field: str
    text: str
    urgency: int  # 0 first
    mark: str  # of what causes it


# One function per warning, the most urgent first; each gives (field, words, cause). With another cause
# a remark that somebody left comes again.


def missing_text(entry):
    if not has_any(entry, "body"):
        yield translated_columns("body")[0], _("The text is empty."), ""


def picture_without_words(entry):
    if entry.image and not entry.image_is_described:
        words = _("The picture has no alternative text.")
        yield translated_columns("image_alt")[0], words, entry.image.name


def heavy_files(entry):
    files = files_of(entry)
    lightened = {file.language for file in files if file.edition == LIGHT}
    for number, file in enumerate(files):
        if file.size > HEAVY and file.edition == LIGHT:
            words = _("The light edition has more than 5 MB: replace it by a lighter file.")
            yield file_field(number), words, file.file.name
        elif file.size > HEAVY and file.language not in lightened:
            words = _("A file has more than 5 MB: add a light edition.")
            yield file_field(number), words, file.file.name


def heavy_own_file(entry):
    """An entry's own file has no stored size; a lost file is not this list's concern."""
    if "file" in field_names(entry) and entry.file:
        try:
            is_heavy = entry.is_heavy_with(entry.file.size)
        except OSError:
            return
        if is_heavy:
            yield "file", str(entry.heavy_file_remark), entry.file.name


def unreadable_files(entry):
    readable = {file.language for file in files_of(entry) if file.has_text}
    for number, file in enumerate(files_of(entry)):
        if file.format == "pdf" and not file.has_text and file.language not in readable:
            words = _(
                "A PDF holds no text, only pictures of pages: replace it by one with text, or add the "
                "text as another file in its language."
            )
            yield file_field(number), words, file.file.name


def files_without_language(entry):
    for number, file in enumerate(files_of(entry)):
        if not file.language:
            yield f"files-{number}-language", _("The language of a file is missing."), ""


def heavy_recordings(entry):
    for number, recording in enumerate(entry.recordings):
        if recording.is_heavy:
            yield f"audio-{number}-file", str(recording.heavy_remark), recording.file.name


def insecure_links(entry):
    for field in field_names(entry, URLField):
        if (address := getattr(entry, field)).startswith(INSECURE):
            yield field, _("The link does not begin with https://."), address
    for field in translated_columns("body"):
        if found := INSECURE_LINK.findall(getattr(entry, field)):
            words = _("A link in the text does not begin with https://.")
            yield field, words, " ".join(sorted({field, *found}))


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
            yield "authors", words % {"author": shortened(author)}, author


def missing_in(entry, language):
    """Asked for the languages that the organisation writes in."""
    for name in TRANSLATED:
        field = to_attribute(name, language)
        if not getattr(entry, field) and has_any(entry, name):
            label = entry._meta.get_field(field).verbose_name
            words = _("The translation is missing: %(field)s.") % {"field": label}
            yield field, words, ""


CHECKS = (
    missing_text,
    picture_without_words,
    heavy_files,
    unreadable_files,
    files_without_language,
    heavy_recordings,
    heavy_own_file,
    insecure_links,
    authors_without_comma,
)


def all_remarks_on(entry, languages):
    """Of an entry that came through `with_files`, in the languages that the site is written in."""
    for urgency, check in enumerate(CHECKS):
        for field, words, cause in check(entry):
            yield Remark(entry, field, words, urgency, mark_of(check.__name__, cause or field))
    for language in languages:
        for field, words, _cause in missing_in(entry, language):
            yield Remark(entry, field, words, len(CHECKS), mark_of(missing_in.__name__, field))


def mark_of(*causes):
    return hashlib.sha256("\n".join(causes).encode()).hexdigest()[:32]


def with_files(entries):
    """The entries with what the checks ask beside them: of files everything but their long texts."""
    if not has_files(entries.model):
        return entries
    files = entries.model._meta.get_field("files").related_model.objects.defer("text")
    files = files.annotate(has_text=~Q(text=""))
    # Not joined: that would make an organisation for each.
    return entries.prefetch_related("organisation", Prefetch("files", queryset=files))


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
