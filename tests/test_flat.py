"""Pages cost the same at any number of entries, and the numbers on them are right."""

import datetime
import re
from contextlib import contextmanager

import pytest
import time_machine
from django.core.paginator import EmptyPage
from django.db import connection
from django.forms.renderers import DjangoTemplates
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from profiles.admin.long_lists import CELL_RENDERER, BoundedPaginator
from profiles.generated import generated_paper
from profiles.kept_queries import Given, KeptQuery
from profiles.models import ALL_KINDS, Paper, Programme, Vacancy, Video
from profiles.models.entry import Entry
from profiles.publishing import State

STAFF_LIST = "/admin/profiles/paper/"


def add_generated(organisation, first, last):
    Paper.objects.bulk_create(
        generated_paper(number, organisation) for number in range(first, last + 1)
    )


def multiply(entry, number):
    """The same row so often again, each with a slug of its own, as no code of ours would write it."""
    columns = [field.column for field in entry._meta.concrete_fields if field.column != "id"]
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    copied = quoted.replace('"slug"', "'copy-' || n")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number}) "
            f"INSERT INTO {entry._meta.db_table} ({quoted}) SELECT {copied} "
            f"FROM {entry._meta.db_table} CROSS JOIN numbers WHERE id = %s",
            [entry.pk],
        )


# Numbers


def number_on_profile(client, kind="papers"):
    """As the link in the opening says it; 0 where there is none."""
    found = re.search(
        rf'href="#{kind}">[^<]+<span class="number">([^<]+)<', client.get("/en/").text
    )
    return found[1] if found else "0"


def number_on_list(client, query="", kind="papers"):
    found = re.search(r'<p class="number">([^<]+)</p>', client.get(f"/en/{kind}/{query}").text)
    return found[1] if found else "none"


def narrowings(client, query=""):
    """The years and types that a list offers."""
    page = client.get(f"/en/papers/{query}").text
    years = re.findall(r'href="[^"]*"(?: aria-current="true")?>(\d{4})</a>', page)
    return years, re.findall(
        r">(Research paper|Policy brief|Activity report|Audit report)</a>", page
    )


def hide_by_statement():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE profiles_paper SET is_draft = %s WHERE slug = 'un'", [True])


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda: Paper.objects.get(slug="un").delete(), "2"),
        (lambda: Paper.objects.filter(slug="un").delete(), "2"),
        (lambda: Paper.objects.update(is_draft=True), "0"),
        (lambda: Paper.objects.filter(slug="trois").update(publish_at="2040-01-01T00:00Z"), "2"),
        (hide_by_statement, "2"),
        (lambda: multiply(Paper.objects.get(slug="un"), 4), "7"),
        (lambda: add_generated(Paper.objects.first().organisation, 1, 2), "5"),
    ],
)
def test_the_numbers_are_right_after_every_change(client, add_paper, change, number):
    for slug in ("un", "deux", "trois"):
        add_paper(slug, slug=slug)
    add_paper("Brouillon", is_draft=True)
    assert (number_on_profile(client), number_on_list(client)) == ("3", "3 papers")
    change()
    assert number_on_profile(client) == number
    assert number_on_list(client) == ("none" if number == "0" else f"{number} papers")


def test_a_scheduled_paper_is_counted_from_its_moment_on(client, add_paper):
    with time_machine.travel("2026-11-26 10:00Z", tick=False):
        add_paper("Un", date="2024", publish_at="2026-01-01T00:00Z")
        add_paper("Deux", date="2025", publish_at="2026-11-26T11:00Z", type="audit")
        assert (number_on_profile(client), number_on_list(client)) == ("1", "1 paper")
        assert narrowings(client) == ([], [])
    with time_machine.travel("2026-11-26 11:00Z", tick=False):
        assert (number_on_profile(client), number_on_list(client)) == ("2", "2 papers")
        assert narrowings(client) == (["2025", "2024"], ["Research paper", "Audit report"])


def test_a_vacancy_is_counted_until_its_deadline(client, imrap):
    deadline = datetime.datetime(2026, 12, 1, 12, 0, tzinfo=datetime.UTC)
    for slug, moment in (("un", deadline), ("deux", None)):
        facts = {"slug": slug, "deadline": moment, "publish_at": "2026-01-01T00:00Z"}
        Vacancy.objects.create(organisation=imrap, title_fr=slug, is_draft=False, **facts)
    with time_machine.travel("2026-12-01 12:00:59Z", tick=False):
        assert number_on_profile(client, "vacancies") == "2"
        assert number_on_list(client, kind="vacancies") == "2 vacancies"
    with time_machine.travel("2026-12-01 12:01Z", tick=False):
        assert number_on_profile(client, "vacancies") == "1"
        assert number_on_list(client, kind="vacancies") == "1 vacancy"


def test_a_list_offers_the_years_and_types_that_would_show_something(client, add_paper):
    for date, kind in (
        ("2024-05", "policy"),
        ("2024", "audit"),
        ("1999-12-31", "audit"),
        ("", "audit"),
    ):
        add_paper(f"{date} {kind}", date=date, type=kind)
    add_paper("Brouillon", date="2010", type="activity", is_draft=True)
    assert narrowings(client) == (["2024", "1999"], ["Policy brief", "Audit report"])
    assert number_on_list(client) == "4 papers"
    assert narrowings(client, "?year=2024") == (["2024", "1999"], ["Policy brief", "Audit report"])
    assert number_on_list(client, "?year=2024") == "2 papers"
    assert narrowings(client, "?year=1999") == (["2024", "1999"], [])  # audits alone
    assert narrowings(client, "?type=policy") == ([], ["Policy brief", "Audit report"])
    assert number_on_list(client, "?type=audit") == "3 papers"
    assert number_on_list(client, "?type=audit&year=2024") == "1 paper"


def test_beyond_ten_thousand_pages_say_that_there_are_more(client, add_paper, staff_client):
    paper = add_paper("Un", date="2024", slug="un")
    multiply(paper, 9_999)
    assert number_on_profile(client) == "10000"
    assert number_on_list(client) == "10000 papers"
    assert "10000 papers" in staff_client.get(STAFF_LIST).text
    add_paper("Deux", date="2025", slug="deux")
    assert number_on_profile(client) == "more than 10,000"
    assert number_on_list(client) == "More than 10,000 papers"
    assert number_on_list(client, "?year=2025") == "1 paper"
    assert "See all papers, more than 10,000" in client.get("/en/").text
    page = staff_client.get(STAFF_LIST).text
    assert "more than 10,000 papers" in page
    assert "All more than 10,000 selected" in page
    assert re.search(r"10001 (papers|selected)", page) is None


def test_staff_reach_the_pages_behind_what_is_counted(add_paper, monkeypatch):
    multiply(add_paper("Un"), 34)
    monkeypatch.setattr("profiles.admin.long_lists.MOST_COUNTED", 20)
    papers = Paper.objects.order_by("pk")
    seen = []
    for number in range(1, 5):
        paginator = BoundedPaginator(papers, 10)
        seen += paginator.page(number).object_list
        assert number == 4 or paginator.num_pages > number
    assert seen == list(papers.all())
    assert BoundedPaginator(papers, 10).page(4).paginator.num_pages == 4
    with pytest.raises(EmptyPage):
        BoundedPaginator(papers, 10).page(5)


# Queries


@contextmanager
def counted_queries():
    with CaptureQueriesContext(connection) as context:
        yield context.captured_queries


PAGES = {
    "/fr/": 8,
    "/fr/papers/": 5,
    "/fr/papers/?year=2020": 5,
    "/fr/papers/?type=audit": 5,
    "/fr/papers/?year=2020&type=audit": 5,
    "/fr/papers/papier-essai-00001/": 4,
    "/fr/programmes/": 4,
    "/fr/feed.atom": 6,
    "/fr/papers/feed.atom": 2,
    "/sitemap-papers.xml": 3,
}
STAFF_PAGES = {
    "/admin/": 12,
    "/admin/to-complete/": 8,
    STAFF_LIST: 8,
    f"{STAFF_LIST}?p=2": 8,
    **{f"{STAFF_LIST}?o={order}": 8 for order in ("5", "-5", "8", "-8", "5.8", "8.-5")},
    **{f"{STAFF_LIST}?state={state}": 8 for state in State if state != State.CLOSED},
    **{f"{STAFF_LIST}?lacks={language}": 8 for language in ("fr", "en")},
    f"{STAFF_LIST}?lacks=en&state=published&o=8": 8,
}


def numbers_of_queries(client, addresses):
    numbers = {}
    for address in addresses:
        client.get(address)  # what a process asks once only
        with counted_queries() as queries:
            assert client.get(address).status_code == 200, address
        numbers[address] = len(queries)
    return numbers


def test_a_page_asks_as_often_of_a_thousand_papers_as_of_thirty(client, imrap):
    add_generated(imrap, 1, 120)
    few = numbers_of_queries(client, PAGES)
    add_generated(imrap, 121, 1_000)
    assert numbers_of_queries(client, PAGES) == few
    assert {
        address: few[address] <= most for address, most in PAGES.items() if few[address] > most
    } == {}


def test_staff_s_pages_ask_as_often_of_a_thousand_papers_as_of_a_hundred(staff_client, imrap):
    add_generated(imrap, 1, 120)
    few = numbers_of_queries(staff_client, STAFF_PAGES)
    add_generated(imrap, 121, 1_000)
    many = numbers_of_queries(staff_client, STAFF_PAGES)
    assert {a: (few[a], many[a]) for a, most in STAFF_PAGES.items() if many[a] > most} == {}
    assert [a for a in STAFF_PAGES if many[a] != few[a] and "p=2" not in a] == []


def plans(client, address):
    """How the database answers each query of a page, line by line."""
    asked = []

    def note(execute, sql, params, many, context):
        if sql.lstrip().startswith(("SELECT", "WITH")):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(address).status_code == 200
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # whose few rows need no index otherwise
            cursor.execute("SET enable_seqscan = off; SET enable_sort = off")
        for sql, params in asked:
            cursor.execute(f"{explain} {sql}", params)
            yield sql, [str(row[-1]) for row in cursor.fetchall()]
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan; RESET enable_sort")


TABLES = "|".join(kind._meta.db_table for kind in ALL_KINDS.values())
# Rows one after the other without an index; or all that were found, to sort them.
READS_ALL = re.compile(
    rf"SCAN ({TABLES}|U\d|profiles_paperfile)$|USE TEMP B-TREE"
    rf"|Seq Scan on ({TABLES}|profiles_paperfile)|-> +Sort\b|^Sort\b"
)


def slow_steps(client, address):
    return [
        (step, sql)
        for sql, steps in plans(client, address)
        # Files and recordings are sorted of the entries that a page shows, no more.
        if not re.search(r"FROM \"profiles_(paperfile|audiosummary)\" WHERE", sql)
        for step in steps
        if READS_ALL.search(step)
    ]


only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="It reads SQLite's plans.")


@pytest.mark.parametrize("address", [*PAGES, "/fr/vacancies/?year=2040", "/sitemap.xml"])
def test_what_visitors_ask_goes_along_an_index(client, imrap, address):
    add_generated(imrap, 1, 60)
    deadline = datetime.datetime(2040, 12, 31, tzinfo=datetime.UTC)
    Vacancy.objects.create(organisation=imrap, title_fr="Poste", is_draft=False, deadline=deadline)
    assert slow_steps(client, address) == []


@pytest.mark.parametrize("address", [a for a in STAFF_PAGES if "scheduled" not in a])
def test_what_staff_ask_goes_along_an_index(staff_client, imrap, address):
    add_generated(imrap, 1, 230)
    assert slow_steps(staff_client, address) == []


@only_sqlite
@pytest.mark.parametrize(
    ("index", "address"),
    [
        ("paper_newest", "/fr/papers/"),
        ("paper_profile", "/fr/"),
        ("paper_moment", "/fr/papers/feed.atom"),
        ("paper_dated", STAFF_LIST),
        ("paper_state_placed", f"{STAFF_LIST}?state=draft&o=8"),
        ("paper_lacks_fr", f"{STAFF_LIST}?lacks=fr"),
        ("paper_flawed", "/admin/"),
        ("paper_bare", "/admin/"),
        ("paper_wants_fr", "/admin/to-complete/"),
        ("file_flawed", "/admin/"),
    ],
)
def test_a_missing_index_would_be_seen(staff_client, imrap, index, address):
    add_generated(imrap, 1, 230)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
    assert slow_steps(staff_client, address) != []


@only_sqlite
def test_papers_of_a_type_have_an_index_of_their_own(client, imrap):
    add_generated(imrap, 1, 60)
    steps = [step for _sql, steps in plans(client, "/fr/papers/?type=audit") for step in steps]
    # The number, the page, the newest year and the years before; and whether there are four types.
    assert len([step for step in steps if "INDEX paper_of_type" in step]) >= 8


@only_sqlite
def test_the_few_that_are_scheduled_are_found_by_their_moments(staff_client, imrap):
    add_generated(imrap, 1, 3)
    (_sql, steps), *_rest = [
        (sql, steps)
        for sql, steps in plans(staff_client, f"{STAFF_LIST}?state=scheduled")
        if "COUNT" in sql
    ]
    assert "SEARCH U0 USING INDEX paper_moment (publish_at>?)" in [
        step.replace("COVERING ", "") for step in steps
    ]


@only_sqlite
@pytest.mark.parametrize("kind", ALL_KINDS.values())
def test_what_may_need_attention_is_found_by_an_index(staff_client, imrap, kind):
    kind.objects.create(organisation=imrap, title_fr="Note")
    (steps,) = [steps for sql, steps in plans(staff_client, "/admin/") if "reason_1" in sql]
    name, table = kind._meta.model_name, kind._meta.db_table
    for index in (f"{name}_flawed", f"{name}_bare", f"{name}_wants_fr"):
        assert [s for s in steps if f"{table} USING" in s and f"INDEX {index}" in s] != [], index


@only_sqlite
@pytest.mark.parametrize("model", [Paper, Video])
def test_the_works_of_a_programme_are_found_by_an_index(client, imrap, model):
    programme = Programme.objects.create(organisation=imrap, title_fr="P", is_draft=False, slug="p")
    model.objects.create(organisation=imrap, title_fr="W", is_draft=False, programme=programme)
    steps = [step for _sql, steps in plans(client, "/fr/programmes/p/") for step in steps]
    assert [step for step in steps if f"{model._meta.model_name}_of_programme" in step] != []
    assert slow_steps(client, "/fr/programmes/p/") == []


# Kept queries


def test_a_kept_query_asks_anew_at_each_moment_and_for_each_value(imrap, add_paper):
    with time_machine.travel("2026-11-26 10:00Z", tick=False):
        add_paper("Un", slug="un", publish_at="2026-11-26T11:00Z")
        find = KeptQuery(Paper.objects.published().filter(slug=Given("slug")))
        assert find(slug="un") == []
    with time_machine.travel("2026-11-26 11:00Z", tick=False):
        (paper,) = find(slug="un")
        assert (paper.title_fr, paper.stored_as[0]) == ("Un", False)
        assert find(slug="deux") == []


def test_an_unkept_query_that_was_built_before_sees_what_is_public_now(add_paper):
    with time_machine.travel("2026-11-26 10:00Z", tick=False):
        add_paper("Un", publish_at="2026-11-26T11:00Z")
        public = Paper.objects.published()
        assert public.count() == 0
    with time_machine.travel("2026-11-26 11:00Z", tick=False):
        assert public.count() == 1


# The lists of staff


def order_of(client, query):
    return [paper.slug for paper in client.get(STAFF_LIST + query).context["cl"].result_list]


def test_a_list_is_sorted_by_the_column_that_was_chosen_last(staff_client, add_paper):
    for slug, date, position in (("a", "2020", 2), ("b", "2022", 1), ("c", "2021", 1)):
        add_paper(slug, slug=slug, date=date, position=position)
    assert order_of(staff_client, "") == ["b", "c", "a"]
    assert order_of(staff_client, "?o=5") == ["a", "c", "b"]
    assert order_of(staff_client, "?o=-5") == ["b", "c", "a"]
    assert order_of(staff_client, "?o=8") == ["b", "c", "a"]  # as the profile shows them
    assert order_of(staff_client, "?o=-8") == ["a", "c", "b"]
    assert order_of(staff_client, "?o=8.5") == ["b", "c", "a"]
    assert order_of(staff_client, "?o=99") == ["c", "b", "a"]
    sorted_heads = re.findall(
        r'<th scope="col" class="sortable (column-\w+) sorted',
        staff_client.get(STAFF_LIST + "?o=8.5").text,
    )
    assert sorted_heads == ["column-position"]


def test_a_filter_by_state_or_language_shows_what_it_says(staff_client, imrap, add_paper):
    later = timezone.now() + datetime.timedelta(days=1)
    add_paper("public", slug="public", title_en="x", body_fr="<p>x</p>", body_en="<p>x</p>")
    add_paper("later", slug="later", publish_at=later)
    add_paper("draft", slug="draft", is_draft=True, body_en="<p>x</p>")
    assert order_of(staff_client, "?state=published") == ["public"]
    assert order_of(staff_client, "?state=scheduled") == ["later"]
    assert order_of(staff_client, "?state=draft") == ["draft"]
    assert order_of(staff_client, "?lacks=en") == ["draft", "later"]
    assert order_of(staff_client, "?lacks=fr") == ["draft"]
    assert order_of(staff_client, "?lacks=en&state=scheduled") == ["later"]


@pytest.mark.parametrize("kind", ["number", "hidden"])
@pytest.mark.parametrize("value", ["100", '"><script>', None, ""])
def test_an_input_of_a_list_is_written_as_django_writes_it(kind, value):
    attrs = {"id": "id_form-0-position", "required": True, "disabled": False, "aria-label": "Où ?"}
    widget = {"type": kind, "name": "form-0-position", "value": value, "attrs": attrs}
    template = f"django/forms/widgets/{kind}.html"
    ours, theirs = (
        renderer.render(template, {"widget": widget})
        for renderer in (CELL_RENDERER, DjangoTemplates())
    )
    assert ours.replace("&#x27;", "&#39;") == theirs.strip()


def test_every_kind_keeps_the_indexes_of_entries():
    shared = [index.name for index in Entry._meta.indexes]
    for kind in ALL_KINDS.values():
        name = kind._meta.model_name
        kept = {index.name for index in kind._meta.indexes}
        assert kept >= {index.replace("%(class)s", name) for index in shared}, name
