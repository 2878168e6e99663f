"""What staff wait for on a slow line: what a screen and all that it names weigh as they are sent."""

import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile

from tests.builders import content_of, photograph


def weight_of(page):
    """Of the page, its scripts and its stylesheets, packed as a browser gets them."""
    names = set(re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css))"', page.text))
    files = [Path(finders.find(name)).read_bytes() for name in names]
    return sum(len(brotli.compress(content)) for content in (page.content, *files))


@pytest.mark.parametrize("address", ["paper/{}/change/", "paper/add/"])
def test_a_form_weighs_less_than_300_kilobytes(staff_client, add_paper, address):
    photo = ContentFile(content_of(photograph()), "a.jpg")
    paper = add_paper(image=photo, image_alt_fr="Deux", body_fr=60 * "<p>Écouter Ménaka</p>")
    page = staff_client.get(f"/admin/profiles/{address.format(paper.pk)}")
    assert "django_prose_editor/editor" in page.text
    assert 200_000 < weight_of(page) < 285_000  # the preview and a picture come to it


@pytest.mark.parametrize("name", ["profiles/paper", "profiles/librarypicture", "auth/user"])
def test_a_list_weighs_less_than_a_hundred_kilobytes(staff_client, add_paper, name):
    for number in range(100):
        add_paper(f"Note {number}", slug=f"note-{number}")
    assert 20_000 < weight_of(staff_client.get(f"/admin/{name}/")) < 45_000  # pictures come to it
