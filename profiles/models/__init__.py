"""The nouns: an organisation, and the five kinds of entries on its profile."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from profiles.files.storing import is_plain_name
from profiles.files.variants import kept_names
from profiles.models.activities import Mandate, Programme, Vacancy
from profiles.models.apart import KeptApart
from profiles.models.audio import AudioSummary, with_recordings
from profiles.models.entry import (
    Entry,
    is_link_of_part,
    is_switched_off,
    key_of_whole,
    link_of,
    part_model,
    parts_of,
)
from profiles.models.fields import names_of
from profiles.models.left_remarks import LeftRemark
from profiles.models.library import FOLDER as LIBRARY
from profiles.models.library import (
    LibraryPicture,
    PictureUse,
    keep_use,
    let_go,
    naming,
    numbers_of,
    rich_columns,
    with_text_pictures,
)
from profiles.models.organisation import Organisation, only_organisation
from profiles.models.previews import TakenBackPreview
from profiles.models.publications import OfProgramme, Paper, PaperFile, Video
from profiles.models.reviews import Review
from profiles.models.sent_forms import SentForm
from profiles.models.typed_texts import TypedText
from profiles.publishing import may_view

__all__ = [
    "ALL_KINDS",
    "KINDS",
    "LIBRARY",
    "AudioSummary",
    "Entry",
    "KeptApart",
    "LeftRemark",
    "LibraryPicture",
    "Mandate",
    "OfProgramme",
    "Organisation",
    "Paper",
    "PaperFile",
    "PictureUse",
    "Programme",
    "Review",
    "SentForm",
    "TakenBackPreview",
    "TypedText",
    "Vacancy",
    "Video",
    "file_is_visible",
    "is_link_of_part",
    "is_named",
    "is_switched_off",
    "keep_use",
    "key_of_whole",
    "let_go",
    "link_of",
    "names_of",
    "numbers_of",
    "numbers_of_file",
    "only_organisation",
    "part_model",
    "parts_of",
    "rich_columns",
    "with_parts",
    "with_recordings",
    "with_text_pictures",
]

# The one list of kinds, in the order of the profile page, under the word in their addresses.
ALL_KINDS = {model.kind_slug: model for model in (Programme, Mandate, Vacancy, Video, Paper)}
if unknown := set(settings.KINDS_OFF) - set(ALL_KINDS):
    raise ImproperlyConfigured(
        f"KINDS_OFF names “{min(unknown)}”, which is no kind of entries; "
        f"possible are {', '.join(ALL_KINDS)}."
    )
# Those that are not switched off: pages, forms, counts and search know of no others.
KINDS = {slug: model for slug, model in ALL_KINDS.items() if not is_switched_off(model)}


def with_parts(kinds):
    """The models of these kinds and of what belongs to entries of each alone."""
    return [model for kind in kinds for model in (kind, *own_part_models(kind))]


def own_part_models(kind):
    return [part_model(kind, name) for name in kind.parts if name not in Entry.parts]


def file_is_visible(name, user):
    """Whether `user` may read the uploaded file `name`: a draft's files are hidden with it."""
    if not is_plain_name(name):
        return False
    folder = name.partition("/")[0]
    if folder == Organisation.kind_slug:
        return True
    model = KINDS.get(folder)
    if model is not None and model.objects.visible_to(user).holding_file(name).exists():
        return True
    return is_shown_by_library(name, user) or is_kept_apart(name, user)


def is_kept_apart(name, user):
    """Whether corrections that `user` may read hold the file, or name the picture of the library."""
    kinds = [kind for kind in KINDS.values() if may_view(user, kind)]
    numbers = numbers_of_file(name) if kinds else []
    apart = (KeptApart.objects.of_kind(kind).showing(name, numbers) for kind in kinds)
    return any(found.exists() for found in apart)


def is_shown_by_library(name, user):
    """Whether it is a picture that another noun shows, a text names, or that may be chosen."""
    numbers = numbers_of_file(name)
    if numbers and may_view(user, LibraryPicture):
        return True
    uses = PictureUse.objects.order_by().filter(picture__in=numbers)
    kinds = set(uses.values_list("kind", flat=True)) if numbers else set()
    if Organisation.kind_slug in kinds and is_named(Organisation.objects.all(), numbers):
        return True
    for kind in kinds & KINDS.keys():
        visible = KINDS[kind].objects.visible_to(user)
        users = visible.filter(pk__in=uses.filter(kind=kind).values("entry"))
        if visible.holding_file(name).exists() or is_named(users, numbers):
            return True
    return False


def numbers_of_file(name):
    """Of the pictures of the library that a file, or the picture it was made from, belongs to."""
    pictures = LibraryPicture.objects.order_by().filter(file__in=kept_names(name))
    return list(pictures.values_list("pk", flat=True))


def is_named(nouns, numbers):
    """Whether a text of some of these nouns names one of these pictures."""
    return nouns.filter(naming(nouns.model, numbers)).exists()
