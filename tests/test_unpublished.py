"""What is not published stands in nothing that a visitor or a program can ask the site for.

The walk takes every address from the URL patterns, so a new output is walked from its first day; one
whose address has a part that is not known here fails until this file says what to put there.
"""

import datetime
import io
import re
import zipfile
from itertools import product

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone, translation

from imrap_site.serving.staff import STAFF_PATHS
from profiles.editing import apart, reviews
from profiles.formats import icons
from profiles.formats.citations import STYLES
from profiles.formats.takeaway import COPIES
from profiles.models import KINDS, KeptApart, Paper, PaperFile, Programme
from tests.builders import a_pdf, kept_photograph

PUBLIC, SECRET = "Ouvertement", "Zanzibar"
STATES = {
    "draft": {"is_draft": True},
    "scheduled": {
        "is_draft": False,
        "publish_at": timezone.now() + datetime.timedelta(days=9),
    },
    "withdrawn": {"is_draft": False},  # and taken back behind the creation
}
# What programs ask behind a "?"; "commun" stands in every entry.
QUESTIONS = ["", "q=commun", "page=1", "lang=fr", "format=ris"]


def texts(word):
    names = ("title", "summary", "body")
    columns = {
        f"{name}_{code}": f"<p>{word} commun</p>" if name == "body" else f"{word} commun"
        for name, code in product(names, ("fr", "en"))
    }
    return {**columns, "image_is_decorative": True}


def store(kind, slug, word, **fields):
    """An entry of which everything that can be filled holds the word."""
    entry = kind(slug=slug, **texts(word), **fields)
    for field in kind._meta.concrete_fields:
        if field.name in ("authors", "partners", "partners_en", "location", "transcript_fr"):
            setattr(entry, field.name, word)
    entry.save()
    entry.image.save("a.jpg", picture(word), save=True)
    if kind is Paper:
        file = ContentFile(a_pdf(f"({word} commun {slug}) Tj".encode()), "rapport.pdf")
        PaperFile.objects.create(paper=entry, file=file)
    return entry


def picture(word):
    """Two entries never share a file, which would be visible with either."""
    return kept_photograph((300 + len(SEEN) * 2, 200)) if SEEN.append(word) is None else None


SEEN = []


def keep_apart(entry):
    """Corrections to an open entry, handed over with a note, all of which hold the secret word."""
    base = apart.snapshot(entry)
    with apart.undone():
        corrected = type(entry).objects.get(pk=entry.pk)
        for name, text in texts(SECRET).items():
            setattr(corrected, name, text)
        corrected.save()
        rows = apart.snapshot(corrected)
    apart.keep(entry, base, rows, None)
    reviews.ask(entry, None, SECRET)
    assert SECRET in KeptApart.objects.latest("pk").rows


@pytest.fixture
def walked(imrap):
    """A site with an open entry of each kind, and one in each state that is none of it."""
    SEEN.clear()
    open_ones, hidden = [], []
    for kind in KINDS.values():
        open_ones.append(store(kind, "ouvert", PUBLIC, is_draft=False))
        hidden += [store(kind, state, SECRET, **fields) for state, fields in STATES.items()]
        kind.objects.filter(slug="withdrawn").update(is_draft=True)
        keep_apart(open_ones[-1])
    # What is open may come out of a programme that is not.
    programme = Programme.objects.get(slug="draft")
    for kind in KINDS.values():
        if hasattr(kind, "programme"):
            kind.objects.filter(slug="ouvert").update(programme=programme)
    return open_ones, hidden


def patterns(resolver=None, before=()):
    """(route, names of its parts with their converters) of each address."""
    for one in (resolver or get_resolver()).url_patterns:
        here = (*before, one)
        if isinstance(one, URLPattern):
            yield (
                "".join(str(part.pattern) for part in here),
                {name: converter for part in here for name, converter in parts_of(part)},
            )
        else:
            yield from patterns(one, here)


def parts_of(part):
    return getattr(part.pattern, "converters", {}).items()


def files_of(entries):
    """Names of all files of these entries, with those that were made of their pictures."""
    for entry in entries:
        for field in entry.file_fields:
            holders = [entry]
            *way, name = field.split("__")
            if way:
                holders = list(getattr(entry, way[0]).all())
            yield from (str(getattr(one, name)) for one in holders if getattr(one, name))


def fillings(entries, organisation):
    """What can stand in each part of an address."""
    return {
        "kind": list(KINDS),
        "slug": sorted({entry.slug for entry in entries}),
        "ending": list(STYLES),
        "form": list(COPIES),
        "name": sorted(set(files_of(entries))),
        "section": ["pages", *KINDS],
        "version": [icons.version_of(organisation.logo)],
        "size": list(icons.SIZES),
    }


def addresses(entries, organisation):
    """Every public address, filled in all ways."""
    known = fillings(entries, organisation)
    for code in ("fr", "en"):
        with translation.override(code):
            for route, converters in list(patterns()):
                if f"/{route}".startswith(STAFF_PATHS):
                    continue
                unknown = set(converters) - set(known)
                assert unknown == set(), f"say in fillings() what stands in /{route}"
                for values in product(*(known[name] for name in converters)):
                    yield filled(route, dict(zip(converters, values, strict=True)))


def filled(route, values):
    address = f"/{route}"
    for name, value in values.items():
        address = re.sub(rf"<(?:\w+:)?{name}>", lambda _found, text=value: str(text), address)
    assert "<" not in address
    return address


def answered(client, address):
    response = client.get(address)
    content = b"".join(response) if response.streaming else response.content
    response.close()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(map(book.read, book.namelist()))
    return response.status_code, content.decode("utf-8", "replace") + str(response.headers)


def asked(entries, organisation):
    """Each address alone, with each question, and with each entry's name in one."""
    names = [f"id={entry.kind_slug}/{entry.slug}&format=ris" for entry in entries]
    stems = tuple(
        f"/{code}/{kind}/{entry.slug}/"
        for code in ("fr", "en")
        for kind in KINDS
        for entry in entries
    )
    for address in dict.fromkeys(addresses(entries, organisation)):
        # What is asked for by its own name is not asked anything else.
        questions = [""] if address.startswith(("/media/", "/icons/", *stems)) else QUESTIONS
        if address.endswith("/unapi"):
            questions = [*QUESTIONS, *names]
        yield from (f"{address}?{question}" if question else address for question in questions)


def is_about(address, entries):
    files = list(files_of(entries))
    return any(f"/{entry.kind_slug}/{entry.slug}/" in address for entry in entries) or any(
        address == f"/media/{name}" for name in files
    )


def test_nothing_unpublished_is_told_at_any_address(walked, imrap):
    open_ones, hidden = walked
    client, met, told = Client(), {}, []
    marks = [SECRET.lower(), *files_of(hidden)]
    marks += [f"/{entry.kind_slug}/{entry.slug}/" for entry in hidden]
    for address in asked(open_ones + hidden, imrap):
        status, content = answered(client, address)
        met[address] = status
        # A page that is missing may repeat what was asked for.
        is_told = any(mark in content.lower() and mark not in address for mark in marks)
        if is_told or (is_about(address, hidden) and status != 404):
            told.append(f"{status} {address}")
    assert told == []
    # The walk was one: each output answers, and tells of what is open.
    for address in (
        "/fr/",
        "/fr/papers/ouvert/cite.bib",
        "/fr/papers/ouvert/copy.html",
        "/en/programmes/ouvert/copy.epub",
        "/fr/feed.atom",
        "/en/videos/feed.atom",
        "/sitemap.xml",
        "/fr/unapi?id=papers/ouvert&format=ris",
        *(f"/media/{name}" for name in files_of(open_ones)),
    ):
        assert met[address] == 200, address
    assert met["/fr/unapi?id=papers/draft&format=ris"] == 404
    assert len(met) > 300


def test_nothing_unpublished_is_carried_in_a_folder_or_a_file_for_kiwix(walked, tmp_path):
    open_ones, hidden = walked
    stick = tmp_path / "stick"
    call_command("export_site", str(stick), verbosity=0)
    files = [path for path in stick.rglob("*") if path.is_file()]
    carried = {path.relative_to(stick).as_posix(): path for path in files}
    texts = [path.read_bytes().decode("utf-8", "replace") for path in carried.values()]
    assert [name for name in carried if any(f"/{state}/" in name for state in STATES)] == []
    assert [text for text in texts if SECRET.lower() in text.lower()] == []
    assert [text for text in texts if any(f"/{state}/" in text for state in STATES)] == []
    stored = {path.read_bytes() for path in carried.values()}
    assert [name for name in uploaded(hidden) if content_of(name) in stored] == []
    assert [name for name in uploaded(open_ones) if content_of(name) not in stored] == []
    assert {f"fr/{kind}/ouvert/index.html" for kind in KINDS} <= set(carried)
    reader = pytest.importorskip("libzim.reader", reason="libzim has no wheel for this Python")
    call_command("export_site", zim=str(tmp_path / "site.zim"), verbosity=0)
    archive = reader.Archive(tmp_path / "site.zim")
    assert archive.get_entry_by_path("fr/papers/ouvert/index.html")
    entries = [archive._get_entry_by_id(number) for number in range(archive.all_entry_count)]
    packed = {one.path: bytes(one.get_item().content) for one in entries if not one.is_redirect}
    assert [path for path in packed if any(f"/{state}/" in path for state in STATES)] == []
    assert [path for path in packed if SECRET.lower().encode() in packed[path].lower()] == []
    assert [name for name in uploaded(hidden) if content_of(name) in packed.values()] == []


def uploaded(entries):
    """Pictures are shown in their variants, not as they were kept: other files than those."""
    return [name for name in files_of(entries) if not name.endswith(".jpg")]


def content_of(name):
    with default_storage.open(name) as file:
        return file.read()


def test_the_map_tells_of_every_open_entry_and_of_no_other(walked, client):
    found = re.findall(
        r"<loc>http://testserver/fr/(\w+)/(\w+)/</loc>", client.get("/sitemap.xml").text
    )
    assert sorted(found) == sorted((slug, "ouvert") for slug in KINDS)


def test_the_walk_would_see_a_leak(walked, client, monkeypatch):
    """The secret is there: staff read it at the same addresses."""
    monkeypatch.setattr("profiles.publishing.may_view", lambda user, model: True)
    _status, content = answered(client, "/fr/papers/draft/")
    assert SECRET in content
