"""A form against what is stored: what others changed since it was opened, and what both did."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.forms.models import construct_instance
from django.utils.translation import gettext as _

from profiles.editing import changes, history
from profiles.editing.changes import FieldChange


@dataclass
class Differences:
    both: list[FieldChange] = field(default_factory=list)  # from what is stored to what was typed
    theirs: list[FieldChange] = field(default_factory=list)  # from what was to what is stored
    taken: list[str] = field(default_factory=list)  # names of the inputs that show it now

    def __bool__(self):
        return bool(self.both or self.theirs)


def differences(form, formsets, version, is_state_agreed=False):
    """What to show before a form and its parts are saved, which were opened on `version`.

    Who sees the entry is no difference where both asked for the same.

    A field that only others changed takes over what is stored: the form shows that, and would
    store it. Where the version is unknown, nobody can tell, and all counts as changed by both.
    """
    found = Differences()
    base = version and history.entry_in(version)
    without = changes.OF_STATE if is_state_agreed else ()
    _compare(found, form, copy(form.instance), base, without=without)
    for formset in formsets:
        _compare_parts(found, formset, version)
    return found


def _compare(found, form, stored, base, prefix="", without=()):
    # Not form.changed_data: a field with a hidden initial value only knows what it was sent with.
    typed = construct_instance(form, copy(stored), form.cleaned_data)
    for column in _compared_columns(form):
        if column.name in without:
            continue
        now, before = _value(column, stored), _value(column, base)
        mine, words = _sent(form, column, typed, base or stored)
        if mine == now:
            continue
        shown = changes.shown(column, stored) if stored.pk else ""
        label = f"{prefix}{changes.label_of(column)}"
        if base is None or before not in (mine, now):
            found.both.append(_change(label, shown, words))
        elif mine == before:
            _add_theirs(found, column, FieldChange(label, changes.shown(column, base), shown))
            _take_over(found, form, column.name, stored)


def _add_theirs(found, column, change):
    """Of the two columns that tell who sees an entry one is enough; of a draft neither."""
    if column.name not in changes.OF_STATE or (
        change.old != change.new and change not in found.theirs
    ):
        found.theirs.append(change)


def _compared_columns(form):
    for column in form._meta.model._meta.concrete_fields:
        if column.name in form.fields or not changes.is_silent(column):
            yield column


def _sent(form, column, typed, base):
    """What the form sent, as a value and in words; `base`'s where it sent nothing of its own."""
    is_kept = isinstance(column, models.FileField) and column.name not in form.changed_data
    if is_kept or column.name not in form.fields:
        return _value(column, base), ""
    if column.name in form.cleaned_data:
        return _value(column, typed), changes.shown(column, typed)
    text = str(form[column.name].value() or "")
    return text, text


def _value(column, entry):
    """As a form sends it back: no fractions of a second, one sign for each line end."""
    value = entry and column.value_from_object(entry)
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _change(label, old, new):
    return FieldChange(
        _("%(field)s (formatting)") % {"field": label} if old == new else label, old, new
    )


def _take_over(found, form, name, stored):
    if name in form.fields:
        form.fields[name].bound_data = lambda data, initial: initial
        form.cleaned_data[name] = getattr(stored, name)
        found.taken.append(form.add_prefix(name))


def _compare_parts(found, formset, version):
    parts = history.parts_in(version) if version else []
    bases = {part.pk: part for part in parts if type(part) is formset.model}
    stored = {part.pk: part for part in formset.get_queryset()}
    for form in formset.forms:
        part = copy(form.instance)  # which is_valid() writes to
        if not form.has_changed() and not part.pk:
            continue
        form.is_valid()
        base = bases.get(part.pk) if part.pk or not version else part
        name = str(part) if part.pk else formset.model._meta.verbose_name
        if base and form.cleaned_data.get("DELETE") and _in_a_line(part) != _in_a_line(base):
            found.both.append(FieldChange(name, _in_a_line(part), _("deleted")))
        _compare(found, form, part, base, f"{name}, ")
    for key in sorted(bases.keys() - stored.keys()):
        found.theirs.append(FieldChange(str(bases[key]), _in_a_line(bases[key]), _("deleted")))
    for key in sorted(stored.keys() - bases.keys()) if version else ():
        found.theirs.append(FieldChange(str(stored[key]), "", _in_a_line(stored[key])))


def _in_a_line(part):
    return ", ".join(changes.texts_of(part).values())
