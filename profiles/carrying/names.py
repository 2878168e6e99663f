"""What each page and file is called, on every disk: FAT, exFAT, Windows, with readable words."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from profiles.files.variants import stem_of

REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
# Windows takes these for devices, whatever follows the dot.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)", re.I)
LONGEST = 120  # UTF-16 units; exFAT has 255, but Windows only 260 for the whole way to a file
LONGEST_ENDING = 20
INDEX = "index.html"
WIDTH = re.compile(r"(?:\.w(\d+)|-(\d+)x\d+)\.\w+$")


def portable(name):
    """One part of a path as every file system takes it."""
    name = REFUSED.sub("-", unicodedata.normalize("NFC", name)).strip(" ").rstrip(". ")
    name = DEVICES.sub(r"\1-", name, count=1) if DEVICES.match(name) else name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return cut(name, LONGEST) or "-"
    return f"{cut(stem, LONGEST - len(ending) - 1)}.{ending}"


def cut(text, longest):
    """At most so many UTF-16 units of a text, no sign of it halved."""
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * longest]
    return units.decode("utf-16-le", "ignore").rstrip(". ")


def path_of(*parts):
    return "/".join(map(portable, parts))


def parts_of(address):
    return [unquote(part) for part in urlsplit(address).path.split("/") if part]


def page_name(address):
    """ "/fr/papers/?page=2" is fr/papers/page=2/index.html: no address holds a "=", so none clashes."""
    query = ",".join(f"{name}={value}" for name, value in parse_qsl(urlsplit(address).query))
    return path_of(*parts_of(address), *([query] if query else []), INDEX)


def file_name(address, called, page):
    """Of what the page `page` shows or offers first, and which is `called` so as a download."""
    parts = parts_of(address)
    name = "/".join(parts[1:])
    if parts[0] == "icons":
        return path_of("pictures", f"icon-{called.rpartition('-')[2]}")
    if stem_of(name):
        width = next(filter(None, WIDTH.search(called).groups()))
        shown_on = parts_of(page)[1:] or ["profile"]
        return path_of("pictures", f"{shown_on[-1]}-{width}{PurePosixPath(called).suffix}")
    if parts[0] == "static":
        return path_of("pictures", called)
    if parts[0] == "media":
        return path_of("files", called)
    return path_of(*parts[:-1], called)  # a page in another form lies beside it


class Names:
    """Gives each address its own name, for file systems that don't tell A from a too."""

    def __init__(self):
        self.of_address, self.taken = {}, set()

    def give(self, address, wanted):
        if address not in self.of_address:
            name = next(one for one in alternatives(wanted) if one.casefold() not in self.taken)
            self.taken.add(name.casefold())
            self.of_address[address] = name
        return self.of_address[address]


def alternatives(wanted):
    """files/a.pdf, files/a-2.pdf and so on; of a page its folder."""
    yield wanted
    before, _slash, last = wanted.rpartition("/")
    for number in range(2, 1_000_000):
        if last == INDEX:
            yield f"{before}-{number}/{last}"
        else:
            stem, dot, ending = last.rpartition(".")
            numbered = f"{stem}-{number}.{ending}" if dot else f"{last}-{number}"
            yield f"{before}/{numbered}" if before else numbered


def leading(start, end, fragment=""):
    """The link from one file to another: "../papers/index.html#top"."""
    here, there = start.split("/")[:-1], end.split("/")
    same = 0
    while same < min(len(here), len(there) - 1) and here[same] == there[same]:
        same += 1
    path = "/".join([".."] * (len(here) - same) + [quote(one, safe="=,~") for one in there[same:]])
    return f"{path}#{fragment}" if fragment else path
