"""Audio summaries: on pages, in forms, in the history, in search; and whom they are hidden from."""

import gzip
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from profiles import preview, search
from profiles.editing import completeness, history, left_alone, overview
from profiles.models import KINDS, AudioSummary, Organisation, Paper, PaperFile, Programme, Video
from tests.builders import (
    VOICE,
    WHOLE_TEXTS,
    a_file,
    a_recording,
    case,
    filled,
    paper_form,
    seen_in,
    words,
)

PAPERS = "/admin/profiles/paper"
migration = import_module("profiles.migrations.0009_audio_summaries")


@pytest.fixture(autouse=True)
def kinds_are_known(db):
    """A server asks for each kind's number once, and never again."""
    ContentType.objects.get_for_models(Organisation, AudioSummary, *KINDS.values())


def audio_row(number=0, total=1, initial=0, **fields):
    """A row of the recordings, as a form sends it."""
    row = {"language": "bm", "transcript": "", **fields}
    counts = {"audio-TOTAL_FORMS": str(total), "audio-INITIAL_FORMS": str(initial)}
    return {**counts, **{f"audio-{number}-{name}": value for name, value in row.items()}}


def voice(name="message.opus"):
    return SimpleUploadedFile(name, VOICE)


def players(response):
    return re.findall(r"<audio [^>]*>", response.text)


# Pages

PLAY = """async () => {
  const audio = document.querySelector("audio");
  await audio.play();
  await new Promise((heard) => audio.addEventListener("timeupdate", () => audio.currentTime && heard()));
  return {at: audio.currentTime, duration: audio.duration};
}"""


def test_an_entry_can_be_listened_to_in_plain_sight_and_costs_nothing_before(client, add_paper):
    one = a_recording(add_paper(), seconds=125, size=640_000)
    page = client.get("/fr/papers/autoportrait-du-mali/")
    assert players(page) == [
        f'<audio src="{one.file.url}" controls preload="none" aria-labelledby="recording-{one.pk}">'
    ]
    assert '<b lang="bm">Bamanankan</b> Écouter <span' in page.text
    assert "(2 min 05 s, 640 Ko)" in words(page)
    assert f'<a href="{one.file.url}" download>Télécharger pour WhatsApp' in page.text
    assert "media-src 'self'" in page["Content-Security-Policy"]
    assert page.text.index("<audio") < page.text.index('class="entry-text"')


def test_a_recording_in_the_page_s_language_has_one_name(client, add_paper):
    a_recording(add_paper(), language="fr")
    a_recording(Paper.objects.get(), language="ar")
    french = words(client.get("/fr/papers/autoportrait-du-mali/"))
    english = words(client.get("/en/papers/autoportrait-du-mali/"))
    assert "<b>Français</b> Écouter <span" in french
    assert '<b lang="ar" dir="rtl">العربية</b> Écouter en arabe' in french
    assert '<b lang="fr">Français</b> Listen in French' in english


def test_what_is_said_stands_folded_in_its_own_language_and_direction(client, add_paper):
    a_recording(add_paper(), language="ar", transcript="سلام\n\nمالي")
    page = words(client.get("/fr/papers/autoportrait-du-mali/"))
    assert "<summary>Lire ce qui est dit" in page
    assert '<div lang="ar" dir="rtl"><p>سلام</p> <p>مالي</p></div>' in page


def test_without_recordings_nothing_is_said_of_listening(client, add_paper):
    add_paper()
    for address in ("/fr/", "/fr/papers/", "/fr/papers/autoportrait-du-mali/"):
        page = client.get(address).text.partition("</style>")[2]
        assert "couter" not in page
        assert "listen" not in page


def test_cards_say_what_there_is_to_listen_to_and_play_nothing(client, add_paper):
    paper = add_paper()
    a_recording(paper, seconds=125)
    a_recording(paper, language="ff", seconds=45)
    for address in ("/fr/", "/fr/papers/"):
        page = client.get(address)
        told = "À écouter\u00a0: bamanankan, 2 min\u202f; fulfulde, 45 s"
        assert re.findall(r"<li class=\"spoken\">(.*?)</li>", page.text) == [told]
        assert players(page) == []
    assert "To listen to: Bamanankan, 2 min; Fulfulde, 45 s" in client.get("/en/").text


def test_the_organisation_is_listened_to_on_the_profile(client, imrap):
    one = a_recording(imrap, transcript="An be kuma.")
    page = client.get("/fr/")
    assert len(players(page)) == 1
    assert "An be kuma." in page.text
    answer = client.get(one.file.url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/ogg")
    answer.close()


def test_the_recordings_of_a_whole_profile_cost_one_query(
    client, imrap, add_paper, django_assert_num_queries
):
    for number in range(3):
        a_recording(add_paper(f"Note {number}"))
        a_recording(Programme.objects.create(organisation=imrap, title_fr="P", is_draft=False))
    a_recording(imrap)
    with django_assert_num_queries(8):
        page = client.get("/fr/")
    assert page.text.count("À écouter") == 6


@pytest.mark.django_db(transaction=True)
def test_a_tap_plays_it_and_before_nothing_is_loaded(page, live_server, add_paper):
    one, asked = a_recording(add_paper()), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/fr/papers/autoportrait-du-mali/")
    page.wait_for_load_state("networkidle")
    assert not [address for address in asked if "/media/" in address]
    heard = page.evaluate(PLAY)
    assert heard["at"] > 0
    assert heard["duration"] == pytest.approx(2.5, abs=0.1)
    assert f"{live_server.url}{one.file.url}" in asked


# Files


def test_a_recording_is_played_in_pieces_and_saved_where_a_link_says_so(client, add_paper):
    one = a_recording(add_paper())
    piece = client.get(one.file.url, headers={"range": "bytes=0-3"})
    assert (piece.status_code, b"".join(piece)) == (206, b"OggS")
    assert piece["Content-Disposition"].startswith("inline")
    assert one.file.name.endswith("/PTT-20261125-WA0001.ogg".lower())


def test_the_file_of_a_draft_is_hidden_whatever_else_uses_the_same(client, add_paper, imrap, staff):
    paper = add_paper(is_draft=True)
    hidden = a_recording(paper)
    seen = a_recording(Programme.objects.create(organisation=imrap, title_fr="P", is_draft=False))
    answers = [client.get(one.file.url) for one in (hidden, seen)]
    assert [answer.status_code for answer in answers] == [404, 200]
    answers[1].close()
    for folder in ("videos", "organisation"):
        assert client.get(hidden.file.url.replace("papers", folder)).status_code == 404
    client.force_login(staff)
    client.get(hidden.file.url).close()
    token = preview.token_for(paper)
    visitor = Client()
    opened = visitor.get(f"{hidden.file.url}?preview={token}")
    assert opened.status_code == 200
    opened.close()
    assert visitor.get(f"{hidden.file.url}?preview=x").status_code == 404


def test_two_drafts_do_not_open_each_other_s_recordings(client, add_paper, imrap):
    a_recording(add_paper(is_draft=True))
    film = Video.objects.create(organisation=imrap, title_fr="Film", pk=Paper.objects.get().pk)
    one = a_recording(film)
    Paper.objects.update(is_draft=False)
    assert client.get(one.file.url).status_code == 404


# Forms


def sent(client, address, **fields):
    return client.post(address, paper_form(_save="", **fields))


@pytest.mark.parametrize(
    ("name", "format"),
    [("sound-vbr.mp3", "mp3"), ("sound-voice.m4a", "m4a"), ("sound-voice-message.opus", "ogg")],
)
def test_staff_add_a_recording_in_the_form(staff_client, imrap, name, format):
    file = SimpleUploadedFile(name, case(name))
    row = audio_row(file=file, language="son", transcript="Ay ga šelaŋ.\r\nAyo.")
    assert sent(staff_client, f"{PAPERS}/add/", **row).status_code == 302
    one = AudioSummary.objects.get()
    assert one.noun == Paper.objects.get()
    assert (one.language, one.transcript) == ("son", "Ay ga šelaŋ.\nAyo.")
    assert one.seconds in (2, 3)
    assert one.file.name.endswith(f".{format}")
    with one.file as file:
        kept = file.read()
    assert one.size == len(kept)
    assert b"Kidal" not in kept


def test_the_first_choice_of_a_new_one_is_bamanankan(staff_client, imrap):
    page = staff_client.get(f"{PAPERS}/add/").text
    choice = page.partition('name="audio-0-language"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)"( selected)?', choice) == [
        ("bm", " selected"),
        *((code, "") for code in ("ff", "son", "taq", "ar", "fr", "en")),
    ]


def test_every_form_takes_recordings_that_of_the_organisation_too(staff_client, imrap):
    for name in [*(kind._meta.model_name for kind in KINDS.values()), "organisation"]:
        assert 'name="audio-0-file"' in staff_client.get(f"/admin/profiles/{name}/add/").text
    page = staff_client.get(f"/admin/profiles/organisation/{imrap.pk}/change/")
    fields = filled(page, **audio_row(file=voice()))
    assert staff_client.post(page.request["PATH_INFO"], {**fields, "_save": ""}).status_code == 302
    assert imrap.audio.get().language == "bm"


def test_recordings_fold_in_a_form_that_has_none(staff_client, add_paper):
    paper = add_paper()
    address = f"{PAPERS}/{paper.pk}/change/"

    def group():
        behind = staff_client.get(address).text.partition('id="audio-group"')[2]
        return behind.partition("fieldset-0-")[0]

    assert "<details" in group()
    a_recording(paper)
    assert "<details" not in group()


def test_what_is_no_recording_is_refused_and_nothing_typed_is_lost(staff_client, imrap):
    row = audio_row(file=SimpleUploadedFile("a.wav", b"RIFF\0\0\0\0WAVEfmt "), transcript="Ala")
    page = sent(staff_client, f"{PAPERS}/add/", **row)
    assert page.status_code == 200
    assert "because it is in the format WAV: “a.wav”. Save it as MP3" in page.text
    assert "Ala</textarea>" in page.text
    assert not Paper.objects.exists()


def test_a_form_from_before_there_were_recordings_is_saved_and_takes_none_away(
    staff_client, add_paper
):
    paper = add_paper(is_draft=True)
    a_recording(paper)
    answer = sent(staff_client, f"{PAPERS}/{paper.pk}/change/", title_fr="Neuf")
    assert answer.status_code == 302
    assert Paper.objects.get().audio.count() == 1


def test_staff_are_told_of_a_heavy_recording_when_they_save_and_afterwards(staff_client, add_paper):
    paper = add_paper(**WHOLE_TEXTS, is_draft=True)
    heavy = "A recording has more than 1 MB a minute, which listeners pay for"
    row = audio_row(file=SimpleUploadedFile("a.ogg", VOICE + bytes(300_000)))
    answer = sent(staff_client, f"{PAPERS}/{paper.pk}/change/", **WHOLE_TEXTS, **row)
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert [sentence.startswith(heavy) for sentence in said] == [True, False]
    assert AudioSummary.objects.get().size == len(VOICE) + 300_000
    assert heavy in staff_client.get(f"{PAPERS}/").text
    assert list(overview.candidates(Paper)) == [paper]
    found = completeness.with_files(Paper.objects.all()).get()
    remarks = [(one.field, one.text[: len(heavy)]) for one in left_alone.remarks_on(found)]
    assert remarks == [("audio-0-file", heavy)]
    AudioSummary.objects.update(size=2_000_000, seconds=120)
    assert not overview.candidates(Paper)
    AudioSummary.objects.update(size=2_050_000)
    assert overview.candidates(Paper)


@pytest.mark.parametrize("group", ["Rédaction", "Responsable"])
def test_both_groups_add_recordings_and_one_deletes_them(imrap, group):
    member = Client()
    person = User.objects.create_user("moussa", is_staff=True)
    person.groups.add(Group.objects.get_or_create(name=group)[0])
    # Once more, as a test in the browser takes the groups away with all other rows.
    migration.give_rights(apps, SimpleNamespace(connection=connection))
    member.force_login(person)
    rights = {name.partition("_")[0] for name in person.get_all_permissions() if "audio" in name}
    wanted = {f"profiles.{action}" for action in ("add", "change", "view")}
    assert rights == wanted | ({"profiles.delete"} if group == "Responsable" else set())


# The history


def test_a_deleted_entry_comes_back_with_its_recording(staff_client, add_paper):
    paper = add_paper()
    one = a_recording(paper, transcript="An be kuma.")
    staff_client.post(f"{PAPERS}/{paper.pk}/delete/", {"post": "yes"})
    assert not AudioSummary.objects.exists()
    version = history.deleted(Paper).get()
    page = staff_client.get(f"{PAPERS}/deleted/{version.pk}/").text
    assert f"recording no. {one.pk}, text of the recording" in page
    staff_client.post(f"{PAPERS}/deleted/{version.pk}/")
    back = Paper.objects.get().audio.get()
    assert (back.pk, back.transcript, back.seconds) == (one.pk, "An be kuma.", one.seconds)
    assert back.file.name == one.file.name


def test_an_older_version_brings_an_older_recording_back(staff_client, add_paper):
    paper = add_paper(is_draft=True)
    one = a_recording(paper, transcript="Fɔlɔ")
    address = f"{PAPERS}/{paper.pk}/change/"
    row = audio_row(total=1, initial=1, id=one.pk, transcript="Kura", language="ff")
    sent(staff_client, address, **row)
    assert AudioSummary.objects.get().transcript == "Kura"
    new, old = history.versions_of(Paper, paper.pk)
    texts = {change.label: (change.old, change.new) for change in history.changes(old, new)}
    assert texts[f"recording no. {one.pk}, text of the recording"] == ("Fɔlɔ", "Kura")
    assert texts[f"recording no. {one.pk}, language"] == ("Bamanankan", "Fulfulde")
    history.restore(old, None)
    assert (AudioSummary.objects.get().transcript, AudioSummary.objects.get().language) == (
        "Fɔlɔ",
        "bm",
    )


def test_a_recording_and_a_file_with_one_number_are_told_apart(add_paper, imrap):
    """Each table counts for itself, and so does each kind."""
    paper = add_paper(is_draft=True)
    film = Video.objects.create(organisation=imrap, title_fr="Film", pk=paper.pk)
    with history.revision():
        one, other = a_recording(paper), a_recording(film, language="ff")
        a_file(paper, pk=one.pk)
        history.record(paper)
        history.record(film)
    version = history.last_version(Paper, paper.pk)
    assert {type(part) for part in history.parts_in(version)} == {AudioSummary, PaperFile}
    assert [part.pk for part in history.parts_in(history.last_version(Video, film.pk))] == [
        other.pk
    ]
    one.delete()
    PaperFile.objects.all().delete()
    history.restore(version, None)
    assert paper.files.count() == 1
    assert {part.language for part in AudioSummary.objects.all()} == {"bm", "ff"}


def test_two_people_at_one_recording_are_told(staff_client, moussa, add_paper):
    paper = add_paper(is_draft=True)
    one = a_recording(paper, transcript="Fɔlɔ")
    address = f"{PAPERS}/{paper.pk}/change/"
    page = staff_client.get(address)
    theirs = filled(moussa.get(address), **{"audio-0-transcript": "Moussa"})
    assert moussa.post(address, {**theirs, "_save": ""}).status_code == 302
    mine = filled(page, **{"audio-0-transcript": "Awa"})
    refused = staff_client.post(address, {**mine, "_save": ""})
    assert "Moussa Ba saved this entry" in refused.text
    assert "text of the recording" in refused.text
    assert AudioSummary.objects.get(pk=one.pk).transcript == "Moussa"
    again = {**mine, "_seen": seen_in(refused), "_save": ""}
    assert staff_client.post(address, again).status_code == 302
    assert AudioSummary.objects.get(pk=one.pk).transcript == "Awa"


def test_a_recording_that_a_colleague_took_away_meanwhile_is_no_error(
    staff_client, moussa, add_paper
):
    paper = add_paper(is_draft=True)
    _gone, left = a_recording(paper), a_recording(paper, language="ff")
    address = f"{PAPERS}/{paper.pk}/change/"
    page = staff_client.get(address)
    theirs = filled(moussa.get(address), **{"audio-0-DELETE": "on"})
    assert moussa.post(address, {**theirs, "_save": ""}).status_code == 302
    mine = filled(page, **{"audio-1-transcript": "Awa"})
    refused = staff_client.post(address, {**mine, "_save": ""})
    again = {**filled(refused), "_save": ""}
    assert staff_client.post(address, again).status_code == 302
    assert [(one.pk, one.transcript) for one in paper.audio.all()] == [(left.pk, "Awa")]


# Search and the starter


@pytest.mark.django_db(transaction=True)
def test_what_is_said_in_a_recording_is_found(staff_client, add_paper):
    paper = add_paper(is_draft=True)
    add_paper("Autre")
    row = audio_row(file=voice(), transcript="Hɛrɛ bɛ Mali la")
    sent(staff_client, f"{PAPERS}/{paper.pk}/change/", **row)
    assert list(search.matching(Paper.objects.all(), "here")) == [paper]
    search.rebuild()
    assert list(search.matching(Paper.objects.all(), "hɛrɛ")) == [paper]


def test_the_real_life_example_is_heard_and_its_profile_stays_light(client):
    call_command("seed", "--real-life", verbosity=0)
    assert AudioSummary.objects.count() == 3
    page = client.get("/fr/")
    assert "À écouter\u00a0: bamanankan, 16 s" in page.text
    assert len(gzip.compress(page.content)) <= 10_000
    entry = client.get("/fr/papers/exemple-activite/")
    assert len(players(entry)) == 2
