"""What of an entry is found, as its kind and the classes of its fields say."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import models
from django.utils.translation import override

from profiles import words
from profiles.dates import PartialDateField
from profiles.files import captions
from profiles.files.documents import DocumentField
from profiles.markup import in_brackets
from profiles.models import KINDS, Entry, is_switched_off, parts_of
from profiles.models.fields import NamesField
from profiles.richtext import RichTextField, plain
from profiles.search import keys
from profiles.search.questions import STOP_WORDS
from profiles.times import MomentField
from profiles.translation import CONTENT_LANGUAGES, FILE_LANGUAGES, FIRST_LANGUAGE, texts_of

TITLE, FACTS, TIED, TEXT = "title", "facts", "tied", "text"
# Of no use to whoever searches, or shown to nobody.
NOT_WORDS = (models.SlugField, models.EmailField, models.URLField, models.FileField)
# What people call recordings, and languages beside the names by which pages call them.
LISTENED_TO = "audio écouter enregistrement son podcast listen recording sound"
LANGUAGES_CALLED = {
    "bm": "bambara",
    "ff": "peul fulani fula pulaar",
    "son": "songhaï songhay songhoï sonrhaï",
    "taq": "tamacheq tamachek touareg tuareg",
    "ar": "عربي",
}
MOST_FREQUENT = 40  # words that a text is about
FEW_WORDS = 500  # of a text in which also forms that stand once are counted together
MOST_PAGES = 4_000  # of all files of an entry
FORM_FEED = "\f"
BETWEEN = "¶"  # so that no phrase goes from one text into the next


class Passage(NamedTuple):
    place: str
    text: str
    language: str


class Page(NamedTuple):
    """Of a file: `number` as readers count, 0 for a file without pages."""

    file: int
    number: int
    text: str
    language: str


@dataclass
class Document:
    """An entry as the index keeps it: keys with blanks between them."""

    kind: str
    entry: int
    programme: int | None = None
    year: str = ""
    languages: str = ""
    title: str = ""
    facts: str = ""
    tied: str = ""
    much: str = ""
    text: str = ""
    words: str = ""
    pages: list = field(default_factory=list)  # (file, page, keys, words)
    vocabulary: dict = field(default_factory=dict)  # how to show a folded word


def document_of(entry, is_whole=True):
    """Of an entry that is not whole, title and facts alone."""
    every = [one for one in passages_of(entry) if is_whole or one.place != TEXT]
    passages = [(one, words_in(one)) for one in every]
    pages = [(one, words_in(one)) for one in (pages_of(entry) if is_whole else [])]
    texts = [(one, found) for one, found in passages if one.place == TEXT]
    return Document(
        kind=entry.kind_slug,
        entry=entry.pk,
        programme=getattr(entry, "programme_id", None),
        year=entry.dated[:4],
        languages=f" {' '.join(languages_of(entry))} ",
        **{place: keys_of(passages, place) for place in (TITLE, FACTS, TIED, TEXT)},
        much=frequent([*texts, *pages]),
        words=f" {BETWEEN} ".join(sequence(found) for one, found in passages if one.place != TIED),
        pages=[
            (page.file, page.number, unique_keys([(page, found)]), sequence(found))
            for page, found in pages
        ],
        vocabulary=vocabulary([*passages, *pages]),
    )


def words_in(one):
    """[(whole, parts)] of a text, which is read once: that takes longer than all that follows."""
    return list(keys.words_of(one.text))


def sequence(found):
    return " ".join(keys.folded_parts(found))


def keys_of(passages, place):
    return unique_keys([(one, found) for one, found in passages if one.place == place])


def unique_keys(texts):
    found = {}
    for one, words_found in texts:
        distinct = dict.fromkeys(word for whole, parts in words_found for word in (*parts, whole))
        for word in distinct:
            found.update(dict.fromkeys(keys.keys(word, one.language)))
    return " ".join(found)


def frequent(texts):
    """The keys of the words that come again and again in the texts."""
    counted = Counter(
        (part, one.language)
        for one, words_found in texts
        for _whole, parts in words_found
        for part in parts
    )
    by_stem = Counter()
    for (part, language), number in counted.items():
        if number > 1 or len(counted) < FEW_WORDS:
            by_stem[keys.keys(part, language) - {keys.exact(part)}] += number
    often = [one for one, number in by_stem.most_common(2 * MOST_FREQUENT) if number > 2]
    meant = [one for one in often if not one & STOP_WORDS][:MOST_FREQUENT]
    return " ".join(dict.fromkeys(key for one in meant for key in sorted(one)))


def vocabulary(texts):
    """Each folded word of some length, and how it is written; of a plural the singular too."""
    distinct = {
        part: None for _one, words_found in texts for _whole, parts in words_found for part in parts
    }
    found = {}
    for part in distinct:
        if 3 < len(part) < 40 and part.isalpha():
            folded = keys.fold(part)
            found.setdefault(folded, part.lower())
            if folded[-1] in "sx":
                found.setdefault(folded[:-1], part[:-1].lower())
    return found


def languages_of(entry):
    own = [code for code in CONTENT_LANGUAGES if getattr(entry, f"title_{code}")]
    return list(dict.fromkeys([*own, *entry.offered_languages]))


# Texts of the entry itself


def passages_of(entry):
    """Every Passage of an entry: its fields', and the words that its kind is called by."""
    for one in entry._meta.concrete_fields:
        if one.name not in entry.unsearched:
            yield from passages_of_field(entry, one)
    spoken = [recording.language for recording in entry.recordings]
    for recording in entry.recordings:
        yield Passage(TEXT, recording.transcript, recording.language)
    codes = [code for code in (*languages_of(entry), *spoken) if code in FILE_LANGUAGES]
    for language in CONTENT_LANGUAGES:
        with override(language):
            names = [entry.kind_name, entry.kind_names, entry.section_title, entry.found_as]
            names += [words.IN_SENTENCES.get(code, FILE_LANGUAGES[code]) for code in codes]
            names += [LANGUAGES_CALLED.get(code, "") for code in codes]
            names += [LISTENED_TO] if spoken else []
            yield Passage(FACTS, ". ".join(map(str, names)), language)


def passages_of_field(entry, one):
    value = getattr(entry, one.attname)
    if not value or (isinstance(one, NOT_WORDS) and not is_captions(one)):
        return
    if is_captions(one):
        yield from captions_passages(entry, one)
    elif isinstance(one, models.ForeignKey):
        yield from tied_passages(entry, one)
    elif one.choices or isinstance(one, PartialDateField | MomentField):
        yield from in_every_language(entry, one)
    elif isinstance(one, models.CharField | models.TextField):
        yield from text_passages(entry, one, value)


def text_passages(entry, one, value):
    base, language = base_and_language(one.name)
    is_fact = isinstance(one, NamesField | models.CharField) or base == "summary"
    place = TITLE if base == "title" else FACTS if is_fact else TEXT
    text = plain(in_brackets(value)) if isinstance(one, RichTextField) else value
    yield Passage(place, text, language)
    if isinstance(one, NamesField):
        for code in CONTENT_LANGUAGES:
            with override(code):
                label = f"{one.verbose_name}. {entry.asked_as.get(base, '')}"
                yield Passage(FACTS, label, code)


def shown_passages(entry, one):
    """What of a field can be read on the entry's page, word for word."""
    value = getattr(entry, one.attname)
    is_text = isinstance(one, models.CharField | models.TextField)
    if (
        value
        and is_text
        and not one.choices
        and not isinstance(one, (*NOT_WORDS, PartialDateField))
    ):
        value = words.listed(value) if isinstance(one, NamesField) else value
        yield next(text_passages(entry, one, value))


def base_and_language(name):
    for language in CONTENT_LANGUAGES:
        if name.endswith(f"_{language}"):
            return name.removesuffix(f"_{language}"), language
    return name, FIRST_LANGUAGE


def in_every_language(entry, one):
    """A choice or a date as the page of each language says it."""
    for language in CONTENT_LANGUAGES:
        with override(language):
            yield Passage(FACTS, said(entry, one), language)


def said(entry, one):
    value = getattr(entry, one.attname)
    if isinstance(one, PartialDateField):
        return f"{words.date_in_words(value)} {value}"
    if isinstance(one, MomentField):
        return words.moment_in_words(value) if one.name != "publish_at" else ""
    return str(dict(one.flatchoices).get(value, value))


def tied_passages(entry, one):
    if issubclass(one.related_model, Entry) and not is_switched_off(one.related_model):
        for language, title in zip(
            CONTENT_LANGUAGES, texts_of(getattr(entry, one.name), "title"), strict=True
        ):
            yield Passage(TIED, title, language)


def is_captions(one):
    return isinstance(one, DocumentField) and one.validator.formats == ("vtt",)


def captions_passages(entry, one):
    try:
        with getattr(entry, one.name).open() as file:
            text = captions.spoken(file.read())
    except (OSError, UnicodeDecodeError, captions.Unfit):
        return  # a file that is missing, which its page says
    yield Passage(TEXT, text, getattr(entry, "language", "") or FIRST_LANGUAGE)


# Texts of its files


def pages_of(entry):
    """The pages of an entry's files that have a text; of two editions of one text the full one."""
    files = [part for part in parts_of(entry) if getattr(part, "text", "")]
    full = {file.language for file in files if getattr(file, "edition", "full") == "full"}
    chosen = [f for f in files if getattr(f, "edition", "full") == "full" or f.language not in full]
    pages = [
        Page(
            file.pk,
            number if FORM_FEED in file.text or file.page_count == 1 else 0,
            text,
            file.language,
        )
        for file in chosen
        for number, text in enumerate(file.text.split(FORM_FEED), 1)
        if text.strip()
    ]
    return pages[:MOST_PAGES]


def size_of_texts(entry):
    """How many letters its texts and its files have."""
    texts = [one for one in passages_of(entry) if one.place == TEXT]
    return sum(len(one.text) for one in [*texts, *pages_of(entry)])


def entry_of(kind, key):
    """As it is stored now, with its files; None if there is no such entry."""
    return KINDS[kind]._base_manager.filter(pk=key).first() if kind in KINDS else None
