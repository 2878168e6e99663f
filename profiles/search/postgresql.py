"""What of the index is PostgreSQL's own: a tsvector of keys, each behind the letter of its column."""

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
LETTERS = {"title": "t", "facts": "f", "tied": "p", "text": "x", "pages": "g", "keys": "k"}
WORD = "w"
MOST_KEYS = 40_000  # a tsvector holds less than 1 MB
MOST_PLACES = 16_000  # behind which all words have one place


def insert_text(cursor, row, texts, words):
    vector = vector_of(texts, words)
    cursor.execute("INSERT INTO search_text VALUES (%s, %s::tsvector)", [row, vector])


def insert_page(cursor, page_row, keys, words):
    vector = vector_of({"keys": keys}, words)
    cursor.execute("INSERT INTO search_page_text VALUES (%s, %s::tsvector)", [page_row, vector])


def vector_of(texts, words):
    found = [f"'{LETTERS[name]}{key}'" for name, text in texts.items() for key in text.split()]
    placed = [
        f"'{WORD}{word}':{place}" for place, word in enumerate(words.split()[:MOST_PLACES], 1)
    ]
    return " ".join([*found[:MOST_KEYS], *placed])


def expression(words, columns):
    """The words as a tsquery. Keys are letters and digits only, so none of them is syntax."""
    return " & ".join(alternatives(word, columns) for word in words)


def page_expression(words):
    return expression(words, ["keys"])


def alternatives(word, columns):
    ways = [" & ".join(any_of(keys, columns) for keys in way) for way in word.ways]
    if word.prefix:
        ways.append(any_of([word.prefix], columns, ":*"))
    return "(" + " | ".join(f"({way})" for way in ways) + ")"


def any_of(keys, columns, ending=""):
    found = [f"'{LETTERS[column]}{key}'{ending}" for column in columns for key in sorted(keys)]
    return "(" + " | ".join(found) + ")"


def phrase(words):
    return " <-> ".join(f"'{WORD}{word}'" for word in words)
