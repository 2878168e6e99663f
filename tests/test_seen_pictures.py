"""Pictures in forms as visitors will see them: stored, waiting after a refused form, just chosen."""

import io
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import expect

from profiles.files.waiting import thumbnails
from profiles.models import Organisation, Paper, PaperFile
from tests.builders import OF_A_SESSION, a_pdf, content_of, kept_photograph, paper_form, photograph
from tests.looks import nothing, too_small, too_wide_or_cut, violations

ADD = "/admin/profiles/paper/add/"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FRENCH = {"accept-language": "fr"}


def form_of(noun):
    return f"/admin/profiles/{noun._meta.model_name}/{noun.pk}/change/"


def picture_fields(page, name):
    """The markup of the field of this name."""
    return re.search(
        rf'<div class="form-row[^>]*field-{name}[ "].*?(?=<div class="form-row|</fieldset>)',
        page.text,
        re.DOTALL,
    )[0]


def photo(name="photo.jpg", size=(900, 600)):
    return SimpleUploadedFile(name, content_of(photograph(size)))


@pytest.fixture
def paper(add_paper):
    paper = add_paper("Écouter Ménaka", slug="menaka", image_alt_fr="Deux anciens sous un arbre")
    paper.image.save("a.jpg", kept_photograph((900, 600)))
    return paper


def test_the_picture_stands_in_its_form_as_visitors_get_it(staff_client, paper):
    field = picture_fields(staff_client.get(form_of(paper), headers=FRENCH), "image")
    stem = paper.image.name.removesuffix(".jpg")
    assert f'<source type="image/avif" srcset="/media/{stem}.w320.avif 320w' in field
    assert 'alt="Deux anciens sous un arbre"' in field
    assert "<q>Deux anciens sous un arbre</q>" in field
    assert f">{paper.image.name}<" not in field
    assert f'<a href="/media/{paper.image.name}">Voir l’image en entier</a>' in field


def test_it_says_where_nothing_is_read_aloud(staff_client, paper):
    Paper.objects.update(image_alt_fr="", image_is_decorative=True)
    field = picture_fields(staff_client.get(form_of(paper), headers=FRENCH), "image")
    assert 'alt=""' in field
    assert "Rien n’est lu à voix haute à sa place." in field


def test_a_refused_form_shows_the_text_as_it_was_typed(staff_client, paper):
    fields = paper_form(title_fr="", image_alt_fr="Trois femmes")
    field = picture_fields(staff_client.post(form_of(paper), fields, headers=FRENCH), "image")
    assert 'alt="Trois femmes"' in field


def test_the_logo_stands_in_the_form_of_the_organisation(staff_client, imrap):
    imrap.logo.save("a.jpg", kept_photograph((300, 200)))
    Organisation.objects.update(logo_alt_fr="Logo de l’IMRAP")
    field = picture_fields(staff_client.get(form_of(imrap), headers=FRENCH), "logo")
    assert 'alt="Logo de l’IMRAP"' in field


def test_the_cover_stands_beside_the_file_that_it_was_made_of(staff_client, add_paper):
    paper = add_paper("Écouter Ménaka")
    PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(), "rapport.pdf"))
    page = staff_client.get(form_of(paper), headers=FRENCH)
    cover = paper.files.get().cover.name.removesuffix(".jpg")
    assert f"/media/{cover}.w320.avif 320w" in page.text
    assert 'alt="Couverture de «\u202fÉcouter Ménaka\u202f»"' in page.text
    assert ">rapport.pdf</a>" in page.text


def test_no_file_costs_a_query(staff_client, add_paper, django_assert_num_queries):
    paper = add_paper("Écouter Ménaka")
    PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(), "rapport.pdf"))
    staff_client.get(form_of(paper))
    number = 9 + 2 * OF_A_SESSION  # what is typed and not saved lies where sessions lie
    with django_assert_num_queries(number):
        staff_client.get(form_of(paper))
    for word in (b"(deux)", b"(trois)"):
        PaperFile.objects.create(paper=paper, file=ContentFile(a_pdf(word + b" Tj"), "autre.pdf"))
    with django_assert_num_queries(number):
        staff_client.get(form_of(paper))


# A picture that waits on the server


def waiting_address(page):
    (address,) = re.findall(r'<img class="file-small" src="([^"]+)"', page.text)
    return address


@pytest.fixture
def refused(staff_client, imrap):
    """A form that was refused for want of a title, with a picture that waits."""
    fields = paper_form(title_fr="", image_alt_fr="Un puits", image=photo(), _complete="1")
    return staff_client.post(ADD, fields, headers=FRENCH)


def test_a_picture_that_waits_is_shown_small(staff_client, refused):
    assert 'width="160" alt="Un puits"' in refused.text
    answer = staff_client.get(waiting_address(refused))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert Image.open(io.BytesIO(answer.content)).size == (320, 213)


def test_nobody_else_sees_it(client, moussa, refused):
    address = waiting_address(refused)
    assert moussa.get(address).status_code == 404
    assert moussa.get("/admin/profiles/paper/chosen/inconnu/").status_code == 404
    client.logout()
    assert client.get(address).status_code == 302
    assert b"RIFF" not in client.get(address).content


def test_it_goes_with_the_picture_once_that_is_saved(staff_client, refused, var_folder):
    assert len(list((var_folder / "thumbnails").iterdir())) == 1
    kept = re.search(r'name="image-kept" value="([^"]+)"', refused.text)[1]
    fields = paper_form(image_alt_fr="Un puits", **{"image-kept": kept, "_complete": "1"})
    assert staff_client.post(ADD, fields).status_code == 302
    assert list((var_folder / "thumbnails").iterdir()) == []


def test_a_full_room_refuses_no_form(staff_client, imrap, monkeypatch):
    monkeypatch.setattr(type(thumbnails()), "_write", lambda *args: (_ for _ in ()).throw(OSError))
    fields = paper_form(title_fr="", image=photo(), _complete="1")
    assert staff_client.post(ADD, fields, headers=FRENCH).status_code == 200


# In a browser


@pytest.fixture
def form(signed_in, live_server, transactional_db, paper):
    signed_in.goto(f"{live_server.url}{form_of(paper)}")
    return signed_in


def width_of(picture):
    return picture.evaluate("async image => { await image.decode(); return image.naturalWidth }")


def test_a_picture_is_seen_as_soon_as_it_is_chosen(form):
    field = form.locator(".field-image")
    form.locator("#id_image").set_input_files(
        {
            "name": "puits.png",
            "mimeType": "image/png",
            "buffer": content_of(photograph((64, 48)), "PNG"),
        }
    )
    chosen = field.locator(".file-chosen img")
    expect(chosen).to_have_attribute("alt", "Deux anciens sous un arbre")
    assert width_of(chosen) == 64
    form.locator("#id_image_alt_fr").fill("Un puits à Gao")
    expect(chosen).to_have_attribute("alt", "Un puits à Gao")
    expect(field.locator(".file-alt")).to_have_text("Lu à voix haute\u00a0: Un puits à Gao")
    form.locator("#id_image").set_input_files([])
    expect(chosen).to_have_count(0)


def test_what_the_browser_cannot_show_leaves_no_hole(form):
    form.locator("#id_image").set_input_files(
        {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic"}
    )
    expect(form.locator(".file-chosen")).to_have_count(0)


def test_after_a_refused_upload_the_picture_is_shown_from_the_server(form):
    form.locator("#id_title_fr").fill("")
    form.locator("#id_image").set_input_files(
        {
            "name": "puits.jpg",
            "mimeType": "image/jpeg",
            "buffer": content_of(photograph((900, 600))),
        }
    )
    form.locator("[name=_save]").first.click()
    kept = form.locator(".field-image .file-kept img")
    expect(kept).to_be_visible()
    assert width_of(kept) == 320
    expect(form.locator(".file-chosen")).to_have_count(0)
    form.reload()
    form.get_by_role("button", name="Restaurer").click()
    assert width_of(form.locator(".field-image .file-kept img")) == 320


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_field_stands_the_looks(form, width, scheme):
    form.set_viewport_size({"width": width, "height": 900})
    form.emulate_media(color_scheme=scheme)
    nothing(violations(form, "picture field", runOnly=WCAG, preload=False))
    nothing(too_wide_or_cut(form, "picture field"))
    nothing(too_small(form, "picture field"))
