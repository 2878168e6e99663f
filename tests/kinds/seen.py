"""What visitors and staff see of every kind; prints it."""

import io
import json
import re

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from profiles.models import ALL_KINDS, Paper
from profiles.preview import token_for

visitor, staff = (
    Client(headers={"accept-language": "en"}),
    Client(headers={"accept-language": "en"}),
)
staff.force_login(User.objects.get(username="awa"))
group = Group.objects.get(name="Rédaction")
profile, desk = visitor.get("/en/").text, staff.get("/admin/").text
rights = staff.get(f"/admin/auth/group/{group.pk}/change/").text


def status(client, address):
    return client.get(address).status_code


def seen_by_visitors(kind):
    entry, draft = (kind.objects.get(slug=slug) for slug in ("essai", "brouillon"))
    stem, token = f"/en/{kind.kind_slug}/", token_for(draft)
    return {
        "jump link": f'href="#{kind.kind_slug}"' in profile,
        "on the profile": entry.title_en in profile.partition(f'id="{kind.kind_slug}"')[2],
        "in the footer": f'<li><a href="{stem}">' in profile,
        "list": status(visitor, stem),
        "entry": status(visitor, f"{stem}essai/"),
        "draft": status(visitor, f"{stem}brouillon/"),
        "preview": status(visitor, f"{stem}brouillon/?preview={token}"),
        "file": status(visitor, entry.image.url),
        "file of a preview": status(visitor, f"{entry.image.url}?preview={token}"),
    }


def seen_by_staff(kind):
    meta, entry = kind._meta, kind.objects.get(slug="essai")
    stem = f"/admin/profiles/{meta.model_name}/"
    pages = (stem, f"{stem}add/", f"{stem}{entry.pk}/change/", f"{stem}deleted/")
    return {
        "admin": [status(staff, address) for address in pages],
        "entry for staff": status(staff, f"/en/{kind.kind_slug}/essai/"),
        "task": str(kind.task_sentence) in desk,
        "in the list of lists": f'href="{stem}"' in desk,
        "last action": entry.title_en in desk.partition("My recent actions")[2],
        "to complete": f'{stem}{entry.pk}/change/#id_body_fr">' in desk,
        "among the rights": f"{str(meta.verbose_name).capitalize()} – add" in rights,
    }


def seen_of_programmes():
    paper = Paper.objects.get(slug="essai")
    page, stem = visitor.get("/en/papers/essai/").text, f"/admin/profiles/paper/{paper.pk}/"
    return {
        "on the page": "<dt>Programme</dt>" in page,
        "related": "From the same programme" in page,
        "in the form": 'name="programme"' in staff.get(f"{stem}change/").text,
        "in the history": "Trial programmes" in staff.get(f"{stem}history/").text,
    }


def wanted_migrations():
    said = io.StringIO()
    call_command("makemigrations", dry_run=True, stdout=said)
    return said.getvalue()


print(
    json.dumps(
        {
            **{
                name: {**seen_by_visitors(kind), **seen_by_staff(kind)}
                for name, kind in ALL_KINDS.items()
            },
            "programme of a paper": seen_of_programmes(),
            "rights on programmes": group.permissions.filter(
                codename__endswith="_programme"
            ).count(),
            "navigation": profile.count("<nav "),
            "notes on accessibility": re.findall(
                r"<li>(Papers|Videos) ", visitor.get("/en/accessibility/").text
            ),
            "migrations": wanted_migrations(),
        }
    )
)
