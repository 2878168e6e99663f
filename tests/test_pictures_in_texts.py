"""Pictures of the library in texts: chosen, shown with their words, kept, and carried along."""

import io
import json
import re
import zipfile

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from profiles import preview
from profiles.editing import apart, spreadsheets
from profiles.editing.changes import differing, texts_of
from profiles.formats.takeaway import most_bytes
from profiles.markup import numbers_in
from profiles.models import (
    KeptApart,
    LibraryPicture,
    Organisation,
    Paper,
    PictureUse,
    Vacancy,
    Video,
)
from profiles.richtext import excerpt, lines, plain, sanitised
from profiles.search import search
from tests.builders import content_of, filled, imported, photograph
from tests.looks import nothing, too_wide_or_cut, violations

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


def figure(number, caption="Une <em>vue</em> du pont"):
    return f'<figure data-picture="{number}"><figcaption>{caption}</figcaption></figure>'


F12 = figure(12)


# As they are stored


def test_a_picture_is_stored_as_its_number_with_a_caption():
    for text in [
        F12,
        figure(12, ""),
        f"<p>Avant</p>{F12}<p>Après</p>{F12}",
        f"<ul><li><p>a</p>{F12}</li></ul><blockquote><p>b</p>{F12}</blockquote>",
        figure(12, 'a <a href="https://example.org/">b</a><small role="note">c</small>'),
    ]:
        assert sanitised(text) == text


def test_what_names_no_picture_is_its_words():
    for number in ("12abc", "-1", "0", "1" + "0" * 30, "", "٣", "1 2"):
        assert sanitised(figure(number, "Une vue")).startswith("<p>"), number
        assert "figure" not in sanitised(figure(number, "Une vue"))
    foreign = '<figure><img src="a.jpg"><figcaption>Photo</figcaption></figure>'
    assert sanitised(foreign) == "<p>Photo</p>"
    assert sanitised("<figcaption>Photo</figcaption>") == "<p>Photo</p>"


def test_no_address_of_a_file_is_ever_stored():
    text = '<figure data-picture="12" src="x" onclick="x"><img src="https://x.org/a.jpg" alt="a">'
    assert sanitised(f"{text}<figcaption>b</figcaption></figure>") == figure(12, "b")
    assert sanitised(f"{text}</figure>") == figure(12, "")


def test_a_picture_comes_out_of_where_none_may_stand():
    assert sanitised(f"<h3>Titre{F12}</h3>") == f"<h3>Titre</h3>{F12}"
    cells = "<td><p>a</p></td><td><p>b</p>{}</td>"
    assert sanitised(f"<table><tbody><tr>{cells.format(F12)}</tr></tbody></table>") == (
        f"<table><tbody><tr>{cells.format('')}</tr></tbody></table>{F12}"
    )
    inner = f'<figure data-picture="3"><figcaption>a{F12}</figcaption></figure>'
    assert sanitised(inner) == figure(3, "a") + F12
    assert sanitised(f"<strong>{F12}</strong>") == F12
    assert sanitised(f"<ul>{F12}<li><p>a</p></li></ul>") == f"<ul><li><p>a</p></li></ul>{F12}"


def test_a_caption_is_one_line():
    text = '<figure data-picture="3"><figcaption><p>a</p><p>b</p>c<br>d</figcaption></figure>'
    assert sanitised(text) == figure(3, "a b c d")


def test_a_text_of_a_picture_alone_is_not_empty():
    assert sanitised(figure(3, "")) == figure(3, "")


def test_a_text_has_at_most_sixty_pictures():
    assert sanitised(F12 * 60) == F12 * 60
    with pytest.raises(ValidationError) as refused:
        sanitised(F12 * 200)
    assert refused.value.messages == [
        "This text has 200 pictures; at most 60 are possible. Divide it."
    ]


# As words


def test_a_caption_is_words_of_the_text_but_not_of_its_beginning():
    text = f"{F12}<p>Le pont est long.</p>"
    assert plain(text) == "Une vue du pont Le pont est long."
    assert lines(text) == "Une vue du pont\nLe pont est long."
    assert excerpt(text) == "Le pont est long."
    assert excerpt(F12) == "Une vue du pont"


# On pages


@pytest.fixture(scope="module")
def photo():
    return content_of(photograph())


@pytest.fixture
def stored(photo):
    return LibraryPicture.objects.create(
        file=ContentFile(photo, "a.jpg"),
        alt_fr="Deux anciens : un pont",
        alt_en="Two elders",
        credit="Awa Diallo / IMRAP",
    )


@pytest.fixture
def report(add_paper, stored):
    text = f"<p>Le pont est long.</p>{figure(stored.pk)}<p>Et large.</p>"
    return add_paper("Rapport", slug="rapport", body_fr=text)


def shown(page):
    return re.findall(r"<figure.*?</figure>", page.text, re.DOTALL)


def test_a_page_shows_the_picture_with_its_words_credit_and_caption(client, report, stored):
    (found,) = shown(client.get("/fr/papers/rapport/"))
    stem = stored.file.url.removesuffix(".jpg")
    assert f'<source type="image/avif" srcset="{stem}.w300.avif 300w"' in found
    assert f'<img src="{stored.file.url}"' in found
    assert f'width="300" height="200" alt="Deux anciens{NBSP}: un pont" loading="lazy"' in found
    assert (
        '<figcaption>Une <em>vue</em> du pont <small class="credit">Awa Diallo / IMRAP</small>'
        in found
    )


def test_its_words_are_in_the_language_of_the_text(client, report, stored):
    (found,) = shown(client.get("/en/papers/rapport/"))
    assert f'alt="Deux anciens{NBSP}: un pont" loading' in found
    Paper.objects.update(body_en=figure(stored.pk))
    (found,) = shown(client.get("/en/papers/rapport/"))
    assert 'alt="Two elders" loading' in found
    LibraryPicture.objects.update(alt_en="")
    (found,) = shown(client.get("/en/papers/rapport/"))
    assert 'un pont" lang="fr" loading' in found


def test_a_picture_that_is_gone_leaves_its_caption(client, staff_client, report, stored):
    PictureUse.objects.all().delete()
    number = stored.pk
    stored.delete()
    for address in ("/fr/papers/rapport/", "/fr/papers/rapport/copy.html"):
        page = client.get(address)
        assert shown(page) == []
        assert "<p>Une <em>vue</em> du pont</p>" in page.text
    remarks = staff_client.get(f"/admin/profiles/paper/{report.pk}/change/").context["remarks"]
    assert [(one.field, one.text) for one in remarks if "library" in one.text] == [
        (
            "body_fr",
            f"The text shows picture {number} of the library, which is not there any more: "
            "visitors read its caption alone.",
        )
    ]


def test_staff_are_told_of_a_picture_that_is_gone_from_the_presentation(
    staff_client, imrap, stored
):
    imrap.description_en = figure(stored.pk)
    imrap.save()
    address = f"/admin/profiles/organisation/{imrap.pk}/change/"
    assert staff_client.get(address).context["remarks"] == []
    PictureUse.objects.all().delete()
    number = stored.pk
    stored.delete()
    page = staff_client.get(address)
    words = f"The text shows picture {number} of the library, which is not there any more: "
    assert f'<a href="#id_description_en">{words}' in page.text


def test_staff_are_told_of_a_picture_without_words(staff_client, report):
    def remarks():
        page = staff_client.get(f"/admin/profiles/paper/{report.pk}/change/")
        return [one.text for one in page.context["remarks"] if "library" in one.text]

    assert remarks() == []
    LibraryPicture.objects.update(alt_fr="", alt_en="")
    assert ["alternative text" in text for text in remarks()] == [True]


def test_the_profile_shows_pictures_where_the_text_unfolds(client, report, stored, imrap):
    page = client.get("/fr/").text
    before, folded = page.split("<details>", 1)
    assert "<figure" not in before
    assert f'<figure data-picture="{stored.pk}">' in folded
    assert "<p>Le pont est long.</p>" in before
    Paper.objects.update(body_fr=figure(stored.pk, "Un pont"))
    before, folded = client.get("/fr/").text.split("<details>", 1)
    assert "<p>Un pont</p>" in before
    assert "<figure" in folded
    Organisation.objects.update(description_fr=f"<p>Qui.</p>{figure(stored.pk, 'Nous')}")
    assert len(shown(client.get("/fr/"))) == 2
    assert shown(client.get("/fr/papers/")) == []


def test_many_pictures_are_read_on_the_page_of_their_entry(client, report, stored):
    Paper.objects.update(body_fr=f"<p>Le pont.</p>{figure(stored.pk, 'a') * 7}")
    assert len(shown(client.get("/fr/"))) == 7
    Paper.objects.update(body_fr=f"<p>Le pont.</p>{figure(stored.pk, 'a') * 8}")
    assert shown(client.get("/fr/")) == []
    assert len(shown(client.get("/fr/papers/rapport/"))) == 8


def test_a_picture_alone_and_without_words_opens_with_no_empty_paragraph(client, report, stored):
    Paper.objects.update(body_fr=figure(stored.pk, ""))
    page = client.get("/fr/").text
    assert "<p></p>" not in page
    assert len(shown(client.get("/fr/"))) == 1


def queries(client, address):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pictures_cost_a_page_one_query_and_none_where_there_are_none(
    client, imrap, add_paper, stored, photo
):
    other = LibraryPicture.objects.create(file=ContentFile(content_of(photograph((60, 40))), "b"))
    nouns = [add_paper(str(number), slug=f"p{number}", body_fr="<p>a</p>") for number in range(3)]
    video = Video.objects.create(organisation=imrap, title_fr="F", slug="f", is_draft=False)
    client.get("/fr/")
    without = [queries(client, address) for address in ("/fr/", "/fr/papers/p1/")]
    for noun in [*nouns, video]:
        noun.body_fr = f"<p>a</p>{figure(stored.pk)}{figure(other.pk)}"
        noun.save()
    assert len(shown(client.get("/fr/"))) == 8
    with_pictures = [queries(client, address) for address in ("/fr/", "/fr/papers/p1/")]
    assert with_pictures == [number + 1 for number in without]


# Who may see the file, and who uses it


def status_of(client, address, **query):
    response = client.get(address, query)
    response.close()
    return response.status_code


def test_a_picture_is_reachable_while_a_published_text_shows_it(client, report, stored, imrap):
    assert status_of(client, stored.file.url) == 200
    assert status_of(client, stored.file.url.replace(".jpg", ".w300.avif")) == 200
    Paper.objects.update(is_draft=True)
    assert status_of(client, stored.file.url) == 404
    Organisation.objects.update(description_fr=figure(stored.pk))
    assert status_of(client, stored.file.url) == 404  # past the model: nobody noted it
    imrap.refresh_from_db()
    imrap.save()
    assert status_of(client, stored.file.url) == 200


def test_a_picture_that_no_text_shows_any_more_is_not_reachable(client, report, stored):
    Paper.objects.update(body_fr="<p>Le pont.</p>")
    assert PictureUse.objects.count() == 1
    assert status_of(client, stored.file.url) == 404


def test_a_number_that_begins_alike_opens_nothing(client, add_paper, stored):
    paper = add_paper(body_fr=figure(stored.pk))
    Paper.objects.filter(pk=paper.pk).update(body_fr=figure(f"{stored.pk}0"))
    assert status_of(client, stored.file.url) == 404


def test_a_published_text_opens_the_picture_of_a_draft(client, add_paper, report):
    photo = ContentFile(content_of(photograph((60, 40))), "b.jpg")
    own = add_paper("Autre", slug="c", image=photo, is_draft=True)
    assert status_of(client, own.image.url) == 404
    number = LibraryPicture.objects.get(file=own.image.name).pk
    report.body_fr = figure(number)
    report.save()
    assert status_of(client, own.image.url) == 200


def test_uses_follow_the_texts(report, stored, imrap):
    def uses():
        return sorted(PictureUse.objects.values_list("kind", "picture"))

    assert uses() == [("papers", stored.pk)]
    with pytest.raises(ProtectedError):
        stored.delete()
    report.body_en = figure(stored.pk) + figure(999_999)
    report.save()
    assert uses() == [("papers", stored.pk)]
    report.body_fr = report.body_en = ""
    report.save()
    assert uses() == []
    imrap.description_fr = figure(stored.pk)
    imrap.save()
    assert uses() == [("organisation", stored.pk)]


def test_the_library_says_whose_texts_show_a_picture(staff_client, report, stored, imrap):
    imrap.description_fr = figure(stored.pk)
    imrap.save()
    page = staff_client.get(f"/admin/profiles/librarypicture/{stored.pk}/change/").text
    assert f'<a href="/admin/profiles/paper/{report.pk}/change/">Rapport</a> (paper)' in page
    own = f'<a href="/admin/profiles/organisation/{imrap.pk}/change/">IMRAP</a>'
    assert own in page
    assert own in staff_client.get(f"/admin/profiles/librarypicture/{stored.pk}/delete/").text


def test_an_entry_that_is_not_stored_yet_knows_its_pictures(stored):
    assert Paper(body_fr=figure(stored.pk)).text_pictures == {stored.pk: stored}


def test_a_preview_opens_the_pictures_of_its_text_and_no_other(client, add_paper, report, stored):
    Paper.objects.update(is_draft=True)
    token = preview.token_for(report)
    page = client.get(f"/fr/papers/rapport/?preview={token}").text
    assert f"{stored.file.url}?preview={token}" in page
    assert status_of(client, stored.file.url, preview=token) == 200
    other = add_paper("Autre", slug="autre", is_draft=True)
    assert status_of(client, stored.file.url, preview=preview.token_for(other)) == 404


def test_the_page_of_what_is_typed_shows_pictures_and_keeps_nothing(staff_client, imrap, stored):
    fields = filled(staff_client.get("/admin/profiles/paper/add/"), title_fr="Rapport")
    fields["body_fr"] = f"<p>a</p>{figure(stored.pk)}"
    page = staff_client.post("/admin/profiles/paper/add/preview/", fields)
    assert len(shown(page)) == 1
    assert PictureUse.objects.count() == Paper.objects.count() == 0
    stored.delete()
    page = staff_client.post("/admin/profiles/paper/add/preview/", fields)
    assert "<p>Une <em>vue</em> du pont</p>" in page.text


def test_a_picture_deleted_while_it_is_chosen_loses_nothing_that_was_typed(
    staff_client, imrap, stored
):
    fields = filled(staff_client.get("/admin/profiles/paper/add/"), title_fr="Rapport")
    text = f"<p>a</p>{figure(stored.pk)}"
    stored.delete()
    answer = staff_client.post(
        "/admin/profiles/paper/add/", {**fields, "body_fr": text, "_continue": "1"}, follow=True
    )
    assert Paper.objects.get().body_fr == text
    assert "which is not there any more" in answer.text


def test_a_text_with_too_many_pictures_is_refused_in_words_and_comes_back(staff_client, imrap):
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    fields = filled(staff_client.get("/admin/profiles/paper/add/"), title_fr="Rapport")
    page = staff_client.post("/admin/profiles/paper/add/", {**fields, "body_fr": F12 * 200}).text
    words = "Ce texte a 200 images\u00a0; il peut en avoir 60 au plus. Divisez-le."
    assert words in page
    assert page.count("&lt;figure data-picture") == 200
    assert Paper.objects.count() == 0


def test_who_may_not_publish_shows_visitors_no_picture_by_hand(client, groups, add_paper, stored):
    published = add_paper(slug="rapport", body_fr="<p>Publié.</p>")
    writer = User.objects.create_user("ali", is_staff=True)
    writer.groups.add(Group.objects.get(name="Rédaction"))
    client.force_login(writer)
    fields = filled(client.get("/admin/profiles/paper/add/"), title_fr="Autre")
    fields |= {"body_fr": figure(stored.pk), "is_draft": "", "_publish": "1", "publish_at_0": ""}
    client.post("/admin/profiles/paper/add/", fields)
    address = f"/admin/profiles/paper/{published.pk}/change/"
    fields = filled(client.get(address), body_fr=figure(stored.pk))
    client.post(address, {**fields, "_apart": "1"})
    assert [status_of(client, stored.file.url), status_of(Client(), stored.file.url)] == [200, 404]
    assert all(shown(Client().get(page)) == [] for page in ("/fr/", "/fr/papers/rapport/"))


def test_who_may_not_see_the_library_asks_it_nothing(client, stored):
    client.force_login(User.objects.create_user("ali", is_staff=True))
    assert status_of(client, "/admin/pictures/", numbers=str(stored.pk)) == 403


# Corrections that are kept apart


def test_a_picture_of_corrections_is_kept_and_reached_by_no_visitor(
    client, moussa, add_paper, stored
):
    paper = add_paper(slug="rapport", body_fr="<p>Publié.</p>")
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    text = f"<p>Corrigé.</p>{figure(stored.pk)}"
    fields = filled(moussa.get(address), body_fr=text)
    moussa.post(address, {**fields, "_apart": "1"})
    kept = KeptApart.objects.get()
    assert stored.pk in numbers_in(kept.rows.replace('\\"', '"'))
    with pytest.raises(ProtectedError):
        stored.delete()
    assert status_of(client, stored.file.url) == 404
    assert status_of(moussa, stored.file.url) == 200
    assert shown(client.get("/fr/papers/rapport/")) == []
    page = moussa.get(f"/admin/profiles/paper/{paper.pk}/apart/page/")
    assert len(shown(page)) == 1
    with apart.as_if_online(kept) as corrected:
        assert PictureUse.objects.count() == 1
        assert corrected.text_pictures == {stored.pk: stored}
    apart.put_online(kept, None)
    assert status_of(client, stored.file.url) == 200
    assert len(shown(client.get("/fr/papers/rapport/"))) == 1


def test_who_may_not_see_the_library_sees_the_pictures_of_corrections(
    client, moussa, imrap, add_paper, stored
):
    paper = add_paper(slug="rapport", body_fr="<p>Publié.</p>")
    other = LibraryPicture.objects.create(
        file=ContentFile(content_of(photograph(size=(300, 200))), "b.jpg"), alt_fr="Un pont"
    )
    address = f"/admin/profiles/paper/{paper.pk}/change/"
    fields = filled(moussa.get(address), body_fr=figure(stored.pk))
    moussa.post(address, {**fields, "image-library": str(other.pk), "_apart": "1"})
    reader = User.objects.create_user("ali", is_staff=True)
    client.force_login(reader)
    files = [stored.file.url, other.file.url]
    assert [status_of(client, file) for file in files] == [404, 404]
    reader.user_permissions.add(Permission.objects.get(codename="view_paper"))
    assert [status_of(client, file) for file in files] == [200, 200]
    reader.user_permissions.set(Permission.objects.filter(codename="view_video"))
    assert [status_of(client, file) for file in files] == [404, 404]


def test_corrections_that_are_given_up_let_their_pictures_go(moussa, add_paper, stored):
    paper = add_paper(body_fr="<p>Publié.</p>")
    kept = apart.keep(paper, apart.snapshot(paper), apart.snapshot(paper), None)
    assert PictureUse.objects.count() == 0
    paper.body_fr = figure(stored.pk)
    apart.keep(paper, kept.base, apart.snapshot(paper), None)
    assert PictureUse.objects.count() == 1
    KeptApart.objects.get().delete()
    assert PictureUse.objects.count() == 0


# Carried along


def test_a_copy_holds_the_picture_as_far_as_there_is_room(client, report, stored):
    copy = client.get("/fr/papers/rapport/copy.html")
    (found,) = shown(copy)
    assert re.search(r'<img src="data:image/webp;base64,[^"]+" width="300" height="200"', found)
    assert f'alt="Deux anciens{NBSP}: un pont"' in found
    assert "<figcaption>Une <em>vue</em> du pont <small>Awa Diallo / IMRAP</small>" in found
    assert len(copy.content) < most_bytes(report)
    noise = Image.effect_noise((1280, 800), 200).convert("RGB")
    heavy = io.BytesIO()
    noise.save(heavy, "JPEG")
    other = LibraryPicture.objects.create(file=ContentFile(heavy.getvalue(), "b"), alt_fr="Bruit")
    Paper.objects.update(body_fr=figure(other.pk, "Un") * 40 + figure(stored.pk, "Deux"))
    copy = client.get("/fr/papers/rapport/copy.html")
    assert len(copy.content) <= 100_000 < most_bytes(Paper.objects.get())
    assert shown(copy)[0] == ("<figure>\n<p>[Bruit]</p>\n<figcaption>Un</figcaption>\n</figure>")
    assert "data:image/webp" in shown(copy)[40]


def test_a_book_holds_each_picture_once_with_its_words(client, report, stored):
    Paper.objects.update(body_fr=figure(stored.pk) * 2 + figure(999_999))
    book = client.get("/fr/papers/rapport/copy.epub").content
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        chapter = files.read("EPUB/text-1.xhtml").decode()
        assert f'href="figure-{stored.pk}.jpg" media-type="image/jpeg"' in (
            files.read("EPUB/package.opf").decode()
        )
        assert [name for name in files.namelist() if "figure" in name] == [
            f"EPUB/figure-{stored.pk}.jpg"
        ]
        assert files.read(f"EPUB/figure-{stored.pk}.jpg")[:3] == b"\xff\xd8\xff"
    image = f'<img src="figure-{stored.pk}.jpg" width="300" height="200"'
    assert chapter.count(f'{image} alt="Deux anciens{NBSP}: un pont"/>') == 2


def test_the_site_to_carry_holds_the_picture_in_all_its_sizes(report, stored, tmp_path):
    call_command("export_site", str(tmp_path / "stick"), stdout=io.StringIO())
    pages = [
        path
        for path in (tmp_path / "stick").rglob("index.html")
        if "<figure" in path.read_text("utf-8")
    ]
    assert len(pages) == 5  # of the profile and of the report in each language, and the first
    for path in pages:
        found = re.search(r"<figure.*?</figure>", path.read_text("utf-8"), re.DOTALL)[0]
        names = re.findall(r'(?:src|srcset)="([^" ]+)', found)
        assert len(names) == 4
        assert all((path.parent / name).resolve().is_file() for name in names), names


def test_a_text_with_pictures_goes_out_to_a_sheet_and_comes_in_again(imrap, stored):
    text = f"<p>Le pont.</p>{figure(stored.pk)}{figure(999_999, 'b')}"
    quoted = text.replace('"', '""')
    report = imported(f'title_fr,body_fr\nUn,"{quoted}"\n'.encode())
    assert report.rows[0].notes == []
    assert Paper.objects.get().body_fr == text
    assert PictureUse.objects.get().picture == stored
    sheet = spreadsheets.as_csv(Paper, Paper.objects.all())
    assert quoted in sheet.decode()
    seen = imported(f"slug,body_fr\n{Paper.objects.get().slug},<p>Le pont.</p>\n".encode())
    (change,) = seen.rows[0].changes
    assert f"[Picture {stored.pk} of the library] Une vue du pont" in change.before
    assert PictureUse.objects.count() == 0


def test_the_history_says_pictures_in_words(report, stored):
    before = texts_of(report)
    words = f"[Picture {stored.pk} of the library] Une vue du pont"
    assert before["text (French)"] == f"Le pont est long.\n{words}\nEt large."
    report.body_fr = report.body_fr.replace(figure(stored.pk), figure(stored.pk + 1))
    (change,) = differing(before, texts_of(report))
    assert change.label == "text (French)"


@pytest.mark.django_db(transaction=True)
def test_words_of_captions_are_found_and_those_of_no_markup(report):
    assert [hit.key for hit in search("vue").hits] == [report.pk]
    assert search("figcaption").hits == []


def test_engines_and_feeds_are_told_the_text_without_pictures(client, report, stored, imrap):
    page = client.get("/fr/papers/rapport/").text
    head, data = page.partition("</head>")[0], re.search(r"ld\+json.*?</script>", page)[0]
    assert 'content="Le pont est long. Et large."' in head
    for told in (data, client.get("/fr/papers/feed.atom").text):
        assert "figure" not in told
    Vacancy.objects.create(
        organisation=imrap,
        title_fr="Poste",
        slug="poste",
        body_fr=f"<p>Le poste.</p>{figure(stored.pk)}",
        country="ML",
        is_draft=False,
        deadline=timezone.now() + timezone.timedelta(days=3),
    )
    page = client.get("/fr/vacancies/poste/").text
    said = json.loads(re.search(r"ld\+json[^>]*>(.*?)</script>", page, re.DOTALL)[1])
    assert "<p>Le poste.</p>" in str(said)
    assert "figure" not in str(said)


# In the editor


@pytest.fixture
def editor(signed_in, live_server, imrap, stored):
    signed_in.set_viewport_size({"width": 360, "height": 740})
    signed_in.goto(f"{live_server.url}/admin/profiles/paper/add/")
    signed_in.locator("#id_title_fr").fill("Rapport")
    signed_in.locator(".field-body_fr .tiptap").click()
    return signed_in


def press(page, name):
    """With the key, as who has no mouse."""
    page.locator(".field-body_fr").get_by_role("button", name=name, exact=True).press("Enter")


def choose(page, stored):
    press(page, "Image de la médiathèque")
    dialog = page.get_by_role("dialog", name="Choisir une image de la médiathèque")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    expect(dialog.get_by_role("button", name=f"{stored.pk}. Deux anciens")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_picture_is_chosen_given_a_caption_saved_and_seen_by_visitors(
    editor, live_server, stored
):
    editor.keyboard.type("Le pont.")
    choose(editor, stored)
    editor.keyboard.type("Une vue")
    editor.keyboard.press("Enter")
    editor.keyboard.type("La suite.")
    figures = editor.locator(".field-body_fr figure")
    thumbnail = figures.get_by_role("img", name="Deux anciens : un pont")
    assert thumbnail.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(figures).to_contain_text(f"{stored.pk}. Deux anciens : un pont")
    text = f"<p>Le pont.</p>{figure(stored.pk, 'Une vue')}<p>La suite.</p>"
    expect(editor.locator("#id_body_fr")).to_have_value(text)
    nothing(violations(editor, "editor", preload=False))
    assert editor.evaluate("document.documentElement.scrollWidth") <= 360
    editor.locator("[name=_save]").first.click()
    expect(editor.locator(".messagelist .success")).to_be_visible()
    paper = Paper.objects.get()
    assert paper.body_fr == text

    Paper.objects.update(is_draft=False)
    editor.context.clear_cookies()
    editor.goto(f"{live_server.url}/fr/papers/{paper.slug}/")
    picture = editor.get_by_role("img", name="Deux anciens : un pont")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(editor.locator("figcaption")).to_contain_text("Une vue")
    nothing(too_wide_or_cut(editor, "page"))
    nothing(violations(editor, "page", preload=False))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_picture_is_taken_out_and_brought_back_by_keys(editor, stored):
    value = editor.locator("#id_body_fr")
    choose(editor, stored)
    expect(value).to_have_value(figure(stored.pk, ""))
    editor.wait_for_timeout(600)  # what follows sooner is undone in one
    editor.keyboard.press("Backspace")
    expect(value).to_have_value("")
    editor.keyboard.press("Control+z")
    expect(value).to_have_value(figure(stored.pk, ""))
    editor.wait_for_timeout(600)
    press(editor, "Retirer l’image du texte")
    expect(value).to_have_value("")
    editor.keyboard.press("Control+z")
    expect(value).to_have_value(figure(stored.pk, ""))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_button_of_the_toolbar_loses_a_picture(editor, stored):
    choose(editor, stored)
    editor.keyboard.type("Une vue")
    value = editor.locator("#id_body_fr")
    for name in ("Titre", "Citation", "Liste à puces"):
        editor.evaluate(
            """name => document.querySelector(".field-body_fr .tiptap").editor.chain()
            [name]({ level: 3 }).run()""",
            {"Titre": "toggleHeading", "Citation": "toggleBlockquote"}.get(
                name, "toggleBulletList"
            ),
        )
        assert figure(stored.pk, "Une vue") in value.input_value(), name


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_stored_text_comes_back_as_it_was_and_says_what_is_gone(
    signed_in, live_server, add_paper, stored
):
    text = f"<p>a</p>{figure(stored.pk, 'Une <em>vue</em>')}{figure(999, 'b')}<p>c</p>"
    paper = add_paper(body_fr=text)
    asked = []
    signed_in.on("request", lambda request: asked.append(request.url))
    signed_in.goto(f"{live_server.url}/admin/profiles/paper/{paper.pk}/change/")
    figures = signed_in.locator(".field-body_fr figure")
    expect(figures.first.get_by_role("img", name="Deux anciens : un pont")).to_be_visible()
    expect(figures.last).to_contain_text("La médiathèque n’a pas d’image au numéro 999")
    assert len([url for url in asked if "/admin/pictures/" in url]) == 1
    written = "document.querySelector('.field-body_fr .tiptap').editor.getHTML()"
    assert signed_in.evaluate(written) == text


PASTE = """html => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    document.querySelector(".field-body_fr .tiptap").dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pictures_of_our_pages_are_pasted_and_those_of_others_are_counted(
    editor, live_server, stored
):
    def copied(site, number=stored.pk):
        return (
            f'<figure data-picture="{number}"><picture><source srcset="{site}/a.avif">'
            f'<img src="{site}/a.jpg" alt="x"></picture><figcaption>Une <em>vue</em> '
            '<small class="credit">Awa</small></figcaption></figure>'
        )

    own = figure(stored.pk, "Une <em>vue</em>")
    value = editor.locator("#id_body_fr")
    editor.evaluate(PASTE, f"<p>a</p>{copied(live_server.url)}<p>b</p>")
    expect(value).to_have_value(f"<p>a</p>{own}<p>b</p>")
    expect(editor.locator(".field-body_fr [role=status] p")).to_have_count(0)
    editor.keyboard.press("Control+a")
    editor.evaluate(PASTE, f"<p>a</p>{copied('https://example.org')}<p>b</p>")
    expect(value).to_have_value("<p>a</p><p>Une <em>vue</em> Awa</p><p>b</p>")
    expect(editor.locator(".field-body_fr [role=status] p")).to_contain_text(
        "Images laissées de côté : 1. Ajoutez d’abord chacune à la médiathèque"
    )
    editor.keyboard.press("Control+a")
    editor.evaluate(PASTE, f"<table><tr><td>a{copied(live_server.url)}</td><td>b</td></tr></table>")
    expect(value).to_have_value(
        f"<table><tbody><tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table>{own}"
    )


def test_pictures_are_asked_for_by_their_numbers(staff_client, stored):
    def numbers(asked):
        found = staff_client.get("/admin/pictures/", {"numbers": asked}).json()["pictures"]
        return [one["number"] for one in found]

    assert numbers(f"{stored.pk},999") == [stored.pk]
    assert numbers("") == numbers("x,-1,1e3,٣," + "9" * 30) == []
