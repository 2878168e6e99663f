"""An entry as one HTML file with everything in it, which opens from a phone's files."""

import base64
from collections import Counter

from django.template.loader import render_to_string

from profiles.formats.citations.facts import one_line
from profiles.formats.takeaway.article import (
    Copied,
    article,
    page_address,
    pictures_of,
    shown_in,
    variants_of,
)
from profiles.markup import numbers_in
from profiles.stylesheet import stylesheet
from profiles.translation import TranslatedText, texts_of

HEAVIEST = 100_000
FRAME = 10_000  # what stands around the texts, at most
REGION, MARK = 500, 400  # what stands around a table, and leads to and from a footnote
FIGURE = 2_500  # what the library says of a picture, at most
TAG = 200  # bytes of a picture's element
TEXTS = ("title", "summary", "body", "transcript", "outputs", "intended_outcomes")


def html(entry, request):
    """The bytes; under 100 KB, unless the text alone has more."""
    bare = written(entry, request)
    room = (HEAVIEST - len(bare) - 500) * 3 // 4  # four letters stand for three bytes
    picture = fitting(pictures_of(entry, "webp"), room)
    room -= len(picture.content) if picture else 0
    copies = copies_in(entry, room)
    return written(entry, request, picture, copies) if picture or copies else bare


def fitting(variants, room):
    return next((one for one in variants if len(one.content) <= room), None)


def copies_in(entry, room):
    """{number: Copied} of the pictures in its text for which there is room, each with its share."""
    shown, numbers = shown_in(entry), Counter(numbers_in(entry.body))
    copies = {}
    for place, (number, stored) in enumerate(shown):
        share = room // (len(shown) - place) // numbers[number] - TAG
        if copy := fitting(variants_of(stored.file, "webp"), share):
            copies[number] = Copied(stored, inline(copy), copy.width, copy.height)
            room -= (len(copy.content) + TAG) * numbers[number]
    return copies


def written(entry, request, picture=None, copies=None):
    source = inline(picture) if picture else ""
    context = {
        "title": TranslatedText(one_line(entry.title), entry.title.language),
        "organisation": entry.organisation,
        "style": stylesheet("takeaway.css").text,
        "address": page_address(entry, request),
        "article": article(entry, request, picture, source, copies),
    }
    return render_to_string("profiles/takeaway/page.html", context, request).strip().encode()


def inline(picture):
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"


def most_bytes(entry):
    """What the file weighs at most, told before it is made."""
    texts = (text for name in TEXTS if hasattr(entry, name) for text in texts_of(entry, name))
    return max(HEAVIEST, FRAME + sum(most_of(text) for text in texts))


def most_of(text):
    parts = text.count("<table") * REGION + text.count("<small") * MARK
    parts += text.count("<figure") * FIGURE
    return len(text.encode()) * 5 // 4 + parts
