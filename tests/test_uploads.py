"""Bad files in the admin's forms: an error at the field, in French, and nothing stored."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from profiles.models import Paper, PaperFile
from tests.builders import (
    ASKS_FOR_A_PASSWORD,
    DOCX,
    a_pdf,
    content_of,
    errors_of,
    paper_form,
    photograph,
    png,
)

FRENCH = {"accept-language": "fr"}


def send(client, **files):
    fields = paper_form(title_fr="Un titre tapé avec soin", body_fr="<p>Tout le texte.</p>")
    fields["files-TOTAL_FORMS"] = "1"
    fields |= {"files-0-language": "fr", "files-0-edition": "full"}
    return client.post("/admin/profiles/paper/add/", fields | files, headers=FRENCH)


def stored(media_folder):
    return [path for path in media_folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.jpg", b"du texte", "Ce fichier n’est pas une image"),
        ("photo.jpg", content_of(photograph())[:900], "image est incomplète ou endommagée"),
        ("bombe.png", png(20000, 20000), "plus de 40 millions de pixels"),
        (
            "dessin.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "accepté, SVG : « dessin.svg »",
        ),
        ("page.gif", b"GIF89a<html><script>alert(1)</script>", "n’est pas une image"),
        ("vide.jpg", b"", "Ce fichier est vide"),
        ("é" * 300 + ".jpg", b"du texte", "Ce fichier n’est pas une image"),
        ("\u202egpj.exe", b"MZ", "Ce fichier n’est pas une image"),
    ],
)
def test_a_bad_picture_is_refused_at_its_field_and_nothing_is_lost(
    staff_client, imrap, media_folder, name, content, sentence
):
    response = send(staff_client, image=SimpleUploadedFile(name, content))
    assert response.status_code == 200
    errors = errors_of(response)
    assert list(errors) == ["image"]
    assert sentence in errors["image"][0]
    assert 'value="Un titre tapé avec soin"' in response.text
    assert "Tout le texte." in response.text
    assert Paper.objects.count() == 0
    assert stored(media_folder) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rapport.pdf", DOCX, "est au format Word (.docx), mais son nom"),
        ("rapport.pdf", b"PK\x05\x06" + bytes(18), "n’est pas"),
        ("rapport.pdf", b"<html><script>alert(1)</script>", "n’est pas"),
        ("rapport.pdf", ASKS_FOR_A_PASSWORD, "mot de passe"),
        ("rapport.pdf", b"", "Ce fichier est vide"),
        ("rapport.pdf", a_pdf()[:200], "endommagé"),
        ("م" * 300 + ".pdf", b"%PDF-1.4", "endommagé"),
        ("programme.exe", b"MZ", "Ce type de fichier n’est pas accepté"),
    ],
)
def test_a_bad_document_is_refused_at_its_field_and_nothing_is_lost(
    staff_client, imrap, media_folder, name, content, sentence
):
    response = send(staff_client, **{"files-0-file": SimpleUploadedFile(name, content)})
    assert response.status_code == 200
    formset = response.context["inline_admin_formsets"][0].formset
    assert [list(errors) for errors in formset.errors] == [["file"]]
    assert sentence in formset.errors[0]["file"][0]
    assert 'value="Un titre tapé avec soin"' in response.text
    assert (Paper.objects.count(), PaperFile.objects.count()) == (0, 0)
    assert stored(media_folder) == []


def test_two_files_with_one_name_stay_two(staff_client, imrap):
    for number in (1, 2):
        file = SimpleUploadedFile("rapport.pdf", a_pdf(b"(%d) Tj" % number))
        assert send(staff_client, **{"files-0-file": file}).status_code == 302
    names = set(PaperFile.objects.values_list("file", flat=True))
    assert len(names) == 2
    assert {name.rpartition("/")[2] for name in names} == {"rapport.pdf"}
