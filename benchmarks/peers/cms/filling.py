"""Makes the database, in a process of its own: `python -m benchmarks.peers.cms.filling`."""

import os

import django
from django.core.management import call_command


def fill():
    from wagtail.models import Page, Site

    from benchmarks.peers.cms.models import EntryPage, HomePage, SectionPage
    from benchmarks.peers.content import KINDS, entries

    call_command("migrate", run_syncdb=True, verbosity=0)
    home = Page.get_first_root_node().add_child(
        instance=HomePage(title="Institut", slug="institut")
    )
    Site.objects.update(root_page=home)
    sections = {
        kind: SectionPage(title=kind.capitalize(), slug=kind, show_in_menus=True) for kind in KINDS
    }
    for section in sections.values():
        home.add_child(instance=section)
    for facts in entries():
        section = sections[facts.pop("kind")]
        section.add_child(instance=EntryPage(**facts))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.cms.settings"
    django.setup()
    fill()
