"""Entries from a spreadsheet in the admin: template, preview, import; and export."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles.addresses import content_disposition
from profiles.admin.sending import UNDONE
from profiles.editing import spreadsheets
from profiles.editing.spreadsheets.waiting import SHEETS
from profiles.failures import FAILURES, FULL, failure_of
from profiles.files.limits import refuse_what_did_not_arrive

SESSION_KEY = "sheet"
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
MOST_CAUSES = 200  # more than that nobody mends before trying again


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Filled-in file"),
        help_text=gettext_lazy("An Excel file (.xlsx) or a csv file of at most 2,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        # The last field of the form: it is missing from an upload that was cut off.
        if "is_whole" not in self.data:
            raise forms.ValidationError(_("The file did not arrive whole. Send it again."))
        refuse_what_did_not_arrive(file, file.name)
        try:
            if file.size > spreadsheets.LARGEST_FILE:
                raise spreadsheets.too_large()
            self.sheet = spreadsheets.read(file.read())
        except spreadsheets.Unreadable as reason:
            raise forms.ValidationError(str(reason)) from reason
        return file


class SheetsMixin:
    """Adds a page "Spreadsheet" to the list of a kind of entries."""

    change_list_template = "admin/profiles/change_list_with_sheet.html"

    def get_urls(self):
        own = [
            path("sheet/", self.sheet_view, name=self.sheet_name("sheet")),
            path("sheet/import/", self.import_view, name=self.sheet_name("sheet_import")),
            path("sheet/template/", self.template_view, name=self.sheet_name("sheet_template")),
            path("sheet/<str:kind>/", self.export_view, name=self.sheet_name("sheet_export")),
        ]
        for pattern in own:
            pattern.callback = self.admin_site.admin_view(pattern.callback)
        return own + super().get_urls()

    def sheet_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def has_sheet_permission(self, request):
        """An import may add and change, so it takes both rights."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    # Pages

    def sheet_view(self, request):
        """Offers template and export; takes a filled-in file and shows what it would do."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SheetForm()
        if request.method == "POST":
            if not self.has_sheet_permission(request):
                raise PermissionDenied
            form = SheetForm(request.POST, request.FILES)
            if form.is_valid():
                report = spreadsheets.try_out(self.model, form.sheet)
                try:
                    token = keep(request, self.model, form, report)
                except OSError as error:
                    form.add_error("file", f"{failure_of(error) or FULL} {UNDONE}")
                else:
                    return self.preview(request, report, token)
        found = spreadsheets.columns_of(self.model)
        return self.page(
            request,
            "admin/profiles/sheet.html",
            form=form,
            explained=spreadsheets.explained(found),
            rules=spreadsheets.rules(),
            may_import=self.has_sheet_permission(request),
        )

    def preview(self, request, report, token, has_changed=False):
        return self.page(
            request,
            "admin/profiles/sheet_preview.html",
            report=report,
            causes=report.causes[:MOST_CAUSES],
            further_causes=len(report.causes[MOST_CAUSES:]),
            token=token,
            has_changed=has_changed,
            form=SheetForm(),
        )

    def page(self, request, template, **context):
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "title": _("Spreadsheet: %s") % self.opts.verbose_name_plural,
                "opts": self.opts,
                **context,
            },
        )

    def import_view(self, request):
        """What was seen in the preview, and nothing else, is stored."""
        if request.method != "POST" or not self.has_sheet_permission(request):
            raise PermissionDenied
        kept = request.session.get(SESSION_KEY, {})
        sheet = kept_sheet(kept, self.model, request.POST.get("token"))
        if sheet is None:
            messages.error(request, _("This preview is over. Choose the file again."))
            return redirect(f"admin:{self.sheet_name('sheet')}")
        fingerprint = kept["fingerprint"]
        try:
            report = spreadsheets.import_rows(self.model, sheet, fingerprint, request.user)
        except spreadsheets.NotImported as refused:
            return self.overtaken(request, refused.report)
        except FAILURES as error:
            if not (cause := failure_of(error)):
                raise
            messages.error(request, f"{cause} {UNDONE}")
            return self.preview(request, spreadsheets.try_out(self.model, sheet), kept["token"])
        forget(request)
        self.tell_about(request, report)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def overtaken(self, request, report):
        """What the import would do by now; another click imports that."""
        kept = request.session[SESSION_KEY]
        if may_wait(report):
            kept["fingerprint"] = report.fingerprint
            request.session.modified = True
        else:
            forget(request)
        return self.preview(request, report, kept["token"], has_changed=True)

    def tell_about(self, request, report):
        new = ngettext(
            "%d entry was added as a draft.", "%d entries were added as drafts.", report.new
        )
        changed = ngettext("%d entry was changed.", "%d entries were changed.", report.changed)
        messages.success(request, f"{new % report.new} {changed % report.changed}")

    # Files

    def template_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return download(spreadsheets.template(self.model), self.file_name(_("template")), "xlsx")

    def export_view(self, request, kind):
        if not self.has_view_permission(request) or kind not in CONTENT_TYPES:
            raise PermissionDenied
        write = {"xlsx": spreadsheets.as_workbook, "csv": spreadsheets.as_csv}[kind]
        entries = self.model.objects.with_related().order_by("pk")
        return download(write(self.model, entries), self.file_name(f"{localdate()}"), kind)

    def file_name(self, suffix):
        return f"{capfirst(self.opts.verbose_name_plural)} {suffix}"


def download(content, name, kind):
    response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = content_disposition(f"{name}.{kind}")
    response["Cache-Control"] = "private, no-store"
    return response


# Between preview and import: the file waits on the server, for a slow line takes it once.


def keep(request, model, form, report):
    """Keep a faultless sheet's file for its import; gives the token that names it, or ""."""
    forget(request)
    if not may_wait(report):
        return ""
    token = SHEETS.keep(request.user.pk, form.cleaned_data["file"])
    request.session[SESSION_KEY] = {
        "kind": model._meta.model_name,
        "fingerprint": report.fingerprint,
        "token": token,
    }
    return token


def may_wait(report):
    return bool(report.rows) and not report.faults


def kept_sheet(kept, model, token):
    if not token or kept.get("token") != token or kept["kind"] != model._meta.model_name:
        return None
    path = SHEETS.path_of(token)
    return path and spreadsheets.read(path.read_bytes())


def forget(request):
    if kept := request.session.pop(SESSION_KEY, None):
        SHEETS.drop(kept["token"])
