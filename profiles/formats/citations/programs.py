"""The forms in which programs take a citation, by the ending of their addresses."""

from collections.abc import Callable
from typing import NamedTuple

from profiles.formats.citations.bibtex import bibtex
from profiles.formats.citations.csl import csl
from profiles.formats.citations.ris import ris


class Style(NamedTuple):
    name: str
    media_type: str
    write: Callable


STYLES = {
    "bib": Style("BibTeX", "application/x-bibtex", bibtex),
    "ris": Style("RIS", "application/x-research-info-systems", ris),
    "json": Style("CSL-JSON", "application/vnd.citationstyles.csl+json", csl),
}
