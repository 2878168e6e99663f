"""Queries as people type them, over a small site written for this; none may be a special case."""

import tomllib

import pytest

from profiles import search
from profiles.models import KINDS, PaperFile
from tests.builders import CASES

REQUIRED = 0.93


def corpus():
    return tomllib.loads((CASES / "search-corpus.toml").read_text("utf-8"))


def queries():
    lines = (CASES / "search-queries.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines]


@pytest.fixture
def site(imrap):
    for kind, entries in corpus().items():
        for fields in entries:
            add(KINDS[kind], imrap, fields)
    search.rebuild()


def add(kind, organisation, fields):
    pages = fields.pop("pages", None)
    language = fields.pop("language") if pages else ""
    entry = kind.objects.create(organisation=organisation, is_draft=False, **fields)
    if pages:
        PaperFile.objects.create(
            paper=entry,
            file=f"papers/{entry.pk}/{entry.slug}.pdf",
            format="pdf",
            size=1,
            page_count=len(pages),
            language=language,
            text="\f".join(pages),
        )


def first_three(query):
    hits = search.search(query).hits[:3]
    return [KINDS[hit.kind].objects.get(pk=hit.key).slug for hit in hits]


def test_people_find_what_they_mean_among_the_first_three(site):
    asked = queries()
    missed = [
        f"{query} → {first_three(query)}, not {slug}"
        for query, slug in asked
        if slug not in first_three(query)
    ]
    assert len(asked) >= 150
    assert len(missed) <= (1 - REQUIRED) * len(asked), missed
