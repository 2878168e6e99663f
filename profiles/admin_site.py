"""The first page of the admin: words, order, frequent tasks, and what needs attention."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.i18n import JavaScriptCatalog

from profiles.editing import completeness, linked
from profiles.files.pictures import picture
from profiles.models import ALL_KINDS, KINDS, LibraryPicture, Organisation, is_switched_off
from profiles.publishing import may_view

# Django's own sentences, here for our catalogues, which come before Django's: its French ones
# say "Ajout de offre d'emploi".
DJANGO_SENTENCES = [
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Add another %(verbose_name)s"),
]
MOST_PICTURES = 60  # that are offered at once
# In the order of the profile page; what is not of the profile comes after it.
ORDER = [model._meta.object_name for model in (Organisation, *KINDS.values())]


def form_address(entry, field=""):
    """The address of an entry's form, at one of its fields."""
    meta = entry._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.pk])
    return f"{address}#{completeness.anchor(field)}" if field else address


def offered(entry):
    state = "" if entry.is_published else str(entry.state.label)
    about = ", ".join(filter(None, [str(entry.kind_name), state]))
    return {"address": f"entry:{entry.kind_slug}-{entry.pk}", "name": entry.title, "about": about}


def chosen_from(stored):
    smallest = picture(stored.file)
    source = smallest.srcset.split(" ")[0] if smallest else ""
    return {"number": stored.pk, "name": str(stored), "source": source}


class ProfileAdminSite(admin.AdminSite):
    index_title = gettext_lazy("What would you like to do?")
    index_template = "admin/desk.html"
    enable_nav_sidebar = False  # lists need the width, and the first page has it all

    def register(self, model_or_iterable, admin_class=None, **options):
        """As Django does, but what is switched off has no forms, lists and tasks."""
        is_one = isinstance(model_or_iterable, type)
        models = [model_or_iterable] if is_one else model_or_iterable
        known = [model for model in models if not is_switched_off(model)]
        super().register(known, admin_class, **options)

    def each_context(self, request):
        context = super().each_context(request)
        title = _("Administration")
        known = list(Organisation.objects.all()[:2])
        if len(known) == 1:
            title = _("Administration of %(name)s") % {"name": known[0]}
            open_single_organisation(context["available_apps"], known[0])
        return context | {"site_header": title, "site_title": title}

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        for app in apps:
            if app["app_label"] == "profiles":
                app["models"].sort(key=place)
        return sorted(apps, key=lambda app: (app["app_label"] != "profiles", app["app_label"]))

    def get_urls(self):
        view = self.admin_view(self.entries_by_name)
        pictures = self.admin_view(self.pictures_by_words)
        return [
            path("entries/", view, name="entries"),
            path("pictures/", pictures, name="pictures"),
            *super().get_urls(),
        ]

    def pictures_by_words(self, request):
        """What can be chosen of the library: the newest, or those with these words."""
        if not may_view(request.user, LibraryPicture):
            raise PermissionDenied
        query = request.GET.get("q", "")[:200]
        found = LibraryPicture.objects.with_words(query)[:MOST_PICTURES]
        return JsonResponse({"pictures": [chosen_from(stored) for stored in found]})

    def entries_by_name(self, request):
        """What the link dialog offers: the entry at an address, or those that are called so."""
        query = request.GET.get("q", "")[:200]
        is_address = query.startswith("entry:")
        found = (linked.entry_at if is_address else linked.entries_called)(query, request.user)
        return JsonResponse({"entries": [offered(entry) for entry in found]})

    def index(self, request, extra_context=None):
        context = {"tasks": self.tasks(request), "attention": self.attention(request)}
        return listing_opened(super().index(request, {**context, **(extra_context or {})}))

    def app_index(self, request, app_label, extra_context=None):
        return listing_opened(super().app_index(request, app_label, extra_context))

    def tasks(self, request):
        """(words, address) of what is done most often, as far as this person may do it."""
        return [
            (kind.task_sentence, reverse(f"admin:profiles_{kind._meta.model_name}_add"))
            for kind in sorted(KINDS.values(), key=lambda kind: kind.task_place)
            if self.get_model_admin(kind).has_add_permission(request)
        ]

    def attention(self, request):
        kinds = [
            model
            for model in KINDS.values()
            if self.get_model_admin(model).has_change_permission(request)
        ]
        found = completeness.overview(kinds)
        rows = [(remark, form_address(remark.entry, remark.field)) for remark in found.remarks]
        return {"rows": rows, "number": found.number, "is_more": found.is_more}

    def get_log_entries(self, request):
        """What was done last, to what this site still knows."""
        off = [kind._meta.model_name for kind in ALL_KINDS.values() if is_switched_off(kind)]
        # By their keys, which an index of each person's has in their order.
        entries = super().get_log_entries(request).order_by("-pk")
        return entries.exclude(content_type__app_label="profiles", content_type__model__in=off)

    def i18n_javascript(self, request, extra_context=None):
        # With the words of the rich text editor, which Django's own catalogue lacks.
        packages = ["django.contrib.admin", "django_prose_editor"]
        return JavaScriptCatalog.as_view(packages=packages)(request)


def open_single_organisation(apps, organisation):
    """The list of one organisation would only be a page more to pass."""
    for model in (model for app in apps for model in app["models"]):
        if model["model"] is Organisation and model["admin_url"]:
            model["admin_url"] = form_address(organisation)


def listing_opened(response):
    """An index with the apps as each_context() gave them; Django lists them a second time."""
    listed = {app["app_label"] for app in response.context_data["app_list"]}
    apps = response.context_data["available_apps"]
    response.context_data["app_list"] = [app for app in apps if app["app_label"] in listed]
    return response


def place(model):
    name = model["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
