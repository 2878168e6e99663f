"""What tests make: pictures, documents, entries, spreadsheets, forms, sign-ins, servers."""

import csv
import functools
import io
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from contextlib import closing, contextmanager
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from openpyxl import Workbook, load_workbook
from PIL import Image

from imrap_site import start
from profiles.editing import spreadsheets
from profiles.files.pictures import reencode
from profiles.models import AudioSummary, Paper, PaperFile
from tests.films import mp4, webm

STARTER = Path(__file__).parent / "profile-page.txt"
CASES = Path(__file__).parent / "cases"
# Queries for a session: where hosts share a database it is a row in it, read once for each page.
OF_A_SESSION = 1 if connection.vendor == "postgresql" else 0


def case(name):
    """The bytes of a file that was made elsewhere."""
    return (CASES / name).read_bytes()


# Pictures


RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photograph(size=(300, 200), colour=RED):
    """Grain on a colour, so that sizes and hashes are those of a picture, not of a plain area."""
    grain = Image.effect_noise(size, 20).convert("RGB")
    return Image.blend(Image.new("RGB", size, colour), grain, 0.1)


def content_of(image, format="JPEG", **options):
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


@functools.cache
def kept_photograph(size):
    """A photograph as the site keeps it, to give to a picture field: encoding takes a while."""
    return reencode(ContentFile(content_of(photograph(size)), "IMG_0001.jpg"))


def exif_with_place(orientation=1):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "Camera of a journalist"
    exif.get_ifd(GPS).update({1: "N", 2: (18.0, 26.0, 28.0), 3: "E", 4: (1.0, 24.0, 28.0)})
    return exif


def png(width, height, *, depth=8, kind=2, rows=b"", before=(), behind=()):
    """A PNG written by hand, for what Pillow would not write; chunks before and behind the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    pixels = zlib.compress(rows)
    chunks = [(b"IHDR", header), *before, (b"IDAT", pixels), *behind, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


# Documents and films


TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
5 beginbfchar <01> <00650301> <02> <0000> <03> <D800> <04> <D83DDE00> <05> <0001> endbfchar
endcmap end end"""


def a_pdf(*pages, size="595 842", count=None, to_unicode=TO_UNICODE):
    """A PDF with these lines of text on each page, in 10 point letters; the font has ToUnicode."""
    texts = [b"BT /F1 10 Tf 12 TL 50 780 Td " + text + b" ET" for text in pages or [b"(Paix) Tj"]]
    kids = b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(texts)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count or len(texts)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 4 0 R>>",
        a_stream(to_unicode),
    ]
    for number, text in enumerate(texts):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %b]/Contents %d 0 R" % (
            size.encode(),
            6 + 2 * number,
        )
        objects += [page + b"/Resources<</Font<</F1 3 0 R>>>>>>", a_stream(text)]
    return with_cross_references(objects)


def a_stream(content):
    return b"<</Length %d>>stream\n%b\nendstream" % (len(content), content)


def mutilated(content, chance):
    """Other bytes here and there in a bytearray."""
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(content))
        end = start + chance.randint(1, 8)
        piece = chance.choice(
            [b"", chance.randbytes(3), content[start:end] * 9, b"99999999", b"<<"]
        )
        content[start:end] = piece
    return content


def with_cross_references(objects):
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, offset = len(objects) + 1, len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return body + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, offset)


def a_zip(entries):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, text, compress_type=how)
    return content.getvalue()


PDF = a_pdf(b"(La paix au Mali) Tj")
DOCX = a_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})
ODT = a_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office/>"})
EPUB = a_zip({"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>"})
MP4, WEBM = mp4(), webm()
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nLa paix à Ségou\n".encode()
# Made once with pypdf: one page, 100 by 100 points.
ASKS_FOR_A_PASSWORD = case("asks-for-a-password.pdf")
FORBIDS_PRINTING_ONLY = case("forbids-printing-only.pdf")
EXECUTABLE = b"\x7fELF\x02\x01\x01" + b"\0" * 100


# Entries


WHOLE_TEXTS = {"title_en": "Note", "body_fr": "<p>Texte.</p>", "body_en": "<p>Text.</p>"}


def a_file(paper, **fields):
    """A PDF with one word at a paper."""
    file = ContentFile(a_pdf(b"(mots) Tj"), "rapport.pdf")
    return PaperFile.objects.create(paper=paper, file=file, **fields)


# Spreadsheets


def workbook(*rows, formats=None):
    """The bytes of a real xlsx file; `formats` gives a cell its number format."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for place, number_format in (formats or {}).items():
        made.active[place].number_format = number_format
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def csv_file(*rows, delimiter=",", encoding="utf-8"):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def repacked(content, change):
    """A workbook with `change(name of the part, its bytes)` in the place of each part."""
    stream, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(name, change(name, source.read(name)))
    return stream.getvalue()


def archive(**parts):
    """The bytes of a ZIP archive; "__" in a name stands for "/"."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def tried(content, model=Paper):
    """The report on a spreadsheet."""
    return spreadsheets.try_out(model, spreadsheets.read(content))


def imported(content, model=Paper):
    return stored(spreadsheets.read(content), tried(content, model), model)


def stored(sheet, seen, model=Paper):
    """The report on an import, by somebody, of what was `seen` to happen."""
    user, _is_new = get_user_model().objects.get_or_create(username="fanta")
    return spreadsheets.import_rows(model, sheet, seen.fingerprint, user)


def faults(report):
    return [(fault.line, fault.column, fault.message) for fault in report.faults]


def cells(content):
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active]


# Forms and answers


EMPTY_FILES = {"files-TOTAL_FORMS": "0", "files-INITIAL_FORMS": "0"}


def paper_form(**fields):
    return {
        "title_fr": "Autoportrait du Mali",
        "type": "research",
        "licence_fr": "Tous droits réservés",
        "position": "100",
        **EMPTY_FILES,
        **fields,
    }


def file_row(file, **fields):
    """The first row of a paper's files, as its form sends it."""
    row = {"id": file.pk, "paper": file.paper_id, "language": "fr", "edition": "full", **fields}
    rows = {f"files-0-{name}": value for name, value in row.items()}
    return {"files-TOTAL_FORMS": "1", "files-INITIAL_FORMS": "1", **rows}


def errors_of(response):
    form = response.context["adminform"].form
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def paper_form_with_file(**fields):
    row = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    file = SimpleUploadedFile("rapport.pdf", a_pdf(b"(mots) Tj"))
    return paper_form(**{**row, "files-0-file": file, **fields})


def seen_in(response):
    return re.search(r'name="_seen" value="([^"]*)"', response.text)[1]


class Filled(HTMLParser):
    """What a browser would send of the form of a page."""

    def __init__(self, response):
        super().__init__()
        self.fields, self.name, self.is_inside = {}, None, False
        self.feed(response.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name, value = attributes.get("name"), attributes.get("value", "")
        if tag == "form":
            self.is_inside = attributes.get("id", "").endswith("_form")
        elif not self.is_inside or "__prefix__" in (name or ""):
            return
        elif tag == "input" and attributes["type"] == "checkbox":
            self.fields |= {name: "on"} if "checked" in attributes else {}
        elif tag == "input" and name and attributes["type"] not in ("file", "submit"):
            self.fields[name] = value
        elif tag in ("textarea", "select"):
            self.name = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in attributes:
            self.fields[self.name] = value

    def handle_data(self, text):
        if self.lasttag == "textarea" and self.name:
            self.fields[self.name] += text

    def handle_endtag(self, tag):
        if tag == "textarea" and self.name:
            text = self.fields[self.name].removeprefix("\n").removeprefix("\r\n")
            self.fields[self.name] = text.replace("\r\n", "\n").replace("\n", "\r\n")
        if tag in ("textarea", "select"):
            self.name = None
        if tag == "form":
            self.is_inside = False


def filled(response, **typed):
    """The fields of the form, as they would be sent with what is typed; None unticks a box."""
    fields = Filled(response).fields | typed
    return {name: value for name, value in fields.items() if value is not None}


def words(response):
    return " ".join(response.text.split())


# Sign-in


PASSWORD = "une longue phrase"


def six_figures(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in_with(client, password=PASSWORD, login="awa", **extra):
    fields = {"login": login, "password": password}
    return client.post("/accounts/login/", fields, **extra)


# Servers


def a_free_port():
    """Another one each time: the system may give one again that nobody has taken yet."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        if port not in GIVEN:
            GIVEN.add(port)
            return port


GIVEN = set()


def ask_under_another_prefix(port):
    """By each header in which a visitor could say so; the site answers none of them."""
    for header in ("SCRIPT_NAME", "PATH_INFO", "Host", "X-Forwarded-Host", "X-Original-URL"):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            value = "/en" if header.isupper() else "evil.example"
            head = f"GET /en/fr/ HTTP/1.1\r\n{header}: {value}\r\nConnection: close\r\n"
            head += "" if header == "Host" else f"Host: 127.0.0.1:{port}\r\n"
            line.sendall(f"{head}\r\n".encode())
            assert line.makefile("rb").readline().split()[1] in (b"400", b"404"), header


def environment(**more):
    """What a newcomer's shell has: none of the settings that these tests run under."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]} | more


def a_clone(folder):
    """The project as somebody has just cloned it."""
    not_in_a_clone = {".git", ".venv", ".env", "var", "media", "node_modules", "test-results"}

    def left_out(path, names):
        return not_in_a_clone if Path(path) == start.ROOT else ()

    return shutil.copytree(start.ROOT, folder, ignore=left_out)


def lend_static_files(clone):
    """Where they have been collected here; else its start collects them, in ten seconds."""
    if (start.VAR / "static-collected").exists():
        shutil.copytree(start.VAR / "static", clone / "var/static")
        shutil.copy2(start.VAR / "static-collected", clone / "var")


@contextmanager
def started(clone, headers=(), **variables):
    """Start the site as `make run` does; gives its address and the file of what it prints."""
    port, printed = a_free_port(), clone.parent / "printed"
    command = [sys.executable, "-m", "imrap_site.start"]
    how = {"cwd": clone, "env": environment(PORT=str(port), **variables)}
    with served(command, printed, port, headers=headers, **how):
        yield f"http://127.0.0.1:{port}", printed


@contextmanager
def served(command, printed, port, path="/en/", headers=(), stop=signal.SIGTERM, **options):
    """A server as a process of its own, from its first page on until the block ends.

    `printed` is the file of what it prints; `stop` is the signal that ends it.
    """
    with printed.open("w") as file:
        server = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, **options)
    try:
        first = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers))
        wait_for(first, server, printed)
        yield server
    finally:
        server.send_signal(stop)
        server.wait(timeout=60)  # it lets what was begun end, for at most 30


@contextmanager
def a_copy_served(folder, **variables):
    """Serve a copy of the test's database; gives the port and the copy's path.

    On PostgreSQL the database itself, which such a test has committed and which is emptied after it.
    """
    database, printed, port = folder / "db.sqlite3", folder / "printed", a_free_port()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database)) as copy:
            connection.connection.backup(copy)
        url = f"sqlite:///{database}"
    else:
        assert not connection.in_atomic_block, "Another process sees only what is committed."
        server = os.environ["DATABASE_URL"].rpartition("/")[0]
        url = f"{server}/{connection.settings_dict['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": url,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "VAR_DIR": str(settings.VAR_DIR),
        "PORT": str(port),
        **variables,
    }
    command = [sys.executable, "-m", "gunicorn", "imrap_site.wsgi:application"]
    with served(command, printed, port, cwd=start.ROOT, env=environment):
        yield port, database


def rows_of_the_copy(database, query):
    """What a query finds in what `a_copy_served` serves."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database)) as copy:
            return copy.execute(query).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


CSRF = "a" * 32


def answer_to(client, port, path, fields=None, timeout=30):
    """What somebody signed in gets, from a connection of their own."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=timeout)) as line:
        session = client.cookies["sessionid"].value
        headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}"}
        if fields:
            headers["Content-Type"] = MULTIPART_CONTENT
            fields = encode_multipart(BOUNDARY, fields | {"csrfmiddlewaretoken": CSRF})
        line.request("POST" if fields else "GET", path, fields, headers)
        answer = line.getresponse()
        return SimpleNamespace(status=answer.status, text=answer.read().decode())


def got(port, path, method="GET", **headers):
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()


def empty_reach():
    """On PostgreSQL, where it lies in a schema of its own and not in the folder of a test."""
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS reach CASCADE")


def wait_until(is_so):
    for _moment in range(100):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("It never came to that.")


def wait_for(page, server, printed):
    for _ in range(600):
        assert server.poll() is None, printed.read_text()
        try:
            with urllib.request.urlopen(page) as answer:
                assert answer.status == 200
                return
        except urllib.error.URLError as problem:
            if not isinstance(problem.reason, ConnectionRefusedError):
                raise
            time.sleep(0.1)
    pytest.fail(printed.read_text())


def blamed(lines, folder):
    """The addresses that fail2ban counts, of what the server printed as systemd's journal has it."""
    log = folder / "log"
    stem = "2026-11-25T22:00:00 site.example.org gunicorn[812]: "
    log.write_text("".join(f"{stem}{line}\n" for line in lines), "utf-8")
    command = ["fail2ban-regex", "--out", "ip", log, folder / "filter.d/profile-site.conf"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    return found.stdout.split()


VOICE = case("sound-voice-message.opus")


def a_recording(noun, language="bm", content=VOICE, name="PTT-20261125-WA0001.opus", **fields):
    """Two and a half seconds of a voice message, unless they are said to last longer."""
    kept = AudioSummary.objects.create(
        noun=noun,
        language=language,
        file=ContentFile(content, name),
        transcript=fields.pop("transcript", ""),
    )
    AudioSummary.objects.filter(pk=kept.pk).update(**fields)
    return AudioSummary.objects.get(pk=kept.pk)
