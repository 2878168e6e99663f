"""What changed on the whole site, for staff: who, what, when; by person and by kind."""

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from profiles.admin.posted_rows import is_number
from profiles.editing import recent
from profiles.editing.history import model_of
from profiles.models import KINDS, Organisation
from profiles.words import name_of_person

MOST_PEOPLE = 300
VERSIONS_ON_PAGE = 20  # of the history of one entry


class NarrowingForm(forms.Form):
    who = forms.ChoiceField(label=_("By whom"), required=False)
    kind = forms.ChoiceField(label=_("Of which kind"), required=False)

    def __init__(self, data, nouns):
        super().__init__(data)
        people = get_user_model().objects.filter(is_staff=True).order_by("first_name", "username")
        named = [(person.pk, name_of_person(person)) for person in people[:MOST_PEOPLE]]
        self.fields["who"].choices = [("", _("everybody")), *named]
        names = [(noun._meta.model_name, capfirst(noun._meta.verbose_name)) for noun in nouns]
        self.fields["kind"].choices = [("", _("all kinds")), *names]

    def asked(self, name):
        """What was chosen; "" where it is none of the choices."""
        return self.cleaned_data.get(name, "") if self.is_valid() else ""


def page_of_changes(request, admin_site):
    nouns = [noun for noun in (Organisation, *KINDS.values()) if may_see(request, admin_site, noun)]
    if not nouns:
        raise PermissionDenied
    form = NarrowingForm(request.GET, nouns)
    who, kind = form.asked("who"), form.asked("kind")
    number = page_number(request)
    chosen = [noun for noun in nouns if kind in ("", noun._meta.model_name)]
    changes, has_next = recent.recent(chosen, number, who)
    request.current_app = admin_site.name
    context = admin_site.each_context(request) | {
        "title": _("What has changed"),
        "rows": [(change, address_of(change)) for change in changes],
        "form": form,
        "number": number,
        "has_next": has_next,
        "narrowed": f"&who={who}&kind={kind}",
    }
    return TemplateResponse(request, "admin/history/all.html", context)


def may_see(request, admin_site, noun):
    form = admin_site.get_model_admin(noun)
    return form.has_view_or_change_permission(request)


def page_number(request):
    text = request.GET.get("p", "")
    return min(max(int(text), 1), recent.LAST_PAGE) if is_number(text) else 1


def address_of(change):
    """Where this change stands in the history of its entry; how a deleted one comes back."""
    meta = model_of(change.version)._meta
    stem = f"admin:{meta.app_label}_{meta.model_name}"
    if change.entry:
        page = change.later // VERSIONS_ON_PAGE + 1
        address = reverse(f"{stem}_history", args=[change.entry.pk])
        return f"{address}?p={page}#version-{change.version.pk}"
    return "" if change.later else reverse(f"{stem}_recover", args=[change.version.pk])
