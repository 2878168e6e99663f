"""Finding entries by words, whatever their accents and endings.

Every word is kept under several keys (see `keys`), so that "conflit" finds "conflits" and
"securite" finds "sécurité". The index holds nothing that the entries do not: it may be lost,
and `rebuild` makes it anew.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer
from django.db import OperationalError, connection
from django.db.models import Q

from profiles.models import KINDS
from profiles.richtext import plain
from profiles.translation import CONTENT_LANGUAGES, to_attribute, translated_columns

# Keys are letters and digits only; "ascii" leaves letters beyond ASCII as they are.
CREATE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS profiles_search USING fts5(title, text, tokenize='ascii')"
)
STEMMED = {"fr": "french", "en": "english"}
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ɲ": "ny", "ŋ": "ng", "ɔ": "o", "ɛ": "e"})
WORD = re.compile(r"[^\W_]+")
MOST_FOUND = 10_000
MOST_WORDS = 20  # of a query
NAMES = ("authors", "partners", "funders", "places", "mandators", "countries", "location", "isbn")
TEXTS = ("summary", "transcript", "outputs", "intended_outcomes")


# From words to keys


def fold(word):
    """Small letters without accents: "Sécurité" is "securite"."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(LIGATURES))
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


@lru_cache(maxsize=50_000)
def keys(word, language):
    """What a word is kept under. Stems alone miss both accents and some plurals."""
    folded = fold(word)
    found = {folded}
    if algorithm := STEMMED.get(language):
        stem = snowballstemmer.stemmer(algorithm).stemWord
        found |= {fold(stem(word.casefold())), stem(folded)}
    if language == "fr" and len(folded) > 3:
        found.add(re.sub(r"[sx]$", "", folded))
    return frozenset("".join(WORD.findall(key)) for key in found) - {""}


def words_of(text):
    """The words of a text; single letters are left of elisions, such as "l’" in "l’eau"."""
    return [word for word in WORD.findall(unicodedata.normalize("NFC", text)) if len(word) > 1]


def all_keys(text, language):
    return " ".join(key for word in words_of(text) for key in sorted(keys(word, language)))


def expression(query):
    """The query as FTS5 reads it: any key of each word. Nothing that was typed is syntax."""
    groups = []
    for word in words_of(query)[:MOST_WORDS]:
        found = set().union(*(keys(word, language) for language in CONTENT_LANGUAGES))
        groups.append("(" + " OR ".join(f'"{key}"' for key in sorted(found)) + ")")
    return " AND ".join(groups)


# What of an entry is found


def title_keys(entry):
    texts = [(getattr(entry, to_attribute("title", code)), code) for code in CONTENT_LANGUAGES]
    return " ".join(all_keys(text, language) for text, language in texts)


def text_keys(entry):
    parts = []
    for language in CONTENT_LANGUAGES:
        parts.append((plain(getattr(entry, to_attribute("body", language))), language))
        for name in TEXTS:
            parts.append((getattr(entry, to_attribute(name, language), ""), language))
    parts += [(getattr(entry, name, ""), "fr") for name in NAMES]
    return " ".join(all_keys(text, language) for text, language in parts)


# The index


def is_supported():
    return connection.vendor == "sqlite"


def row_of(entry):
    """The row of an entry; the last digits tell its kind."""
    return entry.pk * 16 + place_of(type(entry))


def place_of(model):
    return list(KINDS.values()).index(model)


def create():
    with connection.cursor() as cursor:
        cursor.execute(CREATE)


def drop():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS profiles_search")


def index(entry):
    if is_supported():
        create()
        forget(row_of(entry))
        add(entry)


def add(entry):
    row = [row_of(entry), title_keys(entry), text_keys(entry)]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO profiles_search (rowid, title, text) VALUES (%s, %s, %s)", row)


def forget(row):
    if is_supported():
        create()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM profiles_search WHERE rowid = %s", [row])


def rebuild():
    """Make the whole index anew; the number of entries in it."""
    if not is_supported():
        return 0
    drop()
    create()
    number = 0
    for model in KINDS.values():
        for entry in model.objects.iterator(chunk_size=200):
            add(entry)
            number += 1
    return number


def rebuild_if_incomplete():
    """After an update, a restored backup or an import that made entries without saving each."""
    if is_supported():
        create()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM profiles_search")
            (number,) = cursor.fetchone()
        if number != sum(model.objects.count() for model in KINDS.values()):
            rebuild()


# Finding


def found(entries, query):
    """Those of a kind's entries in which every word of the query stands."""
    if not is_supported():
        conditions = [
            Q(**{f"{column}__icontains": word})
            for word in words_of(query)
            for column in translated_columns("title")
        ]
        return (
            entries.filter(Q.create(conditions, connector=Q.OR)) if conditions else entries.none()
        )
    wanted = expression(query)
    if not wanted:
        return entries.none()
    return entries.filter(pk__in=keys_of_found(entries.model, wanted))


def keys_of_found(model, wanted):
    try:
        return select(model, wanted)
    except OperationalError:  # The index is lost.
        rebuild()
        return select(model, wanted)


def select(model, wanted):
    """Primary keys, best first: a word in the title counts five times."""
    sql = (
        "SELECT rowid / 16 FROM profiles_search WHERE profiles_search MATCH %s AND rowid %% 16 = %s "
        "ORDER BY bm25(profiles_search, 5.0, 1.0) LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [wanted, place_of(model), MOST_FOUND])
        return [key for (key,) in cursor.fetchall()]
