"""The carried site as one ZIM file, for Kiwix. libzim is asked for by nothing else of ours.

Kiwix searches by whole words, without accents; with our own keys beside the text it finds other
forms of them too.
"""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import override

from profiles.carrying.folder import Refused
from profiles.formats.icons import icon
from profiles.richtext import prose

try:
    from profiles.carrying import zim_items
except ImportError:
    zim_items = None

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
    if zim_items is None:
        raise Refused(MISSING)


def write(path, everything, report):
    """Whole or not at all: what stood there is replaced in the end."""
    check()
    path = Path(path).absolute()
    if path.is_dir():
        raise Refused(f"{path} is a folder: name a file for Kiwix, as in site.zim.")
    path.parent.mkdir(parents=True, exist_ok=True)
    # libzim's own threads may wait without end for a disk that is full.
    if shutil.disk_usage(path.parent).free < everything.packed_size:
        raise Refused(f"The disk is full ({path.parent}): make room and run it again.")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".zim-") as folder:
        part = Path(folder) / "part.zim"
        try:
            with silent(), override(settings.LANGUAGES[0][0]):
                fill(part, everything, report)
        except RuntimeError as error:  # all that libzim says of a disk that takes no more
            raise Refused(
                f"{path} could not be written; is the disk full? libzim says: {error}"
            ) from error
        part.replace(path)


@contextmanager
def silent():
    """libzim prints what it does, past Python."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def fill(path, everything, report):
    first = f"{settings.LANGUAGES[0][0]}/{MAIN}"
    creator = zim_items.Creator(path).config_indexing(True, codes()[0])
    creator.set_mainpath(first)
    with creator:
        for name, value in metadata(everything).items():
            creator.add_metadata(name, value)
        creator.add_illustration(ICON, icon(everything.organisation.logo, ICON))
        for number, carried in enumerate(everything, 1):
            if carried.name != MAIN:
                creator.add_item(zim_items.Item(carried))
            report(number, everything.number)
        creator.add_redirection(MAIN, title_of(everything.organisation), first, {})


def codes():
    return [THREE_LETTERS.get(code, code) for code, _name in settings.LANGUAGES]


def title_of(organisation):
    return Truncator(str(organisation)).chars(LONGEST_TITLE)


def metadata(everything):
    organisation = everything.organisation
    about = prose(organisation.sentence or organisation.description) or str(organisation.name)
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
