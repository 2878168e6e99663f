"""What of the index is PostgreSQL's own: a tsvector of keys, each behind a letter for its columns."""

from itertools import islice

SERIAL = "BIGSERIAL PRIMARY KEY"
CREATE = [
    "CREATE TABLE IF NOT EXISTS search_text (rowid BIGINT PRIMARY KEY, vector tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_text_vector ON search_text USING GIN (vector)",
    "CREATE TABLE IF NOT EXISTS search_page_text "
    "(rowid BIGINT PRIMARY KEY, vector tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_page_vector ON search_page_text USING GIN (vector)",
]
MATCH = "search_text.vector @@ %s::tsquery"
PAGE_MATCH = "search_page_text.vector @@ %s::tsquery"
# Each set of columns that is asked in together has a letter, so that a key is looked for once.
TOGETHER = {
    "a": {"title", "facts", "tied", "text", "pages"},
    "u": {"title", "facts", "text", "pages"},
    "n": {"title", "facts", "tied", "text"},
    "t": {"title"},
    "k": {"keys"},
}
# The planner thinks that a vector is read as fast as a number, and would read all of them, which
# takes a hundred times as long as asking the index.
BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
# What hangs on changed rows until the transaction ends comes at once: a table can't be dropped before.
BEFORE_DROP = "SET CONSTRAINTS ALL IMMEDIATE"
TURN = 7_365_617_263  # a number that nobody else has a lock on
WORD = "w"
MOST_KEYS = 40_000  # a tsvector holds less than 1 MB
MOST_PLACES = 16_000  # behind which all words have one place


def is_all_there(cursor, tables):
    """Once it is one's turn. Two that index at once would wait for each other: for words that both
    bring, and since CREATE INDEX locks the table, also where the index is there."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    names = ", ".join(["to_regclass(%s)"] * len(tables))
    cursor.execute(f"SELECT num_nulls({names}) = 0", tables)
    return cursor.fetchone()[0]


def insert_text(cursor, row, texts, words):
    vector = vector_of(texts, words)
    cursor.execute("INSERT INTO search_text VALUES (%s, %s::tsvector)", [row, vector])


def insert_page(cursor, page_row, keys, words):
    vector = vector_of({"keys": keys}, words)
    cursor.execute("INSERT INTO search_page_text VALUES (%s, %s::tsvector)", [page_row, vector])


def vector_of(texts, words):
    found = dict.fromkeys(
        f"'{letter}{key}'"
        for name, text in texts.items()
        for letter in letters_of(name)
        for key in text.split()
    )
    placed = [
        f"'{WORD}{word}':{place}" for place, word in enumerate(words.split()[:MOST_PLACES], 1)
    ]
    return " ".join([*islice(found, MOST_KEYS), *placed])


def letters_of(column):
    return [letter for letter, columns in TOGETHER.items() if column in columns]


def expression(words, columns):
    """The words as a tsquery. Keys are letters and digits only, so none of them is syntax."""
    letter = next(letter for letter, together in TOGETHER.items() if together == set(columns))
    return " & ".join(alternatives(word, letter) for word in words)


def page_expression(words):
    return expression(words, ["keys"])


def alternatives(word, letter):
    ways = [" & ".join(any_of(keys, letter) for keys in way) for way in word.ways]
    if word.prefix:
        ways.append(f"'{letter}{word.prefix}':*")
    return "(" + " | ".join(f"({way})" for way in ways) + ")"


def any_of(keys, letter):
    return "(" + " | ".join(f"'{letter}{key}'" for key in sorted(keys)) + ")"


def phrase(words):
    return " <-> ".join(f"'{WORD}{word}'" for word in words)
