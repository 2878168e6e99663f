"""Films: which of them every visitor sees, and that none tells where and with what it was filmed."""

import io
import random
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from profiles.files import films
from profiles.files.documents import DocumentValidator
from profiles.models import Video
from tests.builders import case, mutilated
from tests.films import (
    PICTURE,
    PLACE,
    SOUND,
    box,
    element,
    mp4,
    picture_entry,
    sound_entry,
    track_entry,
    webm,
)

TELLTALES = [PLACE, b"Kidal", b"GPS", b"xmpmeta", b"GoPr", b"DJI", b"CAEP", b"appl", b"aminata"]
TELLTALES += [b"com.apple", b"journalist", b"Xiph", (3_850_000_000).to_bytes(4, "big")]
TELLTALES += [b"\x12\x54\xc3\x67"]  # a WebM's tags
TELLTALES += [b"\x09\x29\x90\x5e\x4f\x5a\x80\x00"]  # a WebM's date


def taken(content, name="film.mp4"):
    """The film as it is kept."""
    document = DocumentValidator(("mp4", "webm")).check(ContentFile(content, name), name)
    document.content.seek(0)
    return document.content.read()


def refusal_of(content, name="film.mp4"):
    with pytest.raises(ValidationError) as refusal:
        taken(content, name)
    return refusal.value.messages[0]


# Nothing tells where, when and with what


def test_the_films_of_these_tests_tell_where_they_were_made():
    films = mp4() + webm()
    assert [mark for mark in TELLTALES if mark not in films] == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(mp4(), "film.mp4", id="MP4"),
        pytest.param(mp4(each=len(SOUND)), "film.mp4", id="MP4 whose samples are all alike"),
        pytest.param(
            mp4(metadata=(b"text", box(b"tx3g"))), "film.mp4", id="MP4 with a drone's subtitles"
        ),
        pytest.param(
            mp4(behind=b"SEFT" + PLACE), "film.mp4", id="MP4 with something behind its end"
        ),
        pytest.param(mp4(is_streamed=True), "film.mp4", id="MP4 with its tables in front"),
        pytest.param(webm(), "film.webm", id="WebM"),
        pytest.param(webm(is_live=True), "film.webm", id="live WebM"),
        pytest.param(webm(behind=element("1043a770", b"Kidal")), "film.webm", id="chapters"),
    ],
)
def test_a_film_tells_no_place_no_time_and_no_device_and_keeps_pictures_and_sounds_in_place(
    content, name
):
    kept = taken(content, name)
    assert [mark for mark in TELLTALES if mark in kept] == []
    assert len(kept) == len(content)
    for part in (PICTURE, SOUND):
        assert kept.count(part) == content.count(part) > 0
        assert kept.find(part) == content.find(part)
        assert kept.rfind(part) == content.rfind(part)


def test_of_a_film_the_boxes_that_players_need_stay():
    kept = taken(mp4())
    for kind in (b"moov", b"trak", b"stsd", b"avcC", b"esds", b"stco", b"stsz", b"mdat"):
        assert kept.count(kind) == mp4().count(kind) - (
            kind in (b"trak", b"stsd", b"stco", b"stsz")  # those of the track that held places
        )
    assert kept.count(b"free") > 5


def test_a_film_that_is_clean_already_stays_as_it_is():
    for content, name in ((mp4(), "film.mp4"), (webm(), "film.webm")):
        kept = taken(content, name)
        assert taken(kept, name) == kept


def test_the_film_of_the_starter_content_plays_on():
    film = Path("profiles/starter/exemple.webm").read_bytes()
    kept = taken(film, "exemple.webm")
    assert b"Lavf" in film
    assert b"Lavf" not in kept
    at = film.index(b"\x1f\x43\xb6\x75")  # the first cluster, and all behind it
    assert kept[at:] == film[at:]


def test_a_film_in_pieces_is_cleaned_and_one_with_measured_places_in_them_is_refused():
    pieces = box(b"moof", box(b"mfhd", bytes(8)), box(b"udta", b"Kidal"))
    kept = taken(mp4(metadata=None, behind=pieces))
    assert b"Kidal" not in kept
    assert "in a way that cannot be removed here" in refusal_of(mp4(behind=pieces))


def test_a_webm_with_a_track_that_is_neither_picture_nor_sound_is_refused():
    places = track_entry(3, 0x21, b"D_WEBVTT/METADATA")
    assert refusal_of(webm(further_track=places), "film.webm") == (
        "This film may tell where or with what it was filmed, in a way that cannot be removed "
        "here: “film.webm”. Save it as MP4 (H.264), for instance with the free program "
        "HandBrake, and choose the new file."
    )


def test_an_upload_is_emptied_in_place():
    with TemporaryUploadedFile("film.mp4", "video/mp4", 0, None) as on_disk:
        on_disk.write(mp4())
        for upload in (SimpleUploadedFile("film.mp4", mp4()), on_disk):
            document = DocumentValidator(("mp4",)).check(upload, "film.mp4")
            assert document.content is upload
            upload.seek(0)
            assert upload.read() == taken(mp4())


def test_a_file_of_a_script_is_copied_and_stays_as_it_is(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(mp4())
    with path.open("rb") as file:
        document = DocumentValidator(("mp4",)).check(File(file), "film.mp4")
    document.content.seek(0)
    assert PLACE not in document.content.read()
    assert path.read_bytes() == mp4()


@pytest.mark.on_a_folder("see test_bucket")
def test_what_is_stored_tells_nothing(imrap, media_folder):
    film = SimpleUploadedFile("film.mp4", mp4())
    video = Video.objects.create(organisation=imrap, title_fr="Film", file=film)
    stored = (media_folder / video.file.name).read_bytes()
    assert stored == taken(mp4())
    assert [mark for mark in TELLTALES if mark in stored] == []


# What some visitors would not see

BLACK = (
    "Many visitors would see a black picture, because this film is packed in {}: “film.mp4”. "
    "Save it as MP4 (H.264), for instance with the free program HandBrake, and choose the new "
    "file. So that an iPhone films in H.264 from now on: Settings, Camera, Formats, Most "
    "Compatible."
)


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        (b"hvc1", "HEVC (H.265)"),
        (b"hev1", "HEVC (H.265)"),
        (b"dvh1", "HEVC (H.265)"),
        (b"av01", "AV1"),
        (b"apch", "ProRes"),
        (b"mp4v", "MPEG-4 Visual"),
        (b"s263", "H.263"),
        (b"xyz1", "xyz1"),
    ],
)
def test_a_film_that_some_browsers_play_black_is_refused_with_the_gesture_that_helps(codec, named):
    assert refusal_of(mp4(picture_entry(codec))) == BLACK.format(named)


def test_a_hevc_film_of_a_telephone_is_refused():
    content = case("film-hevc.mp4")
    assert refusal_of(content) == BLACK.format("HEVC (H.265)")


@pytest.mark.parametrize(
    ("profile", "is_seen"), [(66, True), (77, True), (100, True), (110, False)]
)
def test_h264_is_taken_where_telephones_can_show_it(profile, is_seen):
    content = mp4(picture_entry(profile=profile))
    if is_seen:
        assert taken(content)
    else:
        assert refusal_of(content) == BLACK.format("H.264, 10 bits or 4:2:2")


def test_a_webm_of_av1_alone_is_refused():
    assert refusal_of(webm(b"V_AV1"), "film.webm") == BLACK.format("AV1").replace(".mp4", ".webm")
    assert taken(webm(b"V_VP8"), "film.webm")


def test_a_film_without_a_sound_that_all_hear_is_refused():
    assert refusal_of(mp4(sound=sound_entry(b"ac-3"))) == (
        "Many visitors would hear nothing, because the sound of this film is packed in Dolby "
        "(AC-3): “film.mp4”. Save it as MP4 (H.264, AAC), for instance with the free program "
        "HandBrake, and choose the new file."
    )
    assert taken(mp4(sound=None))


def test_a_film_without_a_picture_is_refused():
    sound = mp4().replace(b"vide", b"soun").replace(b"avc1", b"mp4a")
    assert refusal_of(sound) == "There is no picture in this film: “film.mp4”. Choose another file."


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (mp4(brand=b"qt  "), "QuickTime (.mov)"),
        (box(b"wide") + box(b"mdat", PICTURE), "QuickTime (.mov)"),
        (webm().replace(b"webm", b"mkv "), "Matroska (.mkv)"),
        (b"RIFF\0\0\1\0AVI LIST", "AVI"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "Windows Media"),
        (b"\0\0\1\xba" + bytes(9), "MPEG"),
        ((b"\x47" + bytes(187)) * 3, "MPEG-TS (.mts)"),
        ((bytes(4) + b"\x47" + bytes(187)) * 3, "MPEG-TS (.mts)"),
        (b"OggS\0\2", "Ogg"),
        (b"FLV\1\5", "Flash"),
    ],
)
@pytest.mark.parametrize("name", ["film.mov", "film.mp4"])
def test_a_film_of_another_format_is_named_for_what_it_is(content, named, name):
    assert refusal_of(content, name) == (
        f"Many visitors would see a black picture or none, because this film is in the format "
        f"{named}: “{name}”. Save it as MP4 (H.264), for instance with the free program "
        f"HandBrake, and choose the new file."
    )


def test_a_film_of_any_kind_of_mp4_is_taken():
    assert taken(mp4(brand=b"XAVC"))[8:12] == b"isom"
    assert taken(mp4(brand=b"iso5"))[8:12] == b"iso5"


# What is damaged

DAMAGED = (
    "This film is damaged, perhaps because it was cut off on its way: “{}”. "
    "Choose it again, or save it as MP4 (H.264) again and choose the new file."
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (mp4()[: mp4().index(b"moov") - 4], "film.mp4"),
        (mp4()[: mp4().index(b"mdat") + 40], "film.mp4"),
        (mp4()[: mp4().index(b"moov") + 300], "film.mp4"),
        (mp4().replace(b"stsz", b"xtsz").replace(b"stsc", b"xtsc"), "film.mp4"),
        (mp4()[:20], "film.mp4"),
        (mp4(is_streamed=True)[:-5], "film.mp4"),
        (mp4(is_streamed=True).partition(PICTURE)[0][:-16], "film.mp4"),
        (webm()[: webm().index(PICTURE) + 20], "film.webm"),
        (webm()[:60], "film.webm"),
    ],
)
def test_a_film_that_was_cut_off_is_refused(content, name):
    assert refusal_of(content, name) == DAMAGED.format(name)


@pytest.mark.fuzz
def test_mutilated_films_are_taken_or_refused_and_nothing_else_happens():
    chance, outcomes = random.Random(2016), set()
    for film, format in ((mp4(), "mp4"), (webm(), "webm"), (webm(is_live=True), "webm")):
        for _attempt in range(150):
            content = bytes(mutilated(bytearray(film), chance))
            found, _files = films.read(io.BytesIO(content), format)
            outcomes.add(found.get("flaw", "taken"))
            for start, head, zeros in found.get("blanks", ()):
                assert 0 <= start <= start + len(head) // 2 + zeros <= len(content)
    assert {"taken", "damaged_film"} <= outcomes
