"""A draft that somebody without an account may read for seven days."""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from profiles import preview
from profiles.models import Paper, PaperFile, Video
from tests.builders import a_pdf, content_of, paper_form, photograph


@pytest.fixture
def draft(add_paper, tmp_path):
    return add_paper("Écouter Ménaka", is_draft=True, slug="menaka", image_alt_fr="Un arbre")


@pytest.fixture
def report(draft):
    """The draft with a picture and a file."""
    draft.image.save("arbre.jpg", ContentFile(content_of(photograph())))
    PaperFile.objects.create(paper=draft, file=ContentFile(a_pdf(b"(un) Tj"), "rapport.pdf"))
    return Paper.objects.get()


def test_a_partner_reads_the_draft_and_is_told_until_when(client, draft):
    page = client.get(preview.address_for(draft))
    assert page.status_code == 200
    assert "Écouter Ménaka" in page.text
    assert "whoever has this address can read this page." in page.text
    assert "Only staff see this page." not in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert {"private", "no-store"} <= set(page["Cache-Control"].split(", "))
    assert not page.cookies


def test_a_partner_sees_its_picture_and_opens_its_file(client, report):
    draft, address = report, preview.address_for(report)
    page, token = client.get(address).text, address.partition("?preview=")[2]
    names = [draft.image.name, draft.image.name.replace(".jpg", ".w300.avif")]
    for name in [*names, draft.files.get().file.name]:
        address = f"/media/{name}?preview={token}"
        assert address in page
        answer = client.get(address)
        answer.close()
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert client.get(f"/media/{name}").status_code == 404


def test_a_refused_form_shows_the_address_that_is_stored(staff_client, draft):
    fields = paper_form(title_fr="", slug="")
    page = staff_client.post(f"/admin/profiles/paper/{draft.pk}/change/", fields).text
    assert "Type a title in at least one language." in page
    assert "/en/papers/menaka/?preview=" in page


def test_without_the_right_token_there_is_nothing(client, report):
    right, name = preview.token_for(report), report.files.get().file.name
    for token in ("", right[:-1], f"x{right}", "é:1:2"):
        assert client.get("/fr/papers/menaka/", {"preview": token}).status_code == 404
        assert client.get(f"/media/{name}", {"preview": token}).status_code == 404


def test_a_token_opens_one_draft_only(client, draft, add_paper, imrap):
    token = preview.token_for(draft)
    other = add_paper("Autre", is_draft=True, slug="autre")
    Video.objects.create(organisation=imrap, title_fr="Film", slug="menaka")
    Paper.objects.filter(pk=other.pk).update(image="papers/0123456789abcdef-9x9.jpg")
    assert client.get("/fr/papers/autre/", {"preview": token}).status_code == 404
    assert client.get("/fr/videos/menaka/", {"preview": token}).status_code == 404
    assert not preview.opens_file(token, "papers/0123456789abcdef-9x9.jpg")


def test_it_ends_after_seven_days(client, draft, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    address = preview.address_for(draft)
    time_machine.move_to(start + datetime.timedelta(days=6, hours=23, minutes=59), tick=False)
    assert client.get(address).status_code == 200
    time_machine.move_to(start + datetime.timedelta(days=7, seconds=2), tick=False)
    assert client.get(address).status_code == 404


def test_the_next_save_revokes_it(client, draft):
    address = preview.address_for(draft)
    draft.save()
    assert client.get(address).status_code == 404
    assert client.get(preview.address_for(draft)).status_code == 200


def test_a_published_entry_needs_no_token(client, report):
    Paper.objects.update(is_draft=False)
    page = client.get(preview.address_for(report)).text
    assert "whoever has this address" not in page
    assert "/media/" in page
    assert "?preview=" not in page.partition("<main")[2].partition("share")[0]


def test_staff_find_the_address_on_the_form_of_a_draft(staff_client, draft):
    form = f"/admin/profiles/paper/{draft.pk}/change/"
    address = f"http://testserver{preview.address_for(draft).rpartition(':')[0].rpartition(':')[0]}"
    assert address in staff_client.get(form).text
    given = staff_client.get(form).context["preview_address"]
    assert Client().get(given.removeprefix("http://testserver")).status_code == 200
    Paper.objects.update(is_draft=False)
    assert "preview-address" not in staff_client.get(form).text


# In a browser


@pytest.fixture
def form(signed_in, live_server, transactional_db, draft):
    """Opens the form of the draft, in French; the address that it shows."""

    def open_form():
        signed_in.goto(f"{live_server.url}/admin/profiles/paper/{draft.pk}/change/")
        address = signed_in.locator("#preview-address").input_value()
        assert address.startswith(f"{live_server.url}/fr/papers/menaka/?preview=")
        return address

    yield open_form
    signed_in.context.clear_permissions()


SELECTED = """() => {
  const {value, selectionStart, selectionEnd} = document.activeElement;
  return value.slice(selectionStart, selectionEnd);
}"""


def test_a_button_copies_the_address_and_says_so(signed_in, form):
    signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = form()
    expect(signed_in.locator(".desk-preview [role=status]")).to_have_text("")
    signed_in.get_by_role("button", name="Copier", exact=True).click()
    expect(signed_in.locator(".desk-preview [role=status]")).to_have_text("Copié")
    assert signed_in.evaluate("navigator.clipboard.readText()") == address


def test_a_browser_that_refuses_to_copy_leaves_the_address_selected(signed_in, form):
    signed_in.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'))"
    )
    address = form()
    signed_in.get_by_role("button", name="Copier", exact=True).click()
    assert signed_in.evaluate(SELECTED) == address
    expect(signed_in.locator(".desk-preview [role=status]")).to_have_text("")


def test_without_a_clipboard_the_address_is_selected_by_hand(signed_in, form):
    signed_in.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    address = form()
    expect(signed_in.get_by_role("button", name="Copier", exact=True)).to_have_count(0)
    signed_in.locator("#preview-address").focus()
    signed_in.keyboard.press("Control+a")
    assert signed_in.evaluate(SELECTED) == address
