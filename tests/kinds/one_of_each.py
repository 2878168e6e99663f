"""A site with an entry of every kind, published and as a draft, each with a picture."""

import io

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command
from PIL import Image

from profiles.editing import history
from profiles.models import KINDS, Organisation, Paper, Programme, Video

TEXTS = {"body_en": "<p>Trial.</p>", "image_is_decorative": True}
# A remark on each published one.
BODY = '<p><a href="http://example.org/">Essai</a></p>'
PICTURE = io.BytesIO()
Image.new("RGB", (64, 48)).save(PICTURE, "PNG")

call_command("migrate", verbosity=0)
Organisation.objects.create(name_fr="Institut", slug="institut")
awa = User.objects.create_superuser("awa")
for name, kind in KINDS.items():
    fields = {
        **TEXTS,
        "title_fr": "Essai",
        "title_en": f"Trial {name}",
        "image": ContentFile(PICTURE.getvalue(), "essai.png"),
    }
    entry = kind.objects.create(slug="essai", is_draft=False, body_fr=BODY, **fields)
    kind.objects.create(slug="brouillon", **{**fields, "image": entry.image, "body_fr": "<p>…</p>"})
    LogEntry.objects.log_actions(awa.pk, [entry], CHANGE, single_object=True)
for kind in (Video, Paper):
    entry = kind.objects.get(slug="essai")
    entry.programme = Programme.objects.get(slug="essai")
    with history.revision(awa):
        entry.save()
