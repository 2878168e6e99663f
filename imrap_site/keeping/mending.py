"""Makes a restored database this version's own: `python -m imrap_site.keeping.mending`.

A process of its own, which is told by DATABASE_URL where the database is prepared.
"""

import os
import sys


def main():
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imrap_site.settings")
    django.setup()
    mend()


def mend():
    """Nobody is signed in, the index is made anew, and what is newer than the backup is migrated."""
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError, connection

    from imrap_site.keeping import parts
    from profiles.search import store

    try:
        parts.forget_the_key()
        with connection.cursor() as cursor:
            store.drop(cursor)
            if "django_session" in connection.introspection.table_names(cursor):
                cursor.execute("DELETE FROM django_session")
        call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, CommandError) as problem:
        sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
