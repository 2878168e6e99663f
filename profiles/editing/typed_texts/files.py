"""Kept texts in files of var/: whose they are stands in their names, when they came in their times."""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from profiles.editing.typed_texts.text import Typed


def folder():
    return Path(settings.VAR_DIR) / "typed"


def file_of(number, form):
    return folder() / f"{number}x{hashlib.sha256(form.encode()).hexdigest()[:32]}"


def write(number, form, content):
    """All of it or, where there is no room, nothing."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder(), prefix="unfinished-")
    try:
        with open(handle, "w", encoding="utf-8") as unfinished:
            json.dump({"form": form, "content": content}, unfinished)
        os.replace(name, file_of(number, form))
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def of_person(number):
    """Newest first."""
    found = (read(file) for file in folder().glob(f"{number}x*"))
    return sorted(filter(None, found), key=lambda one: one.moment, reverse=True)


def read(file):
    """None where it went meanwhile, or is torn."""
    try:
        moment = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        said = json.loads(file.read_text("utf-8"))
        return Typed(said["form"], moment, said["content"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(number, form):
    with suppress(OSError):
        file_of(number, form).unlink(missing_ok=True)


def older_than(moment):
    with suppress(FileNotFoundError), os.scandir(folder()) as files:
        for file in files:
            with suppress(OSError):
                if file.stat(follow_symlinks=False).st_mtime < moment:
                    yield file.name, file.stat(follow_symlinks=False).st_size


def remove_older_than(moment):
    for name, _size in list(older_than(moment)):
        with suppress(OSError):
            (folder() / name).unlink()
