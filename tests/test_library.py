"""The library of pictures: each once, with its words, and kept as long as an entry shows it."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError
from playwright.sync_api import expect

from profiles.models import LibraryPicture, Paper, PictureUse, Video
from tests.builders import content_of, exif_with_place, filled, photograph
from tests.looks import english_in, nothing, violations

pytestmark = pytest.mark.django_db

ADD = "/admin/profiles/librarypicture/add/"
LIST = "/admin/profiles/librarypicture/"


@pytest.fixture(scope="module")
def photo():
    return content_of(photograph())


def status_of(client, address):
    response = client.get(address)
    response.close()
    return response.status_code


def test_the_picture_of_an_entry_joins_the_library_once(add_paper, imrap, photo):
    paper = add_paper(image=ContentFile(photo, "a.jpg"), image_alt_fr="Deux")
    Video.objects.create(
        organisation=imrap,
        title_fr="Film",
        slug="f",
        image=ContentFile(photo, "b"),
    )
    picture = LibraryPicture.objects.get()
    assert (picture.file.name, picture.alt_fr) == (paper.image.name, "Deux")
    assert sorted(PictureUse.objects.values_list("kind", flat=True)) == ["papers", "videos"]
    paper.save()
    assert PictureUse.objects.count() == 2


def test_a_picture_that_an_entry_shows_is_not_deleted(staff_client, add_paper, photo):
    paper = add_paper(image=ContentFile(photo, "a.jpg"))
    picture = LibraryPicture.objects.get()
    with pytest.raises(ProtectedError):
        picture.delete()
    address = f"{LIST}{picture.pk}/delete/"
    assert staff_client.post(address, {"post": "yes"}).status_code in (200, 403)
    assert LibraryPicture.objects.count() == 1
    paper.image = ""
    paper.save()
    assert PictureUse.objects.count() == 0
    assert LibraryPicture.objects.count() == 1


def test_a_deleted_entry_lets_its_picture_go(add_paper, photo):
    paper = add_paper(image=ContentFile(photo, "a.jpg"))
    paper.delete()
    assert PictureUse.objects.count() == 0
    LibraryPicture.objects.get().delete()


def test_staff_add_a_picture_and_not_the_same_twice(staff_client, photo):
    form = filled(staff_client.get(ADD), alt_fr="Deux anciens", credit="Awa / IMRAP")
    answer = staff_client.post(ADD, {**form, "file": SimpleUploadedFile("IMG_0001.jpg", photo)})
    assert answer.status_code == 302
    picture = LibraryPicture.objects.get()
    assert re.fullmatch(r"pictures/[0-9a-f]{16}-300x200\.jpg", picture.file.name)
    form = filled(staff_client.get(ADD), alt_fr="Encore")
    page = staff_client.post(ADD, {**form, "file": SimpleUploadedFile("autre.jpg", photo)}).text
    assert "This picture is in the library already: “Deux anciens”." in page
    assert LibraryPicture.objects.count() == 1


def test_its_list_shows_thumbnails_and_says_where_each_is_shown(staff_client, add_paper, photo):
    paper = add_paper("Rapport", image=ContentFile(photo, "a.jpg"))
    picture = LibraryPicture.objects.get()
    page = staff_client.get(LIST).text
    small = re.search(r'<img class="desk-thumbnail" src="([^"]+)" width="64" height="43"', page)[1]
    assert small == f"/admin/thumbnails/{picture.file.name}"
    form = staff_client.get(f"{LIST}{picture.pk}/change/").text
    assert f'<a href="/admin/profiles/paper/{paper.pk}/change/">Rapport</a>' in form


def test_a_picture_in_the_library_alone_is_seen_by_nobody_else(client, staff_client, photo):
    form = filled(staff_client.get(ADD), alt_fr="Deux anciens")
    staff_client.post(ADD, {**form, "file": SimpleUploadedFile("IMG_0001.jpg", photo)})
    address = LibraryPicture.objects.get().file.url
    assert status_of(staff_client, address) == 200
    staff_client.logout()
    assert status_of(staff_client, address) == 404
    staff_client.force_login(User.objects.create_user("ali", is_staff=True))
    assert status_of(staff_client, address) == 404


def test_a_picture_of_drafts_is_seen_by_no_visitor(client, add_paper, photo):
    paper = add_paper(image=ContentFile(photo, "a.jpg"), is_draft=True)
    assert status_of(client, paper.image.url) == 404
    Paper.objects.filter(pk=paper.pk).update(is_draft=False)
    assert status_of(client, paper.image.url) == 200


def test_an_entry_of_another_kind_shows_the_same_file(client, imrap, add_paper, photo):
    paper = add_paper(image=ContentFile(photo, "a.jpg"), is_draft=True)
    video = Video.objects.create(
        organisation=imrap, title_fr="F", slug="f", image=paper.image.name, is_draft=False
    )
    assert status_of(client, paper.image.url) == 200
    Video.objects.filter(pk=video.pk).update(is_draft=True)
    assert status_of(client, paper.image.url) == 404


def test_the_groups_may_use_it(groups, client):
    for name, rights in {"Rédaction": "acv", "Responsable": "acdv"}.items():
        found = Group.objects.get(name=name).permissions.filter(
            codename__endswith="_librarypicture"
        )
        assert "".join(sorted(one.codename[0] for one in found)) == rights


def test_nothing_hidden_stays_in_it(staff_client):
    photo = SimpleUploadedFile("a.jpg", content_of(photograph(), exif=exif_with_place()))
    form = filled(staff_client.get(ADD), alt_fr="Deux anciens")
    staff_client.post(ADD, {**form, "file": photo})
    with default_storage.open(LibraryPicture.objects.get().file.name) as file:
        assert b"Exif" not in file.read()


def test_a_picture_that_waits_is_read_aloud_as_it_was_typed(staff_client, photo):
    form = filled(staff_client.get(ADD), alt_fr="Deux anciens", credit="a" * 300)
    page = staff_client.post(ADD, {**form, "file": SimpleUploadedFile("a.jpg", photo)}).text
    assert re.search(r'<img class="file-small" src="[^"]+" width="160" alt="Deux anciens"', page)


# Chosen again


PAPER = "/admin/profiles/paper/add/"


@pytest.fixture
def stored(staff_client, photo):
    form = filled(staff_client.get(ADD), alt_fr="Deux anciens", credit="Awa")
    staff_client.post(ADD, {**form, "file": SimpleUploadedFile("a.jpg", photo)})
    return LibraryPicture.objects.get()


def test_an_entry_takes_a_picture_of_the_library_with_its_words(staff_client, imrap, stored):
    form = filled(staff_client.get(PAPER), title_fr="Rapport")
    assert staff_client.post(PAPER, {**form, "image-library": str(stored.pk)}).status_code == 302
    paper = Paper.objects.get()
    assert (paper.image.name, paper.image_alt_fr) == (stored.file.name, "Deux anciens")
    assert list(PictureUse.objects.values_list("picture", "entry")) == [(stored.pk, paper.pk)]
    form = filled(staff_client.get(PAPER), title_fr="Autre", image_alt_fr="À moi")
    staff_client.post(PAPER, {**form, "image-library": str(stored.pk)})
    assert Paper.objects.get(title_fr="Autre").image_alt_fr == "À moi"
    assert LibraryPicture.objects.count() == 1


def test_what_cannot_be_chosen_is_said_and_nothing_typed_is_lost(
    staff_client, imrap, stored, photo
):
    for number in ("999", "abc", "9" * 40):
        form = filled(staff_client.get(PAPER), title_fr="Rapport")
        page = staff_client.post(PAPER, {**form, "image-library": number}).text
        assert f"The library has no picture with the number “{number[:20]}”" in page
        assert f'name="image-library" id="id_image-library" value="{number}"' in page
        assert 'value="Rapport"' in page
    form = filled(staff_client.get(PAPER), title_fr="Rapport")
    both = {"image-library": str(stored.pk), "image": SimpleUploadedFile("b.jpg", photo)}
    assert "Choose one of both: the file, or picture" in staff_client.post(PAPER, form | both).text
    assert Paper.objects.count() == 0


def test_a_chosen_picture_is_public_only_with_an_entry(staff_client, client, imrap, stored):
    form = filled(staff_client.get(PAPER), title_fr="Rapport")
    staff_client.post(PAPER, {**form, "image-library": str(stored.pk)})
    staff_client.logout()
    assert status_of(client, stored.file.url) == 404
    Paper.objects.update(is_draft=False)
    assert status_of(client, stored.file.url) == 200


def test_who_may_not_see_the_library_takes_nothing_from_it(staff_client, imrap, stored):
    writer = User.objects.create_user("ali", is_staff=True)
    writer.user_permissions.add(
        *Permission.objects.filter(codename__in=["add_paper", "view_paper", "view_organisation"])
    )
    staff_client.force_login(writer)
    page = staff_client.get(PAPER)
    assert "image-library" not in page.text
    form = filled(page, title_fr="Rapport")
    staff_client.post(PAPER, {**form, "image-library": str(stored.pk)})
    assert Paper.objects.get().image.name == ""
    assert staff_client.get("/admin/pictures/").status_code == 403


def test_pictures_are_offered_by_their_words(staff_client, stored):
    offered = staff_client.get("/admin/pictures/", {"q": "anciens awa"}).json()["pictures"]
    assert [(one["number"], one["name"]) for one in offered] == [(stored.pk, "Deux anciens")]
    assert offered[0]["source"].startswith("/media/pictures/")
    assert staff_client.get("/admin/pictures/", {"q": "zébu"}).json() == {"pictures": []}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_picture_is_chosen_by_its_thumbnail(signed_in, live_server, imrap, photo):
    stored = LibraryPicture.objects.create(file=ContentFile(photo, "a.jpg"), alt_fr="Deux anciens")
    signed_in.set_viewport_size({"width": 360, "height": 740})
    signed_in.goto(f"{live_server.url}/admin/profiles/paper/add/")
    signed_in.locator("#id_title_fr").fill("Rapport")
    signed_in.get_by_role("button", name="Choisir dans la médiathèque…").click()
    hit = signed_in.get_by_role("button", name=f"{stored.pk}. Deux anciens")
    assert hit.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    nothing(violations(signed_in, "library", preload=False))
    hit.click()
    expect(signed_in.get_by_role("img", name="Deux anciens")).to_be_visible()
    assert signed_in.evaluate("document.documentElement.scrollWidth") <= 360
    signed_in.locator("[name=_save]").first.click()
    expect(signed_in.locator(".messagelist .success")).to_be_visible()
    assert Paper.objects.get().image.name == stored.file.name


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_picture_for_the_library_is_seen_with_its_words(signed_in, live_server, photo, tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo)
    signed_in.goto(live_server.url + ADD)
    signed_in.locator("#id_alt_fr").fill("Deux anciens")
    signed_in.locator("#id_file").set_input_files(tmp_path / "a.jpg")
    expect(signed_in.get_by_role("img", name="Deux anciens")).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_list_and_the_form_of_the_library_are_good(signed_in, live_server, add_paper, photo):
    add_paper("Rapport", image=ContentFile(photo, "a.jpg"), image_alt_fr="Deux anciens")
    stored = LibraryPicture.objects.get()
    for address in (LIST, f"{LIST}{stored.pk}/change/", ADD):
        signed_in.goto(live_server.url + address)
        nothing(violations(signed_in, address, preload=False))
        assert english_in(signed_in.content()) == []
        signed_in.set_viewport_size({"width": 360, "height": 740})
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= 360
        signed_in.set_viewport_size({"width": 1280, "height": 720})
