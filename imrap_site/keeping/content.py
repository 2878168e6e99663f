"""What a backup is made of: the database, the files, the key, and what the keeper wrote down."""

import os
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import FileField
from django.utils.crypto import salted_hmac

from imrap_site.keeping import postgresql, sqlite
from imrap_site.keeping.refusals import Refused

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def engine():
    """The site's kind of database, as manifests call it."""
    if connection.vendor not in ENGINES:
        raise Refused("Only SQLite and PostgreSQL are backed up.")
    return connection.vendor


def file_columns():
    """(table, column) of everything that names a file in media/, of kinds switched off too."""
    return [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FileField)
    ]


def media_files(folder=None):
    """{name: path} of every regular file in media/; no link is followed, nothing hidden is taken."""
    top = Path(folder or settings.MEDIA_ROOT)
    return {str(path.relative_to(top)): path for path in sorted(files_below(top))}


def files_below(folder):
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:  # it went meanwhile
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def site():
    """What all backups of this site have in common, and of no other; it tells nothing of the key."""
    return salted_hmac("imrap_site.keeping", "site").hexdigest()[:16]


def marker():
    text = (
        "A backup of a profile site, made by `manage.py backup`.\n"
        "`manage.py restore` in a clone of the project brings it back.\n"
        f"site {site()}\n"
    )
    return text.encode()


def version():
    """As the project file says it."""
    lines = (settings.BASE_DIR / "pyproject.toml").read_text().splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("version"))


def applied_migrations():
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations)


def known_migrations():
    """Of this version, and those that it has in one piece now."""
    loader = MigrationLoader(None)
    replaced = [key for one in loader.disk_migrations.values() for key in one.replaces]
    return {f"{app}.{name}" for app, name in [*loader.disk_migrations, *replaced]}
