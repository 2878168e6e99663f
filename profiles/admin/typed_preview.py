"""The page as visitors would read it with what stands in the form now: nothing is stored.

The form is read as a save would read it, into an entry that nobody saves. What is refused there
stays as it is stored, and the page says so. Its templates are those of visitors, and it is made as
for one of them: without an account, and without the memory in which their pages share parts.
"""

import re
from copy import copy

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from profiles import views
from profiles.admin.posted_rows import is_number
from profiles.admin.saving import COMPLETE, Save
from profiles.files.pictures import PictureField
from profiles.lasting import keeping_nothing
from profiles.models import (
    KINDS,
    Entry,
    Organisation,
    part_model,
    with_recordings,
    with_text_pictures,
)
from profiles.models.fields import tidy_texts
from profiles.translation import CONTENT_LANGUAGES

# Fields of the request that the form itself has not: the language of the page, and the size of a
# picture that was chosen in the browser, which the script puts into the place left for it.
LANGUAGE, CHOSEN = "_language", "_chosen"
CHOSEN_SIZE = re.compile(r"(\w+):([1-9][0-9]{0,4}x[1-9][0-9]{0,4})", re.ASCII)
STAND_IN = "chosen/0000000000000000-{}.jpg"
NO_ROW = 0  # the key of an entry that is not stored: templates ask for its parts, which need one


class TypedPreviewAdmin(admin.ModelAdmin):
    def get_urls(self):
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(require_POST(never_cache(self.typed_view)))
        return [
            path("add/preview/", view, name=f"{stem}_typed_new"),
            path("<path:object_id>/change/preview/", view, name=f"{stem}_typed"),
            *super().get_urls(),
        ]

    def typed_address(self, request, key=None):
        stem = f"admin:{self.opts.app_label}_{self.opts.model_name}_typed"
        return reverse(stem, args=[key]) if key else reverse(f"{stem}_new")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if self._may_type(request, None if add else obj):
            context["typed_address"] = self.typed_address(request, None if add else obj.pk)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _may_type(self, request, noun):
        if noun is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, noun)

    def typed_view(self, request, object_id=None):
        noun = self._stored(request, object_id)
        if not self._may_type(request, noun):
            raise PermissionDenied
        if COMPLETE not in request.POST:
            sentence = _("The form arrived incomplete, because the line was cut: ask once more.")
            return self._refusal(request, sentence)
        request.FILES.clear()  # chosen files are shown once they are stored
        request.saving = Save(seen=None)
        noun, missing = self._typed(request, noun)
        if noun.kind_slug != Organisation.kind_slug and noun.organisation_id is None:
            return self._refusal(request, _("Choose first on whose profile this entry stands."))
        with translation.override(language_of(request)), keeping_nothing():
            return page_of(request, noun, {"missing": missing, "is_new": object_id is None})

    def _stored(self, request, object_id):
        if object_id is None:
            return None
        noun = self.get_object(request, object_id) if is_number(object_id) else None
        if noun is None:
            raise Http404
        return noun

    def _typed(self, request, stored):
        """The noun as it is typed, and what of it could not be read, in words."""
        form = self.get_form(request, stored, change=stored is not None)(
            request.POST, instance=stored
        )
        missing = read(form)
        noun = form.instance
        parts = {}
        for formset_class, inline in self.get_formsets_with_inlines(request, stored):
            prefix = formset_class.get_default_prefix()
            how = self.get_formset_kwargs(request, noun, inline, prefix)
            rows, unread = rows_of(formset_class(**how))
            parts[formset_class.model] = rows
            missing += unread
        complete(noun, parts)
        show_chosen(noun, request.POST.getlist(CHOSEN))
        return noun, missing

    def _refusal(self, request, sentence):
        words = {"title": _("Preview"), "sentence": sentence}
        context = self.admin_site.each_context(request) | words
        return render(request, "admin/typed_refusal.html", context, status=400)


def language_of(request):
    code = request.POST.get(LANGUAGE)
    return code if code in CONTENT_LANGUAGES else translation.get_language()


# From the form to what the page shows


def read(form):
    """Let a form write into its instance; what it refuses is put back, and named."""
    before = dict(vars(form.instance))
    form.is_valid()
    for name in form.errors:
        if name in form.fields and name in form._meta.fields:
            field = form.instance._meta.get_field(name)
            setattr(form.instance, field.attname, before.get(field.attname))
    return [str(capfirst(form.fields[name].label)) for name in form.errors if name in form.fields]


def rows_of(formset):
    """The rows that would be stored, but those that lack their file yet; and what is not read."""
    rows, missing = [], []
    for form in formset.forms:
        if form.empty_permitted and not form.has_changed():
            continue
        unread = read(form)
        if form.cleaned_data.get("DELETE"):
            continue
        name = capfirst(formset.model._meta.verbose_name)
        missing += [f"{name}, {label[:1].lower()}{label[1:]}" for label in unread]
        if form.instance.file:
            rows.append(form.instance)
    return rows, missing


def complete(noun, parts):
    """What a save would fill in, and the parts that the form holds in the place of stored ones."""
    if isinstance(noun, Entry):
        noun.fill_in()
        noun.is_draft, noun.publish_at = False, min(noun.publish_at, timezone.now())
    else:
        tidy_texts(noun)
    noun.pk = noun.pk or NO_ROW
    # Whoever may not change them has no rows of them, and sees those that are stored.
    noun._prefetched_objects_cache = {
        name: parts[part_model(noun, name)]
        for name in noun.parts
        if part_model(noun, name) in parts
    }
    noun.recordings = list(noun.audio.all())


def show_chosen(noun, chosen):
    """Leave a place for pictures that only the browser has, of their own proportions."""
    for found in filter(None, map(CHOSEN_SIZE.fullmatch, chosen)):
        for field in noun._meta.concrete_fields:
            if isinstance(field, PictureField) and field.name == found[1]:
                setattr(noun, field.name, STAND_IN.format(found[2]))


# The page


def page_of(request, noun, about):
    asked = visitors_request(request, noun.get_absolute_url())
    words = {"typed_preview": about}
    if isinstance(noun, Entry):
        return views.entry_page(asked, noun, **words)
    sections = views.sections_of(with_counts(noun))
    with_text_pictures([noun, *with_recordings(views.entries_in(sections))])
    return views.profile_page(asked, noun, sections, **words)


def visitors_request(request, address):
    """As a visitor would ask for the page; the address of a form means nothing to them."""
    asked = copy(request)
    asked.method, asked.GET, asked.user = "GET", QueryDict(), AnonymousUser()
    asked.path = asked.path_info = address
    return asked


def with_counts(organisation):
    """With the number of entries of each kind, which the profile shows."""
    stored = Organisation.objects.with_counts(KINDS.values()).filter(pk=organisation.pk).first()
    for kind in KINDS.values():
        name = f"number_of_{kind.kind_slug}"
        setattr(organisation, name, getattr(stored, name, 0))
    return organisation
