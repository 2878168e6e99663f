"""The search that needs no server: from keys to entries, in a file that a script reads.

Each line has a key and where it stands: "conflit 0t 3 5p0.12" is in the title of the first entry, in
the text of the fourth, and first on page 12 of the first file of the sixth.
"""

import json

from profiles.carrying import texts
from profiles.search import keys
from profiles.search.questions import STOP_WORDS

PAGE_END = "\f"
PLACES = {texts.TITLE: "t", texts.TEXT: ""}

UNSAID = sorted(STOP_WORDS)


def keys_of(text, language):
    """Every key of a text, of its words and of their parts."""
    found = {}
    for whole, parts in keys.words_of(text):
        for word in (*parts, whole):
            found.update(dict.fromkeys(key for key in keys.keys(word, language) if key.isalnum()))
    return found


def for_plain_programs(found):
    """Keys for programs that take each word as it was typed, and want every word of a question:
    plurals, elided articles, and the words that say nothing."""
    found = list(found)
    plain = [key for key in found if key.isalpha() and key.isascii() and len(key) > 2]
    plurals = [f"{key}s" for key in plain if key[-1] not in "sxz"]
    elided = [f"{article}'{key}" for key in plain if key[0] in "aehiouy" for article in "ld"]
    return list(dict.fromkeys([*found, *plurals, *elided, *in_arabic(found), *UNSAID]))


def in_arabic(found):
    """With the article, and with the ending that keys unify."""
    arabic = [key for key in found if "\u0620" <= key[0] <= "\u064a"]
    arabic += [f"{key[:-1]}ة" for key in arabic if key.endswith("ه")]
    return [*arabic, *(f"ال{key}" for key in arabic)]


class Index:
    def __init__(self):
        self.entries, self.places = 0, {}

    def add(self, passages, files):
        """An entry: its passages in every language, and for each file (language, text)."""
        found = {}
        for one in sorted(passages, key=lambda one: one.place != texts.TITLE):
            for key in keys_of(one.text, one.language):
                found.setdefault(key, PLACES[one.place])
        for number, (language, text) in enumerate(files):
            pages = text.split(PAGE_END)
            for page, content in enumerate(pages, 1):
                place = f"p{number}.{page if len(pages) > 1 else 0}"
                for key in keys_of(content, language):
                    found.setdefault(key, place)
        for key, place in found.items():
            self.places.setdefault(key, []).append(f"{self.entries}{place}")
        self.entries += 1

    def script(self):
        """What a page loads: scripts may not read files beside them, but may be one."""
        lines = (f"{key} {' '.join(where)}" for key, where in sorted(self.places.items()))
        letters = {sign: ways[0] for sign, ways in keys.TYPED_AS.items()}
        index = json.dumps("\n".join(lines), ensure_ascii=False)
        return (
            f"const LETTERS={json.dumps(letters, ensure_ascii=False)},"
            f"UNSAID={json.dumps(UNSAID, ensure_ascii=False)},"
            f"ENTRIES={self.entries},INDEX={index};\n"
        )
