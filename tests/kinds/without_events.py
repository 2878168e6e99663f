"""The same site after events were taken away again."""

import json
import re

from django.contrib.auth.models import Group, User
from django.test import Client

client = Client(headers={"accept-language": "en"})
client.force_login(User.objects.get(username="awa"))
group = Group.objects.get(name="Rédaction")
addresses = ["/en/", "/en/papers/", "/en/events/", "/admin/", "/admin/profiles/event/"]
addresses.append(f"/admin/auth/group/{group.pk}/change/")
found = client.get("/admin/profiles/paper/?q=autoportraits").text
print(
    json.dumps(
        {
            "pages": [client.get(address).status_code for address in addresses],
            "sections": re.findall(r'<a href="#(\w+)">[^<]+<span', client.get("/en/").text),
            "papers found": len(re.findall(r'class="field-title', found)),
        }
    )
)
