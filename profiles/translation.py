"""Content in several languages: a column per language, and an honest fallback."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Self

from django.db.models import Field, Model
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField, to_attribute

# The languages that content is written in. Adding one adds a column to each translated
# field, so it is declared here, in code, and comes with a migration.
CONTENT_LANGUAGES = {"fr": _("French"), "en": _("English")}

FIRST_LANGUAGE, *FURTHER_LANGUAGES = CONTENT_LANGUAGES

# What a document or a film may be in. The national languages stand under their own names.
FILE_LANGUAGES = {
    **CONTENT_LANGUAGES,
    "bm": "Bamanankan",
    "ff": "Fulfulde",
    "son": "Soŋay",
    "taq": "Tamasheq",
    "ar": "العربية",
}

# What a recording is first made in: what people speak who do not read French.
SPOKEN_LANGUAGES = {
    **{code: name for code, name in FILE_LANGUAGES.items() if code not in CONTENT_LANGUAGES},
    **CONTENT_LANGUAGES,
}

RIGHT_TO_LEFT = {"ar"}


# The scripts beside the Latin one, and the language that is meant where nobody says which.
SCRIPTS = {
    "ar": r"\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    "tzm-Tfng": r"\u2d30-\u2d7f",
    "nqo": r"\u07c0-\u07ff",
    "ff-Adlm": "\U0001e900-\U0001e95f",
    "el": r"\u0370-\u03ff",
    "ru": r"\u0400-\u04ff",
    "he": r"\u0590-\u05ff",
    "am": r"\u1200-\u137f",
    "ja": r"\u3040-\u30ff",
    "zh": r"\u4e00-\u9fff",
    "ko": r"\uac00-\ud7af",
}
_RUNS = "|".join(
    f"(?P<s{place}>[{letters}](?:[{letters}\\s\\d.,'’-]*[{letters}])?)"
    for place, letters in enumerate(SCRIPTS.values())
)
# A sign that anybody sees: neither a blank nor one of those without a width.
_SEEN = re.compile(
    r"[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff]"
)
_SCRIPT_RUN = re.compile(_RUNS)


def script_runs(text: str) -> Iterator[tuple[str, str | None]]:
    """(piece, language of its script or None for the Latin one) for all pieces of a text."""
    start = 0
    for run in _SCRIPT_RUN.finditer(text):
        if run.start() > start:
            yield text[start : run.start()], None
        yield run[0], list(SCRIPTS)[int(str(run.lastgroup)[1:])]
        start = run.end()
    if start < len(text):
        yield text[start:], None


class TranslatedText(str):
    """A text that knows which language it is really in (a code such as "fr")."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Self:
        self = super().__new__(cls, text)
        self.language = language
        return self


def direction_of(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def in_page_language(name: str, field: TranslatedField) -> Callable[[Model], TranslatedText]:
    """Attribute getter: the page's language where there is a text, else another one."""

    def getter(entry: Model) -> TranslatedText:
        page_language = get_language()
        for language in sorted(field.languages, key=lambda code: code != page_language):
            if text := getattr(entry, to_attribute(name, language)):
                return TranslatedText(text, language)
        return TranslatedText("", page_language)

    return getter


def translated(field: Field, **specific: dict[str, Any]) -> TranslatedField:
    """A column per content language for `field`; `specific` changes one of them.

    `translated(CharField(_("title")))` gives `title_fr`, `title_en` and `title`, which is
    a `TranslatedText`. A language may always be left empty.
    """
    field.blank = True
    for language, language_name in CONTENT_LANGUAGES.items():
        options = specific.setdefault(language, {})
        options["verbose_name"] = format_lazy(
            "{field} ({language})", field=field.verbose_name, language=language_name
        )
    return TranslatedField(
        field, specific, languages=CONTENT_LANGUAGES, attrgetter=in_page_language
    )


def translated_columns(*names: str) -> list[str]:
    """The columns of translated fields, language by language: title_fr, body_fr, title_en…"""
    return [to_attribute(name, language) for language in CONTENT_LANGUAGES for name in names]


def texts_of(entry: Model, name: str) -> list[str]:
    """What a translated field holds, language by language."""
    return [getattr(entry, column) for column in translated_columns(name)]


def has_any(entry: Model, name: str) -> bool:
    return any(map(_SEEN.search, texts_of(entry, name)))
