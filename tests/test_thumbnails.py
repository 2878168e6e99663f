"""Pictures as lists of staff show them: small, and only for whoever may have the picture itself."""

import io

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from tests.builders import content_of, photograph

NUL = "papers%00/0123456789abcdef-9x9.jpg"  # PostgreSQL takes no such letter
pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(add_paper):
    photo = content_of(photograph((1200, 800)))
    return add_paper("Note", image=ContentFile(photo, "a.jpg"), is_draft=True)


@pytest.fixture
def who_may_view(client):
    """Signs in somebody who may view these kinds of entries and nothing else."""

    def sign_in(kind):
        person = User.objects.create_user(f"moussa-{kind}", is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename=f"view_{kind}"))
        client.force_login(person)
        return client

    return sign_in


def answer(client, name):
    return client.get(f"/admin/thumbnails/{name}")


def test_a_thumbnail_is_a_small_picture_drawn_once(staff_client, paper, var_folder):
    found = answer(staff_client, paper.image.name)
    assert (found.status_code, found["Content-Type"]) == (200, "image/webp")
    assert found["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in found["Cache-Control"]
    assert Image.open(io.BytesIO(found.content)).size == (128, 85)
    assert len(found.content) < 3_000
    (drawn,) = (var_folder / "thumbnails-drawn").iterdir()
    drawn.write_bytes(b"as it was drawn")
    assert answer(staff_client, paper.image.name).content == b"as it was drawn"


def test_who_may_not_have_the_picture_has_no_thumbnail(client, who_may_view, paper):
    name = paper.image.name
    assert answer(client, name).status_code == 302  # to the sign-in
    assert answer(who_may_view("mandate"), name).status_code == 404
    assert answer(who_may_view("paper"), name).status_code == 200


def test_a_name_that_says_one_folder_and_means_another_has_none(who_may_view, paper):
    client = who_may_view("mandate")
    for name in (f"organisation/../{paper.image.name}", f"organisation/./{paper.image.name}"):
        assert answer(client, name).status_code == 404


@pytest.mark.parametrize("name", ["a.jpg", "papers/", "organisation/x.svg", NUL])
def test_what_is_no_picture_of_ours_has_none(staff_client, name):
    assert answer(staff_client, name).status_code == 404


def test_a_picture_whose_file_is_lost_has_none(staff_client, paper):
    for name in default_storage.listdir("papers")[1]:
        default_storage.delete(f"papers/{name}")
    assert answer(staff_client, paper.image.name).status_code == 404
