"""The admin as a French-speaking colleague meets it."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import expect

from profiles.editing import history
from profiles.models import KINDS, Mandate, Organisation, Paper
from tests.builders import OF_A_SESSION, WHOLE_TEXTS, content_of, photograph
from tests.looks import english_in, nothing, too_wide_or_cut, violations

KIND_NAMES = [kind._meta.model_name for kind in KINDS.values()]


@pytest.fixture
def french(staff_client):
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    return staff_client


@pytest.fixture
def one_of_each(imrap):
    """An entry of each kind, in French words only."""
    for model in KINDS.values():
        model.objects.create(organisation=imrap, title_fr="Écouter Ménaka", slug="menaka")
    return {model._meta.model_name: model.objects.get() for model in KINDS.values()}


def pages_of(entry):
    stem = f"/admin/profiles/{entry._meta.model_name}/"
    own = [f"{stem}{entry.pk}/{page}/" for page in ("change", "delete", "history")]
    return [stem, f"{stem}add/", *own]


def pages_of_the_past(paper):
    """Two versions of an entry, what was deleted, and how one of it comes back."""
    with history.revision():
        paper.save()
        gone = Paper.objects.create(organisation=paper.organisation, title_fr="Note perdue")
    gone.delete()
    with history.revision():
        paper.title_fr = 9 * "Un titre long "
        paper.save()
    stem = "/admin/profiles/paper/"
    for version in history.versions_of(Paper, paper.pk):
        yield f"{stem}{paper.pk}/history/{version.pk}/"
    yield f"{stem}deleted/"
    yield f"{stem}deleted/{history.deleted(Paper).get().pk}/"
    yield "/admin/profiles/video/deleted/"


def pages_of_people():
    """Those of a person of a group, and of the group."""
    person = User.objects.create_user("moussa", "moussa@example.org", "une longue phrase")
    group, _is_new = Group.objects.get_or_create(name="Rédaction")
    group.permissions.set(Permission.objects.filter(codename__endswith="_paper"))
    person.groups.add(group)
    for name, one in (("user", person), ("group", group)):
        stem = f"/admin/auth/{name}/"
        yield from (stem, f"{stem}add/")
        yield from (f"{stem}{one.pk}/{page}/" for page in ("change", "delete", "history"))
    yield f"/admin/auth/user/{person.pk}/way-in/"


def test_an_english_word_would_be_seen():
    assert english_in('<a title="View site">Ajouter</a> <input type="submit" value="Go">') == [
        "go",
        "view",
    ]


def test_no_english_word_stands_on_a_french_screen(french, one_of_each, imrap):
    organisation = f"/admin/profiles/organisation/{imrap.pk}/change/"
    addresses = ["/admin/", "/admin/password_change/", organisation]
    addresses += [*pages_of_people(), *pages_of_the_past(one_of_each["paper"])]
    for entry in one_of_each.values():
        addresses += [*pages_of(entry), f"/admin/profiles/{entry._meta.model_name}/?q=rien"]
    addresses += [f"/admin/profiles/{name}/sheet/" for name in ("paper", "programme", "video")]
    found = {address: english_in(french.get(address).text) for address in addresses}
    assert {address: words for address, words in found.items() if words} == {}
    assert english_in(french.post("/admin/logout/").text) == []


def test_no_english_word_answers_a_mistake_or_an_action(french, one_of_each):
    address = "/admin/profiles/paper/"
    fields = {"files-TOTAL_FORMS": "1", "files-INITIAL_FORMS": "0", "files-0-language": "xx"}
    refused = french.post(f"{address}add/", fields).text
    assert english_in(refused) == []
    keys = [one_of_each["paper"].pk]
    for action in ("publish", "schedule", "withdraw", "delete_selected"):
        fields = {"action": action, "_selected_action": keys}
        assert english_in(french.post(address, fields, follow=True).text) == []
    assert english_in(french.post(address, {"action": "publish"}, follow=True).text) == []


def test_the_titles_of_french_forms_need_no_article(french, one_of_each):
    stem = "/admin/profiles/vacancy/"
    assert "<h1>Ajouter une offre d’emploi</h1>" in french.get(f"{stem}add/").text
    page = french.get(f"{stem}{one_of_each['vacancy'].pk}/change/").text
    assert f"<h1>{one_of_each['vacancy']}</h1>" in page
    assert r"Ajouter\u00a0: Fichier" in french.get("/admin/profiles/paper/add/").text


def test_how_many_were_found_is_told_after_a_search_only(staff_client, add_paper):
    add_paper("Note")
    assert "1 result" not in staff_client.get("/admin/profiles/paper/").text
    for query, number in (("q=rien", "0 results"), ("state=published", "1 result")):
        assert number in staff_client.get(f"/admin/profiles/paper/?{query}").text


def test_the_first_page_follows_the_order_of_the_profile(staff_client, imrap):
    page = staff_client.get("/admin/")
    assert [app["app_label"] for app in page.context["app_list"]][:2] == ["profiles", "auth"]
    assert [model["object_name"] for model in page.context["app_list"][0]["models"]] == [
        "Organisation",
        "Programme",
        "Mandate",
        "Vacancy",
        "Video",
        "Paper",
        "LibraryPicture",
    ]


def test_the_only_organisation_opens_on_its_form(staff_client, imrap):
    form = f'href="/admin/profiles/organisation/{imrap.pk}/change/"'
    for address in ("/admin/", "/admin/profiles/"):
        assert form in staff_client.get(address).text
    Organisation.objects.create(name_fr="Autre", slug="autre")
    page = staff_client.get("/admin/").text
    assert form not in page
    assert 'href="/admin/profiles/organisation/"' in page


def test_every_screen_bears_the_name_of_the_organisation(staff_client, imrap):
    page = staff_client.get("/admin/profiles/video/").text
    assert "Administration of IMRAP</a>" in page
    assert "Django" not in page


def test_tasks_are_offered_to_those_who_may_do_them(client, staff, imrap):
    staff.is_superuser = False
    staff.save()
    staff.user_permissions.add(Permission.objects.get(codename="add_video"))
    client.force_login(staff)
    page = client.get("/admin/")
    assert [str(words) for words, _address in page.context["tasks"]] == ["Add a video"]
    assert [app["app_label"] for app in page.context["app_list"]] == ["profiles"]


def test_remarks_are_told_to_those_who_may_mend_them(client, staff, add_paper, imrap):
    add_paper("Note", title_en="Note")
    Mandate.objects.create(organisation=imrap, title_fr="Mandat", title_en="Mandate")
    staff.is_superuser = False
    staff.save()
    rights = Permission.objects.filter(codename__in=["change_paper", "view_mandate"])
    staff.user_permissions.set(rights)
    client.force_login(staff)
    attention = client.get("/admin/").context["attention"]
    assert [remark.entry.title for remark, _address in attention["rows"]] == ["Note"]


@pytest.mark.parametrize("number", [1, 30])
def test_the_first_page_shows_twenty_remarks_in_few_queries(
    staff_client, add_paper, django_assert_max_num_queries, number
):
    for n in range(number):
        add_paper(f"Note {n}", title_en="Note")
    staff_client.get("/admin/")
    with django_assert_max_num_queries(12 + 2 * OF_A_SESSION):
        page = staff_client.get("/admin/")
    assert page.text.count("The text is empty.") == min(number, 20)
    assert ("The first 20 of 30 are shown." in page.text) == (number == 30)
    address = f"/admin/profiles/paper/{Paper.objects.latest('updated').pk}/change/#id_body_fr"
    assert f'href="{address}"' in page.text


def test_a_list_of_a_hundred_needs_eight_queries_at_most(
    staff_client, imrap, django_assert_max_num_queries
):
    for model in KINDS.values():
        rows = [
            model(organisation=imrap, title_fr=f"Titre {n}", slug=f"titre-{n}") for n in range(100)
        ]
        model.objects.bulk_create(rows)
    for name in KIND_NAMES:
        with django_assert_max_num_queries(8 + OF_A_SESSION):
            page = staff_client.get(f"/admin/profiles/{name}/").text
        assert page.count("action-select") >= 100


@pytest.mark.parametrize("name", KIND_NAMES)
def test_a_form_needs_twelve_queries_at_most(
    staff_client, one_of_each, django_assert_max_num_queries, name
):
    with django_assert_max_num_queries(12):
        staff_client.get(f"/admin/profiles/{name}/{one_of_each[name].pk}/change/")
    with django_assert_max_num_queries(12):
        staff_client.get(f"/admin/profiles/{name}/add/")


@pytest.mark.parametrize("name", [*KIND_NAMES, "organisation"])
def test_at_most_seven_fields_of_an_entry_stand_open(staff_client, imrap, name):
    address = f"/admin/profiles/{name}/add/"
    fieldsets = staff_client.get(address).context["adminform"].fieldsets
    opened = [
        field
        for _title, options in fieldsets
        for field in options["fields"]
        if "collapse" not in options.get("classes", ())
    ]
    assert 4 <= len(opened) <= 7


def test_a_list_tells_state_languages_and_date_in_words(staff_client, add_paper):
    add_paper("Note", date="2016-06-30", is_draft=True)
    later = timezone.now() + datetime.timedelta(days=400)
    add_paper("Plus tard", title_en="Later", publish_at=later)
    page = staff_client.get("/admin/profiles/paper/").text
    assert '<span aria-hidden="true">✎</span> draft</span>' in page
    assert '<span aria-hidden="true">◷</span> scheduled for ' in page
    assert "30 June 2016" in page
    assert '<abbr title="French">fr</abbr>, <abbr title="English">en</abbr>' in page
    assert 'href="/en/papers/note/">View on the site' in page


def test_a_list_filters_by_missing_language(staff_client, add_paper):
    add_paper("Seul", body_fr="<p>Texte.</p>")
    add_paper("Deux", **WHOLE_TEXTS)
    add_paper("Trois", title_en="Three")  # no text in any language
    for language, titles in (("en", ["Seul"]), ("fr", [])):
        answer = staff_client.get(f"/admin/profiles/paper/?lacks={language}")
        assert [paper.title_fr for paper in answer.context["cl"].result_list] == titles


def test_the_action_tells_scheduled_from_published(staff_client, add_paper):
    later = timezone.now() + datetime.timedelta(days=2)
    keys = [add_paper("A", is_draft=True).pk, add_paper("B", publish_at=later).pk]
    fields = {"action": "publish", "_selected_action": keys}
    page = staff_client.post("/admin/profiles/paper/", fields, follow=True).text
    assert "2 entries are published:" in page  # what was to come is published now
    fields |= {"action": "schedule", "publish_at_0": "2031-06-30", "publish_at_1": "08:00"}
    page = staff_client.post("/admin/profiles/paper/", fields, follow=True).text
    assert "2 entries are scheduled, visitors will see them from their dates on:" in page


def test_a_mistake_below_the_form_is_linked_too(staff_client, imrap):
    fields = {"files-TOTAL_FORMS": "1", "files-INITIAL_FORMS": "0", "files-0-language": "xx"}
    page = staff_client.post("/admin/profiles/paper/add/", fields).text
    sentence = "Type a title in at least one language."
    assert f'<a href="#id_title_fr">Title (French)</a> – {sentence}' in page
    assert '<a href="#id_files-0-language">Language</a>' in page


def test_a_remark_keeps_nobody_from_saving(staff_client, imrap):
    mandate = Mandate.objects.create(organisation=imrap, title_fr="Mandat")
    address = f"/admin/profiles/mandate/{mandate.pk}/change/"
    assert '<a href="#id_body_fr">The text is empty.</a>' in staff_client.get(address).text
    fields = {
        "title_fr": "Autre",
        "position": "1",
        "publish_at_0": "2016-06-30",
        "publish_at_1": "12:00",
    }
    assert staff_client.post(address, fields).status_code == 302
    assert Mandate.objects.get().title_fr == "Autre"


# In a browser


@pytest.fixture
def desk(signed_in, live_server, transactional_db, one_of_each):
    """A signed-in browser page, and the address of the site."""
    signed_in.site = live_server.url
    return signed_in


def all_pages(one_of_each):
    organisation = Organisation.objects.get()
    form = f"/admin/profiles/organisation/{organisation.pk}/change/"
    addresses = ["/admin/", "/admin/changes/", "/admin/profiles/organisation/", form]
    addresses += [*pages_of_people(), *pages_of_the_past(one_of_each["paper"])]
    for entry in one_of_each.values():
        addresses += pages_of(entry)
    return addresses


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations_in_light_and_dark(page, place):
    """What axe finds on a wide screen in both colours, and on a phone in dark ones."""
    found = []
    for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 740})
        found += violations(page, f"{place} {scheme}", runOnly=WCAG, preload=False)
    return found


@pytest.fixture
def unguarded(desk):
    """The signed-in page without the site's policy, which would refuse the styles of axe."""
    context = desk.context.browser.new_context(bypass_csp=True, locale="fr-FR")
    context.add_cookies(desk.context.cookies())
    yield context.new_page()
    context.close()


@pytest.mark.sweep
def test_axe_finds_nothing_on_any_page_of_ours(unguarded, desk, one_of_each):
    found = []
    for address in all_pages(one_of_each):
        unguarded.goto(desk.site + address)
        if unguarded.locator("textarea[data-django-prose-editor-configurable]").count():
            expect(unguarded.locator("[contenteditable][aria-label]").first).to_be_attached()
        found += violations_in_light_and_dark(unguarded, address)
    nothing(found)


@pytest.mark.sweep
@pytest.mark.parametrize(("action", "asked"), [("delete_selected", "post"), ("schedule", "action")])
def test_axe_finds_nothing_where_an_action_asks_back(unguarded, desk, one_of_each, action, asked):
    unguarded.goto(f"{desk.site}/admin/profiles/paper/")
    unguarded.locator(".action-select").check()
    unguarded.locator("select[name=action]").select_option(action)
    unguarded.locator("[name=index]").click()
    expect(unguarded.locator(f"input[name={asked}]")).to_be_attached()
    nothing(violations_in_light_and_dark(unguarded, action))
    assert too_wide_or_cut(unguarded, action) == []


@pytest.mark.sweep
def test_nothing_leaves_a_phones_screen_and_nothing_is_too_small_to_tap(desk, one_of_each):
    desk.set_viewport_size({"width": 360, "height": 740})
    wide, small = {}, {}
    for address in all_pages(one_of_each):
        desk.goto(desk.site + address)
        width = desk.evaluate("""() => Math.max(document.documentElement.scrollWidth,
            ...[...document.querySelectorAll('main, main div, main fieldset')]
                .filter(e => getComputedStyle(e).overflowX != 'visible').map(e => e.scrollWidth))""")
        if width > 360:
            wide[address] = width
        found = desk.evaluate("""() => [...document.querySelectorAll(
                'main a, main button, main input, main select, main summary, header a')]
            .filter(e => e.checkVisibility() && e.type !== 'hidden' && !e.closest('p, .ProseMirror'))
            .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
            .filter(([html, r]) => r.width > 1 && (r.height < 23.5 || r.width < 23.5))
            .map(([html, r]) => `${html} ${r.width}x${r.height}`)""")
        if found:
            small[address] = found[:4]
    assert (wide, small) == ({}, {}), (wide, small)


def test_the_picture_of_a_row_is_shown_and_no_words_repeat_its_title(desk, one_of_each):
    one_of_each["paper"].image.save("arbre.jpg", ContentFile(content_of(photograph())))
    desk.goto(f"{desk.site}/admin/profiles/paper/")
    picture = desk.locator("#result_list .field-thumbnail img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert picture.get_attribute("alt") == ""
    assert picture.bounding_box()["width"] == 64


def test_on_a_phone_each_cell_of_a_list_shows_the_head_of_its_column(desk, one_of_each):
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(f"{desk.site}/admin/profiles/paper/")
    cell = desk.locator("#result_list .field-position")
    shown = cell.evaluate("cell => [cell.dataset.head, getComputedStyle(cell, '::before').content]")
    assert shown == ["Position", '"Position"']


def test_a_link_opens_the_folded_part_and_takes_to_the_field(desk, one_of_each):
    paper = one_of_each["paper"]
    desk.goto(f"{desk.site}/admin/profiles/paper/{paper.pk}/change/#id_title_en")
    expect(desk.locator("#id_title_en")).to_be_focused()
    desk.goto(f"{desk.site}/admin/")
    link = desk.locator(f"a[href='/admin/profiles/paper/{paper.pk}/change/#id_body_fr']")
    link.click()
    expect(desk.locator(".field-body_fr [contenteditable]")).to_be_focused()


def test_many_are_scheduled_on_a_phone(desk):
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(f"{desk.site}/admin/profiles/paper/")
    desk.get_by_label("Sélectionner pour une action\N{NO-BREAK SPACE}: Écouter Ménaka").check()
    desk.locator("select[name=action]").select_option("Programmer les fiches sélectionnées")
    desk.get_by_role("button", name="Exécuter").click()
    expect(desk.get_by_text("Écouter Ménaka (brouillon)")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") == 360
    desk.get_by_label("Date", exact=True).fill("30/06/2016")
    desk.get_by_role("button", name="Programmer").click()
    expect(desk.get_by_text("Ce moment est passé.")).to_be_visible()
    desk.get_by_label("Date", exact=True).fill("30/06/2031")
    desk.get_by_label("Heure", exact=True).fill("07:30")
    desk.get_by_role("button", name="Programmer").click()
    expect(desk.get_by_text("1 fiche est programmée")).to_be_visible()
    assert Paper.objects.get().publish_at.isoformat() == "2031-06-30T07:30:00+00:00"


def test_the_editors_toolbar_speaks_french(desk):
    desk.goto(f"{desk.site}/admin/profiles/mandate/add/")
    bar = desk.locator(".field-body_fr .prose-menubar")
    expect(bar.get_by_role("button", name="Gras")).to_be_visible()
    titles = [button.get_attribute("title") for button in bar.locator("button[title]").all()]
    assert titles == [
        "Paragraphe",
        "Liste à puces",
        "Liste numérotée",
        "Propriétés de la liste",
        "Citation",
        "Gras",
        "Italique",
        "Barré",
        "Indice, comme dans H₂O",
        "Exposant, comme dans 10⁶",
        "Ajouter ou modifier un lien",
        "Supprimer le lien",
        "Note de bas de page",
        "Image de la médiathèque",
        "Tableau",
        "Ajouter une rangée dessous",
        "Ajouter une colonne après",
        "Supprimer la rangée",
        "Supprimer la colonne",
        "Rangée d’en-tête",
        "Fusionner les cases sélectionnées, ou diviser une case fusionnée",
        "Supprimer le tableau",
        "Annuler",
        "Rétablir",
    ]
    kinds = "TitreSous-titreSous-titre de troisième niveauParagraphe"
    assert bar.locator(".prose-menubar__picker").text_content() == kinds
    desk.locator(".field-body_fr [contenteditable]").fill("un mot")
    desk.keyboard.press("Control+a")
    bar.get_by_role("button", name="Ajouter ou modifier un lien").click()
    dialog = desk.locator("dialog[open]")
    assert english_in(dialog.evaluate("e => e.outerHTML")) == []
