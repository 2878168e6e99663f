"""An unbroken word of 300 letters widens no page and no list, for visitors and for staff."""

import pytest
from playwright.sync_api import expect

from profiles.models import KINDS, Organisation, Paper, Programme, Vacancy, Video
from tests.builders import a_file, filled

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "Éa" * 150
TEXTS = {
    "title_fr": WORD,
    "summary_fr": WORD,
    "body_fr": f"<p>{WORD}</p><h3>{WORD}</h3><ul><li>{WORD}</li></ul>",
}
LINES = ("authors", "partners", "mandators", "countries", "outputs_fr", "places", "transcript_fr")
ADMIN = "/admin/profiles"
PUBLIC = ["/fr/", *(f"/fr/{kind}/" for kind in KINDS)]
WIDER = """() => {
  const scrolled = [document.documentElement, ...document.querySelectorAll(".results")];
  return scrolled.filter((part) => part.scrollWidth > part.clientWidth).flatMap((part) => {
    const end = part.getBoundingClientRect().left + part.clientWidth + 1;
    return [...part.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > end)
      .map((one) => `${one.localName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`).slice(0, 12);
  });
}"""


@pytest.fixture
def long_words(staff_client):
    """Two entries of each kind, a draft and a published one, of which every text is one word."""
    organisation = Organisation.objects.create(
        slug="o",
        name_fr=WORD[:200],
        acronym=WORD[:30],
        description_fr=TEXTS["body_fr"],
        telephones=WORD,
        postal_address=WORD,
        social_links=f"https://example.org/{WORD}",
    )
    programme = Programme.objects.create(organisation=organisation, is_draft=False, **TEXTS)
    for kind in KINDS.values():
        names = {field.name for field in kind._meta.fields}
        lines = dict.fromkeys(names.intersection(LINES), WORD)
        links = {"programme": programme} if "programme" in names else {}
        for is_draft in (True, False):
            entry = kind(organisation=organisation, is_draft=is_draft, **TEXTS, **lines, **links)
            entry.save()
    mail = "a" * 60 + "@example.org"
    place = {"location": WORD[:200], "contact_name": WORD[:200], "contact_email": mail}
    Vacancy.objects.update(link=f"https://example.org/{WORD}", **place)
    Video.objects.update(watch_url=f"https://{'a' * 60}.example.org/{WORD}")
    Paper.objects.update(doi=f"10.1000/{WORD[:100]}", source_url=f"https://example.org/{WORD}")
    a_file(Paper.objects.filter(is_draft=False).get())
    return programme


def wider_parts(page, site, addresses, width):
    page.set_viewport_size({"width": width, "height": 800})
    found = {}
    for address in addresses:
        page.goto(site + address)
        if wider := page.evaluate(WIDER):
            found[address] = wider
    return found


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_word_widens_no_public_page(page, live_server, long_words, width):
    entries = [kind.objects.published().first().get_absolute_url() for kind in KINDS.values()]
    addresses = [*PUBLIC, *entries, "/fr/accessibility/", f"/fr/{'a' * 300}/"]
    assert wider_parts(page, live_server.url, addresses, width) == {}
    page.complaints.clear()  # of the page that is missing


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_word_widens_no_page_of_staff(
    signed_in, staff_client, live_server, long_words, width
):
    addresses = ["/admin/", "/admin/profiles/organisation/"]
    for kind in KINDS.values():
        name, key = kind._meta.model_name, kind.objects.first().pk
        form = f"{ADMIN}/{name}/{key}/change/"
        staff_client.post(form, filled(staff_client.get(form), title_en=WORD))
        parts = (
            "",
            "add/",
            "deleted/",
            *(f"{key}/{part}/" for part in ("change", "history", "delete")),
        )
        addresses += [f"{ADMIN}/{name}/{part}" for part in parts]
    addresses += [f"{ADMIN}/paper/sheet/"]
    assert wider_parts(signed_in, live_server.url, addresses, width) == {}


def test_a_long_word_widens_no_message_and_no_question(signed_in, live_server, long_words):
    page = signed_in
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{live_server.url}{ADMIN}/paper/add/")
    page.locator("#id_title_fr").fill("a" * 300)
    page.locator("#id_date").fill("b" * 300)
    page.locator("[name=_save]").first.click()
    expect(page.locator(".desk-errors")).to_be_visible()
    assert page.evaluate(WIDER) == []
    page.locator("#id_date").fill("")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert page.evaluate(WIDER) == []
    for action in ("schedule", "delete_selected"):
        page.goto(f"{live_server.url}{ADMIN}/paper/")
        page.locator(".action-select").first.check()
        page.locator("select[name=action]").select_option(action)
        page.locator(".actions button[type=submit]").click()
        page.wait_for_load_state()
        assert page.evaluate(WIDER) == []
