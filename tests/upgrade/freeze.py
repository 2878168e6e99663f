"""Fills a site of some version through its own forms and keeps it as files, for test_upgrade.py.

In a checkout of that version, with what it needs installed:

    .venv/bin/python …/tests/upgrade/freeze.py …/tests/upgrade/<version>

Only addresses and names of fields are used, so that the same site can be made by any version.
"""

import base64
import datetime
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import zipfile
from pathlib import Path

KEY = "frozen-with-the-site-" + 40 * "x"
PASSWORD = "une longue phrase"
FILES = {"files-TOTAL_FORMS": "0", "files-INITIAL_FORMS": "0"}
PAPER = {"type": "policy", "licence_fr": "Tous droits réservés", "position": "100", **FILES}
PUBLISHED = {"_publish": "1"}
LATER = {"_schedule": "1", "schedule_for_0": "2099-01-01", "schedule_for_1": "08:00"}
ORGANISATION = {
    "name_fr": "Maison de la Paix de Ségou",
    "name_en": "Ségou House of Peace",
    "acronym": "MPS",
    "slug": "mps",
    "description_fr": "<p>Des chercheurs et des médiatrices au bord du fleuve.</p>",
    "email": "contact@example.org",
    "telephones": "+223 20 00 00 00",
    "founded": "06/2011",
}
KINDS = {
    "programme": {
        "title_fr": "Dialogues du fleuve",
        "title_en": "River dialogues",
        "start": "2014",
    },
    "mandate": {"title_fr": "Appui aux médiatrices", "mandators": "Ministère de la Réconciliation"},
    "vacancy": {
        "title_fr": "Chargée de suivi",
        "location": "Ségou",
        "contact_email": "emploi@example.org",
        "deadline_0": "2099-06-30",
        "deadline_1": "17:00",
    },
    "video": {"title_fr": "La parole aux anciens", "watch_url": "https://example.org/film"},
}
# The search index is in the dump as the tables it consists of, which alone keep its keys.
INDEXED = 'INSERT INTO "search_text" '
# What the paper is called in each of its versions, by whom.
TITLES = {"fatou": "Conflits fonciers", "moussa": "Conflits fonciers à Ségou"}


def main(target):
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        set_up(site)
        people = make_people()
        second_factor = add_second_factor(people["awa"])
        fill(people)
        fill_papers(people)
        delete(people["awa"])
        sheet = exported(people["awa"], "xlsx")
        waiting = waiting_sheet(people["awa"])
        keep(target, site, sheet, second_factor | waiting)


def set_up(site):
    os.environ |= {
        "SECRET_KEY": KEY,
        "DATABASE_URL": f"sqlite:///{site / 'db.sqlite3'}",
        "MEDIA_ROOT": str(site / "media"),
        "DJANGO_SETTINGS_MODULE": "imrap_site.settings",
    }
    sys.path.insert(0, os.getcwd())
    import django
    from django.conf import settings
    from django.core.management import call_command

    tempfile.tempdir = str(site)
    settings.SESSION_FILE_PATH = site / "sessions"
    settings.CACHES["default"]["LOCATION"] = site / "cache"
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    django.setup()
    call_command("migrate", verbosity=0)


def make_people():
    """A client of each, signed in with the password."""
    from django.contrib.auth.models import Group, User
    from django.test import Client

    User.objects.create_superuser("awa", "awa@example.org", PASSWORD)
    for name, group in {"moussa": "Rédaction", "fatou": "Responsable"}.items():
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
    people = {name: Client(SERVER_NAME="127.0.0.1") for name in ("awa", "moussa", "fatou")}
    for name, client in people.items():
        sent(client, "/accounts/login/", {"login": name, "password": PASSWORD})
    return people


def sent(client, address, fields):
    answer = client.post(address, fields)
    assert answer.status_code == 302, (
        address,
        re.findall(r'errorlist.*?</ul>|<a href="#.*', answer.text),
    )
    return answer


def add_second_factor(client):
    activation = "/accounts/2fa/totp/activate/"
    sent(client, "/accounts/reauthenticate/", {"password": PASSWORD})
    secret = re.search(r"\b[A-Z2-7]{32}\b", client.get(activation).text)[0]
    sent(client, activation, {"code": six_figures(secret)})
    codes = client.get("/accounts/2fa/recovery-codes/download/").text.split()
    return {"totp_secret": secret, "recovery_codes": codes}


def six_figures(secret):
    moment = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(secret), moment.to_bytes(8), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def fill(people):
    """The organisation and one published entry of each kind but papers."""
    stem = "/admin/profiles"
    sent(people["awa"], f"{stem}/organisation/add/", ORGANISATION)
    for kind, fields in KINDS.items():
        more = {"position": "100", **PUBLISHED}
        more |= {"image": a_picture(), "image_alt_fr": "Le fleuve"} if kind == "programme" else {}
        more |= {"file": a_pdf("offre", "Poste")} if kind == "vacancy" else {}
        sent(people["fatou"], f"{stem}/{kind}/add/", {**fields, **more})


def fill_papers(people):
    """One published and corrected by somebody else, one draft, one scheduled, one to delete."""
    add = "/admin/profiles/paper/add/"
    paper = {**PAPER, "title_fr": TITLES["fatou"], "date": "09/2016", "programme": "1"}
    first = {**paper, **PUBLISHED}
    sent(people["fatou"], add, {**first, **with_file(a_pdf("rapport", "Le partage de la terre"))})
    stored = {
        **paper,
        "title_fr": TITLES["moussa"],
        "title_en": "Land conflicts in Ségou",
        "body_fr": "<p>La <strong>sécurité</strong> des familles.</p>",
        "files-TOTAL_FORMS": "1",
        "files-INITIAL_FORMS": "1",
        "files-0-id": "1",
        "files-0-paper": "1",
        "files-0-language": "fr",
        "files-0-edition": "full",
    }
    sent(people["moussa"], "/admin/profiles/paper/1/change/", stored)
    secret = {**PAPER, "title_fr": "Brouillon sur Ménaka"}
    sent(people["moussa"], add, {**secret, **with_file(an_odt("brouillon"))})
    sent(people["fatou"], add, {**PAPER, **LATER, "title_fr": "Bilan à paraître"})
    gone = {**PAPER, **PUBLISHED, "title_fr": "Note retirée"}
    sent(people["fatou"], add, {**gone, **with_file(an_odt("note"))})


def with_file(file):
    row = {"files-TOTAL_FORMS": "1", "files-0-language": "fr", "files-0-edition": "full"}
    return {**row, "files-0-file": file}


def a_pdf(name, text):
    """One page of a few words; PDFium mends the missing table of contents."""
    content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET"
    page = (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources"
        "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        f"4 0 obj<</Length {len(content)}>>stream\n{content}\nendstream endobj\n"
        "trailer<</Size 5/Root 1 0 R>>\n%%EOF\n"
    )
    file = io.BytesIO(page.encode())
    file.name = f"{name}.pdf"
    return file


def an_odt(name):
    """The beginning of an OpenDocument text, which has no cover to be drawn."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", f"<office>{name}</office>")
    file.seek(0)
    file.name = f"{name}.odt"
    return file


def a_picture():
    from PIL import Image

    file = io.BytesIO()
    image = Image.new("RGB", (320, 200), (40, 90, 120))
    image.paste((210, 180, 120), (0, 120, 320, 200))
    image.save(file, "JPEG")
    file.name = "fleuve.jpg"
    file.seek(0)
    return file


def delete(client):
    sent(client, "/admin/profiles/paper/4/delete/", {"post": "yes"})


def exported(client, kind):
    answer = client.get(f"/admin/profiles/paper/sheet/{kind}/")
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def waiting_sheet(client):
    """A preview that nobody has answered yet, in the session of somebody signed in."""
    sheet = exported(client, "csv").decode()
    file = io.BytesIO(sheet.replace("Bilan à paraître", "Bilan de 2098").encode())
    file.name = "papers.csv"
    page = client.post("/admin/profiles/paper/sheet/", {"file": file, "is_whole": "1"}).text
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    return {"session": client.cookies["sessionid"].value, "waiting_sheet": token}


def keep(target, site, sheet, known):
    from django.db import connection

    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    connection.close()
    with sqlite3.connect(site / "db.sqlite3") as database:
        lines = [line for line in database.iterdump() if not line.startswith(INDEXED)]
    (target / "site.sql").write_text("\n".join(lines) + "\n")
    shutil.copytree(site / "media", target / "media")
    shutil.copytree(site / "sessions", target / "sessions")
    (target / "papers.xlsx").write_bytes(sheet)
    known |= {"secret_key": KEY, "date": datetime.date.today().isoformat()}
    (target / "known.json").write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
