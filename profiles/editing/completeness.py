"""What an entry lacks or should mend. Nothing here keeps anybody from saving."""

from functools import cache
from typing import NamedTuple

from django.db.models import Field, Model, Prefetch, Q, URLField
from django.utils.translation import gettext as _

from profiles.authors import looks_like_a_person
from profiles.dates import shortened
from profiles.kept_queries import KeptStatement, Now
from profiles.models import AudioSummary, with_recordings
from profiles.models.flaws import (
    HEAVY,
    INSECURE,
    TRANSLATED,
    flagged,
    flaw_of_entry,
    flaw_of_file,
)
from profiles.translation import (
    CONTENT_LANGUAGES,
    has_any,
    texts_of,
    to_attribute,
    translated_columns,
)
from profiles.words import lines

SHOWN = 20
OF_KIND = "SELECT '{kind}', {name}.* FROM ({{{name}}}) AS {name}"
MOST = 40  # entries of a kind that are looked at for the overview


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
    for number, recording in enumerate(entry.recordings):
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
    found = candidates_of(kinds)
    entries = with_recordings([entry for kind in kinds for entry in found[kind][:MOST]])
    remarks = [remark for entry in entries for remark in remarks_on(entry)]
    is_more = any(len(of_kind) > MOST for of_kind in found.values())
    return Overview(remarks[:SHOWN], len(remarks), is_more)


def candidates(model):
    """Entries of a kind on which there may be a remark, most recently changed first; at most one
    more than are looked at."""
    return candidates_of([model])[model]


def candidates_of(kinds):
    """{kind: its candidates}, of whatever number of entries in the same time."""
    changed = {kind: {} for kind in kinds}
    by_slug = {kind.kind_slug: kind for kind in kinds}
    for slug, key, moment in keys_of_candidates(tuple(kinds))() if kinds else ():
        changed[by_slug[slug]][key] = moment
    return {kind: newest(kind, moments) for kind, moments in changed.items()}


def newest(kind, moments):
    keys = sorted(moments, key=lambda key: (moments[key], key), reverse=True)[: MOST + 1]
    entries = with_files(kind.objects.order_by()).in_bulk(keys) if keys else {}
    return [entries[key] for key in keys if key in entries]


@cache
def keys_of_candidates(kinds):
    """The statement that gives (slug of the kind, key, moment of change), of each reason the newest."""
    parts, queries = [], {}
    for kind in kinds:
        for entries in with_reasons(kind):
            name = f"reason_{len(parts)}"
            queries[name] = entries.values("pk", "updated")
            parts.append(OF_KIND.format(kind=kind.kind_slug, name=name))
    return KeptStatement(" UNION ALL ".join(parts), **queries)


def with_reasons(kind):
    """For each kind of reason the entries that have it; every one by an index of its own."""
    entries = kind.objects.all()
    flaw = flaw_of_entry(
        addresses=field_names(kind, URLField),
        has_own_file="file" in field_names(kind),
        has_authors="authors" in field_names(kind),
    )
    yield flagged(entries, flaw).order_by("-updated", "-pk")[: MOST + 1]
    if has_files(kind):
        link = kind._meta.get_field("files").remote_field
        flawed = flagged(link.model.objects.all(), flaw_of_file()).order_by("-pk")
        yield entries.filter(pk__in=flawed.values(link.name)[: MOST + 1]).order_by()
    heavy = AudioSummary.objects.heavy_of(kind).order_by("-pk")
    yield entries.filter(pk__in=heavy.values("object_id")[: MOST + 1]).order_by()
    if kind.can_close:
        yield entries.filter(deadline__lte=Now()).order_by("-deadline", "-pk")[: MOST + 1]


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
