"""A WSGI callable that does nothing but hand out what the site has answered before."""

import os
from pathlib import Path

from benchmarks.recorded import read

ANSWERS = read(Path(os.environ["ANSWERS"]))


def application(environ, start_response):
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
