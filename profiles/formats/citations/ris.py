"""RIS: a tag and a value on each line."""

from profiles.formats.citations.facts import one_line, without_comma

TYPES = {"report": "RPRT", "film": "VIDEO"}


def ris(citation):
    rows = [
        ("TY", TYPES[citation.form]),
        *(("AU", author_in_ris(author)) for author in citation.authors),
        ("TI", citation.title),
        ("PY", citation.date[:4]),
        ("DA", date(citation)),
        ("PB", citation.institution),
        ("M3", citation.genre),
        ("LA", citation.language),
        ("SN", citation.isbn),
        ("DO", citation.doi),
        ("UR", citation.address),
        ("L1", citation.pdf),
        ("AB", citation.abstract),
    ]
    lines = [f"{tag}  - {one_line(value)}" for tag, value in rows if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def author_in_ris(author):
    return author.inverted if author.is_person else without_comma(author.name)


def date(citation):
    """ "2016/06//": year, month, day and other words, whose places stay where they are unknown."""
    parts = [f"{part:02}" for part in citation.date_parts]
    return "/".join([*parts, "", "", ""][:4]) if parts else ""
