"""`manage.py seed`: the starter content word for word, once, and never over what staff changed."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from profiles.models import (
    KINDS,
    Organisation,
    Paper,
    PaperFile,
    Video,
)
from profiles.publishing import State
from profiles.richtext import plain

pytestmark = pytest.mark.django_db

VIDEO_ADDRESS = "http://interpeace.org/resource/portraits-dynamiques-resilience"
PAPER_ADDRESS = (
    "https://issat.dcaf.ch/ara/Learn/Resource-Library/Policy-and-Research-Papers/"
    "Renforcement-de-la-confiance-entre-les-populations-civiles-et-les-forces-de-defense-et-de-"
    "securite-diagnostic-et-solutions-pour-une-paix-durable-au-Mali"
)


def seed(*options):
    """What the command prints."""
    out = StringIO()
    call_command("seed", *options, stdout=out)
    return out.getvalue()


def paragraphs(body):
    return [plain(paragraph) for paragraph in re.findall(r"<p>.*?</p>", body, re.DOTALL)]


def numbers():
    return {address: kind.objects.count() for address, kind in KINDS.items()}


# The organisation, the video and the paper


def test_it_says_in_one_line_what_it_added_and_what_was_there():
    assert seed() == "Added: 1 organisation, 1 video, 1 paper. Already there: nothing.\n"
    assert seed() == "Added: nothing. Already there: 1 organisation, 1 video, 1 paper.\n"


def test_the_organisation_stands_there_with_its_name_and_its_text():
    seed()
    imrap = Organisation.objects.get()
    assert imrap.slug == "imrap"
    assert imrap.name_fr == "L’Institut Malien de Recherche Action pour la Paix"
    assert imrap.acronym == "IMRAP"
    assert paragraphs(imrap.description_fr) == [
        "L’Institut Malien de Recherche Action pour la Paix (IMRAP) est une association malienne "
        "créée en réponse à la crise de 2012 et face au besoin de recréer le tissu social. Leur "
        "objectif est de contribuer au renouvellement d’un vouloir vivre ensemble harmonieux et à "
        "l’enracinement du dialogue inclusif comme mécanisme permettant de faire face ensemble "
        "aux défis à la paix et de construire une paix durable et rétablir la confiance entre les "
        "maliens demande un engagement à long terme."
    ]
    assert imrap.name_en == imrap.description_en == ""


def test_the_organisation_can_be_reached():
    seed()
    imrap = Organisation.objects.get()
    assert imrap.founded == "2013-10-31"
    assert imrap.email == "info@imrap-mali.org"
    assert imrap.telephones == "+223 20 22 18 48\n+223 76 02 42 80"
    assert imrap.postal_address == (
        "Badalabougou Est\nAvenue de l'OUA, rue 27, porte 357\nBamako, Mali"
    )
    assert imrap.website == "https://imrap-mali.org/"


def test_the_video_has_all_its_paragraphs_and_its_closing_sentence():
    seed()
    video = Video.objects.get()
    assert video.title_fr == (
        "Portraits croisés | Dynamiques de conflit & résilience dans la zone de "
        "Koro-Bankass (Mopti)"
    )
    first, second, third, fourth, closing = paragraphs(video.body_fr)
    assert first == (
        "La région du Centre du Mali, bien que restée depuis la crise de 2012 largement en marge "
        "de la mobilisation internationale et gouvernementale – focalisée principalement sur les "
        "régions du Nord – fait depuis quelques mois l’objet d’une attention croissante."
    )
    assert second.endswith("d’acteurs armés actifs et d’incidents violents dans ses environs.")
    assert third.startswith("Face à ce constat, l’Institut Malien de Recherche Action pour la Paix")
    assert fourth.startswith("À l’invitation du Programme pour la stabilisation et les opérations")
    assert fourth.endswith("mener des projets de développement de manière responsable et durable.")
    assert closing == (
        "Pour accéder à la vidéo Portraits croisés | Dynamiques de conflit & résilience dans la "
        "zone de Koro-Bankass (Mopti), veuillez suivre le lien."
    )
    assert len(plain(video.body_fr)) == 1649


def test_the_paper_has_all_its_paragraphs_and_its_closing_sentence():
    seed()
    paper = Paper.objects.get()
    assert paper.title_fr == (
        "Renforcement de la confiance entre les populations civiles et les forces de défense et "
        "de sécurité: diagnostic et solutions pour une paix durable au Mali"
    )
    first, second, third, fourth, closing = paragraphs(paper.body_fr)
    assert first.startswith("L’histoire du Mali, de l’époque précoloniale jusqu’à aujourd’hui, est")
    assert "les obstacles à la paix , mis au jour une grave crise de confiance" in first
    assert first.endswith("la crise de 2012 et à l’impasse actuelle.")
    assert second.startswith("Néanmoins, aux yeux des populations maliennes comme des membres")
    assert second.endswith("(MINUSMA) dans la poursuite de leur mandat en attestent.")
    assert third.startswith("La Conférence nationale a donc établi en janvier 2015 que la priorité")
    assert fourth.startswith("L’objectif de cette publication d'IMRAP et d’Interpeace est")
    assert "contribuer au rétablissement/ renforcement de la confiance" in fourth
    assert fourth.endswith("l’inclusivité du processus et son appropriation par les Maliens.")
    assert closing == (
        "Pour accéder à la publication Renforcement de la confiance entre les populations civiles "
        "et les forces de défense et de sécurité: diagnostic et solutions pour une paix durable au "
        "Mali, veuillez cliquer sur le lien."
    )
    assert len(plain(paper.body_fr)) == 3278


def test_the_closing_sentences_lead_where_the_entries_lead():
    seed()
    video, paper = Video.objects.get(), Paper.objects.get()
    assert video.watch_url == VIDEO_ADDRESS
    assert f'<a href="{VIDEO_ADDRESS}"' in video.body_fr
    assert paper.source_url == PAPER_ADDRESS
    assert f'<a href="{PAPER_ADDRESS}"' in paper.body_fr
    for body, words in [(video.body_fr, "suivre le lien"), (paper.body_fr, "cliquer sur le lien")]:
        assert re.findall(r"<a [^>]*>(.*?)</a>", body) == [words]


def test_facts_are_stored_and_nothing_is_guessed():
    seed()
    video, paper = Video.objects.get(), Paper.objects.get()
    assert paper.type == "research"
    assert paper.date == paper.dated == "2016-06"
    assert paper.licence_fr == "© IMRAP et Interpeace 2016, Tous droits réservés"
    assert paper.partners == video.partners == "Interpeace"
    assert video.date == video.language == paper.authors == paper.isbn == paper.doi == ""
    assert video.duration is None
    assert not paper.files.exists()
    for entry in (video, paper):
        assert not entry.image
        assert entry.title_en == entry.summary_fr == entry.summary_en == entry.body_en == ""
    assert paper.licence_en == ""


def test_visitors_see_the_starter_at_once():
    seed()
    assert Video.objects.published().count() == 1
    assert Paper.objects.published().count() == 1


# Run again


def test_what_staff_changed_stays_as_it_is():
    seed()
    paper = Paper.objects.get()
    paper.title_fr, paper.body_fr, paper.is_draft = "Un autre titre", "<p>Un autre texte.</p>", True
    paper.save()
    Organisation.objects.update(name_fr="Un autre nom", email="autre@example.org")
    seed()
    paper = Paper.objects.get()
    assert paper.title_fr == "Un autre titre"
    assert paper.body_fr == "<p>Un autre texte.</p>"
    assert paper.state == State.DRAFT
    imrap = Organisation.objects.get()
    assert (imrap.name_fr, imrap.email) == ("Un autre nom", "autre@example.org")


def test_an_organisation_with_a_new_short_name_gets_no_twin():
    seed()
    Organisation.objects.update(slug="imrap-mali")
    Video.objects.all().delete()
    seed()
    assert Organisation.objects.get().slug == "imrap-mali"
    assert Video.objects.get().organisation.slug == "imrap-mali"


def test_what_staff_deleted_comes_back_when_seed_is_run_again():
    seed()
    Video.objects.all().delete()
    assert seed() == "Added: 1 video. Already there: 1 organisation, 1 paper.\n"


# The sample


def test_the_sample_has_the_real_works_and_an_example_of_every_kind():
    expected = {"programmes": 7, "mandates": 1, "vacancies": 2, "videos": 4, "papers": 14}
    assert seed("--sample") == (
        "Added: 1 organisation, 4 videos, 14 papers, 7 programmes, 1 support mandate, "
        "2 vacancies, 2 files. Already there: nothing.\n"
    )
    assert numbers() == expected
    assert seed("--sample").startswith("Added: nothing.")
    assert numbers() == expected
    assert PaperFile.objects.count() == 2


# Papers for load


def test_generated_papers_are_added_up_to_their_number():
    assert seed("--entries", "25") == (
        "Added: 1 organisation, 1 video, 26 papers. Already there: nothing.\n"
    )
    assert seed("--entries", "25").startswith("Added: nothing.")
    assert Paper.objects.count() == 26
    assert seed("--entries", "27").startswith("Added: 2 papers.")
    assert Paper.objects.published().count() == 28


def test_generated_papers_say_what_they_are_and_are_the_same_everywhere():
    seed("--entries", "3")
    papers = Paper.objects.filter(slug__startswith="papier-essai-").order_by("slug")
    assert [(paper.slug, paper.title_fr, paper.date) for paper in papers] == [
        ("papier-essai-00001", "Papier d’essai 00001 : foncier, Mopti", "2026"),
        ("papier-essai-00002", "Papier d’essai 00002 : confiance, Bamako", "2014"),
        ("papier-essai-00003", "Papier d’essai 00003 : justice, Mopti", "2021-03-12"),
    ]
    assert all("Ce texte sert à essayer le site" in paper.body_fr for paper in papers)


def test_generated_papers_are_dated_to_the_year_the_month_or_the_day():
    seed("--entries", "60")
    papers = Paper.objects.filter(slug__startswith="papier-essai-")
    assert {len(paper.dated) for paper in papers} == {4, 7, 10}
    assert {paper.date == paper.dated for paper in papers} == {True}
    assert all("2013" <= paper.dated[:4] <= "2026" for paper in papers)


@pytest.mark.parametrize("number", ["-1", "x", "1.5"])
def test_a_number_that_is_none_is_refused(number):
    with pytest.raises(CommandError, match="is not a whole number"):
        seed(f"--entries={number}")


# A file with mistakes


@pytest.fixture
def seed_from(tmp_path, monkeypatch):
    """Seeds from a text instead of the project's file."""
    monkeypatch.setattr("profiles.management.commands.seed.STARTER", tmp_path)

    def seed_text(text):
        (tmp_path / "profile.toml").write_text(text, "utf-8")
        return seed()

    return seed_text


ASSOCIATION = '[organisation]\nslug = "exemple"\nname_en = "An association"\n'


def test_another_association_writes_its_own_file(seed_from):
    assert seed_from(
        ASSOCIATION
        + '[[programmes]]\nslug = "eau"\ntitle_en = "Water"\nstart = 2019-02-28\n'
        + '[[papers]]\nslug = "puits"\ntitle_en = "Wells"\ndate = 2016\nprogramme = "eau"\n'
        + 'is_draft = true\nposition = 3\nauthors = ["A. Keita", "B. Diallo"]\n'
    ) == ("Added: 1 organisation, 1 programme, 1 paper. Already there: nothing.\n")
    paper = Paper.objects.get()
    assert paper.organisation.name_en == "An association"
    assert (paper.programme.title_en, paper.programme.start) == ("Water", "2019-02-28")
    assert (paper.date, paper.position, paper.authors) == ("2016", 3, "A. Keita\nB. Diallo")
    assert paper.state == State.DRAFT


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[papers]\nslug = "a"', "profile.toml can't be read: "),
        ('[[books]]\nslug = "a"', "profile.toml: nothing is called “books”."),
        ("papers = 3", "profile.toml: write “papers” as tables, each under [[papers]]."),
        ('[[papers]]\ntitle_fr = "Un papier"', "profile.toml, paper “Un papier”: a slug is missin"),
        (
            '[[papers]]\nslug = "a"\ntitle_fr = "A"\n[[papers]]\nslug = "a"\ntitle_fr = "B"',
            "profile.toml, paper “a”: this slug stands there twice.",
        ),
        (
            '[[papers]]\nslug = "a"\ntitel_fr = "A"',
            "profile.toml, paper “a”: there is no field “titel_fr”.",
        ),
        (
            '[[papers]]\nslug = "a"\ntitle_fr = "A"\ndated = "2016"',
            "profile.toml, paper “a”: there is no field “dated”.",
        ),
        (
            '[[videos]]\nslug = "a"\ntitle_fr = "A"\ndate = "2016-13"',
            "profile.toml, video “a”: date: “2016-13” is not a date.",
        ),
        (
            '[[mandates]]\nslug = "a"\ntitle_fr = "A"\nstart = 2019\nend = "bientôt"',
            "profile.toml, support mandate “a”: end: “bientôt” is not a date.",
        ),
        (
            '[[mandates]]\nslug = "a"\ntitle_fr = "A"\nstart = "juin 2019"\nend = 2018-06-30',
            "profile.toml, support mandate “a”: end: The end lies before the start.",
        ),
        (
            '[[vacancies]]\nslug = "a"\ntitle_fr = "A"\ndeadline = "fin juin"',
            "profile.toml, vacancy “a”: deadline: “fin juin” is not a day.",
        ),
        (
            '[[vacancies]]\nslug = "a"\ntitle_fr = "A"\ndeadline = 2016-06-30',
            "profile.toml, vacancy “a”: deadline: The deadline lies before the publication",
        ),
        (
            '[[vacancies]]\nslug = "a"\ntitle_fr = "A"\ndeadline_in_days = 99999999999',
            "profile.toml, vacancy “a”: ",
        ),
        ('[[videos]]\nslug = "a"', "profile.toml, video “a”: title_fr: Type a title in at least"),
        (
            '[[videos]]\nslug = "a"\ntitle_fr = "A"\nprogramme = "b"',
            "profile.toml, video “a”: there is no programme “b” in these files.",
        ),
        (
            '[[videos]]\nslug = "a"\ntitle_fr = "A"\nfile = "film.mp4"',
            "profile.toml, video “a”: the file “film.mp4” can't be read: No such file or directory.",
        ),
        (
            '[[videos]]\nslug = "a"\ntitle_fr = "A"\nfile = "profile.toml"',
            "profile.toml, video “a”: file: This kind of file cannot be taken: “profile.toml”.",
        ),
        (
            '[[videos]]\nslug = "a"\ntitle_fr = "A"\nimage = "profile.toml"',
            "profile.toml, video “a”: This file is not a picture: “profile.toml”.",
        ),
        (
            '[[papers]]\nslug = "a"\ntitle_fr = "A"\nfiles = ["a.pdf"]',
            "profile.toml: write “papers.files” as tables, each under [[papers.files]].",
        ),
        (
            '[[vacancies]]\nslug = "a"\ntitle_fr = "A"\ndeadline_in_days = "soon"',
            "profile.toml, vacancy “a”: ",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named_and_nothing_is_stored(seed_from, text, sentence):
    with pytest.raises(CommandError) as refusal:
        seed_from(f"{text}\n{ASSOCIATION}")
    assert str(refusal.value).startswith(f"Nothing was stored. {sentence}")
    assert not Organisation.objects.exists()
    assert sum(numbers().values()) == 0


def test_an_entry_needs_an_organisation(seed_from):
    with pytest.raises(CommandError, match="There is no organisation that entries could belong"):
        seed_from('[[papers]]\nslug = "a"\ntitle_fr = "A"\n')
