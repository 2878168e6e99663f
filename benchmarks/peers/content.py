"""What the other sites hold: as many entries as the site's example, and its stylesheet."""

import random
from datetime import date
from pathlib import Path

KINDS = ["programmes", "mandates", "vacancies", "videos", "papers"]
ENTRIES = 70
STYLE = (Path(__file__).resolve().parents[2] / "static/site.css").read_text()[:12_800]
SYLLABLES = [
    "ba",
    "co",
    "da",
    "di",
    "en",
    "fo",
    "ga",
    "ko",
    "la",
    "ma",
    "mé",
    "mi",
    "né",
    "pa",
    "po",
    "ra",
    "ré",
    "sa",
    "sé",
    "so",
    "ta",
    "ti",
    "to",
    "va",
]


def entries():
    """The facts of each, the same at every call."""
    chance = random.Random(1)  # noqa: S311
    for number in range(ENTRIES):
        yield {
            "kind": KINDS[number] if number < len(KINDS) else chance.choice(KINDS),
            "slug": f"essai-{number}",
            "title": f"Essai {number} : {sentence(chance, 8)}",
            "summary": sentence(chance, 150),
            "body": "\n\n".join(sentence(chance, 150) for _paragraph in range(12)),
            "date": date(2014 + number % 12, 1 + number % 12, 1 + number % 28),
        }


def sentence(chance, length):
    words = ("".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _word in range(length))
    return " ".join(words).capitalize() + "."
