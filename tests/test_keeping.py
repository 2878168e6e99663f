"""Power cuts, slow lines and full disks: nothing that was typed is lost."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.test import Client
from playwright.sync_api import expect

from profiles.admin import PaperAdmin
from profiles.files import documents
from profiles.models import Paper, PaperFile
from tests.builders import a_pdf, content_of, paper_form, paper_form_with_file, photograph

ADD = "/admin/profiles/paper/add/"
ROOT = Path(__file__).resolve().parent.parent


def stored_files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_map_names_what_form_script_and_server_agree_on():
    text = (ROOT / "ARCHITECTURE.md").read_text().partition("| written by | read by |\n")[2]
    rows = [line.split("|")[1:-1] for line in text.partition("\n\n")[0].splitlines()[1:]]
    assert len(rows) == 24
    for name, _what, *files in rows:
        (term, *_more) = re.findall("`([^`]+)`", name)
        for file in re.findall("`([^`]+)`", "".join(files)):
            assert term in (ROOT / file).read_text(), (term, file)


# The server's side


def test_a_form_that_was_cut_off_is_not_saved(staff_client, imrap):
    answer = staff_client.post(ADD, paper_form(csrfmiddlewaretoken="a"))
    assert Paper.objects.count() == 0
    assert "because the line was cut, so nothing was saved" in answer.text
    assert 'value="Autoportrait du Mali"' in answer.text
    whole = paper_form(csrfmiddlewaretoken="a", _complete="1")
    assert staff_client.post(ADD, whole).status_code == 302


def test_the_last_field_of_the_form_tells_that_it_is_complete(staff_client, imrap):
    form = re.search(r'<form[^>]*id="paper_form".*?</form>', staff_client.get(ADD).text, re.S)[0]
    assert re.findall(r'name="([^"]+)"', form)[0] == "csrfmiddlewaretoken"
    assert re.findall(r'name="([^"]+)"', form)[-1] == "_complete"


def test_a_cut_body_is_answered_with_the_form(staff_client, imrap):
    body = "--x\r\n" + "--x\r\n".join(
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in paper_form(csrfmiddlewaretoken="a", title_en="Self-portrait").items()
    )
    answer = staff_client.generic("POST", ADD, body[:-30], "multipart/form-data; boundary=x")
    assert answer.status_code == 200
    assert 'value="Autoportrait du Mali"' in answer.text
    assert Paper.objects.count() == 0


@pytest.mark.on_a_folder("see test_bucket")
def test_a_full_disk_under_the_files_loses_nothing(staff_client, imrap, media_folder, monkeypatch):
    def half_written(storage, name, content):
        path = Path(storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half_written)
    answer = staff_client.post(ADD, paper_form_with_file())
    assert answer.status_code == 200
    assert (
        "The server’s disk is full. Tell the person who keeps the server. Nothing was saved."
        in answer.text
    )
    assert 'value="Autoportrait du Mali"' in answer.text
    assert stored_files(media_folder) == []
    assert Paper.objects.count() == 0


@pytest.mark.on_sqlite("see test_two_hosts")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_under_the_database_loses_nothing(staff_client, imrap):
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")
    try:
        answer = staff_client.post(ADD, paper_form(body_fr=f"<p>{'long ' * 39_000}</p>"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count=1073741823")
    assert answer.status_code == 200
    assert (
        "The server’s disk is full. Tell the person who keeps the server. Nothing was saved."
        in answer.text
    )
    assert "long long" in answer.text
    assert Paper.objects.count() == 0


def test_a_busy_database_loses_nothing(staff_client, imrap, monkeypatch):
    def locked(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(PaperAdmin, "save_model", locked)
    answer = staff_client.post(ADD, paper_form())
    assert "The server was busy with another change. Nothing was saved." in answer.text
    assert 'value="Autoportrait du Mali"' in answer.text


def test_a_busy_database_under_the_list_is_said_in_words(staff_client, add_paper, monkeypatch):
    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(PaperAdmin, "save_model", locked)
    row = {"form-0-id": add_paper().pk, "form-0-position": "7", "_save": "1"}
    fields = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", **row}
    page = staff_client.post("/admin/profiles/paper/", fields, follow=True).text
    assert "The server was busy with another change. Nothing was saved. Do it" in page
    assert Paper.objects.get().position == 100


def test_a_list_that_cannot_be_read_does_not_lead_to_itself(staff_client, imrap, monkeypatch):
    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(PaperAdmin, "get_queryset", locked)
    with pytest.raises(OperationalError):
        staff_client.get("/admin/profiles/paper/", follow=True)


def test_a_script_is_told_where_to_go_next(staff_client, imrap):
    answer = staff_client.post(ADD, paper_form(), headers={"X-Sending": "1"})
    form = f"/admin/profiles/paper/{Paper.objects.get().pk}/change/"
    assert (answer.status_code, answer["X-Location"]) == (204, form)
    assert answer.cookies["saved_form"].value == ADD


def test_a_page_that_was_open_too_long_tells_how_to_go_on(staff, imrap):
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "fr"})
    client.force_login(staff)
    answer = client.post(f"{ADD}?a=1", paper_form())
    assert answer.status_code == 403
    assert f'href="{ADD}?a=1"' in answer.text
    assert '<html lang="fr"' in answer.text
    assert "Nothing was saved" in answer.text or "Rien n’a été enregistré" in answer.text
    assert '<a href="/admin/">Administration</a>' in answer.text


# The browser's side


@pytest.fixture
def site(live_server, imrap):
    return live_server.url


@pytest.fixture
def form(signed_in, site):
    signed_in.goto(f"{site}{ADD}")
    return signed_in


KEPT = "Object.keys(localStorage).filter(key => key.startsWith('keep:'))"


def wait_until_kept(page, number):
    """The script of a page just opened clears up a moment after its message can be seen."""
    page.wait_for_function(f"number => {KEPT}.length === number", arg=number)


def kept(page):
    return page.evaluate(KEPT)


def type_a_paper(page):
    page.locator("#id_title_fr").fill("Ce que j’ai tapé")
    page.locator(".field-body_fr .tiptap").fill("Un long texte.")
    page.locator("details", has=page.locator("#id_image_is_decorative")).locator("summary").click()
    page.locator("#id_image_is_decorative").check()
    page.locator("#id_type").select_option("audit")
    page.wait_for_timeout(500)


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_is_offered_after_a_crash(form, site):
    type_a_paper(form)
    context = form.context
    text = form.evaluate("JSON.stringify(localStorage)")
    assert "csrf" not in text
    form.close()  # without any chance to say goodbye
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}{ADD}")
    expect(page.locator("#id_title_fr")).to_have_value("")
    page.locator("[data-keep=restore]").click()
    expect(page.locator("#id_title_fr")).to_have_value("Ce que j’ai tapé")
    expect(page.locator(".field-body_fr .tiptap")).to_have_text("Un long texte.")
    expect(page.locator("#id_body_fr")).to_have_value("<p>Un long texte.</p>")
    expect(page.locator("#id_image_is_decorative")).to_be_checked()
    expect(page.locator("#id_type")).to_have_value("audit")
    wait_until_kept(page, 1)
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    wait_until_kept(page, 0)
    assert Paper.objects.get(title_fr="Ce que j’ai tapé").body_fr == "<p>Un long texte.</p>"


def type_title(page, text):
    page.locator("#id_title_fr").fill(text)
    page.wait_for_timeout(500)


@pytest.fixture
def second_tab(form, site):
    page = form.context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}{ADD}")
    return page


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_add_form_keep_both_texts(form, second_tab, site):
    type_title(form, "Premier")
    form.goto(f"{site}/admin/")
    type_title(second_tab, "Second")
    wait_until_kept(form, 2)
    form.goto(f"{site}{ADD}")  # each tab is offered its own, whichever is newer
    form.locator("[data-keep=restore]").click()
    expect(form.locator("#id_title_fr")).to_have_value("Premier")
    wait_until_kept(form, 2)
    form.locator("[name=_save]").first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    wait_until_kept(form, 1)
    second_tab.reload()
    second_tab.locator("[data-keep=restore]").click()
    expect(second_tab.locator("#id_title_fr")).to_have_value("Second")
    second_tab.locator("[name=_save]").first.click()
    expect(second_tab.locator(".messagelist .success")).to_be_visible()
    wait_until_kept(form, 0)
    assert sorted(Paper.objects.values_list("title_fr", flat=True)) == ["Premier", "Second"]


@pytest.mark.django_db(transaction=True)
def test_texts_of_tabs_that_are_gone_are_offered_one_after_the_other(form, second_tab, site):
    type_title(form, "Premier")
    type_title(second_tab, "Second")
    context = form.context
    form.close()
    second_tab.close()
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}{ADD}")
    expect(page.locator(".safe-offer")).to_have_count(1)
    page.locator("[data-keep=forget]").click()
    page.locator("[data-keep=restore]").click()
    expect(page.locator("#id_title_fr")).to_have_value("Premier")
    expect(page.locator(".safe-offer")).to_have_count(0)
    wait_until_kept(page, 1)


@pytest.mark.django_db(transaction=True)
def test_a_form_that_was_refused_offers_nothing_that_it_shows(form):
    type_a_paper(form)
    form.locator(".field-body_fr .tiptap").press("Control+End")
    form.keyboard.press("Enter")
    form.keyboard.type("Un second paragraphe.")
    form.locator("#id_date").fill("31/31/2026")
    form.locator("[name=_save]").first.click()
    expect(form.locator(".desk-errors")).to_be_visible()
    expect(form.locator(".field-body_fr .tiptap p")).to_have_count(2)
    expect(form.locator(".safe-offer")).to_have_count(0)
    wait_until_kept(form, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_typed_beside_an_offer_is_kept_too(form, site):
    type_title(form, "Premier")
    form.goto(f"{site}/admin/")
    form.goto(f"{site}{ADD}")
    expect(form.locator(".safe-offer")).to_be_visible()
    type_title(form, "Second")
    wait_until_kept(form, 2)


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_added_come_back_with_what_was_typed(form):
    form.locator("#files-group .add-row a").click()
    form.locator("#id_files-1-edition").select_option("light")
    form.wait_for_timeout(500)
    form.reload()
    expect(form.locator("#id_files-1-edition")).to_have_count(0)
    form.locator("[data-keep=restore]").click()
    expect(form.locator("#id_files-1-edition")).to_have_value("light")


@pytest.mark.django_db(transaction=True)
def test_what_a_popup_adds_with_a_file_is_chosen_in_the_form(form, tmp_path):
    picture = tmp_path / "fleuve.jpg"
    picture.write_bytes(content_of(photograph()))
    form.locator("details", has=form.locator("#id_programme")).locator("summary").click()
    with form.expect_popup() as opened:
        form.locator("#add_id_programme").click()
    popup = opened.value
    popup.locator("#id_title_fr").fill("Dialogues du fleuve")
    popup.locator("#id_image").set_input_files(picture)
    popup.locator("[name=_save]").last.click()
    expect(form.locator("#id_programme option:checked")).to_have_text("Dialogues du fleuve")


@pytest.mark.django_db(transaction=True)
def test_a_page_brought_back_as_it_was_left_starts_anew(form):
    """As WebKit does after Back: the inputs are empty again, while the editor shows its text."""
    type_a_paper(form)
    with form.expect_navigation():
        form.evaluate("""() => {
            const signal = (name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
            signal("pagehide");
            document.getElementById("paper_form").reset();
            document.getElementById("id_type").value = "policy";
            signal("pageshow");
        }""")
    expect(form.locator("#id_title_fr")).to_have_value("")
    form.locator("[data-keep=restore]").click()
    expect(form.locator("#id_title_fr")).to_have_value("Ce que j’ai tapé")
    expect(form.locator("#id_body_fr")).to_have_value("<p>Un long texte.</p>")
    expect(form.locator("#id_type")).to_have_value("audit")


@pytest.mark.django_db(transaction=True)
def test_an_expired_session_leads_back_to_what_was_typed(form, site):
    type_a_paper(form)
    form.context.clear_cookies(name="sessionid")
    form.locator("[name=_save]").first.click()
    form.locator("#id_login").fill("awa")
    form.locator("#id_password").fill("une longue phrase")
    form.locator("[type=submit]").first.click()
    expect(form).to_have_url(f"{site}{ADD}")
    form.locator("[data-keep=restore]").click()
    expect(form.locator("#id_title_fr")).to_have_value("Ce que j’ai tapé")
    expect(form.locator(".field-body_fr .tiptap")).to_have_text("Un long texte.")


@pytest.mark.django_db(transaction=True)
def test_signing_out_forgets_what_was_typed(form, site):
    type_a_paper(form)
    form.goto(f"{site}/admin/")
    wait_until_kept(form, 1)
    form.evaluate("localStorage.setItem('keep:999:/admin/', '{}')")
    form.locator("#logout-form button").click()
    expect(form.locator("#logout-form")).to_have_count(0)
    wait_until_kept(form, 1)
    assert kept(form) == ["keep:999:/admin/"]


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_can_be_forgotten(form):
    type_a_paper(form)
    form.reload()
    form.locator("[data-keep=forget]").click()
    expect(form.locator(".safe-offer")).to_have_count(0)
    wait_until_kept(form, 0)
    form.reload()
    expect(form.locator(".safe-offer")).to_have_count(0)


def slowly(read, *args, **options):
    time.sleep(1.5)
    return read(*args, **options)


@pytest.mark.django_db(transaction=True)
def test_an_upload_shows_its_progress_and_saves_once(form, tmp_path, monkeypatch):
    read = documents.read_in_child
    monkeypatch.setattr(documents, "read_in_child", lambda *a, **more: slowly(read, *a, **more))
    report = tmp_path / "rapport.pdf"
    report.write_bytes(a_pdf(b"(mots) Tj").replace(b"%%EOF", b"%" + b"x" * 1_000_000 + b"\n%%EOF"))
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1e6}
    form.context.new_cdp_session(form).send("Network.emulateNetworkConditions", speed)
    type_a_paper(form)
    form.locator("#id_files-0-file").set_input_files(report)
    form.locator("[name=_save]").first.dblclick()
    expect(form.locator(".sending-text")).to_have_text(re.compile(r"^\d+\s% \([\d,]+ / 1\sMo\)$"))
    arrived = form.get_by_text("Tout est arrivé. Le serveur vérifie les fichiers et enregistre…")
    expect(arrived).to_be_visible()
    expect(form.locator(".sending-text")).to_be_empty()
    assert form.locator("#sending-bar").get_attribute("value") is None
    expect(form.locator(".messagelist .success")).to_be_visible(timeout=15_000)
    assert Paper.objects.filter(title_fr="Ce que j’ai tapé").count() == 1
    assert PaperFile.objects.latest("pk").text == "mots"
    wait_until_kept(form, 0)


@pytest.mark.django_db(transaction=True)
def test_a_refused_upload_leaves_text_and_files_where_they_are(form, tmp_path):
    fake, report = tmp_path / "faux.pdf", tmp_path / "rapport.pdf"
    fake.write_text("<html>")
    report.write_bytes(a_pdf(b"(mots) Tj"))
    type_a_paper(form)
    form.locator("#id_files-0-file").set_input_files(fake)
    form.locator("[name=_save]").first.click()
    expect(form.locator(".field-file .errorlist").first).to_contain_text("faux.pdf")
    expect(form.locator(".field-body_fr .tiptap")).to_have_text("Un long texte.")
    form.locator("#id_files-0-file").set_input_files(report)
    form.locator("[name=_save]").first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    assert PaperFile.objects.latest("pk").text == "mots"


@pytest.mark.django_db(transaction=True)
def test_a_cut_line_says_so_and_the_form_can_be_sent_again(form, tmp_path):
    report = tmp_path / "rapport.pdf"
    report.write_bytes(a_pdf(b"(mots) Tj"))
    type_a_paper(form)
    form.locator("#id_files-0-file").set_input_files(report)
    form.context.set_offline(True)
    form.locator("[name=_save]").first.click()
    expect(form.locator(".errornote")).to_be_visible()
    form.complaints.clear()  # the browser complains of the line too
    form.context.set_offline(False)
    form.locator("[name=_save]").first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    assert PaperFile.objects.latest("pk").text == "mots"


def refused_line(route):
    route.abort("connectionreset")


def answered(status):
    return lambda route: route.fulfill(status=status, body="<html>?</html>")


@pytest.mark.django_db(transaction=True)
def test_a_failure_a_refusal_and_a_cut_line_say_three_different_things(form, tmp_path):
    report = tmp_path / "rapport.pdf"
    report.write_bytes(a_pdf(b"(mots) Tj"))
    type_a_paper(form)
    form.locator("#id_files-0-file").set_input_files(report)
    for answer, sentence in (
        (answered(500), r"Le serveur a commis une erreur.*\(erreur 500\)"),
        (answered(403), r"Le serveur a refusé le formulaire.*\(réponse 403\)"),
        (answered(200), r"Le serveur a refusé le formulaire.*\(réponse 200\)"),
        (refused_line, r"La connexion a été coupée"),
    ):
        form.route("**/paper/add/", answer)
        form.locator("[name=_save]").first.click()
        expect(form.locator(".errornote")).to_have_count(1)
        expect(form.locator(".errornote")).to_have_text(re.compile(sentence))
        form.unroute("**/paper/add/")
    form.complaints.clear()  # the browser complains of such answers too
    form.locator("[name=_save]").first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    assert PaperFile.objects.latest("pk").text == "mots"


# The slow line

SLOW_APP = """
def application(environ, start_response):
    size = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(size).encode()]
"""


@pytest.mark.server
def test_an_upload_outlives_the_timeout_of_the_server(tmp_path):
    """30 MB at 256 kbit/s last 16 minutes; `timeout` is 60 s. Here 4.5 s, and a timeout of 2 s."""
    (tmp_path / "slow.py").write_text(SLOW_APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = Path(__file__).parent.parent / "gunicorn.conf.py"
    command = [sys.executable, "-m", "gunicorn", "--config", configuration, "--timeout", "2"]
    command += ["--workers", "1", "--bind", f"127.0.0.1:{port}", "slow:application"]
    environment = {**os.environ, "PYTHONWARNINGS": "default", "PYTHONPATH": configuration.parent}
    server = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    try:
        assert b"200 OK" in slow_upload(port, pieces=30, pause=0.15)
    finally:
        server.terminate()
        server.wait(20)


def slow_upload(port, pieces, pause):
    piece = b"x" * 8000
    with connected(port) as line:
        head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {pieces * len(piece)}\r\n"
        line.sendall(f"{head}Connection: close\r\n\r\n".encode())
        for _piece in range(pieces):
            line.sendall(piece)
            time.sleep(pause)
        return line.recv(4000)


def connected(port):
    for _attempt in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The server did not start.")
