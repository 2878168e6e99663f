"""An entry to take away: one file that opens without the site, as a page or as a book."""

from collections.abc import Callable
from typing import NamedTuple

from profiles.formats.takeaway.article import file_name
from profiles.formats.takeaway.book import epub
from profiles.formats.takeaway.page import html, most_bytes

__all__ = ["COPIES", "Copy", "file_name", "most_bytes"]


class Copy(NamedTuple):
    media_type: str
    write: Callable  # the bytes, of an entry and the request for it


COPIES = {
    "html": Copy("text/html; charset=utf-8", html),
    "epub": Copy("application/epub+zip", epub),
}
