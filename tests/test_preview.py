"""A draft that somebody without an account may read for seven days."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from profiles import preview
from profiles.models import Paper, PaperFile, TakenBackPreview, Video
from tests.builders import a_pdf, content_of, paper_form, photograph
from tests.looks import nothing, violations


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
    assert f"<h1>{draft.title_fr}</h1>" in page
    assert 'href="/en/papers/menaka/" class="viewsitelink"' in page


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
    answer = client.get("/fr/papers/autre/", {"preview": token}, follow=True)
    assert answer.redirect_chain == [(f"/fr/papers/menaka/?preview={token}", 302)]
    assert "Autre" not in answer.text
    assert client.get("/fr/videos/menaka/", {"preview": token}).status_code == 404
    assert not preview.opens_file(token, "papers/0123456789abcdef-9x9.jpg")


def test_it_ends_after_seven_days(client, draft, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    address = preview.address_for(draft)
    time_machine.move_to(start + datetime.timedelta(days=6, hours=23, minutes=59), tick=False)
    assert client.get(address).status_code == 200
    time_machine.move_to(start + datetime.timedelta(days=7, seconds=2), tick=False)
    page = client.get(in_french(address))
    assert page.status_code == 410
    assert "Cette adresse permettait de lire un brouillon jusqu’au " in page.text
    assert "Demandez-en une nouvelle à la personne qui vous l’a envoyée." in page.text
    assert "Ménaka" not in page.text
    assert {"private", "no-store"} <= set(page["Cache-Control"].split(", "))


def in_french(address):
    return address.replace("/en/", "/fr/")


def test_it_shows_what_is_saved_later(client, draft):
    address = preview.address_for(draft)
    draft.title_fr = "Écouter Gao"
    draft.save()
    assert "Écouter Gao" in client.get(address).text


def test_an_address_that_was_taken_back_says_so_and_its_files_are_closed(client, report):
    address = preview.address_for(report)
    picture = f"/media/{report.image.name}?{address.partition('?')[2]}"
    answer = client.get(picture)
    answer.close()
    assert answer.status_code == 200
    preview.take_back(report)
    page = client.get(in_french(address))
    assert page.status_code == 410
    assert "elle a été retirée." in page.text
    assert "Ménaka" not in page.text
    assert client.get(picture).status_code == 404
    assert client.get(preview.address_for(report)).status_code == 200


def test_an_address_of_an_earlier_version_of_the_site_ends_as_it_did_there(client, draft):
    mark = f"papers-{draft.pk}-{draft.updated.timestamp():.6f}"
    token = signing.TimestampSigner(salt="profiles.preview").sign(mark)
    address = preview.address_for(draft, token)
    assert client.get(address).status_code == 200
    preview.take_back(draft)
    assert client.get(address).status_code == 410
    TakenBackPreview.objects.all().delete()
    draft.save()
    assert client.get(address).status_code == 410


def test_taking_back_ends_all_addresses_of_one_draft_and_no_other(client, draft, add_paper):
    other = add_paper("Autre", is_draft=True, slug="autre")
    given = [preview.address_for(draft) for _number in range(2)]
    preview.take_back(draft)
    preview.take_back(draft)
    assert [client.get(address).status_code for address in given] == [410, 410]
    assert client.get(preview.address_for(other)).status_code == 200


def test_it_leads_to_the_draft_under_another_name(client, draft):
    address = preview.address_for(draft)
    Paper.objects.update(slug="gao")
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(address.replace("menaka", "gao"), 302)]
    assert "Écouter Ménaka" in answer.text


def test_it_leads_to_what_is_published_by_now_however_late(client, draft, time_machine):
    address = preview.address_for(draft)
    Paper.objects.update(is_draft=False, slug="gao")
    preview.take_back(draft)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=90))
    answer = client.get(address, follow=True)
    assert "Écouter Ménaka" in answer.text
    assert "whoever has this address" not in answer.text


def test_of_a_draft_that_is_gone_the_address_says_so(client, draft):
    address = preview.address_for(draft)
    draft.delete()
    page = client.get(in_french(address))
    assert page.status_code == 410
    assert "n’existe plus." in page.text


def test_staff_read_the_draft_by_an_address_that_is_over(staff_client, draft):
    address = preview.address_for(draft)
    preview.take_back(draft)
    assert "Écouter Ménaka" in staff_client.get(address).text


def test_a_button_of_the_form_takes_it_back(staff_client, draft):
    french = {"accept-language": "fr"}
    form = f"/admin/profiles/paper/{draft.pk}/change/"
    page = staff_client.get(form, headers=french)
    assert "même si vous enregistrez encore\u00a0:" in page.text
    address = page.context["preview_address"]
    answer = staff_client.post(f"{form}take-back/", headers=french, follow=True)
    assert answer.redirect_chain == [(form, 302)]
    assert "Plus personne ne lit ce brouillon" in answer.text
    assert Client().get(address).status_code == 410
    assert Client().get(answer.context["preview_address"]).status_code == 200


def test_only_who_may_change_it_takes_it_back(client, draft):
    address = f"/admin/profiles/paper/{draft.pk}/change/take-back/"
    client.force_login(User.objects.create_user("ali", is_staff=True))
    assert client.post(address).status_code == 403
    client.logout()
    assert client.post(address)["Location"].startswith("/admin/login/")
    assert Client().get(preview.address_for(draft)).status_code == 200


def test_it_is_taken_back_by_a_form_only(staff_client, draft):
    form = f"/admin/profiles/paper/{draft.pk}/change/"
    assert staff_client.get(f"{form}take-back/").status_code == 405
    assert staff_client.post("/admin/profiles/paper/9999/change/take-back/").status_code == 404


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


def test_one_click_takes_it_back_and_loses_nothing_typed(signed_in, form, browser):
    address = form()
    signed_in.locator("#id_title_fr").fill("Écouter Gao")
    signed_in.get_by_role("button", name="Retirer toutes les adresses données jusqu’ici").click()
    expect(signed_in.locator(".messagelist .success")).to_contain_text("Plus personne ne lit")
    signed_in.get_by_role("button", name="Restaurer").click()
    expect(signed_in.locator("#id_title_fr")).to_have_value("Écouter Gao")
    partner = browser.new_context(locale="fr-FR").new_page()
    partner.goto(address)
    expect(partner.locator("h1")).to_have_text("Cet aperçu n’est plus valable")
    nothing(violations(partner, "preview that is over", preload=False))
    partner.context.close()
