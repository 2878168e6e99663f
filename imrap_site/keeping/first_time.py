"""The first time of a database: SQLite may not make one by itself, since it would be empty in the
place of one that was lost."""

from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac


def was_prepared():
    """Whether this very database has been served from here before."""
    known = note_of_it()
    return known.exists() and known.read_text() == name_of_database()


def note_prepared():
    note_of_it().write_text(name_of_database())


def note_of_it():
    return Path(settings.VAR_DIR) / "prepared"


def name_of_database():
    wanted = settings.DATABASES["default"]
    name = " ".join(str(wanted.get(part, "")) for part in ("ENGINE", "HOST", "PORT", "NAME"))
    who = f"{wanted.get('USER', '')} {wanted.get('PASSWORD', '')}".strip()
    # A password that was never right must not pass for a server that is away for a while.
    return f"{name} {salted_hmac('imrap_site.keeping', who).hexdigest()}" if who else name


def make_database():
    """An empty file, where none was."""
    is_file = connection.vendor == "sqlite" and not connection.is_in_memory_db()
    if is_file and not was_prepared():
        Path(connection.settings_dict["NAME"]).touch()
