"""What keeps the site from reading or storing, told to staff in a sentence."""

import errno
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

BUSY = _("The server was busy with another change.")
FULL = _("The server’s disk is full. Tell the person who keeps the server.")
READ_ONLY = _("The server can’t write to its disk. Tell the person who keeps the server.")
MISSING = _("The site’s database can’t be reached. Tell the person who keeps the server.")
DAMAGED = _(
    "The site’s database is damaged or incomplete. Tell the person who keeps the server, who can "
    "restore a backup."
)
FAILURES = (OSError, DatabaseError, InterfaceError)  # among which failure_of() tells
# Words in which SQLite and PostgreSQL say it, in this order.
SAID = {
    "locked": BUSY,
    "are busy": BUSY,
    "lock timeout": BUSY,
    "statement timeout": BUSY,
    "too many clients": BUSY,
    "connection slots": BUSY,
    "unable to open": MISSING,
    "readonly": READ_ONLY,
    "read-only": READ_ONLY,
    "disk is full": FULL,
    "disk full": FULL,
    "no space left": FULL,
    "malformed": DAMAGED,
    "not a database": DAMAGED,
    "no such table": DAMAGED,
    "no such column": DAMAGED,
    "disk i/o error": READ_ONLY,
}
OF_SYSTEM = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EIO: READ_ONLY,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.ENOTDIR: READ_ONLY,
    errno.EEXIST: READ_ONLY,
    errno.ENOENT: READ_ONLY,
    errno.EMFILE: BUSY,
}


def failure_of(error: BaseException | None) -> Any:
    """The sentence of what failed below the site; None where the site itself did."""
    if isinstance(error, OSError):
        return OF_SYSTEM.get(error.errno or 0)
    if not isinstance(error, DatabaseError | InterfaceError) or isinstance(error, IntegrityError):
        return None
    said = str(error).lower()
    told = next((sentence for words, sentence in SAID.items() if words in said), None)
    # What else the connection says: it was refused, it was lost, the server shuts down.
    return told or (MISSING if isinstance(error, OperationalError | InterfaceError) else None)
