"""Addresses of the licences that people name: "CC BY-SA 4.0"."""

import re

CREATIVE_COMMONS = re.compile(
    r"\bCC[ -](BY(?:-(?:NC-SA|NC-ND|NC|SA|ND))?)[ -](\d\.\d)\b", re.IGNORECASE
)
NO_RIGHTS = re.compile(r"\bCC0\b", re.IGNORECASE)


def address_of_licence(text):
    """ "" of what is no licence of which an address is known."""
    if found := CREATIVE_COMMONS.search(text):
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/"
    if NO_RIGHTS.search(text):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return ""
