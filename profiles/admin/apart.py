"""Corrections to a published entry, kept apart: their form, their page, beside what is published."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from profiles.admin.saving import APART, ASK, PUBLISH, SEEN, Save
from profiles.admin.versions import VersionsAdmin
from profiles.editing import apart, history, passages
from profiles.editing.marks import may_have_apart
from profiles.models import Review, parts_of
from profiles.words import moment_for_staff, name_of_person


class ApartAdmin(VersionsAdmin):
    """Stands in the place of the history where a form is about corrections: none of it is stored
    there before it is put online."""

    def get_urls(self):
        stem = f"{self.opts.app_label}_{self.opts.model_name}_apart"
        views = {
            "": self.apart_view,
            "compare": self.compare_view,
            "page": never_cache(self.page_view),
            "preview": require_POST(never_cache(self.preview_view)),
            "online": require_POST(self.online_view),
            "discard": require_POST(self.discard_view),
        }
        own = [
            path(
                f"<path:object_id>/apart/{name}{'/' if name else ''}",
                self.admin_site.admin_view(view),
                name=f"{stem}_{name}" if name else stem,
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def kept_for(self, request, object_id):
        """The corrections of an entry, for those who may change it."""
        entry = self.get_object(request, unquote(object_id))
        if entry is None:
            raise Http404
        if not self.has_change_permission(request, entry):
            raise PermissionDenied
        kept = apart.of_entry(entry)
        if kept is None:
            raise Http404
        return kept

    # The form

    def apart_view(self, request, object_id):
        request.is_apart = True
        return self.changeform_view(request, object_id)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        is_apart = getattr(request, "is_apart", False)
        if not (object_id and (is_apart or request.saving.pressed == APART)):
            return super().changeform_view(request, object_id, form_url, extra_context)
        request.saving.is_apart = True
        entry = self.get_object(request, unquote(object_id))
        if request.method == "POST":
            history.keep_first(self.model, [entry.pk] if entry else [])
            return self.keep_apart(request, object_id)
        kept = self.note_kept(request, entry)
        if entry is None:  # which Django says in words
            return self.form_view(request, object_id, form_url, extra_context)
        if kept is None:
            message = _("These corrections are no longer kept apart: they are online, or given up.")
            self.message_user(request, message, messages.WARNING)
            return redirect(self.address_of("change", entry.pk))
        with apart.as_if_online(kept):
            return rendered(self.form_view(request, object_id, form_url, extra_context))

    def form_view(self, request, *args):
        """Past the history, which would keep what is undone."""
        return super(VersionsAdmin, self).changeform_view(request, *args)

    def note_kept(self, request, entry):
        """The corrections that the form is about; it fails where there are others already."""
        kept = entry and apart.of_entry(entry)
        if getattr(request, "is_apart", False):
            request.saving.kept = kept
        elif kept:
            request.saving.failure = kept_already(kept)
        return request.saving.kept

    @transaction.atomic
    def keep_apart(self, request, object_id):
        """Under a lock, so that of two who keep apart at once the later one knows of the other."""
        entry = self.get_object(request, unquote(object_id))  # locks it
        if entry is None:  # deleted meanwhile: the form says so
            return rendered(self.form_view(request, object_id, "", None))
        kept = self.note_kept(request, entry)
        base = kept.base if kept else apart.snapshot(entry)
        known = set(history.by_key(parts_of(entry)))
        rows = None
        with apart.undone():
            if kept:
                apart.apply(kept)
            response = rendered(self.form_view(request, object_id, "", None))
            if response.status_code == 302:
                rows = apart.snapshot(self.model._base_manager.get(pk=entry.pk), known)
        if rows is None:
            return response
        kept = apart.keep(entry, base, rows, request.user)
        return self.kept_apart(request, entry, kept, response)

    def kept_apart(self, request, entry, kept, response):
        """What follows, and is said, once the corrections are stored."""
        address = self.address_of("apart", entry.pk)
        self.forget_typed(request, entry)  # again: of a database, that was undone
        self.carry_out_review(request, entry, address)
        if request.saving.pressed == PUBLISH:
            address = self.put_online(request, kept)
        else:
            self.message_user(request, self.apart_in_words(request, entry), messages.SUCCESS)
        response["Location"] = address
        return response

    def apart_in_words(self, request, entry):
        words = _("Kept apart: visitors go on reading what is published of “%(entry)s”.")
        if request.saving.pressed == ASK:
            asked = _("A reading is asked for.")
            words = f"{words} {asked}"
        return format_html(
            '{} <a href="{}">{}</a>',
            words % {"entry": entry},
            self.address_of("apart_page", entry.pk),
            _("See the page as it will be"),
        )

    # Putting online

    def online_view(self, request, object_id):
        kept = self.kept_for(request, object_id)
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if request.POST.get(SEEN) != kept.at.isoformat():
            return redirect(self.not_as_seen(request, kept))
        request.saving = Save.of(request)
        apart.read_ahead(kept)
        return redirect(self.put_online(request, kept))

    def not_as_seen(self, request, kept):
        message = _("Somebody corrected further meanwhile. Look at what would change now.")
        self.message_user(request, message, messages.ERROR)
        return self.address_of("apart_compare", kept.entry_key)

    def put_online(self, request, kept):
        """Tell what became of it; gives the address where one goes on."""
        try:
            entry = apart.put_online(kept, request.user)
        except apart.Overtaken:
            return self.taken_in(request, kept)
        except apart.NotAsSeen:
            return self.after_others(request, kept)
        except ValidationError as error:
            message = _("The corrections can’t be put online as they are: %(reasons)s")
            words = message % {"reasons": " ".join(error.messages)}
            self.message_user(request, words, messages.ERROR)
            return self.address_of("apart", kept.entry_key)
        self.log_change(request, entry, _("Corrections put online"))
        self.answer_reading(request, entry, Review.Outcome.PUBLISHED)
        words = _("The corrections to “%(entry)s” are online: visitors read them from now on.")
        if not entry.is_published:
            words = _("The corrections stand in “%(entry)s” now, which visitors do not see.")
        link = format_html('<a href="{}">{}</a>', entry.get_absolute_url(), _("See the page"))
        message = format_html("{} {}", words % {"entry": entry}, link)
        self.message_user(request, message, messages.SUCCESS)
        return self.address_of("change", entry.pk)

    def taken_in(self, request, kept):
        version = history.last_version(self.model, kept.entry_key)
        both = apart.take_in(kept)
        words = _(
            "Nothing is online yet: %(who)s saved the published text on %(moment)s, after these "
            "corrections were begun. What only they changed is taken over."
        ) % {
            "who": name_of_person(version and version.revision.user),
            "moment": moment_for_staff(version.revision.date_created),
        }
        if both:
            fields = _("Both of you changed: %(fields)s. It would become as corrected here.")
            words = f"{words} {fields % {'fields': ', '.join(both)}}"
        self.message_user(request, words, messages.WARNING)
        return self.address_of("apart_compare", kept.entry_key)

    def after_others(self, request, kept):
        """Where one goes on after somebody who was a moment earlier."""
        entry = self.get_object(request, kept.entry_key)
        if entry is not None and apart.of_entry(entry):
            return self.not_as_seen(request, kept)
        return self.address_of("apart", kept.entry_key)  # which says that they are gone

    def discard_view(self, request, object_id):
        kept = self.kept_for(request, object_id)
        if request.POST.get(SEEN) != kept.at.isoformat():
            return redirect(self.not_as_seen(request, kept))
        try:
            apart.give_up(kept)
        except apart.NotAsSeen:
            return redirect(self.after_others(request, kept))
        self.message_user(request, _("The corrections are given up; the published text stays."))
        return redirect(self.address_of("change", kept.entry_key))

    # Looking

    def compare_view(self, request, object_id):
        kept = self.kept_for(request, object_id)
        changes = [
            (change.label, *passages.side_by_side(change.old, change.new))
            for change in apart.compare(kept)
        ]
        entry = self.get_object(request, kept.entry_key)
        context = {
            "object": entry,
            "kept": kept,
            "changes": changes,
            "seen": kept.at.isoformat(),
            "may_publish": self.has_publish_permission(request),
            "apart_address": self.address_of("apart", entry.pk),
            "page_address": self.address_of("apart_page", entry.pk),
            "online_address": self.address_of("apart_online", entry.pk),
            "discard_address": self.address_of("apart_discard", entry.pk),
        }
        return self._page(request, "compare", title_of_corrections(entry), **context)

    def preview_view(self, request, object_id):
        """What is typed into the corrections, on top of what is kept of them."""
        with apart.as_if_online(self.kept_for(request, object_id)):
            return self.typed_view(request, object_id)

    def page_view(self, request, object_id):
        """The real page, by the real templates, as visitors will read it."""
        from profiles.views import entry_page

        kept = self.kept_for(request, object_id)
        with apart.as_if_online(kept) as entry:
            entry.is_draft = True  # so that the page counts as nobody's but the team's
            return entry_page(request, entry, apart_address=self.address_of("apart", entry.pk))


def title_of_corrections(entry):
    return _("Corrections to: %(entry)s") % {"entry": entry}


def kept_already(kept):
    words = _(
        "%(who)s keeps corrections to this entry apart already, since %(moment)s. Nothing of yours is "
        "saved yet: open those corrections and write into them."
    )
    return words % {"who": name_of_person(kept.by), "moment": moment_for_staff(kept.at)}


def rendered(response):
    """While what it tells is there."""
    if isinstance(response, TemplateResponse):
        response.render()
    return response


class WithApartAdmin(admin.ModelAdmin):
    """What the form tells of corrections that are kept apart."""

    def typed_address(self, request, key=None):
        if key and getattr(request, "is_apart", False):
            return self.address_of("apart_preview", key)
        return super().typed_address(request, key)

    def title_of_form(self, request, entry):
        if request.saving.is_apart:
            return title_of_corrections(entry)
        return super().title_of_form(request, entry)

    def render_change_form(self, request, context, *args, **kwargs):
        entry, saving = context.get("original"), request.saving
        kept = saving.kept
        if not kept and entry and entry.pk and may_have_apart(entry):
            kept = apart.of_entry(entry)
        context["kept"] = kept
        if kept and getattr(request, "is_apart", False):  # also where the form was cut on its way
            saving.is_apart, saving.kept = True, kept
        if kept:
            names = ("apart", "apart_compare", "apart_page", "change")
            context["of_apart"] = {name: self.address_of(name, entry.pk) for name in names}
            context["is_apart"] = request.saving.is_apart
        return super().render_change_form(request, context, *args, **kwargs)
