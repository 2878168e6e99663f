"""In one process, without a server: what a page costs that is kept, one that is made while the content
stays as it is, and the first one after an edit. CPU alone, so that it can be told on a busy machine.

Printed as JSON, by a process of its own: `python -m benchmarks.inside MODULE PATH [DATABASE]`; only
with a database, which it edits, it is taken for the site.
"""

import json
import sqlite3
import sys
import time
from contextlib import closing
from importlib import import_module
from io import BytesIO

from benchmarks.processes import BROWSER, HOST

HITS, MADE, EDITS = 10_000, 40, 20
REST = 0.03  # seconds after which an edit can't be mistaken for the next one


def environ(path, query=""):
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": HOST,
        "HTTP_USER_AGENT": BROWSER["User-Agent"],
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_ACCEPT_LANGUAGE": "fr,en;q=0.5",
        "REMOTE_ADDR": HOST,
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
    }


def answer(application, asked):
    """As a server takes it."""
    heads = []
    body = application(asked, lambda status, _headers, *_more: heads.append(status))
    for _piece in body:
        pass
    if close := getattr(body, "close", None):
        close()
    assert heads[-1].startswith("200"), heads


def cpu_of_each(application, requests):
    """Seconds."""
    began = time.process_time()
    for asked in requests:
        answer(application, asked)
    return (time.process_time() - began) / len(requests)


def cpu_after_edits(application, path, database):
    """Seconds of the first answer after each."""
    used = 0
    for number in range(EDITS):
        change(database, number)
        time.sleep(REST)
        used += cpu_of_each(application, [environ(path)])
    return used / EDITS


def change(database, number):
    """A name that stands on each page of the site, by another way than the site."""
    with closing(sqlite3.connect(database)) as content, content:
        name = f"essai {number}"
        content.execute("UPDATE profiles_organisation SET name_fr = ?, acronym = ?", (name, name))


def main(module, path, database=None):
    application = import_module(module).application
    cpu_of_each(application, [environ(path, f"n={number}") for number in range(10)])
    requests = [environ(path, f"n=made{number}") for number in range(MADE)]
    found = {"made": 1000 * cpu_of_each(application, requests)}
    if database:
        found["edited"] = 1000 * cpu_after_edits(application, path, database)
        found["hit"] = 1_000_000 * cpu_of_each(application, HITS * [environ(path)])
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
