"""What all hosts of a site have to know, in a table of the database they share: small, and no content."""

from django.db import DatabaseError, connection

TABLE = "CREATE TABLE IF NOT EXISTS site_note (name varchar(40) PRIMARY KEY, said text NOT NULL)"


def are_shared():
    return connection.vendor == "postgresql"


def read(name):
    """What is noted; None if nothing is, or if nobody can tell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('site_note') IS NOT NULL")
            if cursor.fetchone() == (True,):
                cursor.execute("SELECT said FROM site_note WHERE name = %s", [name])
                return next(iter(cursor.fetchone() or ()), None)
    except DatabaseError:
        pass
    return None


def write(name, text):
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute(
            "INSERT INTO site_note VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET said = %s",
            [name, text, text],
        )


def forget(name):
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("DELETE FROM site_note WHERE name = %s", [name])
