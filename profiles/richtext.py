"""Formatted text: one list of what is allowed drives the editor and the sanitiser."""

import html
import re
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse_lazy
from django.utils.formats import number_format
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField
from js_asset import ImportMap, Media, Script

from profiles import markup

SCHEMES = ["http", "https", "mailto", "tel", "entry"]  # the last of entries of this site
ENTRY = re.compile(r"entry:[a-z]+-[0-9]{1,18}")
MOST_LETTERS = 200_000
# What costs time to read: the letters of the HTML, how deep its parts stand in one another, how
# many of them could, and how many attributes a single one has.
MOST_HTML, MOST_LEVELS, MOST_PARTS, MOST_ATTRIBUTES = 1_000_000, 40, 10_000, 1_000

LINK_WORDS = {
    "heading": gettext_lazy("Link"),
    "address": gettext_lazy("Address"),
    "hover": gettext_lazy("Words that appear when the mouse rests on the link (optional)"),
    "submit": gettext_lazy("Make the link"),
    "entry": gettext_lazy("An entry of this site, by its name"),
    "number": gettext_lazy("Entries found: %s. Choose one."),
    "none": gettext_lazy("No entry is called that."),
    "leads": gettext_lazy("The link leads to: %s"),
    "lost": gettext_lazy("The search did not answer. Try again, or type the address."),
    "refused": gettext_lazy(
        "This address would lead nowhere. Type it as it stands at the top of the browser, "
        "for example https://www.example.org/rapport, or an e-mail address."
    ),
}
# Below the editor, after something was pasted; %s is a number.
PASTE_WORDS = {
    "pictures": gettext_lazy(
        "Pictures left out: %s. Add each to the library of pictures first; the button “Picture of "
        "the library” then puts it here."
    ),
    "tables": gettext_lazy("Tables within a table that became lines, a line for each row: %s."),
    "heads": gettext_lazy(
        "Tables whose first row now names the columns: %s. If it does not, put the cursor into it "
        "and press “Header row”."
    ),
    "cells": gettext_lazy(
        "Nothing was pasted: its tables have %s cells, and those of a text have at most 5,000. "
        "Divide it, or offer it as a file."
    ),
    "footnotes": gettext_lazy(
        "Footnotes that became text, because their mark or their note was not copied too: %s."
    ),
    "objects": gettext_lazy("Films, sounds and other embedded things left out: %s."),
    "links": gettext_lazy(
        "Links left out, because they lead to a file of one computer or to a part of an "
        "address: %s. Their words stay."
    ),
    "hidden": gettext_lazy("Comments, deleted and hidden passages left out: %s."),
    "deep": gettext_lazy("Lists or quotations that stood too deep and came up a level: %s."),
    "long": gettext_lazy(
        "Nothing was pasted: it has %s letters, and a text has at most 200,000. Divide it, or "
        "offer it as a file."
    ),
    "failed": gettext_lazy("Nothing was pasted. Try Ctrl+Shift+V, which pastes the words alone."),
}
# The dialog in which a footnote is written.
NOTE_WORDS = {
    "insert": gettext_lazy("Footnote"),
    "name": gettext_lazy("Footnote:"),
    "text": gettext_lazy("Text of the footnote"),
    "keep": gettext_lazy("Keep the note"),
    "cancel": gettext_lazy("Change nothing"),
    "remove": gettext_lazy("Delete the footnote"),
}
# The button for a picture, the dialog in which one is chosen, and what stands around it.
PICTURE_WORDS = {
    "insert": gettext_lazy("Picture of the library"),
    "choose": gettext_lazy("Choose a picture of the library"),
    "find": gettext_lazy("Search by words"),
    "none": gettext_lazy("The library has no such picture."),
    "lost": gettext_lazy("The library did not answer. Try again."),
    "close": gettext_lazy("Close"),
    "caption": gettext_lazy("Caption of the picture"),
    "remove": gettext_lazy("Take the picture out"),
    "gone": gettext_lazy(
        "The library has no picture with the number %s: visitors read its caption alone."
    ),
}
# The buttons of the editor's tables.
TABLE_WORDS = {
    "insert": gettext_lazy("Table"),
    "rowBelow": gettext_lazy("Add a row below"),
    "columnBehind": gettext_lazy("Add a column behind"),
    "deleteRow": gettext_lazy("Delete the row"),
    "deleteColumn": gettext_lazy("Delete the column"),
    "headerRow": gettext_lazy("Header row"),
    "mergeOrSplit": gettext_lazy("Merge the selected cells, or divide a merged one"),
    "deleteTable": gettext_lazy("Delete the table"),
}
NUMBERINGS = {"decimal": "1, 2, 3", "lower-alpha": "a, b, c", "upper-alpha": "A, B, C"}
NUMBERINGS |= {"lower-roman": "i, ii, iii", "upper-roman": "I, II, III"}
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Superscript": True,
    "Subscript": True,
    "BulletList": True,
    "OrderedList": {
        "listTypes": [{"type": name, "label": label} for name, label in NUMBERINGS.items()]
    },
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Heading": {"levels": [3, 4, 5]},
    "Table": {"words": TABLE_WORDS},
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Footnote": {"words": NOTE_WORDS},
    "LibraryPicture": {"words": PICTURE_WORDS, "library": reverse_lazy("admin:pictures")},
    "Link": {
        "enableTarget": False,
        "protocols": SCHEMES,
        "defaultProtocol": "https",
        "words": LINK_WORDS,
        "entries": reverse_lazy("admin:entries"),
    },
    "Paste": {
        "words": PASTE_WORDS,
        "mostLetters": MOST_LETTERS,
        "mostCells": markup.MOST_CELLS,
    },
}
# The scripts of ours that the editor's extensions are made of, by the names they import, and the
# library, which the field for a picture opens too; asked for
# with the page, so that the editor does not wait for one after the other on a slow line.
SCRIPTS = ["addresses", "chat", "extensions", "lists", "mend", "paste", "styles", "tables"]
SCRIPTS += ["entries", "figures", "footnotes", "library", "notes", "toolbar"]
EDITOR_MEDIA = Media(
    js=[Script(f"editor/{name}.js", type="module") for name in SCRIPTS],
    importmap=ImportMap({f"profile-editor/{name}": f"editor/{name}.js" for name in SCRIPTS}),
)
FIRST_PARAGRAPH = re.compile(r"\s*(<p>.*?</p>)(.*)", re.DOTALL)
BLOCK_END = re.compile(r"</(?:p|h3|h4|h5|li|blockquote|tr|figcaption)>|<br ?/?>")
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
ROW_END = re.compile(r"(?:</p>)?</t[dh]></tr>")
CELL_END = re.compile(r"(?:</p>)?</t[dh]>")
END_IN_CELL = re.compile(r"</(?:p|li)>|<br ?/?>")
EXPONENT = re.compile(r"<(sup|sub)>(?:<\w+>)*([\d+−-]+)(?:</\w+>)*</\1>")
RAISED = str.maketrans("0123456789+−-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
LOWERED = str.maketrans("0123456789+−-", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
INCOMPLETE = re.compile(r"www\.|[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#]+$", re.IGNORECASE)


def _completed(element: str, attribute: str, value: str) -> str | None:
    """An address that somebody left without its beginning, as the link dialog completes it."""
    if (element, attribute) == ("small", "role"):
        return "note"
    if (element, attribute) == ("a", "href") and value.lower().startswith("entry:"):
        return value if ENTRY.fullmatch(value) else None
    if (element, attribute) == ("a", "href") and INCOMPLETE.match(value):
        return f"mailto:{value}" if "@" in value.partition("/")[0] else f"https://{value}"
    return value


_cleaner = nh3.Cleaner(
    **allowlist_from_extensions(expand_extensions(EXTENSIONS)), attribute_filter=_completed
)


def sanitised(text: str) -> str:
    """HTML with nothing but the allowed elements; "" for an editor left empty.

    Raises a ValidationError, a sentence for whoever typed it, if there is too much of it.
    """
    text = markup.without_comments(text)
    _refuse_heavy(text)
    clean = _cleaner.clean(_in_order(text))
    words = plain(markup.in_brackets(clean))
    if len(words) > MOST_LETTERS:
        message = _("This text has %(letters)s letters; at most %(most)s are possible. Divide it.")
        raise ValidationError(
            message, params={"letters": _number(len(words)), "most": _number(MOST_LETTERS)}
        )
    pictures = markup.numbers_in(clean)
    if len(pictures) > markup.MOST_PICTURES:
        message = _(
            "This text has %(pictures)s pictures; at most %(most)s are possible. Divide it."
        )
        params = {"pictures": _number(len(pictures)), "most": markup.MOST_PICTURES}
        raise ValidationError(message, params=params)
    return clean if words or pictures else ""


def _in_order(text: str) -> str:
    try:
        return markup.in_order(text)
    except RecursionError:  # end tags that end nothing made it look less deep than it is
        raise ValidationError(_too_heavy()) from None
    except markup.TooManyCellsError as error:
        raise _too_many_cells(error.number) from None


def _too_many_cells(number: int) -> ValidationError:
    message = _(
        "The tables of this text have %(cells)s cells; at most %(most)s are possible. Divide them, "
        "or offer them as a file."
    )
    params = {"cells": _number(number), "most": _number(markup.MOST_CELLS)}
    return ValidationError(message, params=params)


def _too_heavy() -> str:
    return _(
        "This text is too long, or has too much formatting. Divide it, or paste its words alone "
        "with Ctrl+Shift+V."
    )


def _refuse_heavy(text: str) -> None:
    weight = markup.weight(text[:MOST_HTML])
    if weight.depth > MOST_LEVELS:
        raise ValidationError(
            _(
                "In this text, lists, quotations or other parts stand in one another %(levels)s "
                "levels deep; at most %(most)s are possible. Take some levels out."
            ),
            params={"levels": _number(weight.depth), "most": MOST_LEVELS},
        )
    if weight.cells > markup.MOST_CELLS:
        raise _too_many_cells(weight.cells)
    is_long = len(text) > MOST_HTML
    if is_long or weight.parts > MOST_PARTS or weight.attributes > MOST_ATTRIBUTES:
        raise ValidationError(_too_heavy())


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)


def plain(text: str) -> str:
    """The words alone, on one line, without those of footnotes."""
    return " ".join(lines(markup.without_notes(text), " ").split())


def lines(text: str, between: str = "\n") -> str:
    """The words alone, apart where a paragraph, a line or a row ends, footnotes in brackets; 10<sup>6</sup>
    stays 10⁶.
    """
    rows = TABLE.sub(lambda table: _rows(table[0]), markup.in_brackets(text))
    small = EXPONENT.sub(_small_digits, BLOCK_END.sub(between, rows))
    return html.unescape(strip_tags(small)).strip()


def _rows(table: str) -> str:
    """HTML of a table whose cells stand apart on one line for each row."""
    return END_IN_CELL.sub(" ", CELL_END.sub(" · ", ROW_END.sub("</tr>", table)))


def _small_digits(found: re.Match[str]) -> str:
    return found[2].translate(RAISED if found[1] == "sup" else LOWERED)


def prose(text: str) -> str:
    """The words alone, on one line, without tables and captions if there are others."""
    return plain(markup.without_figures(TABLE.sub(" ", text))) or plain(text)


def with_pictures_in_words(text: str) -> str:
    """A text whose pictures are said in words, for who compares two of them."""
    return markup.with_figures(text, _picture_in_words)


def _picture_in_words(number: int, caption: str) -> str:
    words = _("[Picture %(number)s of the library]") % {"number": number}
    return f"<p>{html.escape(words)} {caption}</p>"


def excerpt(text: str, length: int = 300) -> str:
    return Truncator(prose(text)).chars(length)


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
