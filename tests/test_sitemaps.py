"""The map of the site, and what else stands at the root for machines."""

import datetime
import io
import json
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from imrap_site import settings as site_settings
from profiles.formats import icons, sitemaps
from profiles.models import Paper
from tests.builders import content_of

NAMES = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def on_map(client, address="/sitemap.xml"):
    """By address: the day of its last change, and the address in each language."""
    tree = ET.fromstring(client.get(address).content)
    return {
        url.findtext("m:loc", "", NAMES): (
            url.findtext("m:lastmod", None, NAMES),
            {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)},
        )
        for url in tree.findall("m:url", NAMES)
    }


def test_every_page_is_on_the_map_in_every_language(client, add_paper):
    add_paper(slug="note")
    assert set(on_map(client)) == {
        f"http://testserver/{code}/{page}"
        for code in ("fr", "en")
        for page in ("", "accessibility/", "papers/", "papers/note/")
    }


def test_the_map_names_the_same_addresses_as_the_pages(client, add_paper):
    add_paper(slug="note")
    for address, (_changed, others) in on_map(client).items():
        page = client.get(address.removeprefix("http://testserver")).text
        assert f'<link rel="canonical" href="{address}">' in page
        assert set(others) == {"fr", "en", "x-default"}
        for code, other in others.items():
            assert f'<link rel="alternate" hreflang="{code}" href="{other}">' in page


def test_a_day_of_change_is_true_or_not_there(client, add_paper):
    paper = add_paper(slug="note", publish_at=timezone.now() - datetime.timedelta(days=9))
    Paper.objects.filter(pk=paper.pk).update(
        updated=datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
    )
    Paper.objects.filter(pk=paper.pk).update(
        publish_at=datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    )
    assert on_map(client)["http://testserver/fr/papers/note/"][0] == "2026-03-02"
    Paper.objects.filter(pk=paper.pk).update(
        publish_at=datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)
    )
    assert on_map(client)["http://testserver/fr/papers/note/"][0] == "2026-04-01"
    assert on_map(client)["http://testserver/fr/"][0] is None


def test_a_large_site_has_a_list_of_maps(client, add_paper, monkeypatch):
    monkeypatch.setattr(sitemaps, "ON_ONE_MAP", 4)
    monkeypatch.setattr(sitemaps.PagesInEachLanguage, "limit", 4)
    for number in range(3):
        add_paper(slug=f"note-{number}")
    tree = ET.fromstring(client.get("/sitemap.xml").content)
    maps = [one.text for one in tree.findall("m:sitemap/m:loc", NAMES)]
    assert "http://testserver/sitemap-papers.xml?p=2" in maps
    found = {}
    for one in maps:
        found |= on_map(client, one.removeprefix("http://testserver"))
    assert len(found) == 12
    assert "http://testserver/en/papers/note-2/" in found


@pytest.mark.parametrize(
    "address", ["/sitemap-nowhere.xml", "/sitemap.xml?p=9", "/sitemap.xml?p=x"]
)
def test_a_map_that_is_not_there_is_not_found(client, add_paper, address):
    add_paper()
    assert client.get(address).status_code == 404


def test_an_empty_site_has_an_empty_map(client, db):
    assert on_map(client) == {}


# Icons


def with_logo(organisation, size, colour=(200, 30, 30)):
    image = Image.new("RGB", size, colour)
    organisation.logo.save("a.png", ContentFile(content_of(image, "PNG")))


def icon_of(client, size):
    address = next(
        one["src"] for one in manifest(client)["icons"] if one["sizes"] == f"{size}x{size}"
    )
    response = client.get(address)
    assert (response["Content-Type"], "immutable" in response["Cache-Control"]) == (
        "image/png",
        True,
    )
    return address, Image.open(io.BytesIO(response.content))


def manifest(client, query=""):
    response = client.get(f"/manifest.webmanifest{query}")
    assert response["Content-Type"] == "application/manifest+json"
    return json.loads(response.content)


def test_a_phone_finds_name_and_icons(client, imrap):
    imrap.name_en = "Malian Institute"
    imrap.save()
    found = manifest(client, "?lang=fr")
    assert (found["name"], found["short_name"], found["start_url"], found["lang"]) == (
        "Institut Malien de Recherche Action pour la Paix",
        "IMRAP",
        "/fr/",
        "fr",
    )
    assert [one["sizes"] for one in found["icons"]] == ["192x192", "512x512"]
    assert manifest(client)["name"] == manifest(client, "?lang=xx")["name"] == "Malian Institute"
    assert '<link rel="manifest" href="/manifest.webmanifest?lang=fr">' in client.get("/fr/").text


def test_without_a_logo_the_lozenges_are_drawn(client, imrap):
    _address, image = icon_of(client, 192)
    assert image.size == (192, 192)
    assert image.getpixel((0, 0)) == (0x2A, 0x21, 0x1A)
    assert image.getpixel((96, 24))[0] > 180


def test_the_logo_is_the_icon_and_changes_its_address(client, imrap):
    before, _image = icon_of(client, 512)
    with_logo(imrap, (300, 100))
    address, image = icon_of(client, 512)
    assert address != before
    assert client.get(before).status_code == 404
    assert (image.size, image.getpixel((256, 256)), image.getpixel((256, 20))) == (
        (512, 512),
        (200, 30, 30),
        (0xFB, 0xF6, 0xEC),
    )
    page = client.get("/fr/").text
    version = address.split("-")[0]
    assert f'<link rel="icon" href="{version}-48.png" type="image/png">' in page
    assert f'<link rel="apple-touch-icon" href="{version}-180.png">' in page
    assert client.get("/favicon.ico")["Location"] == f"{version}-48.png"


def test_an_icon_is_drawn_once(client, imrap, var_folder, monkeypatch):
    with_logo(imrap, (300, 300))
    icon_of(client, 192)
    monkeypatch.setattr(icons, "png", None)
    icon_of(client, 192)
    assert len(list((var_folder / "icons").iterdir())) == 1


def test_an_icon_is_given_out_where_nothing_can_be_kept(client, imrap, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "file"
    settings.VAR_DIR.write_text("")
    icon_of(client, 192)


def test_a_lost_logo_gives_the_lozenges(client, imrap):
    with_logo(imrap, (300, 300))
    imrap.logo.storage.delete(imrap.logo.name)
    _address, image = icon_of(client, 192)
    assert image.getpixel((0, 0)) == (0x2A, 0x21, 0x1A)


@pytest.mark.parametrize("size", [0, 1, 47, 10_000])
def test_no_stranger_chooses_what_is_drawn(client, imrap, var_folder, size):
    version = icons.version_of("")
    assert client.get(f"/icons/{version}-{size}.png").status_code == 404
    assert client.get("/icons/abc-192.png").status_code == 404
    assert not (var_folder / "icons").exists()


# security.txt


def test_nobody_is_told_of_a_contact_that_there_is_not(client, db):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_the_contact_of_the_setting_is_told_with_its_end(client, db, settings):
    settings.SECURITY_CONTACT = "mailto:securite@example.org"
    settings.SECURITY_EXPIRES = "2027-06-30T23:59:59Z"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == (
        "Contact: mailto:securite@example.org\n"
        "Expires: 2027-06-30T23:59:59Z\n"
        "Preferred-Languages: fr, en\n"
        "Canonical: http://testserver/.well-known/security.txt\n"
    )


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("securite@example.org", "mailto:securite@example.org"),
        ("https://example.org/securite", "https://example.org/securite"),
    ],
)
def test_a_contact_is_an_address_with_a_day(monkeypatch, contact, told):
    monkeypatch.setenv("SECURITY_CONTACT", contact)
    monkeypatch.setenv("SECURITY_EXPIRES", "2027-06-30")
    assert site_settings.security_contact() == (told, "2027-06-30T23:59:59Z")
    for day in ("", "juin 2027", "30/06/2027", "2027-02-30"):
        monkeypatch.setenv("SECURITY_EXPIRES", day)
        with pytest.raises(ImproperlyConfigured, match="as in 2027-06-30"):
            site_settings.security_contact()


def test_a_contact_whose_day_is_over_is_named_no_more(client, settings, db):
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    settings.SECURITY_EXPIRES = "2026-01-31T23:59:59Z"
    with time_machine.travel("2026-01-31 20:00Z"):
        assert client.get("/.well-known/security.txt").status_code == 200
    with time_machine.travel("2026-02-01 01:00Z"):
        assert client.get("/.well-known/security.txt").status_code == 404
