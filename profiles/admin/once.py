"""One add form makes one entry, however often it arrives: a second click, a line that was slow.

The form carries a token (`_once`), which is stored with the entry that it made.
"""

import hashlib
import secrets
from dataclasses import replace

from django.contrib import admin
from django.db import IntegrityError

from profiles.admin.file_input import KEPT
from profiles.admin.saving import (
    BUTTONS,
    COMPLETE,
    ONCE,
    REVIEW,
    REVIEW_BUTTONS,
    SEEN,
    STATE_BUTTONS,
    Save,
)
from profiles.files.storing import sha256_of
from profiles.models import SentForm

NOT_TYPED = {"csrfmiddlewaretoken", COMPLETE, ONCE, REVIEW, SEEN}
NOT_TYPED |= {*BUTTONS, *STATE_BUTTONS, *REVIEW_BUTTONS}


def is_typed(name):
    """A file that waited on the server is counted among the files."""
    return name not in NOT_TYPED and not name.endswith(KEPT)


def fingerprint(request):
    """Of all that was typed and chosen, whatever the button."""
    typed = sorted((name, values) for name, values in request.POST.lists() if is_typed(name))
    files = sorted((name, file.name, sha256_of(file)) for name, file in request.FILES.items())
    for file in request.FILES.values():
        file.seek(0)
    return hashlib.sha256(repr((typed, files)).encode()).hexdigest()


class OnceAdmin(admin.ModelAdmin):
    """Stands outside the transaction: of two at one moment, the later one is undone first."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        if object_id or not request.saving.once:
            return view(request, object_id, form_url, extra_context)
        request.saving.content = fingerprint(request)
        if sent := self._sent(request):
            return self._again(request, sent, form_url, extra_context)
        try:
            return view(request, None, form_url, extra_context)
        except IntegrityError:
            if not (sent := self._sent(request)):
                raise
        request.saving = replace(Save.of(request), content=request.saving.content)
        return self._again(request, sent, form_url, extra_context)

    def _token(self, request):
        return f"{self.opts.model_name}:{request.saving.once}"

    def _sent(self, request):
        """The form as it arrived before; forgotten where nothing can be done with what it made."""
        sent = SentForm.objects.filter(token=self._token(request)).first()
        if sent is None:
            return None
        is_there = self.model._base_manager.filter(pk=sent.entry_key).exists()
        is_same = sent.content == request.saving.content
        if is_there and (is_same or self.has_change_permission(request)):
            return sent
        sent.delete()
        return None

    def _again(self, request, sent, form_url, extra_context):
        """The same is answered as the first time; what differs is shown beside what was saved."""
        if sent.content == request.saving.content:
            entry = self.get_object(request, sent.entry_key)
            if not request.saving.asks_for_what_is(entry):
                request.saving.pressed = ""  # nothing more was done: the answer says what is stored
            return self.response_add(request, entry)
        request.saving.was_sent = True
        return super().changeform_view(request, str(sent.entry_key), form_url, extra_context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change and request.saving.once:
            content = request.saving.content
            SentForm(token=self._token(request), entry_key=obj.pk, content=content).save()

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if add or request.saving.was_sent:
            context["once"] = request.saving.once or secrets.token_urlsafe(12)
        return super().render_change_form(request, context, add, change, form_url, obj)
