"""A sheet tried out, and stored: all of its rows or none."""

from django.db import IntegrityError
from django.utils.translation import gettext as _

from profiles.editing.batches import Batch, Overtaken
from profiles.editing.spreadsheets import headings
from profiles.editing.spreadsheets.report import NotImported, Report
from profiles.editing.spreadsheets.rows import Rows


def try_out(model, sheet):
    """The `Report` of what an import would do; stores nothing."""
    names = headings.matched(model, sheet)
    faults = list(headings.unusable(model, names))
    report = Report(faults) if faults else Rows(model, sheet, names).report
    report.faults = [*headings.faults_in(model, sheet, names), *report.faults]
    report.warnings = list(headings.warnings_about(sheet, names))
    return report


def import_rows(model, sheet, fingerprint, user):
    """Store all rows and give the `Report`; raises `NotImported` where it differs from what was
    shown under `fingerprint`, so that nobody's later work is overwritten unseen."""
    report = try_out(model, sheet)
    if report.faults or report.fingerprint != fingerprint:
        raise NotImported(report)
    names = filter(None, headings.matched(model, sheet))
    batch = Batch(model, report.rows, names, user, _("Spreadsheet"))
    try:
        batch.store()
    except (Overtaken, IntegrityError) as error:  # between the reading and the lock
        raise NotImported(try_out(model, sheet)) from error
    return report
