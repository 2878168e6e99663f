"""Uploaded files as visitors get them, and as they don't."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from profiles.models import Paper, PaperFile, Video
from tests.builders import DOCX, a_file, a_pdf, kept_photograph


@pytest.fixture
def report(add_paper):
    paper = add_paper(slug="rapport")
    content = ContentFile(a_pdf(b"(un) Tj", b"(deux) Tj"), "Rapport final.pdf")
    return PaperFile.objects.create(paper=paper, file=content)


@pytest.fixture
def film(imrap):
    picture = kept_photograph((800, 600))
    film = Video(organisation=imrap, title_fr="Film", slug="film", is_draft=False)
    film.image.save("IMG_0001.jpg", picture)
    return film


def test_what_a_file_is_read_when_it_is_stored(report):
    assert (report.format, report.page_count, report.language) == ("pdf", 2, "fr")
    assert report.size == len(a_pdf(b"(un) Tj", b"(deux) Tj"))
    assert len(report.sha256) == 64
    assert report.text == "un\fdeux"
    assert report.file.name == f"papers/{report.sha256[:16]}/rapport-final.pdf"


def test_a_stored_file_is_not_read_again_at_each_save(report):
    report.file.storage.delete(report.file.name)
    stored = PaperFile.objects.get(pk=report.pk)
    stored.edition = "light"
    stored.save()
    assert PaperFile.objects.get(pk=report.pk).page_count == 2


def test_a_paper_is_saved_not_opened_and_keeps_a_readable_name(client, report):
    response = client.get(report.file.url)
    assert response.getvalue() == a_pdf(b"(un) Tj", b"(deux) Tj")
    both = "attachment; filename=\"rapport-final.pdf\"; filename*=UTF-8''rapport-final.pdf"
    assert response["Content-Disposition"] == both
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "public" not in response["Cache-Control"]


def test_a_download_goes_on_where_it_was_cut(client, report):
    response = client.get(report.file.url, headers={"range": "bytes=0-4"})
    assert (response.status_code, response.getvalue()) == (206, b"%PDF-")


SENDER = {"HTTP_X_SENDFILE_TYPE": "X-Accel-Redirect"}


@pytest.mark.on_a_folder("see test_bucket")
def test_a_web_server_that_hands_out_files_itself_is_told_which(client, report):
    answer = client.get(report.file.url, **SENDER)
    name = f"papers/{report.sha256[:16]}/rapport-final.pdf"
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == f"/protected-media/{name}"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="rapport-final.pdf"')
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.on_a_folder("see test_bucket")
def test_a_web_server_is_told_of_no_file_of_a_draft_and_of_none_that_is_gone(client, report):
    Path(report.file.path).unlink()
    assert client.get(report.file.url, **SENDER).status_code == 404
    report.file.storage.save(report.file.name, ContentFile(b"%PDF"))
    assert client.get(report.file.url, **SENDER).status_code == 200
    Paper.objects.update(is_draft=True)
    assert client.get(report.file.url, **SENDER).status_code == 404


@pytest.mark.parametrize("extension", ["avif", "webp", "jpg"])
def test_each_form_of_a_picture_is_shown(client, film, extension):
    stem = film.image.name.removesuffix(".jpg")
    response = client.get(f"/media/{stem}.w320.{extension}")
    assert response.status_code == 200
    response.close()


def test_nobody_but_staff_gets_a_draft_s_files(client, report, film, staff):
    stem = film.image.name.removesuffix(".jpg")
    addresses = [report.file.url, report.cover.url, film.image.url, f"/media/{stem}.w320.avif"]
    for entry in (report.paper, film):
        entry.is_draft = True
        entry.save()
    assert [client.get(address).status_code for address in addresses] == [404] * 4
    client.force_login(staff)
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-store"
        response.close()


def test_staff_load_the_pictures_of_published_pages_once_like_anybody(client, film, staff):
    for person in (None, staff):
        if person:
            client.force_login(person)
        response = client.get(film.image.url)
        assert response["Cache-Control"] == "private, max-age=31536000, immutable"
        response.close()


@pytest.mark.parametrize(
    "name",
    [
        "papers/../../var/secret-key",
        "papers/nothing.pdf",
        "papers/0123456789abcdef/none.pdf",
        "secret-key",
        "papers/",
        "papers/%00.pdf",
        "videos/x.html",
        "organisation/none.jpg",
        "organisation/../../db.sqlite3",
        "organisation/%00.png",
    ],
)
def test_no_other_file_can_be_had(client, film, name):
    assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize(
    "way", ["organisation/..", "organisation/%2e%2e", "organisation/x/../..", "."]
)
def test_no_way_round_leads_to_a_withdrawn_file(client, report, way):
    address = report.file.url.replace("/media/", f"/media/{way}/")
    Paper.objects.update(is_draft=True)
    assert client.get(address).status_code == 404


def test_a_visitor_pays_one_query_for_a_file(client, report, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(report.file.url).close()


def test_the_first_picture_of_a_page_comes_first_and_the_others_when_they_are_near(
    client, imrap, film
):
    other = Video(organisation=imrap, title_fr="B", is_draft=False)
    other.image.save("IMG_0002.jpg", kept_photograph((640, 480)))
    for address in ("/fr/", "/fr/videos/"):
        images = re.findall(r"<img [^>]*>", client.get(address).text)
        assert ['fetchpriority="high"' in image for image in images] == [True, False]
        assert ['loading="lazy"' in image for image in images] == [False, True]
        assert 'width="160" height="120"' in images[0]  # as large as it is shown, without CSS too
        assert 'width="160" height="120"' in images[1]


def test_of_several_files_the_first_that_has_a_cover_gives_it(add_paper):
    paper = add_paper()
    PaperFile.objects.create(paper=paper, file=ContentFile(DOCX, "rapport.docx"))
    pdf = a_file(paper)
    assert paper.cover == pdf.cover
    a_file(paper, language="bm")
    assert paper.offered_languages == ["fr", "bm"]


def test_the_first_page_stands_for_a_paper_without_a_picture(client, report):
    page = client.get("/en/papers/rapport/").text
    assert 'alt="Cover of “Autoportrait du Mali”"' in page
    assert f"{report.cover.url.removesuffix('.jpg')}" in page
    assert "French, PDF, 2 pages, 1 KB" in page
