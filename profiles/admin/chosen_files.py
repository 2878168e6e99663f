"""A chosen file is sent once: it waits on the server while its form is refused.

It waits for one person and one kind of entry, by a signed token in the form that comes back; with
the next save it is an upload like any other. Of a picture a small variant waits beside it, which
the form shows to that person alone.
"""

import io
from contextlib import suppress
from dataclasses import replace

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from profiles.admin.file_input import AS_IT_IS, EMPTY, FORGET, KEPT, STORED, Kept, text_of
from profiles.admin.saving import COMPLETE
from profiles.editing import makers
from profiles.files import documents
from profiles.files.arriving import GONE, RefusedUpload
from profiles.files.limits import largest
from profiles.files.pictures import PictureFormField, reencode
from profiles.files.storing import sha256_of, shown_name
from profiles.files.waiting import thumbnails, uploads

SALT = "kept-file"
MOST_FILES = 50  # of one form
WORTH_KEEPING = {"no_turn"}  # such a refusal says nothing against the file


# From the form that comes back to the files of its request


def bring_back(request, model):
    """The files that wait for this form become its uploads; so do stored ones that are emptied."""
    for field, token in list(request.POST.items()):
        name, _hyphen, fellow = field.rpartition("-")
        if f"-{fellow}" not in (KEPT, EMPTY) or not token or not is_wanted(request, name):
            continue
        is_waiting = f"-{fellow}" == KEPT
        upload = waiting_upload(request, model, token) if is_waiting else stored_upload(token)
        if upload is not None:
            request.FILES[name] = upload


def is_wanted(request, name):
    is_unwanted = f"{name}{FORGET}" in request.POST or f"{name}-clear" in request.POST
    return name not in request.FILES and not is_unwanted and len(request.FILES) < MOST_FILES


def said_by(request, model, token):
    """What a token says; None if its file waits for somebody or something else."""
    try:
        said = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    theirs = str(request.user.pk), model._meta.label_lower
    return said if (said["to"], said["for"]) == theirs else None


def waiting_upload(request, model, token):
    """The waiting file as an upload; None if there is none for this form."""
    said = said_by(request, model, token)
    if said is None:
        return None
    file = uploads().path_of(said["file"])
    if file is None:
        return RefusedUpload(said["name"], 0, GONE, 0)
    upload = UploadedFile(file.open("r+b"), said["name"], size=file.stat().st_size)
    upload.waits_as = said["file"]
    return upload


def stored_upload(token):
    try:
        name = signing.loads(token, salt=STORED)
        file = default_storage.open(name)
    except (signing.BadSignature, OSError):
        return None
    upload = UploadedFile(file, name.rpartition("/")[2], size=file.size)
    upload.loses_signature = upload.is_stored = True
    return upload


def heed_wishes(request):
    for name, file in request.FILES.items():
        if f"{name}{AS_IT_IS}" in request.POST:
            file.stays_as_it_is = True


# From a refused form to the files that wait for the next


def keep_chosen(request, model, form):
    """Let the files of a form that comes back wait, but those that are themselves refused."""
    for name, field in form.fields.items():
        upload = form.files.get(form.add_prefix(name)) if form.is_bound else None
        if upload is None or not isinstance(field, forms.FileField):
            continue
        if not getattr(upload, "is_stored", False) and not is_refused(form, name):
            is_whole = form.add_prefix(name) not in request.cut_files
            held = kept(request, model, upload, is_whole)
            if held.token and isinstance(field, PictureFormField):
                held = with_thumbnail(held, request, model, upload, text_of(form.instance, name))
            field.widget.kept = held


def is_refused(form, name):
    errors = form.errors.as_data().get(name, [])
    return any(error.code not in WORTH_KEEPING for error in errors)


def kept(request, model, upload, is_whole):
    held = Kept(upload.name, upload.size)
    try:
        token = is_whole and (
            getattr(upload, "waits_as", "")
            or uploads().keep(request.user.pk, upload, sha256_of(upload)[:32])
        )
    except (OSError, ValueError):  # no room, or the upload is closed already: it is chosen again
        token = ""  # nosec B105
    if not token:
        return held
    said = {"name": upload.name, "file": token, "to": str(request.user.pk)}
    said["for"] = model._meta.label_lower
    return Kept(upload.name, upload.size, signing.dumps(said, salt=SALT))


def with_thumbnail(held, request, model, upload, text):
    """With the address of a small variant of a picture, which was read a moment ago."""
    with suppress(ValidationError, OSError):
        variants = reencode(upload).variants
        small = min((variants[one] for one in variants if one.endswith(".webp")), key=len)
        name = signing.loads(held.token, salt=SALT)["file"].partition(".")[2]
        thumbnails().keep(request.user.pk, io.BytesIO(small), name)
        return replace(held, small=address_of_thumbnail(model, held.token), text=text)
    return held


def address_of_thumbnail(model, token):
    stem = f"{model._meta.app_label}_{model._meta.model_name}"
    return reverse(f"admin:{stem}_chosen", args=[token])


class ChosenFilesAdmin(admin.ModelAdmin):
    """Stands outside all other layers: for them, what waited was sent with this form."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_chosen"
        view = self.admin_site.admin_view(require_safe(never_cache(self.chosen_view)))
        return [path("chosen/<str:token>/", view, name=name), *super().get_urls()]

    def chosen_view(self, request, token):
        """How a picture looks that waits for whoever asks; nobody else has it."""
        said = said_by(request, self.model, token)
        file = thumbnails().path_of(said["file"]) if said else None
        if file is None:
            raise Http404
        policy = {"Content-Security-Policy": "sandbox; default-src 'none'"}
        return HttpResponse(file.read_bytes(), content_type="image/webp", headers=policy)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        # Of a form that was cut, the file that came last is perhaps half of one.
        is_cut = COMPLETE not in request.POST
        request.cut_files = list(request.FILES)[-1:] if is_cut else []
        bring_back(request, self.model)
        heed_wishes(request)
        response = view(request, object_id, form_url, extra_context)
        if response.status_code != 200:
            self._tell_and_forget(request)
        return response

    def _tell_and_forget(self, request):
        for file in request.FILES.values():
            if document := documents.found_in(file):
                tell_of_maker(request, file, document)
            if token := getattr(file, "waits_as", ""):
                uploads().drop(token)
                thumbnails().drop(token)

    def render_change_form(self, request, context, *args, **kwargs):
        context["most_bytes"] = largest("form")
        context["chosen_address"] = address_of_thumbnail(self.model, "TOKEN")
        if request.method == "POST":
            formsets = (inline.formset for inline in context.get("inline_admin_formsets", ()))
            rows = [row for formset in formsets for row in formset.forms]
            for form in [context["adminform"].form, *rows]:
                keep_chosen(request, self.model, form)
        return super().render_change_form(request, context, *args, **kwargs)


def tell_of_maker(request, file, document):
    """What was taken out of a file, or still stands in it."""
    if not document.maker:
        return
    words = {"name": shown_name(file.name), "said": makers.in_words(document.maker)}
    if document.is_emptied:
        sentence = _("Taken out of “%(name)s”, who made it and with what: %(said)s.")
        messages.info(request, sentence % words)
    elif document.is_signed:
        sentence = _(
            "“%(name)s” is signed, so it stays as it is, with what it says of its maker: %(said)s. "
            "In its form that can be taken out; the signature is lost with it."
        )
        messages.warning(request, sentence % words)
