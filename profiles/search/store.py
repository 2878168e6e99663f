"""The tables of the index, and what is asked of them; alike on every database.

`search_entry` says whose each row is and holds the keys that ranking needs; `search_text` and
`search_page_text` find rows by keys, each database in its way; `search_word` lists all words, for
slips of spelling. `sqlite` and `postgresql` have the few statements that differ.
"""

from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.dispatch import Signal

from profiles.search import postgresql, sqlite

PAGES_OF_ROW = 4096  # numbers of pages of one row: page 3 of row 2 is 2 * 4096 + 3
PORTION = 50
TABLES = ["search_text", "search_page_text", "search_page", "search_word", "search_scheme"]
TABLES += ["search_entry"]
COLUMNS = ["title", "facts", "tied", "text", "pages"]
SHOWN = "found.row, found.kind, found.entry, found.year, found.languages, found.programme, "
SHOWN += "found.title, found.facts, found.tied, found.much"
# The index has new tables, in the transaction that goes on.
tables_made = Signal()


class Row(NamedTuple):
    """An entry that was found, and the keys that it is ranked by."""

    row: int
    kind: str
    entry: int
    year: str
    languages: str
    programme: int | None
    title: str
    facts: str
    tied: str
    much: str


def database():
    return {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor]


def create(cursor):
    """What is lacking of the tables; on PostgreSQL then one after the other writes into them."""
    if database().is_all_there(cursor, TABLES):
        return
    for statement in [*COMMON, *database().CREATE]:
        cursor.execute(statement.replace("SERIAL", database().SERIAL))
    tables_made.send(sender=None)


COMMON = [
    "CREATE TABLE IF NOT EXISTS search_entry (row SERIAL, kind VARCHAR(50) NOT NULL, "
    "entry BIGINT NOT NULL, programme BIGINT, year VARCHAR(4) NOT NULL, languages TEXT NOT NULL, "
    "title TEXT NOT NULL, facts TEXT NOT NULL, tied TEXT NOT NULL, much TEXT NOT NULL, "
    "is_pending INTEGER NOT NULL, UNIQUE (kind, entry))",
    "CREATE TABLE IF NOT EXISTS search_page (page_row BIGINT PRIMARY KEY, file BIGINT NOT NULL, "
    "page INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS search_word (word VARCHAR(60) PRIMARY KEY, shown VARCHAR(60))",
    "CREATE TABLE IF NOT EXISTS search_scheme (scheme TEXT NOT NULL)",
]


def drop(cursor):
    if database().BEFORE_DROP:
        cursor.execute(database().BEFORE_DROP)
    for table in TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")


# Writing


def put(documents, is_pending=False):
    """Index them in place of what the entries had."""
    with transaction.atomic(), connection.cursor() as cursor:
        create(cursor)
        for document in documents:
            delete(cursor, document.kind, document.entry)
            insert(cursor, document, is_pending)


def mark_pending(kinds_and_keys):
    """Who starts next indexes these, should this process end before it does."""
    with transaction.atomic(), connection.cursor() as cursor:
        create(cursor)
        cursor.executemany(
            "UPDATE search_entry SET is_pending = 1 WHERE kind = %s AND entry = %s", kinds_and_keys
        )


def remove(kind, entry):
    with transaction.atomic(), connection.cursor() as cursor:
        create(cursor)
        delete(cursor, kind, entry)


def delete(cursor, kind, entry):
    cursor.execute(
        "DELETE FROM search_entry WHERE kind = %s AND entry = %s RETURNING row", [kind, entry]
    )
    for (row,) in cursor.fetchall():
        cursor.execute("DELETE FROM search_text WHERE rowid = %s", [row])
        bounds = [row * PAGES_OF_ROW, (row + 1) * PAGES_OF_ROW - 1]
        for table, column in (("search_page", "page_row"), ("search_page_text", "rowid")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} BETWEEN %s AND %s", bounds)


def insert(cursor, document, is_pending):
    cursor.execute(
        "INSERT INTO search_entry (kind, entry, programme, year, languages, title, facts, tied, "
        "much, is_pending) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING row",
        [
            *(document.kind, document.entry, document.programme, document.year),
            *(document.languages, document.title, document.facts, document.tied, document.much),
            int(is_pending),
        ],
    )
    (row,) = cursor.fetchone()
    every_page = " ".join(dict.fromkeys(" ".join(page[2] for page in document.pages).split()))
    texts = [document.title, document.facts, document.tied, document.text, every_page]
    database().insert_text(cursor, row, dict(zip(COLUMNS, texts, strict=True)), document.words)
    for number, (file, page, keys, words) in enumerate(document.pages):
        cursor.execute(
            "INSERT INTO search_page VALUES (%s, %s, %s)", [row * PAGES_OF_ROW + number, file, page]
        )
        database().insert_page(cursor, row * PAGES_OF_ROW + number, keys, words)
    cursor.executemany(
        "INSERT INTO search_word VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [(word[:60], shown[:60]) for word, shown in document.vocabulary.items()],
    )


def is_supported():
    return connection.vendor in ("sqlite", "postgresql")


@contextmanager
def savepoint():
    """Within a transaction a question that fails must not spoil it; PostgreSQL asks in one."""
    wish = database().BY_INDEX
    with transaction.atomic() if wish or connection.in_atomic_block else nullcontext():
        if wish:
            with connection.cursor() as cursor:
                cursor.execute(wish)
        yield


def clear():
    with transaction.atomic(), connection.cursor() as cursor:
        drop(cursor)
        create(cursor)


def set_scheme(scheme):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_scheme VALUES (%s)", [scheme])


def scheme():
    """What the index was made under; None for one that is older or not there."""
    found = rows_made_of("SELECT scheme FROM search_scheme")
    return found[0][0] if found else None


def contents():
    """(kind, entry) of each row."""
    return set(rows_made_of("SELECT kind, entry FROM search_entry"))


def pending():
    """(kind, entry) of those whose files are not indexed yet."""
    return rows_made_of("SELECT kind, entry FROM search_entry WHERE is_pending = 1")


def rows_of(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [tuple(row) for row in cursor.fetchall()]


def rows_made_of(sql):
    with connection.cursor() as cursor:
        create(cursor)
    return rows_of(sql)


# Asking


class Visible:
    """A condition for rows of `search_entry AS found`: their entries are in these querysets."""

    def __init__(self, querysets, hidden_programmes=()):
        self.querysets, self.hidden = querysets, list(hidden_programmes)

    @property
    def condition(self):
        """Asked of the entries themselves, at the moment of the question."""
        parts, params = [], []
        for kind, entries in self.querysets.items():
            same = entries.filter(pk=RawSQL("found.entry", [])).order_by().values("pk")
            sql, values = same.query.sql_with_params()
            parts.append(f"(found.kind = %s AND EXISTS ({sql}))")
            params += [kind, *values]
        return f"({' OR '.join(parts)})" if parts else "(1 = 0)", params

    @property
    def groups(self):
        """[columns that may be read, the rows of which this is so, its parameters]."""
        if not self.hidden:
            return [(COLUMNS, "1 = 1", [])]
        marks = ", ".join(["%s"] * len(self.hidden))
        untied = [column for column in COLUMNS if column != "tied"]
        return [
            (
                COLUMNS,
                f"(found.programme IS NULL OR found.programme NOT IN ({marks}))",
                self.hidden,
            ),
            (untied, f"found.programme IN ({marks})", self.hidden),
        ]


def select(words, visible, most, columns=COLUMNS, phrases=(), narrowed=("1 = 1", [])):
    """Rows in which each of the words stands, those that were indexed last first."""
    rows = []
    seen, params = visible.condition
    for readable, condition, values in visible.groups:
        usable = [column for column in columns if column in readable]
        phrase, phrase_values = phrases_condition(phrases)
        rows += rows_of(
            f"SELECT {SHOWN} FROM search_text JOIN search_entry found "
            f"ON found.row = search_text.rowid WHERE {database().MATCH} AND {condition} "
            f"AND {phrase} AND {narrowed[0]} AND {seen} "
            "ORDER BY search_text.rowid DESC LIMIT %s",
            [
                database().expression(words, usable),
                *values,
                *phrase_values,
                *narrowed[1],
                *params,
                most,
            ],
        )
    return [Row(*row) for row in rows]


def phrases_condition(phrases):
    """Each phrase stands in a text of the entry, or on one page of its files."""
    parts, params = ["1 = 1"], []
    for phrase in phrases:
        parts.append(
            f"(search_text.rowid IN (SELECT rowid FROM search_text WHERE {database().MATCH}) "
            f"OR search_text.rowid IN (SELECT rowid / {PAGES_OF_ROW} FROM search_page_text "
            f"WHERE {database().PAGE_MATCH}))"
        )
        params += [database().phrase(phrase), database().phrase(phrase)]
    return " AND ".join(parts), params


def rows_with(words, columns, most):
    """The numbers of rows in which all words stand, whoever may see them."""
    sql = f"SELECT rowid FROM search_text WHERE {database().MATCH} ORDER BY rowid DESC LIMIT %s"
    return {row for (row,) in rows_of(sql, [database().expression(words, columns), most])}


def rows_with_page(words, most):
    """The numbers of rows of which one page has all words."""
    sql = f"SELECT rowid / {PAGES_OF_ROW} FROM search_page_text WHERE {database().PAGE_MATCH} "
    sql += "ORDER BY rowid DESC LIMIT %s"
    return {row for (row,) in rows_of(sql, [database().page_expression(words), most])}


def first_page(row, words):
    """(file, page) of the first page of a row in which all words stand; None if there is none."""
    found = rows_of(
        "SELECT file, page FROM search_page_text JOIN search_page "
        f"ON page_row = search_page_text.rowid WHERE {database().PAGE_MATCH} "
        "AND search_page_text.rowid BETWEEN %s AND %s ORDER BY search_page_text.rowid LIMIT 1",
        [database().page_expression(words), row * PAGES_OF_ROW, (row + 1) * PAGES_OF_ROW - 1],
    )
    return found[0] if found else None


def words_among(candidates):
    """{folded word: how it is written} for those of the candidates that stand anywhere."""
    candidates = list(candidates)
    if not candidates:
        return {}
    marks = ", ".join(["%s"] * len(candidates))
    return dict(rows_of(f"SELECT word, shown FROM search_word WHERE word IN ({marks})", candidates))
