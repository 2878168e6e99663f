"""From words to keys: what a word is kept under, and any of which finds it. Knows no database.

Stems alone miss accents ("securite") and some plurals ("conflits"), and many of our languages
have no stemmer; so each word has several keys, made of small letters and digits only.
"""

import re
import unicodedata
from functools import cache, lru_cache

import snowballstemmer
from django.utils.translation import get_language_info

# Nobody sees or types these, but word processors and web pages leave them inside words.
INVISIBLE = r"\u00ad\u034f\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# Tone marks and vowel signs that stand on a letter and make no letter of their own with it.
LATIN_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
ARABIC_MARKS = r"\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
UNTYPED = re.compile(f"[{INVISIBLE}{LATIN_MARKS}{ARABIC_MARKS}]")
# Words that are one as well as several: "non-violence", "N’Diaye", "978-9966-1666-6-1".
JOINTS = "'’ʼʹ‘´`\\-‐‑‒–"
COMPOUND = re.compile(rf"\w+(?:[{JOINTS}]\w+)*")
PART = re.compile(r"[^\W_]+")
ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")  # F.D.S.

# Letters that no decomposition turns into those of a French keyboard, and how people type them.
TYPED_AS = {
    "œ": ["oe"],
    "æ": ["ae"],
    "ø": ["o"],
    "đ": ["d"],
    "ł": ["l"],
    "ı": ["i"],
    "ɔ": ["o"],
    "ɛ": ["e"],
    "ə": ["e"],
    "ǝ": ["e"],
    "ɓ": ["b"],
    "ɗ": ["d"],
    "ƙ": ["k"],
    "ƴ": ["y"],
    "ɣ": ["gh", "g"],
    "ɲ": ["ny", "gn", "n"],
    "ŋ": ["ng", "n"],
    # Arabic: one form for letters that writers use for one another.
    "ٱ": ["ا"],
    "ة": ["ه"],
    "ى": ["ي"],
    "ی": ["ي"],
    "ک": ["ك"],
}
ARABIC_ARTICLE = re.compile(r"(?:[وبكف]?ال|لل)(?=[\u0620-\u064a]{2})")
MOST_SPELLINGS = 8  # of one word; a name with six ɲ would have hundreds


def typed(text):
    """The text in one form of Unicode, without signs that nobody sees or types."""
    return UNTYPED.sub("", unicodedata.normalize("NFKC", text))


def fold(word):
    """Small letters without accents and vowel signs: "Sécurité" is "securite"."""
    return spellings(word)[0]


def spellings(word):
    """The folded word as it may be typed, the usual way first: "soŋay" is "songay" or "sonay"."""
    letters = without_marks(word.casefold())
    found = [""]
    for letter in letters:
        ways = TYPED_AS.get(letter, [letter])
        found = [start + way for start in found for way in ways][:MOST_SPELLINGS]
    return list(dict.fromkeys(found))


def without_marks(text):
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@cache
def stem_in(language):
    """The function that gives a word's stem, None for a language without a stemmer."""
    try:
        name = get_language_info(language)["name"].partition(" ")[0].lower()
    except KeyError:  # Django does not know all of our languages.
        return None
    return snowballstemmer.stemmer(name).stemWord if name in snowballstemmer.algorithms() else None


@lru_cache(maxsize=50_000)
def keys(word, language):
    """All keys of one word, written in `language` or looked for in it."""
    folded = spellings(word)
    found = set(folded)
    if stem := stem_in(language):
        found |= {*spellings(stem(word.casefold())), *map(stem, folded)}
    if language == "fr":
        found |= {re.sub(r"[sx]$", "", one) for one in folded if len(one) > 3}
    found |= {ARABIC_ARTICLE.sub("", one, count=1) for one in folded if ARABIC_ARTICLE.match(one)}
    return frozenset("".join(PART.findall(key)) for key in found) - {""}


def words_of(text):
    """[the word itself, its parts] for each word of a text: ["non-violence", ["non", "violence"]].

    Single letters are no parts: they are left of elisions, such as "l’" in "l’eau".
    """
    text = ABBREVIATION.sub(lambda found: found[0].replace(".", ""), typed(text))
    for found in COMPOUND.finditer(text):
        pieces = PART.findall(found[0])
        whole = "".join(pieces)
        if len(whole) > 1:
            yield whole, [piece for piece in pieces if len(piece) > 1] if pieces[1:] else [whole]


def all_keys(text, language):
    """What a text is kept under: the keys of its words one after the other, with blanks between."""
    kept = (one for whole, parts in words_of(text) for one in dict.fromkeys([*parts, whole]))
    return " ".join(key for word in kept for key in sorted(keys(word, language)))
