"""The carried site as one ZIM file, for Kiwix. libzim is asked for by nothing else of ours.

Kiwix searches by whole words, without accents; with our own keys beside the text it finds other
forms of them too.
"""

import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.text import Truncator

from profiles.carrying.folder import Refused
from profiles.formats.icons import icon
from profiles.richtext import plain

try:
    from libzim import writer
except ImportError:
    writer = None

MISSING = (
    "A file for Kiwix needs libzim, which this Python lacks: "
    ".venv/bin/python -m pip install --require-hashes -r requirements-zim.txt"
)
# Names of languages by three letters (ISO 639-3), as Kiwix wants them.
THREE_LETTERS = {"ar": "ara", "bm": "bam", "en": "eng", "ff": "ful", "fr": "fra"}
ICON = 48
MAIN = "index.html"  # which shows the first language, as it does in a folder
LONGEST_TITLE, LONGEST_DESCRIPTION = 30, 80


def check():
    if writer is None:
        raise Refused(MISSING)


def write(path, everything, report):
    """Whole or not at all: what stood there is replaced in the end."""
    check()
    path = Path(path).absolute()
    if path.is_dir():
        raise Refused(f"{path} is a folder: name a file for Kiwix, as in site.zim.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zim-") as folder:
        part = Path(folder) / "part.zim"
        fill(part, everything, report)
        part.replace(path)


def fill(path, everything, report):
    first = f"{settings.LANGUAGES[0][0]}/{MAIN}"
    creator = writer.Creator(path).config_indexing(True, codes()[0])
    creator.set_mainpath(first)
    with creator:
        for name, value in metadata(everything).items():
            creator.add_metadata(name, value)
        creator.add_illustration(ICON, icon(everything.organisation.logo, ICON))
        for number, carried in enumerate(everything, 1):
            if carried.name != MAIN:
                creator.add_item(item(carried))
            report(number, everything.number)
        creator.add_redirection(MAIN, title_of(everything.organisation), first, {})


def codes():
    return [THREE_LETTERS.get(code, code) for code, _name in settings.LANGUAGES]


def title_of(organisation):
    return Truncator(str(organisation)).chars(LONGEST_TITLE)


def metadata(everything):
    organisation = everything.organisation
    about = plain(organisation.sentence or organisation.description) or str(organisation.name)
    return {
        "Name": f"{organisation.slug}_{'-'.join(codes())}",
        "Title": title_of(organisation),
        "Description": Truncator(" ".join(about.split())).chars(LONGEST_DESCRIPTION),
        "Creator": str(organisation.name),
        "Publisher": str(organisation.name),
        "Language": ",".join(codes()),
        "Date": timezone.localdate().isoformat(),
        "Source": everything.visitor.site,
    }


def item(carried):
    """As libzim asks for it; its classes are made here because there may be no libzim."""

    class Found(writer.IndexData):
        def has_indexdata(self):
            return carried.text is not None

        def get_title(self):
            return carried.text.title

        def get_content(self):
            return carried.text.whole

        def get_keywords(self):
            return " ".join(carried.text.keys)

        def get_wordcount(self):
            return len(carried.text.whole.split())

    class Item(writer.Item):
        def get_path(self):
            return carried.name

        def get_title(self):
            return carried.text.title if carried.text else ""

        def get_mimetype(self):
            return carried.media_type

        def get_contentprovider(self):
            return writer.StringProvider(b"".join(carried.chunks()))

        def get_hints(self):
            return {writer.Hint.FRONT_ARTICLE: carried.text is not None}

        def get_indexdata(self):
            return Found()

    return Item()
