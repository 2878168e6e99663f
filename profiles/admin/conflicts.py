"""Two people at one entry: the later save is refused until its author has seen the earlier one.

The form says which version of the entry it shows (`_seen`); inside the transaction of the save,
with the row locked, that must still be the stored one.
"""

from contextlib import suppress
from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, BadRequest
from django.db import connection
from django.utils.translation import gettext as _
from reversion.errors import RevertError

from profiles.admin.differences import differences
from profiles.admin.long_lists import CELL_RENDERER
from profiles.admin.posted_rows import is_number, renumbered, rows_left, without_vanished
from profiles.admin.saving import Conflict
from profiles.editing import history
from profiles.models import part_model
from profiles.words import moment_for_staff

DELETED = "deleted"


class SeenForm(forms.ModelForm):
    """Refuses what was typed on top of a version that its author has not seen."""

    saving = None

    def clean(self):
        cleaned = super().clean()
        self.instance.unread = set(self.errors)
        if self.saving.failure:
            self.add_error(None, self.saving.failure)
        elif conflict := find_conflict(self, self.saving):
            self.saving.conflict = conflict
            self.add_error(None, conflict.sentence)
        return cleaned


def find_conflict(form, saving):
    seen, entry = saving.seen, form.instance
    if saving.deleted_key:
        return None if seen == DELETED else _deletion(type(entry), saving.deleted_key)
    if saving.was_sent and not seen:
        found = differences(form, saving.formsets, None)
        return Conflict(_sent_before(entry), history.token_of(entry), found) if found else None
    if seen is None or entry.pk is None or seen == history.token_of(entry):
        return None
    agreed = saving.asks_for_what_is(entry)
    found = differences(form, saving.formsets, _version_seen(entry, seen), agreed)
    return Conflict(_overtaken(entry), history.token_of(entry), found) if found else None


def _version_seen(entry, seen):
    """The version that the form was opened on, None where no such version was kept."""
    for version in history.versions_of(type(entry), entry.pk).prefetch_related(None).iterator():
        with suppress(RevertError):
            if history.token_of(history.entry_in(version)) == seen:
                return version
    return None


def _overtaken(entry):
    version = history.last_version(type(entry), entry.pk)
    moment = getattr(entry, "updated", version and version.revision.date_created)
    return _(
        "%(who)s saved this entry on %(when)s, while you were writing. Nothing of yours is lost: "
        "it stands in the form. Read below what differs, change what you want and save again."
    ) % {"who": _author(version), "when": _moment(moment)}


def _sent_before(entry):
    return _(
        "This form made “%(entry)s” already, a moment ago, with other texts. Nothing is lost: what "
        "you sent now stands in the form, and below what differs. Save again to change the entry; "
        "files must be chosen again."
    ) % {"entry": entry}


def _deletion(model, key):
    version = history.last_version(model, key)
    sentence = _(
        "%(who)s deleted this entry on %(when)s, while you were writing. Nothing of yours is lost: "
        "it stands in the form. Save again to store it as a new entry; files must be chosen again, "
        "or bring the deleted one back under “Deleted entries”."
    ) % {"who": _author(version), "when": _moment(version and version.revision.date_created)}
    return Conflict(sentence, DELETED)


def _author(version):
    user = version and version.revision.user
    return user.get_full_name() or user.get_username() if user else _("Somebody else")


def _moment(moment):
    if not isinstance(moment, datetime):
        return _("an unknown day")
    return moment_for_staff(moment)


def _keys_of_parts(model, entry):
    if not entry.pk:
        return set()
    relation = next(name for name in entry.parts if part_model(entry, name) is model)
    return {str(key) for key in getattr(entry, relation).values_list("pk", flat=True)}


class ConflictAdmin(admin.ModelAdmin):
    """A save says what it was made on top of."""

    change_form_template = "admin/safe_form.html"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        object_id = request.saving.address_left(self.model, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_object(self, request, object_id, from_field=None):
        if request.method == "POST" and connection.in_atomic_block and is_number(str(object_id)):
            rows = self.model._base_manager.select_for_update().filter(pk=object_id)
            list(rows.values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (SeenForm, form), {"saving": request.saving})

    def get_formset_kwargs(self, request, obj, inline, prefix):
        parameters = super().get_formset_kwargs(request, obj, inline, prefix)
        parameters["saving"] = request.saving
        data = parameters.get("data")
        keys = _keys_of_parts(inline.model, obj) if data is not None else ()
        if data is not None and (rows := rows_left(data, prefix, keys)) is not None:
            files = parameters["files"]
            gone = set(range(int(data[f"{prefix}-TOTAL_FORMS"]))).difference(rows)
            uploads = [n for n in sorted(gone) if f"{prefix}-{n}-file" in files]
            parameters["data"] = without_vanished(data, prefix, rows, uploads)
            parameters["files"] = renumbered(files, prefix, [*rows, *uploads])
        return parameters

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        saving = request.saving
        context["conflict"] = saving.conflict
        if saving.conflict:
            context["seen"] = saving.conflict.token
        elif request.method == "POST":  # refused for another reason: nothing new was seen
            context["seen"] = saving.seen or ""
        else:
            context["seen"] = history.token_of(obj) if obj else ""
        return super().render_change_form(request, context, add, change, form_url, obj)

    # The columns that can be edited in the list

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, **{"form": ListForm, **kwargs})

    def changelist_view(self, request, extra_context=None):
        is_saved = request.method == "POST" and "_save" in request.POST and self.list_editable
        if is_saved and self.has_change_permission(request):
            request.POST = self._settled(request)
        return super().changelist_view(request, extra_context)

    def _settled(self, request):
        """The list as it may be saved: less the rows deleted and the values changed meanwhile."""
        data = request.POST.copy()
        total, initial = (data.get(f"form-{name}_FORMS", "") for name in ("TOTAL", "INITIAL"))
        if not is_number(total) or total != initial:  # nothing is added in a list
            raise BadRequest
        rows = range(min(int(total), 1000))
        keys = [key for n in rows if is_number(key := data.get(f"form-{n}-id", ""))]
        stored = self.model._base_manager.select_for_update().in_bulk(keys)
        for n in rows:
            key = data.get(f"form-{n}-id", "")
            self._settle(request, data, f"form-{n}", stored.get(int(key) if key in keys else None))
        left = rows_left(data, "form", {str(key) for key in stored})
        return data if left is None else without_vanished(data, "form", left)

    def _settle(self, request, data, row, entry):
        for name in self.list_editable:
            column, first = f"{row}-{name}", f"initial-{row}-{name}"
            seen, typed = data.get(first), data.get(column)
            now = "" if entry is None else str(getattr(entry, name))
            if seen is None or seen == now:
                continue
            data[column] = data[first] = now
            if typed not in (seen, now):
                sentence = self._list_sentence(data, row, entry, name, typed, now)
                self.message_user(request, sentence, messages.WARNING)

    def _list_sentence(self, data, row, entry, name, typed, now):
        key = data.get(f"{row}-id")
        version = history.last_version(self.model, key)
        label = self.model._meta.get_field(name).verbose_name
        if entry is None:
            sentence = _(
                "%(who)s deleted “%(entry)s” meanwhile; what you typed was not saved: "
                "%(field)s %(typed)s."
            )
        else:
            sentence = _(
                "%(who)s saved “%(entry)s” meanwhile. Stored: %(field)s %(now)s; you typed: "
                "%(typed)s. Type it again if you still want it."
            )
        return sentence % {
            "who": _author(version),
            "entry": entry or (version.object_repr if version else key),
            "field": label,
            "typed": typed,
            "now": now,
        }


class ListForm(forms.ModelForm):
    """Tells what was changed in a row from what only changed elsewhere meanwhile."""

    default_renderer = CELL_RENDERER

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for form_field in self.fields.values():
            form_field.show_hidden_initial = True

    def add_error(self, field, error):
        """What is wrong with a field that the list does not show is wrong with the row."""
        by_name = getattr(error, "error_dict", {})
        for name in sorted(by_name.keys() - self.fields.keys() - {NON_FIELD_ERRORS}):
            by_name.setdefault(NON_FIELD_ERRORS, []).extend(by_name.pop(name))
        super().add_error(field, error)
