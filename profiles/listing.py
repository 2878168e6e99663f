"""What the public pages ask of the database: each question is put together once.

No answer reads more rows than a page shows, whatever there are, but for a number; and that is
counted up to MOST_COUNTED.
"""

from functools import cache, lru_cache
from typing import NamedTuple

from django.db.models import CharField, Exists, OuterRef
from django.db.models.expressions import RawSQL

from profiles import publishing
from profiles.kept_queries import Given, KeptQuery, KeptStatement
from profiles.lasting import kept
from profiles.models import KINDS, OfProgramme, Organisation, with_recordings
from profiles.publishing import NumberOf

ON_PROFILE = 3
ON_PAGE = 20
YEAR = CharField()
# From the newest date on, each time to the newest before that year; the unknown date, "", is last.
YEARS = """
WITH RECURSIVE years(day) AS (
SELECT * FROM ({newest}) AS newest
UNION ALL SELECT ({before}) FROM years WHERE day <> ''
) SELECT substr(day, 1, 4) FROM years WHERE day <> ''
"""


def theirs(organisation, kind):
    return kind.objects.filter(organisation=organisation).listed()


@cache
def _organisation():
    return KeptQuery(Organisation.objects.with_filled(KINDS.values())[:1])


@cache
def _organisation_of_entry():
    known = Organisation.objects.with_filled(KINDS.values())
    return KeptQuery(known.filter(pk=Given("key")))


@cache
def _organisation_with_counts():
    return KeptQuery(Organisation.objects.with_counts(KINDS.values())[:1])


@cache
def _on_profile(kind):
    entries = kind.objects.filter(organisation=Given("organisation")).on_profile()
    return KeptQuery(entries.with_parts_of_cards()[:ON_PROFILE])


def organisation():
    """With the kinds that it has anything of, which the bar of every page shows; or None."""
    return kept("organisation", lambda: next(iter(_organisation()()), None))


def organisation_of(entry):
    key = entry.organisation_id
    return kept(("organisation", key), lambda: _organisation_of_entry()(key=key)[0])


def organisation_with_counts():
    return next(iter(_organisation_with_counts()()), None)


def known_to(organisation, entries):
    """The entries of an organisation that is known already, which nobody shall ask for again."""
    for entry in entries:
        entry.organisation = organisation
    return entries


def on_profile(organisation, kind):
    return known_to(organisation, _on_profile(kind)(organisation=organisation.pk))


def narrowed(entries, kind, has_year, has_choice):
    """By what is given as `year`, `next_year` and `choice`."""
    if has_year:
        entries = entries.filter(dated__gte=Given("year", YEAR), dated__lt=Given("next_year", YEAR))
    return entries.filter(**{kind.list_filter: Given("choice")}) if has_choice else entries


@cache
def _head_of_list(kind, has_year, has_choice):
    listed = theirs(OuterRef("pk"), kind)
    choices = {
        f"has_choice_{value}": Exists(
            narrowed(listed, kind, has_year, False).filter(**{kind.list_filter: value})
        )
        for value in labels_of(kind)
    }
    number = NumberOf(narrowed(listed, kind, has_year, has_choice))
    found = Organisation.objects.with_filled(KINDS.values()).annotate(number=number, **choices)
    return KeptQuery(found[:1])


@cache
def _years(kind, has_choice):
    listed = narrowed(theirs(Given("organisation"), kind), kind, False, has_choice)
    newest = listed.order_by("-dated").values("dated")[:1]
    before = listed.filter(dated__lt=RawSQL("substr(years.day, 1, 4)", []))
    return KeptStatement(YEARS, newest=newest, before=before.order_by("-dated").values("dated")[:1])


@lru_cache(maxsize=200)
def _page_of_list(kind, has_year, has_choice, start, end):
    shown = narrowed(theirs(Given("organisation"), kind), kind, has_year, has_choice)
    return KeptQuery(shown.with_parts_of_cards()[start:end])


def labels_of(kind):
    """The values by which a list can be narrowed, and their names."""
    return dict(kind._meta.get_field(kind.list_filter).flatchoices) if kind.list_filter else {}


class Page(NamedTuple):
    """What a page of a list shows, whatever its language."""

    organisation: Organisation | None
    entries: list
    years: list


class Narrowing:
    """A list of a kind, of one year and of one choice, or of all."""

    def __init__(self, kind, year, choice):
        self.kind, self.shape = kind, (bool(year), bool(choice))
        self.given = {"choice": choice}
        if year:
            self.given |= {"year": f"{year:04}", "next_year": f"{year + 1:04}"}

    def page(self, number):
        organisation = self.organisation()
        if organisation is None:
            return Page(None, [], [])
        entries = self.entries(organisation, number)
        with_recordings(entries[:ON_PAGE])
        return Page(organisation, entries, self.years(organisation))

    def organisation(self):
        """With the number of entries in the list, and the choices that would show any; or None."""
        return next(iter(_head_of_list(self.kind, *self.shape)(**self.given)), None)

    def entries(self, organisation, page):
        # One more than is shown tells whether there is a next page.
        start, end = (page - 1) * ON_PAGE, page * ON_PAGE + 1
        find = _page_of_list(self.kind, *self.shape, start, end)
        return known_to(organisation, find(organisation=organisation.pk, **self.given))

    def years(self, organisation):
        rows = _years(self.kind, self.shape[1])(organisation=organisation.pk, **self.given)
        return [int(year) for (year,) in rows]

    def choices(self, organisation):
        return [
            (value, label)
            for value, label in labels_of(self.kind).items()
            if getattr(organisation, f"has_choice_{value}")
        ]


@cache
def _entry(kind, sees_all):
    entries = kind.objects.all() if sees_all else kind.objects.published()
    return KeptQuery(entries.with_parts_of_page().filter(slug=Given("slug")))


def entry(kind, slug, user):
    """The entry under an address that this person may read, with what its page shows; or None."""
    sees_all = publishing.may_view(user, kind)
    key = "entry", kind.kind_slug, slug, sees_all
    return kept(key, lambda: next(iter(_entry(kind, sees_all)(slug=slug)), None))


@cache
def _of_programme(kind):
    listed = kind.objects.filter(programme=Given("programme")).listed()
    return KeptQuery(listed.only(*kind.linked_fields)[:ON_PAGE])


def of_programme(programme):
    """The newest entries of each kind that came out of a programme, to be linked."""
    return [
        entry
        for kind in KINDS.values()
        if issubclass(kind, OfProgramme)
        for entry in _of_programme(kind)(programme=programme.pk)
    ]
