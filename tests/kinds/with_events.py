"""A walk through a site to which events were added; prints what was met on it."""

import io
import json
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from PIL import Image
from profiles.models.events import Event

from imrap_site.keeping import content, sweeping
from profiles.editing import history
from profiles.models import LibraryPicture, Organisation, Paper

STEM = "/admin/profiles/event/"
BODY = '<p>Dialogue, <a href="http://example.org/">lieu</a>.</p>'
FORM = {"position": "100", "place": "Mopti", "day": "2026-03", "body_fr": BODY}


def member(group):
    """The client of somebody of a group; of a superuser where it is none."""
    person = User.objects.create_user(group or "awa", is_staff=True, is_superuser=not group)
    person.groups.set(Group.objects.filter(name=group))
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def rights(group):
    codenames = Group.objects.get(name=group).permissions.values_list("codename", flat=True)
    return sorted(name for name in codenames if name.endswith(("_event", "_paper")))


def links_in(page, stem):
    return re.findall(rf'href="{stem}\d+/change/[^"]*">([^<]+)<', page.text)


def words_in(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def edited_by_redaction():
    client = member("Rédaction")
    added = client.post(f"{STEM}add/", {**FORM, "title_fr": "Forum de Mopti", "is_draft": ""})
    event = Event.objects.get()
    client.post(STEM, {"action": "publish", "_selected_action": [event.pk]})
    return {
        "tasks": re.findall(r'/add/">([^<]+)</a></li>', client.get("/admin/").text),
        "headings of the form": re.findall(
            r'class="fieldset-heading">\s*(?:<summary>)?([^<]+)<',
            client.get(f"{STEM}add/").text,
        ),
        "takes recordings": 'name="audio-0-file"' in client.get(f"{STEM}add/").text,
        "is added": added.status_code == 302,
        "is a draft": Event.objects.get().is_draft,
        "may delete": client.get(f"{STEM}{event.pk}/delete/").status_code == 200,
        "draft to visitors": Client().get("/en/events/forum-de-mopti/").status_code,
    }


def published_by_responsable():
    client, event = member("Responsable"), Event.objects.get()
    client.post(STEM, {"action": "publish", "_selected_action": [event.pk]})
    return {"is a draft": Event.objects.get().is_draft, **seen_by_visitor(event)}


def seen_by_visitor(event):
    visitor = Client(headers={"accept-language": "en"})
    profile, page = visitor.get("/en/"), visitor.get(event.get_absolute_url())
    return {
        "sections": re.findall(r'<a href="#(\w+)">[^<]+<span', profile.text),
        "link with the number": words_in(re.search(r'<a href="#events">.*?</a>', profile.text)[0]),
        "on the profile": event.title_fr in profile.text,
        "in the list": event.title_fr in visitor.get("/en/events/").text,
        "facts": words_in(re.search(r'<ul class="facts">.*?</ul>', page.text, re.DOTALL)[0]),
        "details": words_in(re.search(r'<dl class="facts-list">.*?</dl>', page.text, re.DOTALL)[0]),
    }


def read_by_machines(event):
    """Where programs find it, though nobody told them of events."""
    visitor, address = Client(headers={"accept-language": "en"}), event.get_absolute_url()
    page = visitor.get(address)
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text)[1]
    outputs = ["/en/feed.atom", "/fr/events/feed.atom", "/sitemap.xml", "/sitemap-events.xml"]
    return {
        "told by": [one for one in outputs if address[3:] in visitor.get(one).text],
        "is a": [thing["@type"] for thing in json.loads(script)["@graph"]],
        "has a card": visitor.get(
            re.search(r'og:image" content="http://testserver([^"]+)', page.text)[1]
        )["Content-Type"],
        "taken away": [
            title_in(visitor.get(f"{address}copy.html").text),
            visitor.get(f"{address}copy.epub")["Content-Type"],
        ],
        "links": page["Link"].partition("; ")[2],
        "citation": visitor.get(f"{address}cite.bib").status_code,
        "carried": carried(),
    }


def title_in(html):
    return words_in(re.search(r"<h1.*?</h1>", html)[0])


def carried():
    """Its pages in the folder that is written for a stick, and whether the search there knows it."""
    with tempfile.TemporaryDirectory() as folder:
        call_command("export_site", folder, verbosity=0)
        pages = sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.html"))
        words = (Path(folder) / "search/words.js").read_text("utf-8")
        return [*(page for page in pages if page.startswith("fr/events/")), "\\nforum " in words]


def found_in_the_admin():
    client = member("")
    return {
        "events": links_in(client.get(f"{STEM}?q=forums"), STEM),
        "by visitors": "Forum" in Client().get("/en/search/?q=forums").text,
        "papers": links_in(client.get("/admin/profiles/paper/?q=forums"), "/admin/profiles/paper/"),
        "old papers": links_in(
            client.get("/admin/profiles/paper/?q=autoportraits"), "/admin/profiles/paper/"
        ),
        "to complete": re.findall(
            rf"{STEM}\d+[^>]*>(.*?)</a>", client.get("/admin/to-complete/").text
        ),
    }


def brought_back_by_responsable():
    client = Client()
    client.force_login(User.objects.get(username="Responsable"))
    client.post(f"{STEM}{Event.objects.get().pk}/delete/", {"post": "yes"})
    left = Event.objects.count()
    version = history.deleted(Event).get()
    client.post(f"{STEM}deleted/{version.pk}/")
    event = Event.objects.get()
    return {"left": left, "back": [event.title_fr, event.day, event.is_draft]}


def kept_and_swept():
    """Of two pictures the event holds one; both are older than a day."""
    event, media = Event.objects.get(), Path(settings.MEDIA_ROOT)
    for colour in ("red", "green"):
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), colour).save(picture, "PNG")
        event.image = ContentFile(picture.getvalue(), "image.png")
        event.save()
    LibraryPicture.objects.filter(uses=None).delete()
    for path in media.rglob("events/*.*"):
        os.utime(path, (0, 0))
    swept = {surplus.name for surplus in sweeping.sweep() if surplus.what == "file"}
    left = {str(path.relative_to(media)) for path in media.rglob("events/*.*")}
    return {
        "in backups": ("profiles_event", "image") in content.file_columns(),
        "swept": len(swept) > 1 and all(name.startswith("events/") for name in swept),
        "left": event.image.name in left and not left & swept,
    }


print(
    json.dumps(
        {
            "Rédaction": rights("Rédaction"),
            "Responsable": rights("Responsable"),
            "entries from before": [Organisation.objects.count(), Paper.objects.count()],
            "edited": edited_by_redaction(),
            "published": published_by_responsable(),
            "machines": read_by_machines(Event.objects.get()),
            "found": found_in_the_admin(),
            "brought back": brought_back_by_responsable(),
            "files": kept_and_swept(),
        }
    )
)
