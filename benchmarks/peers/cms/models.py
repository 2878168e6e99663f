"""A home page, a page for each kind, and entries below them."""

from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page

from benchmarks.peers.content import STYLE


class HomePage(Page):
    template = "cms/home.html"

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        sections = self.get_children().live().in_menu()
        lists = [(section, self.entries_of(section)) for section in sections]
        return {**context, "lists": lists, "style": STYLE}

    def entries_of(self, section):
        return EntryPage.objects.child_of(section).live().order_by("-date")


class SectionPage(Page):
    pass


class EntryPage(Page):
    date = models.DateField(db_index=True)
    summary = models.TextField()
    body = RichTextField()
