"""What a browser posted of a formset, where some of its rows have been deleted meanwhile."""

import re


def is_number(text):
    """Whether a form's text is a number, as keys are; isdigit() takes "²" too, and any length."""
    return text.isascii() and text.isdigit() and len(text) < 19


def rows_left(data, prefix, keys):
    """Numbers of the rows whose object is not gone (`keys`: as text); None if all are there."""
    total, initial = (data.get(f"{prefix}-{name}_FORMS", "") for name in ("TOTAL", "INITIAL"))
    if not (is_number(total) and is_number(initial)) or int(total) > 1000:
        return None
    rows = range(int(total))
    gone = {n for n in rows[: int(initial)] if data.get(f"{prefix}-{n}-id") not in keys}
    return [n for n in rows if n not in gone] if gone else None


def renumbered(data, prefix, rows):
    """Formset data of these rows alone, numbered from 0."""
    numbers = {str(n): number for number, n in enumerate(rows)}
    result = data.copy()
    result.clear()
    for name in data:
        if not (found := re.fullmatch(rf"((?:initial-)?{prefix}-)([0-9]+)(-.+)", name)):
            result.setlist(name, data.getlist(name))
        elif found[2] in numbers:
            result.setlist(f"{found[1]}{numbers[found[2]]}{found[3]}", data.getlist(name))
    return result


def without_vanished(data, prefix, rows, uploads=()):
    """Formset data of the rows that are left; those of `uploads` follow as new ones."""
    result = renumbered(data, prefix, [*rows, *uploads])
    result[f"{prefix}-TOTAL_FORMS"] = str(len(rows) + len(uploads))
    initial = int(data[f"{prefix}-INITIAL_FORMS"])
    result[f"{prefix}-INITIAL_FORMS"] = str(sum(n < initial for n in rows))
    for number in range(len(rows), len(rows) + len(uploads)):
        result[f"{prefix}-{number}-id"] = ""
    return result
