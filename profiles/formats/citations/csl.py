"""CSL-JSON, which processors of citation styles read."""

import json

TYPES = {"report": "report", "film": "motion_picture"}


def csl(citation):
    fields = {
        "id": citation.key,
        "type": TYPES[citation.form],
        "title": citation.title,
        "author": [csl_name(author) for author in citation.authors],
        "publisher": citation.institution,
        "genre": citation.genre,
        "issued": {"date-parts": [citation.date_parts]} if citation.date else None,
        "language": citation.language,
        "ISBN": citation.isbn,
        "DOI": citation.doi,
        "URL": citation.address,
        "abstract": citation.abstract,
    }
    known = {name: value for name, value in fields.items() if value}
    return json.dumps([known], ensure_ascii=False, indent=2) + "\n"


def csl_name(author):
    if author.is_person:
        return {"family": author.family, "given": author.given}
    return {"literal": author.name}
