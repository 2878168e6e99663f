"""Files over HTTP in whole or in part, so that a download cut off by a slow line can go on."""

import os
import re
from os.path import basename

from django.core.files.base import File
from django.http import FileResponse, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from profiles.addresses import content_disposition

SINGLE_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)


class Part(File):
    """An open file from where it stands, to be read no further than `length` bytes."""

    def __init__(self, file, length):
        super().__init__(file)
        self.left = length

    def read(self, size):
        chunk = self.file.read(min(size, self.left))
        self.left -= len(chunk)
        return chunk


def ranged_response(
    request, file, *, content_type, etag, last_modified=None, filename=None, as_attachment=False
):
    """Answer GET or HEAD with an open binary file, which is closed in every case.

    `etag` must change with the content, `last_modified` is an aware datetime, and without a
    `filename` the file's own is offered. RFC 9110, sections 13.2.2 and 14; several ranges at
    once may be answered with the whole file, and are.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    body = Part(file, size)
    headers = {"Accept-Ranges": "bytes", "ETag": quote_etag(etag)}
    modified = last_modified and int(last_modified.timestamp())
    if modified:
        headers["Last-Modified"] = http_date(modified)
    # GZipMiddleware would take the length away and compress a part as if it were a file.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    response = FileResponse(
        body,
        content_type=content_type,
        headers=headers,
    )
    if name := filename or basename(getattr(file, "name", None) or ""):
        response.headers["Content-Disposition"] = content_disposition(name, as_attachment)
    answer = get_conditional_response(request, headers["ETag"], modified, response)
    if answer is response:
        answer = _narrowed(response, body, _wanted(request, headers, size), size)
    if answer is not response:
        file.close()  # response.close() would tell Django that the request is over
    elif request.method == "HEAD":
        response.streaming_content = ()  # else gunicorn logs a warning about each
    return answer


def _wanted(request, headers, size):
    """The byte range to answer with, empty where there is no such byte; None for the whole file."""
    match = SINGLE_RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or size == 0 or match is None:
        return None
    first, last = (int(digits) if digits else None for digits in match.groups())
    if (first is None and last is None) or (None not in (first, last) and last < first):
        return None
    if not _is_unchanged(request.headers.get("If-Range"), headers):
        return None
    if first is None:
        return range(max(0, size - last), size)
    return range(first, size if last is None else min(last + 1, size))


def _is_unchanged(if_range, headers):
    """Whether the client's first part came from this very content."""
    is_weak = (if_range or "").startswith("W/")
    known = (None, headers["ETag"], headers.get("Last-Modified"))
    return if_range in known and not is_weak


def _narrowed(response, body, wanted, size):
    if wanted is None:
        return response
    if not wanted:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    body.seek(wanted.start)
    body.left = len(wanted)
    response.status_code = 206
    response.headers["Content-Length"] = len(wanted)
    response.headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return response
