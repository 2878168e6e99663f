"""The history of an entry, for staff: read it, go back to a version, bring back what was deleted."""

from typing import NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reversion.errors import RevertError

from profiles.admin import answers
from profiles.admin.posted_rows import is_number
from profiles.admin.saving import SEEN
from profiles.editing import history, ties, visibility

MOST_NAMED = 20


class VersionsAdmin(admin.ModelAdmin):
    """Every save through the admin becomes a version."""

    def get_urls(self):
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("deleted/", wrap(self.deleted_view), name=f"{stem}_deleted"),
            path("deleted/<int:version_id>/", wrap(self.recover_view), name=f"{stem}_recover"),
            path(
                "<path:object_id>/history/<int:version_id>/",
                wrap(self.version_view),
                name=f"{stem}_version",
            ),
            *super().get_urls(),
        ]

    @property
    def deleted_address(self):
        return self._address("deleted")

    def _address(self, name, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    # What makes versions

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if object_id and is_number(unquote(object_id)):
            history.keep_first(self.model, [unquote(object_id)])
        with history.revision(request.user):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request, extra_context=None):
        is_saved = request.method == "POST" and "_save" in request.POST
        if not (is_saved and self.has_change_permission(request)):
            return super().changelist_view(request, extra_context)
        keys = (value for name, value in request.POST.items() if name.endswith("-id"))
        history.keep_first(self.model, filter(is_number, keys))
        with history.revision(request.user):
            return super().changelist_view(request, extra_context)

    def response_action(self, request, queryset):
        keys = request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME)
        if not all(map(is_number, keys)):
            raise BadRequest
        if request.POST.get("action") == "delete_selected":  # delete_queryset() records it
            return self._named(super().response_action(request, queryset))
        if request.POST.get("select_across") == "1":  # those of the further pages too
            keys = list(queryset.values_list("pk", flat=True))
        history.keep_first(self.model, keys)
        chosen = self.model._base_manager.filter(pk__in=keys)
        with history.revision(request.user):
            before = {entry.pk: vars(entry) for entry in chosen.all()}
            response = super().response_action(request, queryset)
            for entry in chosen.all():
                if _values(vars(entry)) != _values(before.get(entry.pk, {})):
                    history.record(entry)
        return response

    def delete_model(self, request, obj):
        history.keep_last([obj], request.user)
        if hasattr(obj, "is_draft"):
            visibility.tell_deletion([obj], request.user)
        super().delete_model(request, obj)

    def render_delete_form(self, request, context):
        context["untied"] = untied(self.model, [context["object"].pk])
        return super().render_delete_form(request, context)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        history.keep_last(queryset, request.user)
        if hasattr(self.model, "is_draft"):
            visibility.tell_deletion(queryset, request.user)
        gone = answers.names(list(queryset))
        super().delete_queryset(request, queryset)
        words = _("Deleted: %(names)s. They can be brought back:") % {"names": gone}
        way_back = format_html(
            '{} <a href="{}">{}</a>', words, self.deleted_address, _("deleted entries")
        )
        self.message_user(request, way_back)

    def _named(self, response):
        """The page that asks before many are deleted, with the names of what they leave behind."""
        if isinstance(response, TemplateResponse):
            keys = [entry.pk for entry in response.context_data["queryset"]]
            response.context_data["untied"] = untied(self.model, keys)
        return response

    # What shows them

    def history_view(self, request, object_id, extra_context=None):
        entry = self._entry_for(request, object_id, self.has_view_or_change_permission)
        versions = Paginator(history.versions_of(self.model, entry.pk), 20)
        page = versions.get_page(request.GET.get("p"))
        return self._page(
            request,
            "history",
            _("History: %(entry)s") % {"entry": entry},
            object=entry,
            page=page,
            versions=list(_with_changes(page)),
        )

    def version_view(self, request, object_id, version_id):
        if request.method == "POST":
            history.read_ahead(self._entry_and_version(request, object_id, version_id)[1])
            return self._version_restored(request, object_id, version_id)
        entry, version = self._entry_and_version(request, object_id, version_id)
        return self._page(
            request,
            "version",
            _("Restore: %(entry)s") % {"entry": entry},
            object=entry,
            version=version,
            seen=history.token_of(entry),
            changes=_readable(lambda: history.changes_from_now(version)),
        )

    def deleted_view(self, request):
        self._require_recovery(request)
        page = Paginator(history.deleted(self.model), 50).get_page(request.GET.get("p"))
        return self._page(
            request,
            "deleted",
            _("Deleted: %(kind)s") % {"kind": self.opts.verbose_name_plural},
            page=page,
        )

    def recover_view(self, request, version_id):
        self._require_recovery(request)
        version = get_object_or_404(history.deleted(self.model), pk=version_id)
        if request.method == "POST":
            history.read_ahead(version)
            return self._restored(request, version, self.deleted_address)
        return self._page(
            request,
            "version",
            _("Bring back: %(entry)s") % {"entry": version.object_repr},
            version=version,
            changes=_readable(lambda: history.changes(None, version)),
        )

    @transaction.atomic
    def _version_restored(self, request, object_id, version_id):
        """In one transaction, where get_object() locks the entry, so that no save slips between."""
        entry, version = self._entry_and_version(request, object_id, version_id)
        may_delete = self.has_delete_permission(request, entry)
        if request.POST.get(SEEN) != history.token_of(entry):
            refusal = _("Somebody saved this entry meanwhile. Look at what would change now.")
        elif not may_delete and _readable(lambda: history.loses_parts(version)):
            refusal = _(
                "This version lacks a file that was added since: who may delete restores it."
            )
        else:
            return self._restored(request, version, self._address("history", entry.pk))
        self.message_user(request, refusal, messages.ERROR)
        return redirect(request.path)

    def _restored(self, request, version, way_back):
        try:
            entry = history.restore(version, request.user)
        except ValidationError as error:
            message = _("This version cannot be restored as it is: %(reasons)s")
            reasons = " ".join(error.messages)
            self.message_user(request, message % {"reasons": reasons}, messages.ERROR)
            return redirect(way_back)
        except RevertError:
            message = _("This version is too old to be read by today’s site.")
            self.message_user(request, message, messages.ERROR)
            return redirect(way_back)
        self.log_change(request, entry, _("Restored"))
        message = _("“%(entry)s” is restored. Look it over here; it is saved already.")
        self.message_user(request, message % {"entry": entry}, messages.SUCCESS)
        if way_back == self.deleted_address and (number := untied(self.model, [entry.pk]).number):
            message = ngettext(
                "%d entry is tied to it again.", "%d entries are tied to it again.", number
            )
            self.message_user(request, message % number, messages.SUCCESS)
        return redirect(self._address("change", entry.pk))

    def _entry_for(self, request, object_id, is_allowed):
        entry = self.get_object(request, unquote(object_id))
        if entry is None:
            raise Http404
        if not is_allowed(request, entry):
            raise PermissionDenied
        return entry

    def _require_recovery(self, request):
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied

    def _entry_and_version(self, request, object_id, version_id):
        entry = self._entry_for(request, object_id, self.has_change_permission)
        versions = history.versions_of(self.model, entry.pk)
        return entry, get_object_or_404(versions, pk=version_id)

    def _page(self, request, template, title, **context):
        request.current_app = self.admin_site.name
        context |= self.admin_site.each_context(request)
        context |= {"title": title, "opts": self.opts, "deleted_address": self.deleted_address}
        return TemplateResponse(request, f"admin/history/{template}.html", context)


class Untied(NamedTuple):
    """Entries that stay, but lose what they point to: the first of them, and how many there are."""

    shown: list
    number: int

    @property
    def more(self):
        return self.number - len(self.shown)


def untied(model, keys):
    groups = ties.tied_to(model, keys).values()
    shown = [entry for entries in groups for entry in entries[:MOST_NAMED]]
    return Untied(shown[:MOST_NAMED], sum(entries.count() for entries in groups))


def _values(attributes):
    return {name: value for name, value in attributes.items() if not name.startswith("_")}


def _with_changes(page):
    """Each version of a page with what it changed; one more is read to compare the last with."""
    first = max(0, page.start_index() - 1)  # an entry stored by a script has none yet
    versions = list(page.paginator.object_list[first : first + page.paginator.per_page + 1])
    for newer, older in zip(versions[: len(page)], [*versions[1:], None], strict=False):
        yield newer, _readable(lambda older=older, newer=newer: history.changes(older, newer))


def _readable(changes):
    """None where a version is older than the present fields."""
    try:
        return changes()
    except RevertError:
        return None
