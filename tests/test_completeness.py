"""What an entry lacks or should mend, in words and at its field."""

import datetime

import pytest
from django.utils import timezone

from profiles.editing import completeness, left_alone, overview
from profiles.models import Paper, PaperFile, Programme, Vacancy, Video
from tests.builders import WHOLE_TEXTS


@pytest.fixture
def imrap(imrap):
    """Written in both languages."""
    imrap.name_en = "Malian Institute of Action Research for Peace"
    imrap.save()
    return imrap


def words_of(entry):
    model = type(entry)
    found = completeness.with_files(model.objects.filter(pk=entry.pk)).get()
    return [(remark.field, remark.text) for remark in left_alone.remarks_on(found)]


def test_an_entry_that_is_whole_has_no_remark(add_paper):
    paper = add_paper("Note", **WHOLE_TEXTS)
    assert words_of(paper) == []
    assert list(overview.candidates(Paper)) == []


def test_missing_texts_are_told(add_paper):
    assert words_of(add_paper("Note", body_fr="<p>Texte.</p>")) == [
        ("title_en", "The translation is missing: title (English)."),
        ("body_en", "The translation is missing: text (English)."),
    ]
    paper = add_paper("Autre", title_en="Other")
    assert words_of(paper) == [("body_fr", "The text is empty.")]
    assert paper in overview.candidates(Paper)


def test_a_picture_without_words_is_told(add_paper):
    paper = add_paper("Note", image="papers/a.jpg", is_draft=True, **WHOLE_TEXTS)
    assert words_of(paper) == [("image_alt_fr", "The picture has no alternative text.")]
    assert list(overview.candidates(Paper)) == [paper]
    Paper.objects.update(image_is_decorative=True)
    assert words_of(paper) == []


def test_a_heavy_file_and_one_without_text_are_told(add_paper):
    paper = add_paper("Note", **WHOLE_TEXTS)
    facts = {"format": "pdf", "page_count": 1, "sha256": "", "language": "fr"}
    files = [
        PaperFile(paper=paper, file="papers/a.pdf", size=5_000_000, text="Mali", **facts),
        PaperFile(paper=paper, file="papers/b.pdf", size=5_000_001, text="Mali", **facts),
        PaperFile(paper=paper, file="papers/c.pdf", size=1, text="", **facts | {"language": "bm"}),
    ]
    PaperFile.objects.bulk_create(files)
    assert words_of(paper) == [
        ("files-1-file", "A file has more than 5 MB: add a light edition."),
        (
            "files-2-file",
            "A PDF holds no text, only pictures of pages: replace it by one with text, or add the text as another file in its language.",
        ),
    ]
    assert list(overview.candidates(Paper)) == [paper]


@pytest.mark.parametrize(
    ("flaw", "remark"),
    [
        ({"size": 5_000_001}, "A file has more than 5 MB: add a light edition."),
        (
            {"text": ""},
            "A PDF holds no text, only pictures of pages: replace it by one with text, or add the text as another file in its language.",
        ),
        ({"language": ""}, "The language of a file is missing."),
    ],
)
def test_one_flaw_of_a_file_is_enough_to_be_told(add_paper, flaw, remark):
    facts = {"format": "pdf", "size": 1, "text": "Mali", "sha256": "", "language": "fr"}
    for title in ("Note", "Autre"):
        paper = add_paper(title, **WHOLE_TEXTS)
        facts |= {"paper": paper, "file": "papers/a.pdf"}
        other = {"language": "bm", **flaw}
        PaperFile.objects.bulk_create([PaperFile(**facts), PaperFile(**facts | other)])
        flaw = {}
    assert [paper.title_fr for paper in overview.candidates(Paper)] == ["Note"]
    paper = Paper.objects.get(title_fr="Note")
    assert [text for _field, text in words_of(paper)] == [remark]


@pytest.mark.on_a_folder("see test_bucket")
def test_a_heavy_film_or_offer_is_told(imrap, media_folder):
    facts = {"organisation": imrap, "title_fr": "Note", **WHOLE_TEXTS}
    film = Video.objects.create(**facts, file="videos/film.mp4")
    offer = Vacancy.objects.create(**facts, file="vacancies/offre.pdf")
    assert (words_of(film), words_of(offer)) == ([], [])  # both files are lost
    for entry in (film, offer):
        path = media_folder / entry.file.name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x" * 5_000_001)
    words = (
        "The film has more than 5 MB: save it again in 480p and replace it, or give a web address "
        "where it can be watched. If you type how long it lasts, up to 6 MB a minute are fine."
    )
    assert words_of(film) == [("file", words)]
    assert words_of(offer) == [("file", "The file has more than 5 MB: choose a lighter one.")]
    for entry in (film, offer):
        assert list(overview.candidates(type(entry))) == [entry]
        (media_folder / entry.file.name).write_bytes(b"x" * 5_000_000)
    assert (words_of(film), words_of(offer)) == ([], [])


def test_a_deadline_that_is_past_is_nothing_to_complete(imrap):
    yesterday = timezone.now() - datetime.timedelta(days=1)
    facts = {"organisation": imrap, "title_fr": "Poste", "deadline": yesterday}
    vacancy = Vacancy.objects.create(**facts, **WHOLE_TEXTS)
    assert words_of(vacancy) == []
    assert list(overview.candidates(Vacancy)) == []
    assert completeness.anchor("deadline") == "id_deadline_0"


def test_of_many_entries_some_are_looked_at(imrap):
    programmes = [
        Programme(organisation=imrap, title_fr="Note", title_en="Note", slug=f"note-{number}")
        for number in range(121)
    ]
    Programme.objects.bulk_create(programmes)
    found = overview.overview([Programme, Paper])
    assert (found.number, found.is_more) == (120, True)
    assert [remark.text for remark in found.remarks] == 20 * ["The text is empty."]
    Programme.objects.first().delete()
    assert overview.overview([Programme, Paper])[1:] == (120, False)


@pytest.mark.parametrize(
    ("model", "field"),
    [(Programme, "website"), (Vacancy, "link"), (Video, "watch_url"), (Paper, "source_url")],
)
def test_an_address_without_encryption_is_told(imrap, model, field):
    fields = {"organisation": imrap, "title_fr": "Note", **WHOLE_TEXTS}
    model.objects.create(**fields, **{field: "https://a.org/"}, slug="sure")
    entry = model.objects.create(**fields, **{field: "http://a.org/"})
    assert list(overview.candidates(model)) == [entry]
    assert words_of(entry) == [(field, "The link does not begin with https://.")]


def test_a_link_without_encryption_is_told(imrap):
    body = '<p><a href="http://a.org/">a</a></p>'
    fields = {**WHOLE_TEXTS, "body_fr": body, "watch_url": "http://interpeace.org/film"}
    video = Video.objects.create(organisation=imrap, title_fr="Film", **fields)
    assert words_of(video) == [
        ("watch_url", "The link does not begin with https://."),
        ("body_fr", "A link in the text does not begin with https://."),
    ]
