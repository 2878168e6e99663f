"""Bodies as a browser takes them: brotli, gzip or as they are; and not at all where it has them."""

import gzip
import re
from functools import lru_cache

import brotli
from django.utils.http import parse_http_date_safe

WORTH_IT = 200  # bytes
TEXTS = re.compile(r"text/|image/svg|application/(?:[\w.-]+\+)?(?:xml|json)|application/.*bibtex")
TOKEN = re.compile(r"\s*([\w-]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*")
WAYS = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5, lgwin=18),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


@lru_cache(maxsize=256)  # browsers send a few dozen
def encoding_for(accepted):
    """The best of ours that an Accept-Encoding header takes, "" for none."""
    taken = [match for part in accepted.split(",") if (match := TOKEN.fullmatch(part))]
    wanted = {match[1].lower() for match in taken if (match[2] or "1").strip("0.")}
    return next((encoding for encoding in WAYS if encoding in wanted), "")


def compressed(headers, body, encoding):
    """(headers, body) of an answer in one of our encodings, with the length; "" leaves it as it is.

    Each encoding has an entity tag of its own, made of the page's: each is a sequence of bytes of
    its own, of which a part may be asked for.
    """
    told = {name.lower(): value for name, value in headers}
    if not TEXTS.match(told.get("content-type", "")) or "content-encoding" in told:
        return with_header(headers, "Content-Length", str(len(body))), body
    headers = with_header(headers, "Vary", varied(told.get("vary", "")))
    if not encoding or len(body) < WORTH_IT:
        return with_header(headers, "Content-Length", str(len(body))), body
    body = WAYS[encoding](body)
    if tag := told.get("etag"):
        headers = with_header(headers, "ETag", f'{tag[:-1]}-{encoding}"')
    headers = with_header(headers, "Content-Length", str(len(body)))
    return [*headers, ("Content-Encoding", encoding)], body


def varied(vary):
    names = [name for name in re.split(r"\s*,\s*", vary) if name]
    if not any(name.lower() == "accept-encoding" for name in names):
        names.append("Accept-Encoding")
    return ", ".join(names)


def with_header(headers, name, value):
    others = [header for header in headers if header[0].lower() != name.lower()]
    return [*others, (name, value)]


# What a browser has already

TAG = re.compile(r'(?:W/)?("[^"]*")')
# Of an answer that has no body (RFC 9110, 15.4.5).
ABOUT_THE_KEPT = {"cache-control", "content-location", "date", "etag", "expires", "vary"}


def is_known(environ, headers):
    """Whether the browser says that it has what these headers are of."""
    tags, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
    if not tags and not since:
        return False
    told = {name.lower(): value for name, value in headers}
    if tags:
        return tags.strip() == "*" or told.get("etag") in TAG.findall(tags)
    modified, since = told.get("last-modified"), parse_http_date_safe(since)
    return bool(modified and since is not None and parse_http_date_safe(modified) <= since)


def about_the_kept(headers):
    return [header for header in headers if header[0].lower() in ABOUT_THE_KEPT]
