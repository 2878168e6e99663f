"""How an entry is cited: what is known of it, and the forms in which programs take it."""

from profiles.formats.citations.facts import Citation, citation_of
from profiles.formats.citations.programs import STYLES, Style
from profiles.formats.citations.reference import reference
from profiles.formats.citations.tags import tags

__all__ = ["STYLES", "Citation", "Style", "citation_of", "reference", "tags"]
