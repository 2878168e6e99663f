"""A profile with five lists of three, a list page and an entry's page."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render

from benchmarks.peers.content import KINDS, STYLE
from benchmarks.peers.naive.models import Entry

PER_PAGE = 20


def profile(request):
    published = Entry.objects.filter(is_published=True)
    lists = [(kind, published.filter(kind=kind)[:3]) for kind in KINDS]
    return render(request, "naive/profile.html", {"lists": lists, "style": STYLE})


def entry_list(request, kind):
    entries = Paginator(Entry.objects.filter(is_published=True, kind=kind), PER_PAGE)
    page = entries.get_page(request.GET.get("page"))
    return render(request, "naive/list.html", {"kind": kind, "page": page, "style": STYLE})


def entry(request, slug):
    found = get_object_or_404(Entry, is_published=True, slug=slug)
    return render(request, "naive/entry.html", {"entry": found, "style": STYLE})
