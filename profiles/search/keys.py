"""From words to keys: what a word is kept under, and any of which finds it. Knows no database.

Stems alone miss accents ("securite") and some plurals ("conflits"), and many of our languages
have no stemmer; so each word has several keys, made of small letters and digits only.
"""

import re
import sys
import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec

from django.utils.translation import get_language_info

# Nobody sees or types these, but word processors and web pages leave them inside words.
INVISIBLE = r"\u00ad\u034f\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# Tone marks and vowel signs that stand on a letter and make no letter of their own with it.
LATIN_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
ARABIC_MARKS = r"\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
UNTYPED = re.compile(f"[{INVISIBLE}{LATIN_MARKS}{ARABIC_MARKS}]")
# Words that are one as well as several: "non-violence", "N’Diaye", "978-9966-1666-6-1".
JOINTS = "'’ʼʹ‘´`\\-‐‑‒–"
# A DOI is one word too, whatever stands in it.
COMPOUND = re.compile(rf"\b10\.\d{{4,9}}/[^\s\"<>]*[^\W_]|\w+(?:[{JOINTS}]\w+)*")
PART = re.compile(r"[^\W_]+")
RESOLVER = re.compile(r"(?:https?://)?(?:dx\.)?doi\.org/(?=10\.)|\bdoi:\s*(?=10\.)", re.IGNORECASE)
ISBN = re.compile(r"(?<![\d-])(?:97[89][ -])?\d{1,5}[ -]\d{1,7}[ -]\d{1,7}[ -][\dXx](?![\d-])")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .,'’]\d{3}){1,12}(?![\d.,]*\d)")  # 2 000
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
ARABIC = re.compile(r"[\u0620-\u064a]")
# Endings of the plural and of women, and those of the word in a dictionary.
DICTIONARY_FORMS = [
    (re.compile(r"aux$"), ("al", "ail")),
    (re.compile(r"trices?$"), ("teur",)),
    (re.compile(r"euses?$"), ("eur", "eu")),
    (re.compile(r"eux$"), ("eu",)),
    (re.compile(r"ives?$"), ("if",)),
    (re.compile(r"iennes?$"), ("ien",)),
    (re.compile(r"elles?$"), ("el",)),
    (re.compile(r"teurs$"), ("teur",)),
]
EXACT = "¤"  # before a word with its accents, as it was written
LONGEST_WORD = 60  # signs that are compared
MOST_SPELLINGS = 8  # of one word; a name with six ɲ would have hundreds


def typed(text):
    """The text in one form of Unicode, without signs that nobody sees or types."""
    return UNTYPED.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=50_000)
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
    return stemmer(name)


def stemmer(name):
    """Of one language alone: what the package loads by itself, all of them, takes 3 MB."""
    package = "snowballstemmer"
    sys.modules.setdefault(package, module_from_spec(find_spec(package)))
    if not name.isalpha() or find_spec(f"{package}.{name}_stemmer") is None:
        return None
    module = import_module(f"{package}.{name}_stemmer")
    return getattr(module, f"{name.capitalize()}Stemmer")().stemWord


@lru_cache(maxsize=10_000)  # some 600 bytes each
def keys(word, language):
    """All keys of one word, written in `language` or looked for in it."""
    word = word[:LONGEST_WORD]
    if ARABIC.search(word):
        language = "ar"
    folded = spellings(word)
    found = set(folded)
    if stem := stem_in(language):
        found |= {*spellings(stem(word.casefold())), *map(stem, folded)}
    if language == "fr":
        found |= {form for one in folded for form in dictionary_forms(one)}
    found |= {ARABIC_ARTICLE.sub("", one, count=1) for one in found if ARABIC_ARTICLE.match(one)}
    plain = {"".join(PART.findall(key)) for key in found}
    return frozenset(plain - {""}) | {exact(word)}


@lru_cache(maxsize=50_000)
def exact(word):
    return EXACT + "".join(PART.findall(word[:LONGEST_WORD].casefold()))


def dictionary_forms(folded):
    """ "local" of "locaux", "mediateur" of "mediatrice", without the s or x of a plural."""
    if len(folded) > 3:
        yield re.sub(r"[sx]$", "", folded)
    if len(folded) > 4:
        for ending, endings in DICTIONARY_FORMS:
            if ending.search(folded):
                yield from (ending.sub(other, folded) for other in endings)


def written(text):
    """The text as its words are counted: one form of Unicode; acronyms and numbers in one piece."""
    text = RESOLVER.sub(" ", typed(text))
    text = ISBN.sub(in_one_piece_if_isbn, text)
    text = THOUSANDS.sub(lambda number: re.sub(r"\D", "", number[0]), text)
    return ABBREVIATION.sub(lambda letters: letters[0].replace(".", ""), text)


def in_one_piece_if_isbn(number):
    signs = re.sub(r"[ -]", "", number[0])
    return signs if len(signs) in (10, 13) else number[0]


def words_of(text):
    """[the word itself, its parts] for each word of a text: ["non-violence", ["non", "violence"]].

    Single letters are no parts: they are left of elisions, such as "l’" in "l’eau".
    """
    for compound in COMPOUND.findall(written(text)):
        if compound.isalnum():  # as nearly all are
            if len(compound) > 1:
                yield compound, [compound]
            continue
        pieces = PART.findall(compound)
        whole = "".join(pieces)
        if len(whole) > 1:
            yield whole, [piece for piece in pieces if len(piece) > 1] if pieces[1:] else [whole]


def sequence(text):
    """The parts of all words in their order, folded: what a phrase in quotes is looked for in."""
    return folded_parts(words_of(text))


def folded_parts(words):
    folded = [letters(part[:LONGEST_WORD]) for _whole, parts in words for part in parts]
    return [word for word in folded if word]


@lru_cache(maxsize=50_000)
def letters(word):
    """The folded word, nothing but letters and digits."""
    return "".join(PART.findall(fold(word)))
