"""What to write over a film: at this place, these bytes (hexadecimal), and so many zeros behind."""

Blank = tuple[int, str, int]
