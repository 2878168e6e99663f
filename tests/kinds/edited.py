"""A paper, a group and starter content are saved while programmes and videos are switched off."""

import json

from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from profiles.models import Paper, Video

client = Client()
client.force_login(User.objects.get(username="awa"))
paper = {
    "title_fr": "Essai corrigé",
    "title_en": "Trial papers",
    "body_fr": '<p><a href="http://example.org/">Essai</a></p>',
    "body_en": "<p>Trial.</p>",
    "type": "research",
    "position": "1",
    "image_is_decorative": "on",
    "publish_at_0": "2016-06-30",
    "publish_at_1": "12:00",
    "files-TOTAL_FORMS": "0",
    "files-INITIAL_FORMS": "0",
}
group = {
    "name": "Rédaction",
    "permissions": [Permission.objects.get(codename="view_paper").pk],
}
keys = Paper.objects.get(slug="essai").pk, Group.objects.get(name="Rédaction").pk
answers = [
    client.post(f"/admin/profiles/paper/{keys[0]}/change/", paper),
    client.post(f"/admin/auth/group/{keys[1]}/change/", group),
]
call_command("seed", verbosity=0)
print(json.dumps([*(answer.status_code for answer in answers), Video.objects.count()]))
