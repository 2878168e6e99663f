"""Staff fill in a spreadsheet, see what it would do, and import it: in a real browser."""

import io
import os
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from playwright.sync_api import expect

from profiles.editing import history
from profiles.editing.batches import Batch
from profiles.editing.spreadsheets.waiting import SHEETS
from profiles.files import waiting
from profiles.models import KINDS, Paper, Programme, Video
from tests.builders import workbook
from tests.looks import english_in

pytestmark = pytest.mark.django_db(transaction=True)
SHEET = "/admin/profiles/paper/sheet/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_upload(content, name="fiches.xlsx"):
    return {"name": name, "mimeType": XLSX, "buffer": content}


def sent(client, content, address=SHEET):
    file = io.BytesIO(content)
    file.name = "fiches.xlsx"
    return client.post(address, {"file": file, "is_whole": "1"})


@pytest.fixture
def somebody_who_may(db, client):
    """Signs in somebody with these rights on papers and no other."""

    def sign_in(*rights):
        user = get_user_model().objects.create_user("moussa", is_staff=True)
        names = [f"{right}_paper" for right in rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return client

    return sign_in


def faults_of_axe(page):
    """What axe finds; its own styles, which the policy refuses, are not the page's."""
    assert page.complaints == []
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    page.wait_for_timeout(100)
    page.complaints.clear()
    return [(fault["id"], fault["nodes"][0]["target"]) for fault in found.response["violations"]]


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_staff_fill_in_the_template_and_import_drafts(signed_in, live_server, add_paper, tmp_path):
    add_paper("Ancien titre", slug="ancien")
    page, hosts = signed_in, set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{live_server.url}/admin/profiles/paper/")
    page.locator(".object-tools a[href$='/sheet/']").click()
    with page.expect_download() as download:
        page.locator("a[href$='/template/']").click()
    file = tmp_path / download.value.suggested_filename
    assert file.suffix == ".xlsx"
    download.value.save_as(file)

    filled = load_workbook(file)
    headings = [cell.value for cell in filled.worksheets[0][1]]
    place = {name: headings.index(name) + 1 for name in ("Titre (français)", "Texte (français)")}
    sheet = filled.worksheets[0]
    for line in range(2, 5):
        sheet.cell(line, place["Titre (français)"], f"Note {line}")
        sheet.cell(line, place["Texte (français)"], "Un.\nDeux.")
    sheet.cell(4, 1, "ancien")
    filled.save(file)

    page.locator("#id_file").set_input_files(file)
    page.locator("#content-main form button").click()
    expect(page.locator(".sheet-rows li")).to_have_count(3)
    expect(page.locator(".sheet-rows li").last).to_contain_text("Ancien titre")
    assert Paper.objects.count() == 1
    page.locator("#content-main form button").click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    stored = Paper.objects.order_by("pk").values_list("title_fr", "body_fr", "is_draft")
    assert list(stored) == [
        ("Note 4", "<p>Un.</p><p>Deux.</p>", False),
        ("Note 2", "<p>Un.</p><p>Deux.</p>", True),
        ("Note 3", "<p>Un.</p><p>Deux.</p>", True),
    ]
    assert hosts == {live_server.url.removeprefix("http://")}


def test_mistakes_stand_by_line_and_column_and_a_better_file_is_taken(
    signed_in, live_server, imrap
):
    page = signed_in
    page.goto(live_server.url + SHEET)
    bad = workbook(["title_fr", "date"], ["Un", "2016"], ["Deux", "bientôt"])
    page.locator("#id_file").set_input_files(as_upload(bad))
    page.locator("#content-main form button").click()
    expect(page.locator(".sheet-faults li")).to_have_count(1)
    expect(page.locator(".sheet-faults li")).to_contain_text("3, Date de parution")
    expect(page.locator(".sheet-faults li")).to_contain_text("bientôt")
    good = workbook(["title_fr", "date"], ["Un", "2016"], ["Deux", "juin 2016"])
    page.locator("#id_file").set_input_files(as_upload(good))
    page.locator("#content-main form button").click()
    page.locator("#content-main form button").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert sorted(Paper.objects.values_list("date", flat=True)) == ["2016", "2016-06"]


@pytest.mark.sweep
def test_every_page_is_accessible_and_fits_the_screen(signed_in, live_server, add_paper):
    add_paper("Titre", slug="note", body_fr="<p>Avant</p>")
    page = signed_in
    rows = [["", "Un " + 60 * "long", "<p>x</p><script>y</script>"], ["note", "Deux", "Après"]]
    bad = workbook(["title_fr", "date", "Budget"], ["Un", 120 * "x"], ["Deux", "x"], ["", "2016"])
    for content in (None, bad, workbook(["slug", "title_fr", "body_fr"], *rows)):
        page.goto(live_server.url + SHEET)
        if content:
            page.locator("#id_file").set_input_files(as_upload(content))
            page.locator("#content-main form button").click()
            expect(page.locator(".sheet-faults, .sheet-rows")).to_be_visible()
        for scheme, width in (("light", 1280), ("dark", 360)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            assert not scrolls_sideways(page)
            assert english_in(page.content()) == []
            assert faults_of_axe(page) == []


@pytest.mark.parametrize("model", KINDS.values())
def test_every_kind_has_sheets(staff_client, imrap, model):
    stem = f"/admin/profiles/{model._meta.model_name}/sheet/"
    assert f'href="{stem}"' in staff_client.get(stem.replace("sheet/", "")).text
    assert staff_client.get(stem).status_code == 200
    assert staff_client.get(f"{stem}template/").content.startswith(b"PK")
    assert staff_client.get(f"{stem}csv/").content.startswith(b"\xef\xbb\xbf")
    sent(staff_client, workbook(["title_fr"], ["Un"]), stem)
    token = staff_client.session["sheet"]["token"]
    staff_client.post(f"{stem}import/", {"token": token})
    assert model.objects.values_list("title_fr", "is_draft").get() == ("Un", True)


def test_mistakes_of_one_cause_stand_together(staff_client, imrap):
    rows = [[f"Note {number}", "juin"] for number in range(12)]
    page = sent(staff_client, workbook(["title_fr", "date", "Budget"], ["Bon"], *rows)).text
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "12 lines, Publication date For example line 3: “juin” is not a date." in words
    assert "Lines 3–14" in words
    assert "the template has none of these names: “Budget”." in words


def test_an_export_sent_back_changes_nothing(staff_client, add_paper):
    add_paper("=1+1", slug="note", authors="-Awa\n+Moussa")
    for kind in ("xlsx", "csv"):
        page = sent(staff_client, staff_client.get(f"{SHEET}{kind}/").content).text
        assert "This file changes nothing" in page
        assert "sheet" not in staff_client.session


@pytest.mark.parametrize("rights", [["view"], ["view", "add"], ["view", "change"]])
def test_an_import_takes_the_rights_to_add_and_to_change(somebody_who_may, imrap, rights):
    client = somebody_who_may(*rights)
    assert 'type="file"' not in client.get(SHEET).text
    assert client.get(f"{SHEET}xlsx/").status_code == 200
    assert sent(client, workbook(["title_fr"], ["Un"])).status_code == 403
    assert client.post(f"{SHEET}import/", {"token": "x"}).status_code == 403


def test_who_may_add_and_change_may_import(somebody_who_may, imrap):
    client = somebody_who_may("view", "add", "change")
    assert sent(client, workbook(["title_fr"], ["Un"])).status_code == 200


def test_who_may_not_see_papers_gets_no_export(somebody_who_may, imrap):
    client = somebody_who_may()
    for address in (SHEET, f"{SHEET}xlsx/", f"{SHEET}csv/", f"{SHEET}template/"):
        assert client.get(address).status_code == 403


def test_nothing_is_imported_that_was_not_previewed(staff_client, imrap):
    for token in ({}, {"token": ""}, {"token": "invented"}):
        page = staff_client.post(f"{SHEET}import/", token, follow=True).text
        assert "This preview is over. Choose the file again." in page
    sent(staff_client, workbook(["title_fr"], ["Un"]))
    token = {"token": staff_client.session["sheet"]["token"]}
    other = staff_client.post("/admin/profiles/video/sheet/import/", token, follow=True)
    assert "This preview is over." in other.text
    for _time in range(2):  # a double click
        staff_client.post(f"{SHEET}import/", token)
    assert Paper.objects.count() == 1
    assert Video.objects.count() == 0


# A file between its preview and its import


@pytest.fixture
def waiting_files(var_folder):
    """Gives the names of the files that wait now."""

    def names():
        return sorted(file.name for file in (var_folder / "sheets").glob("*"))

    return names


def test_a_waiting_file_is_for_the_server_alone(staff_client, imrap, var_folder, waiting_files):
    content = workbook(["title_fr"], ["Un"])
    sent(staff_client, content)
    assert waiting_files() == [staff_client.session["sheet"]["token"]]
    file = var_folder / "sheets" / waiting_files()[0]
    assert (file.stat().st_mode & 0o777, file.read_bytes()) == (0o600, content)
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_waiting_file_goes_with_its_import(staff_client, imrap, waiting_files):
    sent(staff_client, workbook(["title_fr"], ["Un"]))
    assert len(waiting_files()) == 1
    staff_client.post(f"{SHEET}import/", {"token": waiting_files()[0]})
    assert Paper.objects.count() == 1
    assert waiting_files() == []


def test_a_new_preview_takes_the_place_of_the_one_before(staff_client, imrap, waiting_files):
    sent(staff_client, workbook(["title_fr"], ["Un"]))
    first = waiting_files()
    sent(staff_client, workbook(["title_fr"], ["Deux"]))
    assert len(waiting_files()) == 1
    assert waiting_files() != first
    sent(staff_client, workbook(["title_fr", "date"], ["Trois", "nulle"]))
    assert waiting_files() == []


def test_a_waiting_file_that_is_old_goes_when_another_comes(
    staff_client, moussa, imrap, var_folder, waiting_files
):
    sent(staff_client, workbook(["title_fr"], ["Un"]))
    (old,) = waiting_files()
    moment = time.time() - 25 * 3600
    os.utime(var_folder / "sheets" / old, (moment, moment))
    sent(moussa, workbook(["title_fr"], ["Deux"]))
    assert waiting_files() == [moussa.session["sheet"]["token"]]
    page = staff_client.post(f"{SHEET}import/", {"token": old}, follow=True).text
    assert "This preview is over. Choose the file again." in page


def test_of_many_waiting_files_the_oldest_goes(var_folder, waiting_files):
    kept = []
    for age in range(21, 0, -1):
        kept.append(SHEETS.keep(age, io.BytesIO(b"title_fr")))
        moment = time.time() - 60 * age
        os.utime(var_folder / "sheets" / kept[-1], (moment, moment))
    assert waiting_files() == sorted(kept[1:])


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    staff_client, imrap, waiting_files, monkeypatch
):
    monkeypatch.setattr(waiting, "open", torn, raising=False)
    page = sent(staff_client, workbook(["title_fr"], ["Un"])).text
    assert (
        "The server’s disk is full. Tell the person who keeps the server. Nothing was saved."
        in page
    )
    assert "sheet" not in staff_client.session
    assert waiting_files() == []


def torn(path, *args, **kwargs):
    path.write_bytes(b"tit")
    raise OSError(28, "No space left on device")


# What was previewed is what is stored


def test_a_change_since_the_preview_is_shown_first(staff_client, add_paper):
    paper = add_paper(slug="note", date="2015")
    sent(staff_client, workbook(["slug", "date"], ["note", "2017"]))
    Paper.objects.filter(pk=paper.pk).update(date="2016")
    token = {"token": staff_client.session["sheet"]["token"]}
    page = staff_client.post(f"{SHEET}import/", token).text
    assert "somebody changed these entries in the meantime" in page
    assert Paper.objects.get().date == "2016"
    staff_client.post(f"{SHEET}import/", token)
    assert Paper.objects.get().date == "2017"


def test_a_preview_that_became_wrong_is_no_longer_offered(staff_client, imrap, waiting_files):
    Programme.objects.create(organisation=imrap, title_fr="Confiance", slug="trust")
    sent(staff_client, workbook(["title_fr", "programme"], ["Un", "trust"]))
    Programme.objects.all().delete()
    token = {"token": staff_client.session["sheet"]["token"]}
    page = staff_client.post(f"{SHEET}import/", token).text
    assert "There is no “trust” on this site." in page
    assert 'type="file"' in page
    assert "Store these changes" not in page
    assert (waiting_files(), "sheet" in staff_client.session) == ([], False)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("database is locked", "The server was busy with another change. Nothing was saved."),
        (
            "database or disk is full",
            "The server’s disk is full. Tell the person who keeps the server. Nothing was saved.",
        ),
    ],
)
def test_an_import_that_cannot_be_written_is_said_and_offered_again(
    staff_client, imrap, monkeypatch, error, sentence
):
    sent(staff_client, workbook(["title_fr"], ["Un"]))
    token = {"token": staff_client.session["sheet"]["token"]}

    def fail(batch):
        raise OperationalError(error)

    with monkeypatch.context() as broken:
        broken.setattr(Batch, "store", fail)
        page = staff_client.post(f"{SHEET}import/", token).text
    assert sentence in page
    assert "1 entry would be added as a draft." in page
    assert Paper.objects.count() == 0
    staff_client.post(f"{SHEET}import/", token)
    assert Paper.objects.count() == 1


def test_a_preview_writes_nothing_but_the_session(staff_client, add_paper):
    add_paper(slug="note")
    with CaptureQueriesContext(connection) as captured:
        sent(staff_client, workbook(["slug", "title_fr"], ["note", "Un"], ["", "Deux"]))
    written = [query["sql"] for query in captured if not query["sql"].startswith("SELECT")]
    others = {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}
    assert [
        sql for sql in written if "django_session" not in sql and sql.split()[0] not in others
    ] == []


def test_the_log_names_every_entry_of_an_import(staff_client, add_paper):
    add_paper(slug="note")
    sent(staff_client, workbook(["slug", "title_fr"], ["note", "Un"], ["", "Deux"]))
    staff_client.post(f"{SHEET}import/", {"token": staff_client.session["sheet"]["token"]})
    assert [str(entry) for entry in LogEntry.objects.order_by("pk")] == [
        "Changed “Un” — Changed Title (French).",
        "Added “Deux”.",
    ]


def test_a_broken_file_is_refused_on_the_form(staff_client, imrap):
    page = sent(staff_client, b"PK\x03\x04 no zip").text
    assert "This file can&#x27;t be read: it is broken, or no spreadsheet." in page
    assert Paper.objects.count() == 0


def test_a_file_that_was_cut_off_on_its_way_is_refused(staff_client, imrap):
    file = io.BytesIO(b"title_fr\nUn\nDe")
    file.name = "fiches.csv"
    assert "The file did not arrive whole. Send it again." in (
        staff_client.post(SHEET, {"file": file}).text
    )


def test_an_import_stands_in_the_history_and_can_be_undone(staff_client, add_paper):
    paper = add_paper("Ancien titre", slug="note")
    sent(staff_client, workbook(["slug", "title_fr"], ["note", "Nouveau titre"]))
    token = {"token": staff_client.session["sheet"]["token"]}
    staff_client.post(f"{SHEET}import/", token)
    assert Paper.objects.get().title_fr == "Nouveau titre"
    imported, first = history.versions_of(Paper, paper.pk)
    assert imported.revision.user.username == "awa"
    page = staff_client.get(f"/admin/profiles/paper/{paper.pk}/history/").text
    assert "<del>Ancien titre</del> → <ins>Nouveau titre</ins>" in page
    assert "Spreadsheet" in page
    assert first.field_dict["title_fr"] == "Ancien titre"
