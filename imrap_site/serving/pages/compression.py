"""Bodies as a browser takes them: brotli, gzip or as they are."""

import gzip
import re

import brotli

WORTH_IT = 200  # bytes
TEXTS = re.compile(r"text/|image/svg|application/(?:[\w.-]+\+)?(?:xml|json)|application/.*bibtex")
TOKEN = re.compile(r"\s*([\w-]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*")
WAYS = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


def encoding_for(accepted):
    """The best of ours that an Accept-Encoding header takes, "" for none."""
    taken = [match for part in accepted.split(",") if (match := TOKEN.fullmatch(part))]
    wanted = {match[1].lower() for match in taken if (match[2] or "1").strip("0.")}
    return next((encoding for encoding in WAYS if encoding in wanted), "")


def compressed(headers, body, accepted):
    """(headers, body) of an answer whose headers have its length."""
    told = {name.lower(): value for name, value in headers}
    encoding = encoding_for(accepted)
    is_text = TEXTS.match(told.get("content-type", ""))
    if not encoding or not is_text or len(body) < WORTH_IT or "content-encoding" in told:
        return with_length(headers, body), body
    body = WAYS[encoding](body)
    # Another sequence of bytes of the same page: a strong validator would be a lie.
    headers = [(name, weak(value) if name.lower() == "etag" else value) for name, value in headers]
    return [*with_length(headers, body), ("Content-Encoding", encoding)], body


def weak(etag):
    return etag if etag.startswith("W/") else f"W/{etag}"


def with_length(headers, body):
    others = [header for header in headers if header[0].lower() != "content-length"]
    return [*others, ("Content-Length", str(len(body)))]
