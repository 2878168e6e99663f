"""What a stored document says of its maker: asked of its bytes once, and kept in var/."""

import json
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from profiles.files import documents
from profiles.formats.kept import kept

# By the key under which a PDF has it; others go by their own name.
LABELS = {
    "Author": gettext_lazy("author"),
    "Creator": pgettext_lazy("that made a file", "program"),
    "Producer": pgettext_lazy("that made a file", "program"),
    "Company": pgettext_lazy("of a file's maker", "company"),
    "Template": pgettext_lazy("of a file", "template"),
    "Title": gettext_lazy("title"),
    "Subject": pgettext_lazy("of a file", "subject"),
    "Keywords": pgettext_lazy("of a file", "keywords"),
    "CreationDate": pgettext_lazy("of a file", "made on"),
    "ModDate": pgettext_lazy("of a file", "changed on"),
    "Other": pgettext_lazy("of a file", "history"),
}
DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


def in_words(maker):
    """(key, text) pairs as people read them: “author: Awa; program: Word”."""
    shown = (_pair_in_words(key, text) for key, text in maker)
    return "; ".join(dict.fromkeys(shown))


def _pair_in_words(key, text):
    if date := DATE.match(text):
        text = f"{date[3]}/{date[2]}/{date[1]}"
    return _("%(label)s: %(text)s") % {"label": LABELS.get(key, key), "text": text}


def said_in_stored(file):
    """({"maker": pairs, "is_signed": …}) of a document field; its name follows from its content."""
    folder = file.name.rpartition("/")[0].rpartition("/")[2]
    name = re.sub(r"[^0-9a-f]", "", folder) or "none"
    return json.loads(kept("makers", f"{name}.json", lambda: _as_json(file)))


def _as_json(file):
    try:
        with file.storage.open(file.name) as content:
            document = documents.read(content)
    except Exception:  # the file is gone, or none of ours any more: the form opens all the same
        return b'{"maker": [], "is_signed": false}'
    said = {"maker": document.maker, "is_signed": document.is_signed}
    return json.dumps(said).encode()
