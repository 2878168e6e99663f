"""The `citation_…` tags that Google Scholar and Zotero look for (Highwire Press).

Scholar takes no page without an author: where none is named, the institution answers for it.
"""

from profiles.formats.citations.facts import without_comma

NO_BREAK_SPACE = "\u00a0"


def tags(citation):
    """(name, content) for each tag of a report."""
    authors = [author_in_tag(author) for author in citation.authors]
    rows = [
        ("title", citation.title),
        *(("author", author) for author in authors or [as_body(citation.institution)]),
        ("publication_date", citation.date.replace("-", "/")),
        ("technical_report_institution", citation.institution),
        ("language", citation.language),
        ("isbn", citation.isbn),
        ("doi", citation.doi),
        ("pdf_url", citation.pdf),
        ("abstract_html_url", citation.address),
    ]
    return [(f"citation_{name}", content) for name, content in rows if content]


def author_in_tag(author):
    return author.inverted if author.is_person else as_body(author.name)


def as_body(name):
    """Readers make a family name of what follows the last comma or space: there is none."""
    return without_comma(name).replace(" ", NO_BREAK_SPACE)
