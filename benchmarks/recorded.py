"""Answers of the site, kept in a folder, byte for byte, for servers that do nothing but send them."""

import http.client
import json
from contextlib import closing

from benchmarks.processes import HOST, CannotMeasure

# What the server writes itself, whatever the application says.
OF_THE_SERVER = {"date", "server", "connection", "transfer-encoding"}


def asked(server, path, headers=()):
    """(status, headers, body)"""
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=20)) as line:
        line.request("GET", path, headers={"Accept-Encoding": "gzip", **dict(headers)})
        answer = line.getresponse()
        told = [one for one in answer.getheaders() if one[0].lower() not in OF_THE_SERVER]
        return f"{answer.status} {answer.reason}", told, answer.read()


def record(server, pages, folder):
    """The answer to each of the pages, under its name."""
    heads = {}
    for page in pages:
        status, headers, body = asked(server, page.path, page.headers)
        if not status.startswith(page.status):
            raise CannotMeasure(f"The site answers {page.path} with {status}.")
        heads[f"/{page.name}"] = status, headers
        (folder / page.name).write_bytes(body)
    (folder / "heads.json").write_text(json.dumps(heads))


def read(folder):
    """{path: (status, headers, (body,))}, as a WSGI application gives them."""
    heads = json.loads((folder / "heads.json").read_text())
    return {
        path: (status, [tuple(one) for one in headers], ((folder / path[1:]).read_bytes(),))
        for path, (status, headers) in heads.items()
    }
