"""What stands in a cell, as text: the same from a workbook, from a csv file and back."""

import datetime
import re

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

LONGEST = 32_000  # a spreadsheet program cuts what is longer than 32,767 signs
TOO_LONG = "[…] "  # opens the note that stands in place of a longer text
HALF_A_SECOND = datetime.timedelta(seconds=0.5)
FORMULA = re.compile(r"'*[=+\-@\t\r]")
SIGN_IN_XML = re.compile(r"_x([0-9A-Fa-f]{4})_")
IN_QUOTES_OR_BRACKETS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def escaped(text):
    """Text that no spreadsheet program takes for a formula: an apostrophe before the sign."""
    return f"'{text}" if FORMULA.match(text) else text


def unescaped(text):
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def tidy(text):
    """Without what cells lose on their way: outer spaces, signs of control, kinds of line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return ILLEGAL_CHARACTERS_RE.sub("", text).strip()


def from_xml(text):
    """A workbook's text with the signs that no XML may hold, which Excel writes as _x000D_."""
    if "_x" not in text:
        return text
    text = SIGN_IN_XML.sub(lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_xml(text):
    """The reverse for what would be taken for such a sign."""
    return SIGN_IN_XML.sub(lambda found: f"_x005F{found[0]}", text)


def text_of(value, number_format=""):
    """A workbook's cell as its reader sees it: numbers without ".0", dates as ISO text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return shown_moment(value, number_format)
    if isinstance(value, datetime.date):
        return shown_date(value, number_format)
    if isinstance(value, datetime.time):
        since_midnight = datetime.datetime.combine(datetime.date.min, value)
        return shown_duration(since_midnight - datetime.datetime.min, number_format)
    if isinstance(value, datetime.timedelta):
        return shown_duration(value, number_format)
    return unescaped(tidy(str(value)))


def shown_moment(moment, number_format):
    """With its hour, if it has one: programs write a day alone as its first moment."""
    moment = (moment + HALF_A_SECOND).replace(microsecond=0)  # numbers only come close to one
    if moment.time() == datetime.time.min:
        return shown_date(moment, number_format)
    return moment.isoformat(sep=" ", timespec="minutes")


def shown_date(date, number_format):
    """As precise as the cell shows it: spreadsheets turn "06/2016" into the first of June."""
    shown = IN_QUOTES_OR_BRACKETS.sub("", number_format).lower()
    if "d" in shown or "y" not in shown:
        return date.isoformat()[:10]
    return date.isoformat()[:7] if "m" in shown else date.isoformat()[:4]


def shown_duration(duration, number_format):
    """ "12:30" typed into a cell is stored as a time of day: take what the cell shows."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    shows_seconds = "s" in number_format.lower() or seconds
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if shows_seconds else "")
