"""The parts of an office file as text, of whatever encoding and however written."""

import codecs
import re
import zipfile

from profiles.files.archives import Unfit

MAX_XML = 100 * 2**20  # of one part that is read whole
DECLARES = re.compile(r"<!ENTITY", re.I)


def content(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise Unfit("damaged_package") from None
    if entry.file_size > MAX_XML:
        raise Unfit("bomb")
    return archive.read(entry)


def text_of(archive: zipfile.ZipFile, name: str) -> str:
    """An XML part as text, of whatever encoding; Unfit if it declares words of its own."""
    raw = content(archive, name)
    encoding = "utf-8"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif raw.startswith((b"<\0", b"\0<")):
        encoding = "utf-16-le" if raw.startswith(b"<\0") else "utf-16-be"
    text = raw.decode(encoding, "replace")
    if DECLARES.search(text):
        raise Unfit("two_faced")
    return unescaped(text) if "&#" in text else text


def unescaped(text: str) -> str:
    """Letters that stand there as numbers; `<`, `&` and quotes stay escaped."""

    def letter(found: re.Match[str]) -> str:
        number = int(found[1][1:], 16) if found[1].startswith(("x", "X")) else int(found[1])
        is_plain = 32 <= number < 0x110000 and chr(number) not in "<>&\"'"
        return chr(number) if is_plain else found[0]

    return re.sub(r"&#([xX][0-9a-fA-F]{1,6}|[0-9]{1,7});", letter, text)
