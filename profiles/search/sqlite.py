"""The index in SQLite's FTS5, beside a table that says whose each of its rows is."""

from itertools import islice

from django.db import connection, transaction

MOST_FOUND = 10_000
PORTION = 200
CREATE = [
    # Keys are letters and digits only; "ascii" leaves letters beyond ASCII as they are.
    "CREATE VIRTUAL TABLE IF NOT EXISTS profiles_search USING fts5(title, text, tokenize='ascii')",
    "CREATE TABLE IF NOT EXISTS profiles_search_row ("
    "row INTEGER PRIMARY KEY, kind TEXT NOT NULL, entry INTEGER NOT NULL, UNIQUE (kind, entry))",
    "CREATE TABLE IF NOT EXISTS profiles_search_scheme (scheme TEXT NOT NULL)",
]
TABLES = ["profiles_search", "profiles_search_row", "profiles_search_scheme"]


def create(cursor):
    for statement in CREATE:
        cursor.execute(statement)


def drop(cursor):
    for table in TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")


def put(rows):
    """Index the keys of (kind, entry, title, text) rows in place of those that the entries had."""
    with transaction.atomic(), connection.cursor() as cursor:
        create(cursor)
        for kind, entry, *texts in rows:
            delete(cursor, kind, entry)
            insert(cursor, kind, entry, *texts)


def remove(kind, entry):
    with transaction.atomic(), connection.cursor() as cursor:
        create(cursor)
        delete(cursor, kind, entry)


def delete(cursor, kind, entry):
    cursor.execute(
        "DELETE FROM profiles_search WHERE rowid IN "
        "(SELECT row FROM profiles_search_row WHERE kind = %s AND entry = %s)",
        [kind, entry],
    )
    cursor.execute("DELETE FROM profiles_search_row WHERE kind = %s AND entry = %s", [kind, entry])


def insert(cursor, kind, entry, title, text):
    cursor.execute("INSERT INTO profiles_search_row (kind, entry) VALUES (%s, %s)", [kind, entry])
    cursor.execute(
        "INSERT INTO profiles_search (rowid, title, text) VALUES (last_insert_rowid(), %s, %s)",
        [title, text],
    )


def fill(rows, scheme):
    """Make the index of (kind, entry, title, text) rows alone; how many they were.

    In portions, between which others can write; until the last is there it counts as stale.
    """
    number, rows = 0, iter(rows)
    with transaction.atomic(), connection.cursor() as cursor:
        drop(cursor)
        create(cursor)
    while portion := list(islice(rows, PORTION)):
        number += len(portion)
        put(portion)  # somebody may have saved and indexed one of them meanwhile
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO profiles_search_scheme VALUES (%s)", [scheme])
    return number


def scheme():
    """What the index was made under; None for one that is older or not there."""
    with connection.cursor() as cursor:
        create(cursor)
        cursor.execute("SELECT scheme FROM profiles_search_scheme")
        found = cursor.fetchone()
        return found and found[0]


def contents():
    """(kind, entry) of each row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, entry FROM profiles_search_row")
        return set(cursor.fetchall())


def expression(groups):
    """The query as FTS5 reads it. Every key is quoted, so nothing that was typed is syntax."""
    return " AND ".join(f"({' OR '.join(map(together, ways))})" for ways in groups)


def together(parts):
    alternatives = [" OR ".join(f'"{key}"' for key in sorted(part)) for part in parts]
    return "(" + " AND ".join(f"({one})" for one in alternatives) + ")"


def select(kind, groups):
    """Primary keys of a kind's entries, best first: a word in the title counts five times."""
    sql = (
        "SELECT owner.entry FROM profiles_search "
        "JOIN profiles_search_row AS owner ON owner.row = profiles_search.rowid "
        "WHERE profiles_search MATCH %s AND owner.kind = %s "
        "ORDER BY bm25(profiles_search, 5.0, 1.0) LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [expression(groups), kind, MOST_FOUND])
        return [key for (key,) in cursor.fetchall()]
