"""What an entry lacks or should mend. Nothing here keeps anybody from saving."""

from typing import NamedTuple

from django.db.models import Model, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.models import Paper, PaperFile, Vacancy, Video
from profiles.richtext import SCHEMES
from profiles.translation import CONTENT_LANGUAGES, has_any, to_attribute, translated_columns

HEAVY = 5_000_000  # bytes; on a slow line that is some minutes
SHOWN = 20
MOST = 200  # entries of a kind that are looked at for the overview
TRANSLATED = ("title", "body")
WEB_FIELDS = ("website", "watch_url", "link", "source_url")
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
    words = {
        Vacancy: _("The file has more than 5 MB: choose a lighter one."),
        Video: _("The film has more than 5 MB: choose a lighter one, or give a web address."),
    }
    if type(entry) in words and entry.file:
        try:
            is_heavy = entry.file.size > HEAVY
        except OSError:
            return
        if is_heavy:
            yield "file", words[type(entry)]


def unreadable_files(entry):
    for number, file in enumerate(files_of(entry)):
        if file.format == "pdf" and not file.has_text:
            yield file_field(number), _("A PDF holds no text, only pictures of pages.")
        if not file.language:
            yield f"files-{number}-language", _("The language of a file is missing.")


def deadline_past(entry):
    if isinstance(entry, Vacancy) and entry.is_closed:
        yield "deadline", _("The deadline is past: the vacancy is no longer listed.")


def insecure_links(entry):
    for field in fields_of(entry, WEB_FIELDS):
        if getattr(entry, field).startswith(INSECURE):
            yield field, _("The link does not begin with https://.")
    for field in translated_columns("body"):
        if f'href="{INSECURE}' in getattr(entry, field):
            yield field, _("A link in the text does not begin with https://.")


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
    deadline_past,
    insecure_links,
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
        Q(**{f"{field}__startswith": INSECURE}) for field in fields_of(model, WEB_FIELDS)
    ]
    conditions += [
        Q(**{f"{field}__contains": f'href="{INSECURE}'}) for field in translated_columns("body")
    ]
    if model is Paper:
        flawed = Q(size__gt=HEAVY) | Q(format="pdf", text="") | Q(language="")
        conditions.append(Q(pk__in=PaperFile.objects.filter(flawed).values("paper")))
    if model in (Vacancy, Video):
        conditions.append(~Q(file=""))
    if model is Vacancy:
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
    """The entries with what the checks ask of their files, but not the files' long texts."""
    if entries.model is not Paper:
        return entries
    files = PaperFile.objects.defer("text").annotate(has_text=~Q(text=""))
    return entries.prefetch_related(Prefetch("files", queryset=files))


def files_of(entry):
    return entry.files.all() if isinstance(entry, Paper) else ()


def file_field(number):
    return f"files-{number}-file"


def fields_of(entry, names):
    known = {field.name for field in entry._meta.fields}
    return [name for name in names if name in known]


def anchor(field):
    """The id of a field's input in the form."""
    return f"id_{field}_0" if field in ("deadline", "publish_at") else f"id_{field}"
