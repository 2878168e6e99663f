"""A form on its way over a slow line, onto a disk that may be full."""

from django.contrib import admin
from django.contrib.messages import ERROR
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from profiles.admin.saving import COMPLETE, NEXT_ADDRESS, SAVED_FORM, SENT_BY_SCRIPT, Save
from profiles.failures import FAILURES, failure_of
from profiles.files.uploads import read_ahead

CUT = _(
    "The form arrived incomplete, because the line was cut, so nothing was saved. "
    "What arrived stands below: look it over, choose files again and save again."
)
UNSAVED = _(
    "Nothing was saved. What you typed stands below and is kept in this browser: save again later."
)
UNDONE = _("Nothing was saved. Do it once more later.")


def is_cut(request):
    """Whether the last field is missing; without the first, the request is none of our forms."""
    return "csrfmiddlewaretoken" in request.POST and COMPLETE not in request.POST


class SendingAdmin(admin.ModelAdmin):
    """Answers with the form, still filled in, where it could not be saved."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        request.saving = Save.of(request)
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        if is_cut(request):
            return self._unsaved(request, CUT, object_id, form_url, extra_context)
        try:
            read_ahead(request.FILES.values())
            response = view(request, object_id, form_url, extra_context)
        except FAILURES as error:
            if not (cause := failure_of(error)):
                raise
            sentence = f"{cause} {UNSAVED}"
            return self._unsaved(request, sentence, object_id, form_url, extra_context)
        return answer_to_script(request, response)

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except FAILURES as error:
            if request.method != "POST" or not (cause := failure_of(error)):
                raise
            self.message_user(request, f"{cause} {UNDONE}", ERROR)
            return redirect(request.get_full_path())

    def _unsaved(self, request, sentence, object_id, *args):
        """The form as it was sent, with a sentence; outside any transaction, which needs a disk."""
        for file in request.FILES.values():
            file.seek(0)
        request.saving = Save.of(request, failure=sentence)
        object_id = request.saving.address_left(self.model, object_id)
        return self._changeform_view(request, object_id, *args)

    def response_add(self, request, obj, post_url_continue=None):
        return _saved(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request, obj):
        return _saved(request, super().response_change(request, obj))


def _saved(request, response):
    form = f"{request.path}#{request.saving.once}" if request.saving.once else request.path
    how = {"path": "/admin/", "samesite": "Lax", "secure": request.is_secure()}
    response.set_cookie(SAVED_FORM, form, max_age=24 * 3600, **how)
    return response


def answer_to_script(request, response):
    """A script that shows an upload's progress must not swallow the page it is sent to."""
    if response.status_code != 302 or SENT_BY_SCRIPT not in request.headers:
        return response
    answer = HttpResponse(status=204, headers={NEXT_ADDRESS: response.url})
    answer.cookies = response.cookies
    return answer
