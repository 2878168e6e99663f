"""Which entry a path is, and what its answer counts as; asked in the batch, never while answering."""

from collections import Counter

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import get_language_from_path

from imrap_site.serving.media import MEDIA_TYPES
from profiles.models import KINDS, Organisation

VIEW, DOWNLOAD, PLAY, COPY = ACTS = ("view", "download", "play", "copy")
PROFILE, LISTS = "profile", "lists"
PAGES = {"profile": PROFILE, "list": LISTS}
OF_ENTRIES = {"entry": VIEW, "cite": COPY, "copy": COPY}


def noun_of(kind, key):
    return f"{kind.kind_slug}-{key}"


def counted(numbers):
    """{(day, noun, act): number} of {(day, path): number}; what is no noun's is left out."""
    known = {path: meaning(path) for path in {path for _day, path in numbers}}
    found = Counter()
    for (day, path), number in numbers.items():
        if known[path]:
            found[(day, *known[path])] += number
    return found


def meaning(path):
    """(noun, act) of a path as WSGI has it; None for what is not counted."""
    path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    if path.startswith(settings.MEDIA_URL):
        return meaning_of_file(path.removeprefix(settings.MEDIA_URL))
    if path == "/":
        return PROFILE, VIEW
    with translation.override(get_language_from_path(path)):
        try:
            match = resolve(path)
        except Resolver404:
            return None
    if match.url_name in PAGES:
        return PAGES[match.url_name], VIEW
    return meaning_of_entry(match) if match.url_name in OF_ENTRIES else None


def meaning_of_entry(match):
    kind = match.kwargs["kind"]
    key = kind.objects.filter(slug=match.kwargs["slug"]).values_list("pk", flat=True).first()
    return key and (noun_of(kind, key), OF_ENTRIES[match.url_name])


def meaning_of_file(name):
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2], "")
    if media_type.startswith(("image/", "text/")):
        return None
    act = PLAY if media_type.startswith(("video/", "audio/")) else DOWNLOAD
    folder = name.partition("/")[0]
    if folder == Organisation.kind_slug:
        return PROFILE, act
    if folder not in KINDS:
        return None
    # Two entries may hold one file: the public one is meant, and the older one of two.
    holding = KINDS[folder].objects.holding_file(name).order_by("is_draft", "pk")
    key = holding.values_list("pk", flat=True).first()
    return key and (noun_of(KINDS[folder], key), act)
