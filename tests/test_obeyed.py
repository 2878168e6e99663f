"""What “À compléter” asks for goes away when one does it, or when somebody decides to leave it so."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from playwright.sync_api import expect

from profiles.editing import overview
from profiles.models import (
    KINDS,
    LeftRemark,
    Mandate,
    Organisation,
    Paper,
    PaperFile,
    Programme,
    Vacancy,
    Video,
)
from tests.builders import (
    VOICE,
    WHOLE_TEXTS,
    a_file,
    a_pdf,
    a_recording,
    filled,
    kept_photograph,
)
from tests.films import mp4
from tests.looks import nothing, too_small, too_wide_or_cut, violations

HEAVY = 5_000_001
FRENCH = {"HTTP_ACCEPT_LANGUAGE": "fr"}


@pytest.fixture
def imrap(imrap):
    """Written in both languages."""
    imrap.name_en = "Malian Institute of Action Research for Peace"
    imrap.save()
    return imrap


def whole(kind=Paper, **fields):
    """An entry of which nothing is to be said but what the fields cause."""
    facts = {"organisation": Organisation.objects.get(), "title_fr": "Note", **WHOLE_TEXTS}
    return kind.objects.create(**{**facts, **fields})


def form_of(entry):
    meta = entry._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/{entry.pk}/change/"


def remarks_above(client, entry):
    page = client.get(form_of(entry), **FRENCH)
    return [remark.text for remark in page.context["remarks"]]


def upload(name, content):
    return SimpleUploadedFile(name, content)


def another_file(**fields):
    rows = {f"files-1-{name}": value for name, value in fields.items()}
    file = upload("allege.pdf", a_pdf(b"(autres mots) Tj"))
    return {"files-TOTAL_FORMS": "2", "files-1-file": file, **rows}


def with_picture():
    entry = whole()
    entry.image.save("a.jpg", kept_photograph((300, 200)))
    return entry


def with_file(**facts):
    entry = whole()
    PaperFile.objects.filter(pk=a_file(entry).pk).update(**facts)
    return entry


def with_recording():
    entry = whole(Mandate)
    a_recording(entry, size=3_000_000, seconds=10)
    return entry


def with_film(**fields):
    return whole(Video, file=ContentFile(mp4() + bytes(0), "film.mp4"), **fields)


CASES = {
    "text": (lambda: whole(body_fr="", body_en=""), "Le texte est vide.", WHOLE_TEXTS),
    "picture": (
        with_picture,
        "L’image n’a pas de texte de remplacement.",
        {"image_alt_fr": "Deux anciens sous un arbre."},
    ),
    "decorative picture": (
        with_picture,
        "L’image n’a pas de texte de remplacement.",
        {"image_is_decorative": "on"},
    ),
    "heavy file": (
        lambda: with_file(size=HEAVY),
        "Un fichier dépasse 5 Mo\u00a0: ajoutez une édition légère.",
        lambda: another_file(language="fr", edition="light"),
    ),
    "heavy light edition": (
        lambda: with_file(size=HEAVY, edition="light"),
        "L’édition légère dépasse 5 Mo\u00a0: remplacez-la par un fichier plus léger.",
        lambda: {"files-0-file": upload("petit.pdf", a_pdf(b"(petit) Tj"))},
    ),
    "scan": (
        lambda: with_file(text=""),
        "Un PDF ne contient pas de texte, seulement des images de pages\u00a0: remplacez-le par un PDF "
        "avec du texte, ou ajoutez le texte dans un autre fichier de la même langue.",
        lambda: another_file(language="fr", edition="full"),
    ),
    "scan that is replaced": (
        lambda: with_file(text=""),
        "Un PDF ne contient pas de texte, seulement des images de pages\u00a0: remplacez-le par un PDF "
        "avec du texte, ou ajoutez le texte dans un autre fichier de la même langue.",
        lambda: {"files-0-file": upload("lisible.pdf", a_pdf(b"(lisible) Tj"))},
    ),
    "language of a file": (
        lambda: with_file(language=""),
        "La langue d’un fichier manque.",
        {"files-0-language": "bm"},
    ),
    "heavy recording": (
        with_recording,
        "Un enregistrement pèse plus de 1 Mo par minute, que paient ceux qui l’écoutent\u00a0: "
        "enregistrez-le de nouveau en mono, à 48 kbit/s ou moins, et remplacez-le.",
        lambda: {"audio-0-file": upload("voix.opus", VOICE + bytes(0))},
    ),
    "address": (
        lambda: whole(Programme, website="http://interpeace.org/"),
        "Le lien ne commence pas par https://.",
        {"website": "https://interpeace.org/"},
    ),
    "link in the text": (
        lambda: whole(Vacancy, body_fr='<p><a href="http://a.org/">a</a></p>'),
        "Un lien du texte ne commence pas par https://.",
        {"body_fr": '<p><a href="https://a.org/">a</a></p>'},
    ),
    "author": (
        lambda: whole(authors="Moussa Ag Assarid"),
        "«\u00a0Moussa Ag Assarid\u00a0» n’a pas de virgule\u00a0: écrivez le nom de famille, une virgule, le prénom.",
        {"authors": "Ag Assarid, Moussa"},
    ),
    "translation": (
        lambda: whole(body_en=""),
        "La traduction manque\u00a0: texte (anglais).",
        {"body_en": "<p>Text.</p>"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_remark_goes_away_when_one_does_what_it_says(staff_client, imrap, case):
    make, text, obey = CASES[case]
    entry = make()
    assert text in remarks_above(staff_client, entry)
    assert [one.text for one in overview.overview([type(entry)]).remarks] != []
    opened = staff_client.get(form_of(entry), **FRENCH)
    sent = filled(opened, **(obey() if callable(obey) else obey))
    answer = staff_client.post(form_of(entry), sent, **FRENCH)
    assert answer.status_code == 302, answer.context["errors"]
    assert remarks_above(staff_client, entry) == []
    assert overview.overview([type(entry)]).remarks == []


@pytest.mark.on_a_folder("see test_bucket")
@pytest.mark.parametrize(
    "obey", [{"watch_url": "https://example.org/film"}, {"duration": "2:00"}], ids=["web", "time"]
)
def test_a_film_that_cannot_be_smaller_nags_nobody(staff_client, imrap, media_folder, obey):
    film = with_film()
    with (media_folder / film.file.name).open("ab") as file:
        file.truncate(9_000_000)
    assert len(remarks_above(staff_client, film)) == 1
    sent = filled(staff_client.get(form_of(film), **FRENCH), **obey)
    assert staff_client.post(form_of(film), sent).status_code == 302
    assert remarks_above(staff_client, film) == []
    with (media_folder / film.file.name).open("ab") as file:
        file.truncate(13_000_000)  # more than 6 MB in each of two minutes
    assert len(remarks_above(staff_client, film)) == (1 if "duration" in obey else 0)


def test_nobody_is_to_translate_into_a_language_that_the_site_does_not_use(staff_client, imrap):
    note = whole(title_en="", body_en="")
    missing = [
        "La traduction manque\u00a0: titre (anglais).",
        "La traduction manque\u00a0: texte (anglais).",
    ]
    assert remarks_above(staff_client, note) == missing
    Organisation.objects.update(name_en="")
    assert remarks_above(staff_client, note) == []
    assert overview.overview(KINDS.values()).remarks == []
    other = whole(Mandate)  # an entry that stands there in English
    assert remarks_above(staff_client, note) == missing
    other.delete()
    assert remarks_above(staff_client, note) == []


# Left so


def leave(client, entry, **fields):
    return client.post(form_of(entry).replace("change", "leave"), fields)


def mark_on(client, entry):
    return client.get(form_of(entry)).context["remarks"][0].mark


def test_a_remark_that_is_left_comes_again_with_another_cause(staff_client, imrap):
    programme = whole(Programme, website="http://un.example/")
    leave(staff_client, programme, leave=mark_on(staff_client, programme))
    assert remarks_above(staff_client, programme) == []
    assert overview.overview([Programme]).remarks == []
    assert "1 remarque laissée ainsi" in staff_client.get(form_of(programme), **FRENCH).text
    for address, number in (("http://un.example/", 0), ("http://deux.example/", 1)):
        sent = filled(staff_client.get(form_of(programme)), website=address)
        assert staff_client.post(form_of(programme), sent).status_code == 302
        assert len(remarks_above(staff_client, programme)) == number
        assert len(overview.overview([Programme]).remarks) == number
    assert not LeftRemark.objects.exists()  # what was left is no more


def test_of_two_remarks_one_can_be_left(staff_client, imrap):
    programme = whole(Programme, website="http://un.example/", body_en="")
    leave(staff_client, programme, leave=mark_on(staff_client, programme))
    assert remarks_above(staff_client, programme) == [
        "La traduction manque\u00a0: texte (anglais)."
    ]
    assert len(overview.overview([Programme]).remarks) == 1
    leave(staff_client, programme, leave=mark_on(staff_client, programme))
    assert overview.keys_of_candidates([Programme], 10) == []
    leave(staff_client, programme, take_up=LeftRemark.objects.first().mark)
    assert len(remarks_above(staff_client, programme)) == 1
    assert len(overview.overview([Programme]).remarks) == 1


@pytest.mark.parametrize(
    ("role", "status", "number"), [("Rédaction", 302, 0), ("Lecture", 403, 1), ("", 403, 1)]
)
def test_who_may_change_an_entry_may_leave_a_remark(groups, imrap, role, status, number):
    client, person = Client(), User.objects.create_user("moussa", is_staff=True)
    if role:
        person.groups.add(Group.objects.get_or_create(name=role)[0])
    client.force_login(person)
    programme = whole(Programme, website="http://un.example/")
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    mark = mark_on(boss, programme)
    assert leave(client, programme, leave=mark).status_code == status
    assert len(remarks_above(boss, programme)) == number
    before = Programme.objects.values().get()
    assert (before["is_draft"], client.get(form_of(programme)).status_code) == (
        True,
        200 if role == "Rédaction" else 403,
    )


@pytest.mark.parametrize("mark", ["", "x", "\x00", 40 * "é", "../", "'; --"])
def test_a_made_up_mark_changes_nothing(staff_client, imrap, mark):
    programme = whole(Programme, website="http://un.example/")
    for fields in ({"leave": mark}, {"take_up": mark}, {}):
        assert leave(staff_client, programme, **fields).status_code == 302
    assert not LeftRemark.objects.exists()
    address = form_of(programme).replace("change", "leave")
    assert staff_client.get(address).status_code == 405
    nobody = address.replace(f"/{programme.pk}/", "/999/")
    assert staff_client.post(nobody, {"leave": "x"}).status_code == 404


# All of them


def test_published_entries_come_first_and_what_readers_miss_most(staff_client, imrap):
    whole(Programme, title_fr="D", website="http://un.example/")
    whole(Mandate, title_fr="B", body_fr="", body_en="", is_draft=False)
    whole(title_fr="C", authors="Moussa Ag Assarid", is_draft=False)
    whole(title_fr="A", body_fr="", body_en="", is_draft=False)
    whole(Video, title_fr="E", body_en="")
    for address, titles in (("/admin/", "BACDE"), ("/admin/to-complete/", "BACDE")):
        page = staff_client.get(address, **FRENCH).text
        page = page[page.rindex("À compléter</h") :]
        found = re.findall(r"<(?:a [^>]*|strong)>([A-E])</", page)
        assert "".join(found) == titles, address
    assert '<a href="/admin/to-complete/">' in staff_client.get("/admin/").text


def test_all_of_them_stand_on_pages(staff_client, imrap):
    facts = {"organisation": imrap, "title_fr": "Note", "is_draft": False}
    Mandate.objects.bulk_create(Mandate(**facts, slug=f"note-{n}") for n in range(1_010))
    first = staff_client.get("/admin/to-complete/", **FRENCH)
    assert len(first.context["rows"]) == 50
    assert 'href="?p=2"' in first.text
    last = staff_client.get("/admin/to-complete/?p=20", **FRENCH)
    assert len(last.context["rows"]) == 50
    assert "La suite apparaîtra quand cela sera fait." in last.text
    for wrong in ("21", "0", "-1", "x", "1e3", 40 * "9", "١"):
        assert staff_client.get("/admin/to-complete/", {"p": wrong}).status_code == 404
    keys = [row[0].pk for page in (first, last) for row in page.context["rows"]]
    assert len(set(keys)) == 100


def test_who_may_change_nothing_gets_no_such_page(groups, imrap):
    client = Client()
    client.force_login(User.objects.create_user("moussa", is_staff=True))
    assert client.get("/admin/to-complete/").status_code == 403


@pytest.mark.skipif(connection.vendor != "sqlite", reason="It counts what SQLite steps through.")
def test_what_was_left_costs_little_at_any_number(staff_client, imrap):
    """Ten thousand entries on which all was left: the desk looks at as many as it would show."""
    facts = {"organisation": imrap, "title_fr": "Note", "is_draft": False}
    Mandate.objects.bulk_create(Mandate(**facts, slug=f"note-{n}") for n in range(2_000))
    rows = Mandate.objects.values_list("pk", "updated")
    LeftRemark.objects.bulk_create(
        LeftRemark(kind="mandates", entry_key=key, mark="x", settles=updated)
        for key, updated in rows
    )
    steps = SimpleNamespace(number=0)

    def count():
        steps.number += 1

    connection.connection.set_progress_handler(count, 100)
    try:
        assert overview.keys_of_candidates([Mandate], 100) == []
    finally:
        connection.connection.set_progress_handler(None, 100)
    assert (
        steps.number < 200
    )  # of a hundred instructions each, where reading all would take thousands


def test_a_remark_is_left_and_taken_up_again_in_the_browser(signed_in, live_server, imrap):
    page, programme = signed_in, whole(Programme, website="http://un.example/")
    page.goto(f"{live_server.url}{form_of(programme)}")
    page.locator("#id_title_fr").fill("Note, revue")
    page.get_by_role("button", name="Laisser ainsi – Le lien ne commence").click()
    page.get_by_text("1 remarque laissée ainsi").click()
    expect(page.locator(".desk-remarks")).to_contain_text("Laissé ainsi par awa, le")
    page.get_by_role("button", name="Restaurer").click()  # what was typed is not lost
    expect(page.locator("#id_title_fr")).to_have_value("Note, revue")
    page.goto(f"{live_server.url}/admin/to-complete/")
    expect(page.get_by_text("Rien ne demande votre attention.")).to_be_visible()
    page.goto(f"{live_server.url}{form_of(programme)}")
    page.get_by_text("1 remarque laissée ainsi").click()
    page.get_by_role("button", name="Reprendre").click()
    page.goto(f"{live_server.url}/admin/to-complete/")
    page.get_by_role("link", name="Le lien ne commence pas par https://.").click()
    expect(page.locator("#id_website")).to_be_in_viewport()


def test_axe_finds_nothing_where_a_remark_was_left(signed_in, live_server, imrap):
    programme = whole(Programme, website="http://un.example/", body_en="", title_en="")
    client = Client()
    client.force_login(User.objects.get())
    leave(client, programme, leave=mark_on(client, programme))
    context = signed_in.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(signed_in.context.cookies())
    page, found = context.new_page(), []
    for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for address in (form_of(programme), "/admin/to-complete/"):
            page.goto(f"{live_server.url}{address}")
            for details in page.locator(".desk-remarks summary").all():
                details.click()
            found += violations(page, f"{address} {scheme} {width}")
            if width == 360 and "complete" in address:
                found += too_wide_or_cut(page, address) + too_small(page, address)
    context.close()
    nothing(found)


@pytest.mark.firefox
def test_a_remark_is_left_in_firefox(firefox, live_server, staff_client, imrap):
    programme = whole(Programme, website="http://un.example/")
    firefox.sign_in(staff_client.cookies["sessionid"].value)
    firefox.goto(f"{live_server.url}{form_of(programme)}")
    firefox.click("[name=leave]")
    assert "1 remarque laissée ainsi" in firefox.see(".desk-remarks details")
    assert LeftRemark.objects.count() == 1
