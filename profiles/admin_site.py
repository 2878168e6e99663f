"""The first page of the admin: words, order, frequent tasks, and what needs attention."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, gettext_noop, ngettext_lazy
from django.utils.translation import gettext as _
from django.views.i18n import JavaScriptCatalog

from profiles import markup
from profiles.editing import completeness, linked, overview, reviews
from profiles.editing.states import state_in_brief
from profiles.files.pictures import picture
from profiles.models import ALL_KINDS, KINDS, LibraryPicture, Organisation, is_switched_off
from profiles.publishing import may_view
from profiles.typography import typeset

# Django's own sentences, here for our catalogues, which come before Django's: its French ones say
# "Ajout de offre d'emploi", "l'objet vidéo a été modifié", "les vidéos sélectionnés".
DJANGO_SENTENCES = [
    gettext_noop("Add %s"),
    gettext_noop("Add %(name)s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    gettext_noop("You may edit it again below."),
    gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
    gettext_noop("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    gettext_noop("Successfully deleted %(count)d %(items)s."),
    gettext_noop("Delete selected %(verbose_name_plural)s"),
    gettext_noop("Delete multiple objects"),
    gettext_noop(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following "
        "objects and their related items will be deleted:"
    ),
    gettext_noop(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the '
        "following related items will be deleted:"
    ),
    gettext_noop("Yes, I’m sure"),
    gettext_noop("No, take me back"),
    gettext_noop(
        "Items must be selected in order to perform actions on them. No items have been changed."
    ),
    gettext_noop("No action selected."),
    gettext_noop("0 of %(cnt)s selected"),
    gettext_noop("Select all %(total_count)s %(module_name)s"),
    gettext_noop("Go"),
    gettext_noop("None"),
    gettext_noop("Toggle theme (current theme: auto)"),
    gettext_noop("Toggle theme (current theme: light)"),
    gettext_noop("Toggle theme (current theme: dark)"),
    gettext_noop("Breadcrumbs"),
    gettext_noop("Change:"),
    gettext_noop("%(app)s administration"),
    gettext_noop("Select this object for an action - {}"),
    gettext_noop("Select all objects on this page for an action"),
    gettext_noop("Change selected %(model)s"),
    gettext_noop("Add another %(model)s"),
    gettext_noop("Delete selected %(model)s"),
    gettext_noop("View selected %(model)s"),
    gettext_noop("Cannot delete %(name)s"),
    gettext_noop("Cannot delete %(class)s"),
    gettext_noop(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following "
        "protected related objects:"
    ),
    gettext_noop(
        "Deleting the selected %(objects_name)s would require deleting the following protected "
        "related objects:"
    ),
    gettext_noop("Change history: %s"),
    gettext_noop(
        "This object doesn’t have a change history. It probably wasn’t added via this admin site."
    ),
    gettext_noop(
        "ManagementForm data is missing or has been tampered with. Missing fields: "
        "%(field_names)s. You may need to file a bug report if the issue persists."
    ),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("%(model_name)s with this %(field_label)s already exists."),
    gettext_noop("superuser status"),
    gettext_noop("staff status"),
    gettext_noop(
        "Designates whether this user should be treated as active. Unselect this instead of "
        "deleting accounts."
    ),
    gettext_noop("Designates whether the user can log into this admin site."),
    gettext_noop(
        "Designates that this user has all permissions without explicitly assigning them."
    ),
    gettext_noop(
        "The groups this user belongs to. A user will get all permissions granted to each of "
        "their groups."
    ),
    gettext_noop("Save and add another"),
    gettext_noop("Save and continue editing"),
]
DJANGO_COUNTS = [
    ngettext_lazy(
        "%(count)s %(name)s was changed successfully.",
        "%(count)s %(name)s were changed successfully.",
    ),
    ngettext_lazy("%(total_count)s selected", "All %(total_count)s selected"),
]
MOST_PICTURES = 60  # that are offered at once
MOST_ASKED = 2 * markup.MOST_PICTURES  # by their numbers, of the texts of a form
# In the order of the profile page; what is not of the profile comes after it.
ORDER = [model._meta.object_name for model in (Organisation, *KINDS.values())]


def form_address(entry, field=""):
    """The address of an entry's form, at one of its fields."""
    meta = entry._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.pk])
    return f"{address}#{completeness.anchor(field)}" if field else address


def offered(entry):
    state = "" if entry.is_published else str(state_in_brief(entry))
    about = ", ".join(filter(None, [str(entry.kind_name), state]))
    return {"address": f"entry:{entry.kind_slug}-{entry.pk}", "name": entry.title, "about": about}


def address_to_read(entry):
    """Of what is published, corrections are read."""
    if entry.is_draft:
        return form_address(entry)
    return reverse(f"admin:profiles_{entry._meta.model_name}_apart", args=[entry.pk])


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
        own = [
            path("changes/", self.admin_view(self.changes), name="changes"),
            path("entries/", self.admin_view(self.entries_by_name), name="entries"),
            path("pictures/", self.admin_view(self.pictures_by_words), name="pictures"),
            path("thumbnails/<path:name>", self.admin_view(self.thumbnail), name="thumbnail"),
            path("to-complete/", self.admin_view(self.to_complete), name="to_complete"),
        ]
        # Django's way to the page of whatever it is asks for no right, and an address tells a title.
        rest = super().get_urls()
        return own + [one for one in rest if getattr(one, "name", "") != "view_on_site"]

    def changes(self, request):
        from profiles.admin.all_changes import page_of_changes  # admin's own modules come later

        return page_of_changes(request, self)

    def thumbnail(self, request, name):
        from profiles.admin import thumbnails

        return thumbnails.thumbnail(request, name)

    def pictures_by_words(self, request):
        """What can be chosen of the library: the newest, those with these words or these numbers."""
        if not may_view(request.user, LibraryPicture):
            raise PermissionDenied
        query, numbers = request.GET.get("q", "")[:200], request.GET.get("numbers")
        found = LibraryPicture.objects.with_words(query)[:MOST_PICTURES]
        if numbers is not None:
            found = LibraryPicture.objects.filter(
                pk__in=markup.numbers_listed(numbers)[:MOST_ASKED]
            )
        return JsonResponse({"pictures": [chosen_from(stored) for stored in found]})

    def entries_by_name(self, request):
        """What the link dialog offers: the entry at an address, or those that are called so."""
        query = request.GET.get("q", "")[:200]
        is_address = query.startswith("entry:")
        found = (linked.entry_at if is_address else linked.entries_called)(query, request.user)
        return JsonResponse({"entries": [offered(entry) for entry in found]})

    def index(self, request, extra_context=None):
        context = {"tasks": self.tasks(request), "attention": self.attention(request)}
        context |= self.readings(request)
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

    def readings(self, request):
        """What waits to be read by this person, and what came back to them with a note."""
        forms = {kind: self.get_model_admin(kind) for kind in KINDS.values()}
        read = [kind for kind, form in forms.items() if form.has_publish_permission(request)]
        written = [kind for kind, form in forms.items() if form.has_change_permission(request)]
        written = [kind for kind in written if kind not in read]
        found = {
            "to_read": reviews.waiting(read) if read else [],
            "returned": reviews.returned_to(request.user, written) if written else [],
        }
        return {
            name: [(address_to_read(one.entry), one) for one in rows]
            for name, rows in found.items()
        }

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
        return StaffCatalog.as_view(packages=packages)(request)


CHOSEN = gettext_noop("%(sel)s of %(cnt)s selected")


class StaffCatalog(JavaScriptCatalog):
    def get_catalog(self):
        """With the apostrophes and no-break spaces that those catalogues lack."""
        found = {name: set_in_type(words) for name, words in super().get_catalog().items()}
        # Django's French makes "chosen" agree with a noun that it does not know.
        number = len(found[CHOSEN]) if isinstance(found.get(CHOSEN), list) else 2
        return {**found, CHOSEN: [_(CHOSEN)] * number}


def set_in_type(words):
    if isinstance(words, list):
        return [set_in_type(one) for one in words]
    return typeset(words, get_language())


def names_of_managers():
    """Of whom to ask who may do nothing here."""
    people = get_user_model().objects.filter(is_superuser=True, is_active=True).order_by("pk")
    return [person.get_full_name() or person.get_username() for person in people[:5]]


def open_single_organisation(apps, organisation):
    """The list of one organisation would only be a page more to pass."""
    for model in (model for app in apps for model in app["models"]):
        if model["model"] is Organisation and model["admin_url"]:
            name = capfirst(Organisation._meta.verbose_name)
            model |= {"admin_url": form_address(organisation), "is_single": True, "name": name}


def listing_opened(response):
    """An index with the apps as each_context() gave them; Django lists them a second time."""
    listed = {app["app_label"] for app in response.context_data["app_list"]}
    apps = response.context_data["available_apps"]
    response.context_data["app_list"] = [app for app in apps if app["app_label"] in listed]
    return response


def place(model):
    name = model["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER)
