"""An entry as one HTML file with everything in it, which opens from a phone's files."""

import base64

from django.template.loader import render_to_string

from profiles.formats.citations.facts import one_line
from profiles.formats.takeaway.article import article, page_address, pictures_of
from profiles.stylesheet import stylesheet
from profiles.translation import TranslatedText, texts_of

HEAVIEST = 100_000
FRAME = 10_000  # what stands around the texts, at most
REGION, MARK = 500, 400  # what stands around a table, and leads to and from a footnote
TEXTS = ("title", "summary", "body", "transcript", "outputs", "intended_outcomes")


def html(entry, request):
    """The bytes; under 100 KB, unless the text alone has more."""
    bare = written(entry, request)
    room = (HEAVIEST - len(bare) - 500) * 3 // 4  # four letters stand for three bytes
    fitting = (one for one in pictures_of(entry, "webp") if len(one.content) <= room)
    picture = next(fitting, None)
    return written(entry, request, picture) if picture else bare


def written(entry, request, picture=None):
    source = inline(picture) if picture else ""
    context = {
        "title": TranslatedText(one_line(entry.title), entry.title.language),
        "organisation": entry.organisation,
        "style": stylesheet("takeaway.css").text,
        "address": page_address(entry, request),
        "article": article(entry, request, picture, source),
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
    return len(text.encode()) * 5 // 4 + parts
