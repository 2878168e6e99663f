"""Several names in one cell: a line each, or with semicolons; with commas where these are clear.

A comma may stand inside a name ("Ag Assarid, Moussa"; "Bamako, Mali"), so it divides names only
where nothing else does and each part is a name by itself.
"""

import re

from profiles.authors import PARTICLES

ONE_WORD = re.compile(r"\w+(?:[-’']\w+)*")


def names_in(text, are_names):
    """The names; `are_names` says of the parts between commas whether they are some."""
    names = [name.strip() for name in re.split(r"[;\n]", text)]
    if len(names) == 1:
        parts = [part.strip() for part in text.strip(" ,").split(",")]
        names = parts if len(parts) > 1 and all(parts) and are_names(parts) else names
    return [name for name in names if name]


def are_whole_names(parts):
    """Of people: "Aminata Traoré, Moussa Ag Assarid", but not "Ag Assarid, Moussa"."""
    words = (re.findall(r"\w+", part.lower()) for part in parts)
    return all(len([word for word in each if word not in PARTICLES]) > 1 for each in words)


def are_capitalised(parts):
    """Of countries: "Mali, Côte d’Ivoire", but not "Congo, République démocratique du"."""
    return all(part[0].isupper() and any(map(str.isupper, part.split()[-1])) for part in parts)


def are_three_words(parts):
    """Of bodies and places: "Mopti, Gao, Kidal", but not "Bamako, Mali"."""
    return len(parts) > 2 and all(map(ONE_WORD.fullmatch, parts))
