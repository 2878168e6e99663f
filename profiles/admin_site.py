"""The first page of the admin: words, order, frequent tasks, and what needs attention."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.i18n import JavaScriptCatalog

from profiles.editing import completeness, overview
from profiles.models import ALL_KINDS, KINDS, Organisation, is_switched_off

# Django's own sentences, here for our catalogues, which come before Django's: its French ones
# say "Ajout de offre d'emploi".
DJANGO_SENTENCES = [
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Add another %(verbose_name)s"),
]
# In the order of the profile page; what is not of the profile comes after it.
ORDER = [model._meta.object_name for model in (Organisation, *KINDS.values())]


def form_address(entry, field=""):
    """The address of an entry's form, at one of its fields."""
    meta = entry._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.pk])
    return f"{address}#{completeness.anchor(field)}" if field else address


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

    def index(self, request, extra_context=None):
        context = {"tasks": self.tasks(request), "attention": self.attention(request)}
        if not self.get_app_list(request):
            context["managers"] = names_of_managers()
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

    def get_urls(self):
        to_complete = path("to-complete/", self.admin_view(self.to_complete), name="to_complete")
        return [to_complete, *super().get_urls()]

    def attention(self, request):
        found = overview.overview(self.kinds_changed_by(request))
        rows = [(remark, form_address(remark.entry, remark.field)) for remark in found.remarks]
        return {"rows": rows, "number": found.number, "is_more": found.is_more}

    def kinds_changed_by(self, request):
        return [
            model
            for model in KINDS.values()
            if self.get_model_admin(model).has_change_permission(request)
        ]

    def to_complete(self, request):
        """All that is to be completed, page by page."""
        kinds = self.kinds_changed_by(request)
        if not kinds:
            raise PermissionDenied
        number = request.GET.get("p", "1")
        if number not in overview.PAGE_NUMBERS:
            raise Http404
        found = overview.page_of_all(kinds, int(number))
        rows = [
            (entry, [(remark, form_address(entry, remark.field)) for remark in remarks])
            for entry, remarks in found.judged
        ]
        context = {"title": _("To complete"), "rows": rows, "found": found}
        request.current_app = self.name
        context |= self.each_context(request)
        return TemplateResponse(request, "admin/to_complete.html", context)

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


def names_of_managers():
    """Of whom to ask who may do nothing here."""
    people = get_user_model().objects.filter(is_superuser=True, is_active=True).order_by("pk")
    return [person.get_full_name() or person.get_username() for person in people[:5]]


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
