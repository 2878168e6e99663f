"""A small site to search in, and what people ask it."""

import tomllib
from pathlib import Path

from profiles import search
from profiles.models import KINDS, PaperFile

CASES = Path(__file__).parent / "cases"


def store_corpus(organisation):
    """The entries of cases/search-corpus.toml, published and indexed."""
    corpus = tomllib.loads((CASES / "search-corpus.toml").read_text("utf-8"))
    for slug, entries in corpus.items():
        for fields in entries:
            store(KINDS[slug], organisation, fields)
    search.rebuild()


def store(kind, organisation, fields):
    pages = fields.pop("pages", None)
    language = fields.pop("language") if pages else ""
    entry = kind.objects.create(organisation=organisation, is_draft=False, **fields)
    if pages:
        add_pages(entry, pages, language)


def add_pages(paper, pages, language="fr"):
    """A PDF's text, without the PDF."""
    return PaperFile.objects.create(
        paper=paper,
        file=f"papers/{paper.pk}/{paper.slug}.pdf",
        format="pdf",
        size=1_000_000,
        page_count=len(pages),
        language=language,
        text="\f".join(pages),
    )


def queries():
    """[query, slug of the entry that is meant]."""
    lines = (CASES / "search-queries.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines]


def slugs_of(hits):
    return [KINDS[hit.kind].objects.get(pk=hit.key).slug for hit in hits]
