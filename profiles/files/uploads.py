"""What a request brought, read before anything is locked."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError

from profiles.files import documents, pictures


def read_ahead(files: Iterable[Any]) -> None:
    """Read each file by its content; fields and models, which ask later, find what was found."""
    for file in files:
        reading = documents.read if documents.format_of(file) else pictures.reencode
        with suppress(ValidationError):  # its field will say it, in the form
            reading(file)
