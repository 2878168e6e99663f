"""What one save of a form knows, and the names by which form, script and server speak of it.

The outermost layer of a form makes it, and each layer reads it or adds what it alone finds out. It
hangs on the request, which is all that Django hands on. ARCHITECTURE.md has the whole protocol.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.forms import BaseInlineFormSet

from profiles.admin.differences import Differences
from profiles.admin.posted_rows import is_number

# Hidden fields of the form
SEEN = "_seen"  # the version that its author has seen, in the words of history.token_of()
COMPLETE = "_complete"  # the last of all fields: without it, the form was cut on its way
REVIEW = "_review"  # the reading that this form shows as waiting for an answer
ONCE = "_once"  # of a form that adds: with one token, it makes one entry
# Buttons; the last one stands beside what a form made before, and makes another entry of it
BUTTONS = SAVE, CONTINUE, ADD_ANOTHER, ANOTHER = "_save", "_continue", "_addanother", "_another"
# Buttons that change who sees the entry; the first of them that was sent counts
STATE_BUTTONS = WITHDRAW, SCHEDULE, PUBLISH = "_withdraw", "_schedule", "_publish"
# A reading is asked for, or answered with a note
REVIEW_BUTTONS = RETURN, ASK = "_return", "_ask"
# Corrections to a published entry are kept apart from it
APART = "_apart"
# Headers: of an upload that a script sends, and of the answer to it
SENT_BY_SCRIPT = "X-Sending"
NEXT_ADDRESS = "X-Location"
# Cookie: the address of a form whose text the browser need not keep any more
SAVED_FORM = "saved_form"


TOKEN = re.compile(r"[\w-]{1,60}", re.ASCII)


@dataclass(frozen=True)
class Conflict:
    sentence: str
    token: str  # what the form has seen once this conflict was shown
    differences: Differences = field(default_factory=Differences)


@dataclass
class Save:
    """One form on its way; made anew where the same form is answered with a failure."""

    seen: str | None  # None where it was never said: a form that is opened, or a foreign one
    failure: str = ""  # why nothing can be saved, whatever the form says
    deleted_key: str = ""  # of an entry that somebody deleted since the form was opened
    was_published: bool | None = None  # as stored: validation writes to the entry
    formsets: list["PartsFormSet"] = field(default_factory=list)
    conflict: Conflict | None = None
    pressed: str = ""  # one of STATE_BUTTONS or REVIEW_BUTTONS, or APART
    is_apart: bool = False  # it is about corrections that are kept apart
    kept: Any = None  # a KeptApart, which such a form corrects further
    note: str = ""  # what was written beside one of REVIEW_BUTTONS
    review: str = ""  # the key of the reading that the form shows as waiting
    mailed: int = 0  # how many colleagues a mail is on its way to
    may_publish: bool = False  # whether this person may press them
    is_so_already: bool = False  # a colleague pressed the same before
    once: str = ""  # the token of a form that adds
    content: str = ""  # a fingerprint of what that form holds
    was_sent: bool = False  # and made an entry before, with other content

    @classmethod
    def of(cls, request, failure=""):
        once = request.POST.get(ONCE, "")
        if not TOKEN.fullmatch(once):
            once = ""
        elif ANOTHER in request.POST:
            once += "-another"
        buttons = (*STATE_BUTTONS, *REVIEW_BUTTONS, APART)
        return cls(
            seen=request.POST.get(SEEN),
            failure=failure,
            pressed=next((name for name in buttons if name in request.POST), ""),
            review=request.POST.get(REVIEW, ""),
            once=once,
        )

    def asks_for_what_is(self, entry):
        """Whether the button that was pressed asks for the state that is stored: two who agree."""
        if self.pressed == PUBLISH:
            return getattr(entry, "is_published", False)
        return self.pressed == WITHDRAW and bool(entry.pk) and getattr(entry, "is_draft", False)

    def address_left(self, model, object_id):
        """None, as if it were to be added, where the entry has been deleted; else `object_id`.

        The form says what happened before it adds anything.
        """
        key = unquote(object_id) if object_id and self.seen is not None else ""
        if not is_number(key) or model._base_manager.filter(pk=key).exists():
            return object_id
        self.deleted_key = key
        return None


class KnownToSave:
    """The rows of what belongs to an entry, known to its save before the entry's form is judged."""

    def __init__(self, *args, saving, **kwargs):
        super().__init__(*args, **kwargs)
        saving.formsets.append(self)


class PartsFormSet(KnownToSave, BaseInlineFormSet):
    def get_queryset(self):
        """The rows of a form that is opened are those that its remarks were found with."""
        if self.is_bound or self.instance.pk is None:
            return super().get_queryset()
        return getattr(self.instance, self.fk.remote_field.get_accessor_name()).all()

    def add_fields(self, form, index):
        """A row knows the entry that it belongs to, which it would ask the database for."""
        super().add_fields(form, index)
        setattr(form.instance, self.fk.name, self.instance)


class AudioFormSet(KnownToSave, BaseGenericInlineFormSet):
    def __init__(self, data=None, files=None, **kwargs):
        if data is not None and "audio-TOTAL_FORMS" not in data:
            # Of a form that was opened before there were any recordings.
            data = {"audio-TOTAL_FORMS": "0", "audio-INITIAL_FORMS": "0"}
        super().__init__(data, files, **kwargs)

    def get_queryset(self):
        if self.is_bound or self.instance.pk is None:
            return super().get_queryset()
        return self.instance.recordings

    @classmethod
    def get_default_prefix(cls):
        return "audio"
