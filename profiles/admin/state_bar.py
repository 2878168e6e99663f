"""The line on top of each form: who sees the entry, and the buttons that save it or change that."""

from typing import NamedTuple

from django.contrib import admin
from django.utils.translation import gettext as _

from profiles.admin.list_cells import MARKS
from profiles.admin.saving import APART, ASK, PUBLISH, RETURN, SAVE, SCHEDULE, WITHDRAW
from profiles.editing.states import state_in_full
from profiles.publishing import Publishable, State


class Button(NamedTuple):
    name: str
    label: str


class StateBar(NamedTuple):
    """`state` is None of what is not stored yet; `schedule` names the button of the folded part."""

    state: str | None
    mark: str
    sentence: str
    note: str
    buttons: list
    schedule: str = ""
    ask: str = ""  # what the folded part is called in which a reading is asked for


def bar_of_apart(kept, may_publish):
    """For corrections, where they are the form; also before they are kept for the first time."""
    sentence = _("Corrections kept apart: visitors go on reading what is published.")
    buttons = [Button(SAVE, _("Save apart"))]
    if may_publish:
        buttons.append(Button(PUBLISH, _("Put online")))
    ask = "" if may_publish else _("Ask for a reading…")
    return StateBar(None, MARKS[State.DRAFT], sentence, "", buttons, ask=ask)


def labels_for(state):
    """What the buttons are called for an entry in a state; those that are missing do not fit it."""
    if state in (None, State.DRAFT):
        return {SAVE: _("Save the draft"), PUBLISH: _("Publish"), SCHEDULE: _("Schedule…")}
    if state == State.SCHEDULED:
        return {
            SAVE: _("Save"),
            PUBLISH: _("Publish now"),
            SCHEDULE: _("Another moment…"),
            WITHDRAW: _("Back to draft"),
        }
    return {
        SAVE: _("Save"),
        APART: _("Keep apart, without publishing"),
        WITHDRAW: _("Take off the site"),
    }


def note_on(state, may_publish):
    """What a press of the first button leads to, where one might not think of it."""
    if state in (State.PUBLISHED, State.CLOSED):
        if may_publish:
            return _("Visitors see your changes as soon as you save.")
        return _(
            "What you save is seen by visitors at once; what you keep apart waits for a colleague "
            "who puts it online."
        )
    if may_publish:
        return ""
    return _(
        "You write and correct; a colleague who may publish decides what visitors see. When it is "
        "ready, ask for a reading: it then stands on their first page."
    )


def bar_of(entry, may_publish, has_apart=False):
    """For an entry as it is stored; None for one that is not yet."""
    state = entry and entry.state
    labels = labels_for(state)
    if not may_publish:  # to keep apart comes first, which changes nothing that visitors read
        labels = {name: labels[name] for name in (APART, SAVE) if name in labels}
    if has_apart:
        labels.pop(APART, None)
    schedule = labels.pop(SCHEDULE, "")
    return StateBar(
        state=state and state.value,
        mark=MARKS[state or State.DRAFT],
        sentence=state_in_full(entry) if entry else _("New: nothing is saved yet."),
        note=note_on(state, may_publish),
        buttons=[Button(name, label) for name, label in labels.items()],
        schedule=schedule,
        ask="" if may_publish or state not in (None, State.DRAFT) else _("Ask for a reading…"),
    )


def bar_of_public():
    """For what is never a draft."""
    sentence = _("Visitors see your changes as soon as you save.")
    return StateBar("published", MARKS[State.PUBLISHED], sentence, "", [Button(SAVE, _("Save"))])


class StateBarAdmin(admin.ModelAdmin):
    def render_change_form(self, request, context, *args, **kwargs):
        bar = self.state_bar(request, context)
        context["has_publish_permission"] = request.saving.may_publish
        context |= {"bar": bar, "pressed": label_pressed(bar, request)}
        if context.get("original") is None and request.method != "POST":
            focus_first_field(context["adminform"])
        return super().render_change_form(request, context, *args, **kwargs)

    def state_bar(self, request, context):
        entry = context.get("original")
        if not issubclass(self.model, Publishable):
            return bar_of_public()
        if entry and request.method == "POST":  # a refused form wrote to its own
            entry = self.model._base_manager.filter(pk=entry.pk).first()
        saving, kept = request.saving, context.get("kept")
        if saving.is_apart and saving.kept:
            return bar_of_apart(saving.kept, saving.may_publish)
        return bar_of(entry, saving.may_publish, bool(kept))


def focus_first_field(adminform):
    _title, options = adminform.fieldsets[0]
    adminform.form.fields[options["fields"][0]].widget.attrs["autofocus"] = True


def label_pressed(bar, request):
    """What was written on the button of a form that comes back."""
    labels = {button.name: button.label for button in bar.buttons}
    labels |= {SCHEDULE: bar.schedule, ASK: bar.ask, RETURN: _("Return with a note…")}
    return labels.get(request.saving.pressed) or bar.buttons[0].label
