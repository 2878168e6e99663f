"""The editor's toolbar: its icons, of which the font has those that it shows and no others."""

import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import expect

from imrap_site import start

# Those too that show only in a link, a list or a heading.
ICONS = """async () => {
  await document.fonts.ready;
  const bar = document.querySelector(".field-body_fr .prose-menubar");
  for (const button of bar.querySelectorAll(".hidden")) button.classList.remove("hidden");
  return [...bar.querySelectorAll(".material-icons")].map((icon) => {
    const range = document.createRange();
    range.selectNodeContents(icon);
    return [icon.textContent, Math.round(range.getBoundingClientRect().width)];
  });
}"""
FONT = start.ROOT / "static" / "django_prose_editor" / "material-icons.woff2"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_each_icon_is_in_the_font(signed_in, live_server, imrap):
    """A newer editor may have others: docs/upgrading.md says how the font is made."""
    signed_in.goto(f"{live_server.url}/admin/profiles/mandate/add/")
    expect(signed_in.locator(".field-body_fr .tiptap")).to_be_visible()
    shown = dict(signed_in.evaluate(ICONS))
    assert {"format_bold", "link_off", "tune", "notes", "undo"} <= shown.keys()
    assert {name: width for name, width in shown.items() if width > 24} == {}


def test_the_font_is_small():
    assert FONT.stat().st_size < 3_000


def test_a_form_weighs_at_most_300_kb_at_its_first_visit(staff_client, imrap):
    page = staff_client.get("/admin/profiles/paper/add/").text
    names = set(re.findall(r"/static/([\w./-]+\.(?:js|css|svg))", page))
    files = [Path(finders.find(name)).read_bytes() for name in sorted(names)]
    assert len(files) > 20
    sizes = [len(brotli.compress(content)) for content in [page.encode(), *files]]
    assert sum(sizes) + FONT.stat().st_size < 300_000
