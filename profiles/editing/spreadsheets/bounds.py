"""How much of a file is read, and the sentences that refuse the rest."""

from django.utils.translation import gettext as _

from profiles.words import MEGABYTE

MOST_ROWS = 2_000
MOST_COLUMNS = 100
MOST_CELLS = 100_000  # 2,000 rows of 50 cells, empty ones with a frame or a colour among them
LAST_LINE = 20_000  # of a csv file; empty ones count towards this alone
LARGEST_FILE = 10 * MEGABYTE
LARGEST_CONTENT = 40 * MEGABYTE  # of all that is packed into a workbook
MOST_PARTS = 1_000
MOST_TAGS = 2_000_000  # 2,000 rows of 30 cells have about 500,000


class Unreadable(Exception):
    """Why a file can't be taken, in a sentence for whoever sent it."""


def too_large():
    return Unreadable(_("The file is larger than 10 MB. Divide it into several files."))


def too_large_unpacked():
    return Unreadable(
        _("Unpacked, this file is far too large. Copy the rows into a new file and send that.")
    )


def too_many_rows():
    return Unreadable(_("The file has more than 2,000 rows. Divide it into several files."))


def too_many_columns():
    return Unreadable(
        _("There is text beyond the hundredth column. Delete the columns that are not needed.")
    )


def too_many_cells():
    return Unreadable(
        _(
            "The sheet has more than 100,000 cells, perhaps empty ones with a frame or a colour. "
            "Copy the rows into a new file and send that."
        )
    )


def with_programs():
    return Unreadable(
        _(
            "Small programs (macros) or other files lie in this workbook. Copy the rows into a new "
            "file, save it as “.xlsx” and send that."
        )
    )


def broken():
    return Unreadable(
        _("This file can't be read: it is broken, or no spreadsheet. Save it anew as “.xlsx”.")
    )
