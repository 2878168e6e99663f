"""Formatted text: one list of what is allowed drives the editor and the sanitiser."""

import html
import re
from typing import Any

import nh3
from django.db.models import Model
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField

SCHEMES = ["http", "https", "mailto", "tel"]
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Heading": {"levels": [3, 4]},
    "Link": {"enableTarget": False, "protocols": SCHEMES},
}
FIRST_PARAGRAPH = re.compile(r"\s*(<p>.*?</p>)(.*)", re.DOTALL)
BLOCK_END = re.compile(r"</(?:p|h3|h4|li|blockquote)>|<br ?/?>")

_cleaner = nh3.Cleaner(**allowlist_from_extensions(expand_extensions(EXTENSIONS)))


def sanitised(text: str) -> str:
    """HTML with nothing but the allowed elements; "" for an editor left empty."""
    clean = _cleaner.clean(text)
    return clean if plain(clean) else ""


def plain(text: str) -> str:
    """The words alone, on one line."""
    words = html.unescape(strip_tags(BLOCK_END.sub(" ", text)))
    return " ".join(words.split())


def excerpt(text: str, length: int = 300) -> str:
    return Truncator(plain(text)).chars(length)


def opening_and_rest(text: str) -> tuple[str, str]:
    """The first paragraph, and what follows it (both HTML, either may be "")."""
    if found := FIRST_PARAGRAPH.fullmatch(text):
        return found[1], found[2].strip()
    return "", text


class RichTextField(ProseEditorField):
    """Sanitised in a form's clean, and once more on save for what comes without a form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["extensions"] = EXTENSIONS
        kwargs["sanitize"] = sanitised
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: Model, add: bool) -> str:
        text = sanitised(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, text)
        return text
