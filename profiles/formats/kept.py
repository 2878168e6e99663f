"""What is made at the first demand and kept in var/, where it may be lost and is made again."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings


def kept(folder, name, make, outdated=""):
    """The bytes of a file of var/, which `make` gives where it is not there yet.

    `outdated` is a pattern of names: what matches it goes when the new one comes.
    """
    path = Path(settings.VAR_DIR) / folder / name
    with suppress(OSError):
        return path.read_bytes()
    content = make()
    with suppress(OSError):  # a full disk: it is made again next time
        keep(path, content)
        for old in path.parent.glob(outdated) if outdated else ():
            if old != path:
                old.unlink(missing_ok=True)
    return content


def keep(path, content):
    """Whole or not at all, since several processes may make it at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False)  # noqa: SIM115
    try:
        with file:
            file.write(content)
        os.replace(file.name, path)
    except OSError:
        Path(file.name).unlink(missing_ok=True)
        raise
