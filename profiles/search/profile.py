"""The organisation's own profile as an answer: who it is, what it does, where it can be reached.

It is one text, read anew for each question; nothing of it is indexed.
"""

from functools import lru_cache

from django.utils.translation import get_language, override

from profiles.markup import in_brackets
from profiles.richtext import plain
from profiles.search import keys
from profiles.search.questions import is_stop_word, question_of
from profiles.search.snippets import Marker, Shown, Snippet
from profiles.translation import CONTENT_LANGUAGES, to_attribute
from profiles.words import date_in_words

# What can be read on the profile, in all languages or in each.
EVERYWHERE = ("acronym", "telephones", "email", "postal_address", "website", "social_links")
IN_EACH_LANGUAGE = ("name", "sentence", "description")
# How people ask for what stands there.
ASKED_AS = {
    "telephones": "téléphone numéro appeler telephone phone number call هاتف",
    "email": "courriel mail adresse écrire contact email address write اتصال",
    "postal_address": "adresse bureau siège où address office location عنوان",
    "founded": "création créé fondé founded since",
    "description": "présentation mission qui about who",
}


def answer(query, organisation):
    """The profile as a hit, if all words of the query that mean something stand on it; or None."""
    question = question_of(query, unsaid={keys.fold(organisation.acronym)})
    if says_nothing(query):  # "Who are you?"
        return shown_profile(organisation, [])
    known = keys_of(tuple(texts_of(organisation)))
    if not question.words or not all(is_among(word, known) for word in question.words):
        return None
    return shown_profile(organisation, question.words)


def says_nothing(query):
    asked = list(keys.words_of(query))
    return bool(asked) and all(map(is_stop_word, asked))


def is_among(word, known):
    return any(all(one & known for one in way) for way in word.ways)


@lru_cache(maxsize=4)
def keys_of(texts):
    """Every key of (text, language); the same until somebody changes the profile."""
    found = set()
    for text, language in texts:
        for whole, parts in keys.words_of(text):
            for word in {whole, *parts}:
                found |= keys.keys(word, language)
    return found


def texts_of(organisation):
    for name in EVERYWHERE:
        for language in CONTENT_LANGUAGES:
            yield getattr(organisation, name), language
    for language in CONTENT_LANGUAGES:
        with override(language):
            yield f"{date_in_words(organisation.founded)} {organisation.founded}", language
    for name in IN_EACH_LANGUAGE:
        for language in CONTENT_LANGUAGES:
            yield plain(in_brackets(getattr(organisation, to_attribute(name, language)))), language
    for name, words in ASKED_AS.items():
        if getattr(organisation, name):
            for language in CONTENT_LANGUAGES:
                yield words, language


def shown_profile(organisation, words):
    marker = Marker(words)
    text = organisation.description
    words = plain(in_brackets(text))
    stretch = marker.window(words, marker.densest(words)[0])
    title = organisation.name
    return Shown(
        organisation,
        Snippet(marker.pieces(title), title.language),
        Snippet(stretch, getattr(text, "language", get_language())),
    )
