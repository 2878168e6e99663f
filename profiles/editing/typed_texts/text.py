"""What is kept of one form."""

from datetime import datetime
from typing import NamedTuple


class Typed(NamedTuple):
    form: str
    moment: datetime
    content: str  # JSON: {name of a field: its value}
