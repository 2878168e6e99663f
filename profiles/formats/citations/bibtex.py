"""BibTeX, in UTF-8, as BibTeX itself and not only biblatex reads it."""

import re

TYPES = {"report": "techreport", "film": "misc"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Braces are counted even behind a backslash, so they are written by their names.
SPECIAL = {sign: f"\\{sign}" for sign in "&%$#_"} | {
    "\\": r"{\textbackslash}",
    "{": r"{\lbrace}",
    "}": r"{\rbrace}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
}


def bibtex(citation):
    # `institution` belongs to reports; what is published otherwise has an `organization`.
    institution = "institution" if citation.form == "report" else "organization"
    year, month, day = (*citation.date_parts, None, None, None)[:3]
    fields = {
        "author": authors(citation.authors),
        "title": whole(citation.title),
        institution: whole(citation.institution),
        "type": braced(citation.genre) if citation.form == "report" else "",
        "howpublished": braced(citation.genre) if citation.form != "report" else "",
        "year": f"{{{year}}}" if year else "",
        "month": MONTHS[month - 1] if month else "",
        "day": f"{{{day}}}" if day else "",
        "language": braced(citation.language),
        "isbn": braced(citation.isbn),
        "doi": as_it_is(citation.doi),
        "url": as_it_is(citation.address),
        "abstract": braced(citation.abstract),
    }
    lines = [f"  {name} = {value}," for name, value in fields.items() if value]
    return "\n".join([f"@{TYPES[citation.form]}{{{citation.key},", *lines, "}", ""])


def escaped(text):
    return "".join(SPECIAL.get(sign, sign) for sign in text)


def braced(text):
    return f"{{{escaped(text)}}}" if text else ""


def whole(text):
    """Not to be taken apart, nor to be put into small letters."""
    return f"{{{braced(text)}}}" if text else ""


def as_it_is(address):
    """What readers take letter by letter."""
    return f"{{{address.replace('{', '%7B').replace('}', '%7D')}}}" if address else ""


def authors(people_and_bodies):
    names = [
        escaped(author.inverted) if is_safe(author) else braced(author.name)
        for author in people_and_bodies
    ]
    return f"{{{' and '.join(names)}}}" if names else ""


def is_safe(author):
    """Whether it is a person whose name has no “and”, which parts two authors."""
    return author.is_person and not re.search(r"\band\b", author.name, re.IGNORECASE)
