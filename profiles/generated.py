"""Papers made by the hundred or the hundred thousand, to try the site under load."""

import random
from itertools import islice

from profiles.models import Paper
from profiles.seeding import PUBLISHED, our_organisation

BATCH = 1_000

THEMES = [
    "cohésion sociale", "confiance", "dialogue inclusif", "forces de défense et de sécurité",
    "foncier", "gouvernance locale", "jeunesse", "justice", "leadership féminin", "médiation",
    "pâturages", "réconciliation", "réfugiés", "résilience", "transhumance", "vivre ensemble",
]  # fmt: skip
PLACES = [
    "Ansongo", "Bamako", "Bankass", "Bourem", "Gao", "Kayes", "Kidal", "Koro", "Ménaka",
    "Mopti", "Ségou", "Sikasso", "Taoudénit", "Tombouctou",
]  # fmt: skip
SENTENCES = [
    "Ce texte sert à essayer le site : il ne dit rien du thème « {theme} ».",
    "À {place}, personne n’a été consulté pour l’écrire.",
    "Les mots « {theme} » et « {place} » y sont pour que la recherche les trouve.",
    "Aucune enquête sur « {theme} » n’a eu lieu à {place} pour ce papier d’essai.",
    "Le paragraphe est long pour que la page ait le poids d’une vraie page.",
]


def add_papers(number):
    """Fill up to `number` generated papers; gives how many were added and were there already."""
    generated = Paper.objects.filter(slug__startswith=load_slug(""))
    taken = set(generated.values_list("slug", flat=True))
    missing = [one for one in range(1, number + 1) if load_slug(f"{one:05}") not in taken]
    organisation = our_organisation({})
    papers = (generated_paper(one, organisation) for one in missing)
    while batch := list(islice(papers, BATCH)):
        Paper.objects.bulk_create(batch)
    return len(missing), number - len(missing)


def load_slug(number):
    return f"papier-essai-{number}"


def generated_paper(number, organisation):
    """The same number gives the same paper on every machine."""
    chance = random.Random(number)  # noqa: S311
    theme, place = chance.choice(THEMES), chance.choice(PLACES)
    date = random_date(chance)
    return Paper(
        organisation=organisation,
        slug=load_slug(f"{number:05}"),
        title_fr=f"Papier d’essai {number:05} : {theme}, {place}",
        body_fr="\n".join(random_paragraph(chance) for _ in range(chance.randint(2, 5))),
        type=chance.choice(Paper.Type.values),
        date=date,
        dated=date,  # bulk_create() does not call save()
        **PUBLISHED,
    )


def random_date(chance):
    """Known to the year, the month or the day."""
    parts = [chance.randint(2013, 2026), chance.randint(1, 12), chance.randint(1, 28)]
    year, *rest = parts[: chance.randint(1, 3)]
    return "-".join([str(year), *(f"{part:02}" for part in rest)])


def random_paragraph(chance):
    sentences = (
        chance.choice(SENTENCES).format(theme=chance.choice(THEMES), place=chance.choice(PLACES))
        for _ in range(chance.randint(4, 8))
    )
    return f"<p>{' '.join(sentences)}</p>"
