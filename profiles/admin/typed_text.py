"""Formatted text that is written without scripts: in the box that the editor else takes the place of.

What is stored is shown with a blank line between its parts, which the editor does not mind. What is
typed becomes paragraphs at blank lines, and lists where each line begins as in one.
"""

import re

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_prose_editor.widgets import AdminProseEditorWidget

BLOCKS = (
    "p|h[1-6]|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|caption|figure|figcaption|hr|pre|div|"
    "section|aside|details|summary|dl|dt|dd"
)
INLINE = "a|b|strong|i|em|s|del|strike|u|sup|sub|br|span|code|img|mark|small"
BLOCK = re.compile(rf"<(/?)({BLOCKS})\b[^<>]*>", re.IGNORECASE)
BEGINS_WITH_BLOCK = re.compile(rf"</?(?:{BLOCKS})\b", re.IGNORECASE)
BETWEEN_BLOCKS = re.compile(rf"(</(?:{BLOCKS})>)(?=<(?:{BLOCKS})\b)", re.IGNORECASE)
# A line that is typed directly below a block, or above one: as if a blank line stood between.
BELOW_BLOCK = re.compile(
    rf"(</(?:{BLOCKS})>)[ \t]*\n(?=[ \t]*\S)(?![ \t]*</?(?:{BLOCKS})\b)", re.IGNORECASE
)
ABOVE_BLOCK = re.compile(
    rf"(?:(?P<block></?(?:{BLOCKS})\b[^<>]*>)|(?<![ \t]))[ \t]*\n(?=[ \t]*<(?:{BLOCKS})\b)",
    re.IGNORECASE,
)
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
NO_TAG = re.compile(rf"<(?!/?(?:{INLINE})\b)", re.IGNORECASE)
NO_ENTITY = re.compile(r"&(?!#?\w{1,31};)")
BULLETED, NUMBERED = re.compile(r"[-*•–] +"), re.compile(r"\d{1,3}[.)] +")
NEVER_OPEN = {"hr"}
MOST_OPEN = 100  # blocks that are followed; a text may have 40 levels


class TypedTextWidget(AdminProseEditorWidget):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.attrs["rows"] = 14
        self.attrs["class"] = f"{self.attrs.get('class', '')} typed-text".strip()

    def format_value(self, value):
        text = super().format_value(value)
        return BETWEEN_BLOCKS.sub(r"\1\n\n", text) if text else text

    def value_from_datadict(self, data, files, name):
        text = super().value_from_datadict(data, files, name)
        return text and as_html(text)

    def render(self, name, value, attrs=None, renderer=None):
        """With a hint, which the stylesheet takes away where the editor stands: it may not come."""
        words = _(
            "Without scripts: a blank line begins a new paragraph; lines that begin with a hyphen make a "
            "list. What stands between < and > is formatting: leave it as it is."
        )
        box = super().render(name, value, attrs, renderer)
        return box + format_html('<p class="help typed-help">{}</p>', words)


def as_html(text):
    """What was typed, or what the editor sent, as HTML; what the editor sends has no blank lines."""
    text = BELOW_BLOCK.sub(r"\1\n\n", text.replace("\r\n", "\n"))
    text = ABOVE_BLOCK.sub(lambda line: line[0] if line["block"] else "\n\n", text)
    parts, opened = [], []
    for part in BLANK_LINES.split(text.strip("\n")):
        if opened:
            # A blank line inside of a paragraph divides it; elsewhere it is only space.
            is_space = BEGINS_WITH_BLOCK.match(part) and parts[-1].endswith(">")
            between = "" if is_space else "\n"
            parts.append("</p><p>" if opened[-1] == "p" else between)
            parts.append(part)
        else:
            is_html = BEGINS_WITH_BLOCK.match(part.lstrip())
            parts.append(part.strip("\n") if is_html else typed_as_html(part))
        follow(opened, parts[-1])
    return "".join(parts)


def follow(opened, html):
    """Note which blocks stay open."""
    for is_end, name in BLOCK.findall(html):
        name = name.lower()
        if not is_end and name not in NEVER_OPEN and len(opened) < MOST_OPEN:
            opened.append(name)
        elif is_end and name in opened:
            del opened[len(opened) - 1 - opened[::-1].index(name) :]


def typed_as_html(part):
    lines = [escaped(line.strip()) for line in part.split("\n") if line.strip()]
    for mark, name in ((BULLETED, "ul"), (NUMBERED, "ol")):
        if lines and all(map(mark.match, lines)):
            items = (f"<li><p>{mark.sub('', line, count=1)}</p></li>" for line in lines)
            return f"<{name}>{''.join(items)}</{name}>"
    return f"<p>{'<br>'.join(lines)}</p>" if lines else ""


def escaped(line):
    """As it was typed: "x<y" begins no tag."""
    return NO_TAG.sub("&lt;", NO_ENTITY.sub("&amp;", line))
