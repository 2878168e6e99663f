"""Formatted text in a cell: HTML, or plain lines that become paragraphs."""

import re

from django.utils.html import escape

from profiles import markup
from profiles.richtext import sanitised

TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
BLOCKS = markup.BLOCKS | markup.DIVISIONS | {"h1", "h2", "h6"}
IN_TABLES = {"thead", "tbody", "tfoot", "td", "th", "p"}  # which people write in many ways


def as_html(text):
    """A cell's text as HTML: each line of plain text becomes a paragraph."""
    tags = {tag.lower() for tag in TAG.findall(text)}
    if tags & BLOCKS:
        return text
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"<p>{line if tags else escape(line)}</p>" for line in lines if line)


def has_forbidden_markup(text):
    """Whether the sanitiser takes elements or attributes out of a cell's text."""
    if "<" not in text:
        return False
    before = as_html(text)
    return shape(sanitised(before)) != shape(before)


def shape(html):
    """Its elements, with what may be dangerous in their attributes."""
    dangerous = re.findall(r"\bon[a-z]+\s*=|javascript:|data:|\bstyle\s*=", html.lower())
    tags = [tag.lower() for tag in TAG.findall(html)]
    shown = [tag for tag in tags if tag not in IN_TABLES] if "table" in tags else tags
    return shown, dangerous
