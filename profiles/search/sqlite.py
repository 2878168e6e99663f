"""What of the index is SQLite's own: FTS5 finds rows by keys."""

# Keys are letters and digits only; "ascii" leaves letters beyond ASCII as they are.
BY_INDEX = BEFORE_DROP = ""  # nothing has to be wished for
CREATE = [
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING "
    "fts5(title, facts, tied, text, pages, words, tokenize='ascii', prefix='3 4')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_page_text USING fts5(keys, words, tokenize='ascii')",
]
SERIAL = "INTEGER PRIMARY KEY AUTOINCREMENT"
MATCH = "search_text MATCH %s"
PAGE_MATCH = "search_page_text MATCH %s"


def is_all_there(cursor, tables):
    """Nobody else writes meanwhile, so asking costs as much as making."""
    return False


def insert_text(cursor, row, texts, words):
    names = ", ".join(texts)
    marks = ", ".join(["%s"] * len(texts))
    cursor.execute(
        f"INSERT INTO search_text (rowid, {names}, words) VALUES (%s, {marks}, %s)",
        [row, *texts.values(), words],
    )


def insert_page(cursor, page_row, keys, words):
    cursor.execute(
        "INSERT INTO search_page_text (rowid, keys, words) VALUES (%s, %s, %s)",
        [page_row, keys, words],
    )


def expression(words, columns):
    """The words as FTS5 reads them. Every key is quoted, so nothing that was typed is syntax."""
    return f"{{{' '.join(columns)}}} : ({' AND '.join(map(alternatives, words))})"


def page_expression(words):
    return expression(words, ["keys"])


def alternatives(word):
    ways = [" AND ".join(f"({any_of(keys)})" for keys in way) for way in word.ways]
    if word.prefix:
        ways.append(f'"{word.prefix}"*')
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def any_of(keys):
    return " OR ".join(f'"{key}"' for key in sorted(keys))


def phrase(words):
    return f'words : "{" ".join(words)}"'
