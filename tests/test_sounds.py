"""Recordings: how long they are, which every visitor hears, and that none tells who made it where."""

import io
import random
import struct

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from profiles.files import sounds
from profiles.files.documents import DocumentValidator
from tests.builders import MP4, WEBM, case, mutilated
from tests.films import PLACE, mp4

COVER = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\xff\xfb\x90\0 looks like a frame" * 30
TELLTALES = [b"Kidal", b"Aminata", b"JFIF", b"Lavf", b"Lavc", b"libopus", PLACE]


def read(content, name):
    return DocumentValidator(("mp3", "m4a", "ogg")).check(ContentFile(content, name), name)


def taken(content, name):
    """The recording as it is kept."""
    document = read(content, name)
    document.content.seek(0)
    return document.content.read()


def refusal_of(content, name):
    with pytest.raises(ValidationError) as refusal:
        read(content, name)
    return refusal.value.messages[0]


def told(content):
    return [mark for mark in TELLTALES if mark in content]


# Made by hand


def frame(bits=9, sign=0):
    """A frame of 128 kbit/s, or another step of MPEG-1's table, at 44.1 kHz: 26 milliseconds."""
    rates = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    length = 144 * rates[bits] * 1000 // 44100
    return (bytes([0xFF, 0xFB, bits << 4, 0]) + bytes([sign]) * length)[:length]


def id3(*contents):
    content = b"".join(contents)
    length = bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + length + content


def mp3(number=100, *, before=b"", between=b"", behind=b""):
    half = b"".join(frame(4 + place % 8) for place in range(number // 2))
    return before + half + between + half + behind


def page(content, number, granule, serial=7, kind=0, is_whole=True):
    """A page in an Ogg file with one packet, or the first piece of one."""
    lengths = bytes([255] * (len(content) // 255) + [len(content) % 255] * is_whole)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, granule, serial, number, 0, len(lengths))
    return sounds.with_checksum(head + lengths + content)


def pages(packet, number):
    """A packet that may need several pages."""
    first, rest = packet[: 255 * 255], packet[255 * 255 :]
    if not rest:
        return page(packet, number, 0)
    return page(first, number, -1, is_whole=False) + page(rest, number + 1, 0, kind=1)


def opus(*comments, granule=48_000 * 90 + 312, skipped=312):
    head = b"OpusHead\1\1" + struct.pack("<HIhB", skipped, 16_000, 0, 0)
    texts = b"".join(struct.pack("<I", len(text)) + text for text in comments)
    maker = struct.pack("<I", 6) + b"Kidal!"
    tags = b"OpusTags" + maker + struct.pack("<I", len(comments)) + texts
    return page(head, 0, 0, kind=2) + pages(tags, 1) + page(b"sound" * 40, 2, granule, kind=4)


def as_sound_alone(**how):
    """An MP4 whose only picture track is one of texts, which goes."""
    return mp4(**how).replace(b"vide", b"text")


# How long


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("sound-vbr.mp3", 2.6),  # with what MP3 adds at both ends
        ("sound-voice-message.opus", 2.5),
        ("sound-voice.m4a", 2.6),
        ("sound-vorbis.ogg", 2.5),
    ],
)
def test_a_real_recording_of_two_and_a_half_seconds_is_told_and_emptied(name, seconds):
    content = case(name)
    assert b"Kidal" in content
    found, _blanks = sounds.READERS[read(content, name).format](io.BytesIO(content))
    assert found == pytest.approx(seconds, abs=0.1)
    kept = taken(content, name)
    assert b"Kidal" not in kept
    assert b"Aminata" not in kept
    assert len(kept) == len(content)


@pytest.mark.parametrize(
    ("content", "name", "seconds"),
    [
        pytest.param(mp3(3446), "resume.mp3", 90, id="MP3 whose frames differ in length"),
        pytest.param(
            frame(9)[:36] + b"Xing" + frame(9)[40:] + mp3(3446), "resume.mp3", 90, id="with Xing"
        ),
        pytest.param(opus(), "resume.opus", 90, id="Opus"),
        pytest.param(
            opus(granule=48_000 * 3 + 60_000, skipped=60_000),
            "resume.opus",
            3,
            id="Opus that skips its first second",
        ),
        pytest.param(opus(granule=48_000 * 3600 + 312), "resume.oga", 3600, id="an hour of Opus"),
        pytest.param(as_sound_alone(brand=b"M4A "), "resume.m4a", 3, id="M4A"),
        pytest.param(as_sound_alone(), "resume.m4a", 3, id="M4A that calls itself MP4"),
    ],
)
def test_its_duration_is_counted(content, name, seconds):
    assert read(content, name).seconds == seconds


def test_a_head_that_only_counts_frames_is_no_sound():
    one, counter = mp3(38), frame(9)[:36] + b"Xing" + frame(9)[40:]
    lasting, _blanks = sounds.mp3(io.BytesIO(one))
    assert (
        sounds.mp3(io.BytesIO(counter + one))[0]
        == pytest.approx(lasting)
        == pytest.approx(0.993, abs=0.01)
    )


# What tells who made it where


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(mp3(before=id3(b"TIT2 Kidal APIC", COVER)), id="tag and cover in front"),
        pytest.param(mp3(before=id3(b"Kidal") + id3(b"Aminata")), id="two tags in front"),
        pytest.param(
            mp3(before=id3(5 * frame(9).replace(bytes(5), b"Kidal", 1))), id="a tag full of frames"
        ),
        pytest.param(mp3(behind=b"TAG" + b"Kidal".ljust(125, b"\0")), id="ID3v1"),
        pytest.param(mp3(behind=b"APETAGEX\xd0\7\0\0" + bytes(20) + b"Kidal" + COVER), id="APE"),
        pytest.param(mp3(behind=id3(b"Kidal") + b"TAG Aminata"), id="tags behind"),
        pytest.param(mp3(between=id3(b"Kidal", COVER)), id="a tag between two pieces"),
        pytest.param(mp3(between=b"Kidal, noise"), id="noise between"),
    ],
)
def test_tags_of_an_mp3_become_zeros_and_its_frames_stay(content):
    assert b"Kidal" in content
    kept = taken(content, "resume.mp3")
    assert told(kept) == []
    assert kept.count(frame(9)) == mp3().count(frame(9)) > 10
    assert len(kept) == len(content)
    assert read(kept, "resume.mp3").seconds == read(mp3(), "resume.mp3").seconds


def test_comments_of_an_opus_recording_become_nothing_and_its_pages_stay_right():
    comments = [b"LOCATION=Kidal", b"METADATA_BLOCK_PICTURE=" + COVER * 150]
    content = opus(*comments) + b"TAG Kidal"
    kept = taken(content, "resume.ogg")
    assert told(kept) == []
    assert len(kept) == len(content)
    for start in (place for place in range(len(kept)) if kept.startswith(b"OggS\0", place)):
        found = sounds.Page(io.BytesIO(kept), start)
        whole = kept[start : found.end]
        assert sounds.with_checksum(whole) == whole
    assert kept.count(b"sound") == 40


def test_places_and_covers_of_an_m4a_go_as_those_of_a_film_do():
    content = as_sound_alone(brand=b"M4A ")
    assert PLACE in content
    assert told(taken(content, "resume.m4a")) == []


@pytest.mark.parametrize(
    ("content", "name"),
    [(mp3(before=id3(b"Kidal")), "a.mp3"), (opus(b"Kidal"), "a.ogg"), (as_sound_alone(), "a.m4a")],
)
def test_what_is_kept_is_taken_again_as_it_is(content, name):
    kept = taken(content, name)
    assert taken(kept, name) == kept


# What is refused

OTHER = (
    "Many visitors could not hear this recording, or would pay for a large file, because it is in "
    "the format {}: “{}”. Save it as MP3, for instance with the free program Audacity, and choose "
    "the new file."
)
FILM = (
    "This is a film and no recording of sound alone: “{}”. Add it as a video, or save its sound as "
    "MP3, for instance with the free program Audacity, and choose the new file."
)
DAMAGED = (
    "This recording is damaged, perhaps because it was cut off on its way: “{}”. Choose it again, "
    "or save it as MP3, for instance with the free program Audacity, and choose the new file."
)


@pytest.mark.parametrize(
    ("content", "name", "named"),
    [
        (b"RIFF\0\0\1\0WAVEfmt ", "a.wav", "WAV"),
        (b"#!AMR\n\x3c", "a.amr", "AMR"),
        (b"fLaC\0\0\0\x22", "a.flac", "FLAC"),
        (b"FORM\0\0\1\0AIFFCOMM", "a.aiff", "AIFF"),
        (b"caff\0\1\0\0", "a.caf", "Core Audio (.caf)"),
        (b"\xff\xf1\x50\x80\x2e\x7f\xfc", "a.aac", "AAC (.aac)"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "a.wma", "Windows Media"),
        (as_sound_alone().replace(b"mp4a", b"samr"), "a.mp4", "AMR"),
        (as_sound_alone(brand=b"M4A ").replace(b"mp4a", b"alac"), "a.m4a", "ALAC"),
        (
            as_sound_alone().replace(struct.pack(">II", 1000, 3000), struct.pack(">II", 1000, 0)),
            "a.m4a",
            "M4A (fragmented)",
        ),
        (page(b"\x7fFLAC\1", 0, 0, kind=2) + page(b"x", 1, 9), "a.oga", "FLAC"),
        (page(b"Speex   1", 0, 0, kind=2) + page(b"x", 1, 9), "a.ogg", "Speex"),
    ],
)
def test_what_few_telephones_play_is_named_and_the_way_out_told(content, name, named):
    assert refusal_of(content, name) == OTHER.format(named, name)


@pytest.mark.parametrize(("content", "name"), [(MP4, "a.mp4"), (WEBM, "a.webm")])
def test_a_film_is_no_recording(content, name):
    assert refusal_of(content, name) == FILM.format(name)


def test_a_recording_is_no_film():
    with pytest.raises(ValidationError) as refusal:
        DocumentValidator(("mp4", "webm")).check(ContentFile(mp3(), "a.mp4"), "a.mp4")
    assert refusal.value.messages == [
        "There is no picture in this film: “a.mp4”. Choose another file."
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (id3(b"no frames at all") + b"abc" * 300, "a.mp3"),
        (frame() + b"one frame", "a.mp3"),
        (opus()[:-50], "a.ogg"),
        (opus()[:60], "a.ogg"),
        (opus(granule=0), "a.ogg"),
        (opus(granule=2**63 - 1), "a.ogg"),
        (
            as_sound_alone().replace(struct.pack(">II", 1000, 3000), b"\0\0\0\1" + b"\xff" * 4),
            "a.mp4",
        ),
        (opus() + opus().replace(struct.pack("<I", 7), struct.pack("<I", 8)), "a.ogg"),
        (as_sound_alone(brand=b"M4A ")[:-400], "a.m4a"),
        (mp4(brand=b"M4A "), "a.m4a"),
    ],
)
def test_what_is_damaged_or_cut_off_is_refused(content, name):
    assert refusal_of(content, name) == DAMAGED.format(name)


def test_a_text_is_no_recording():
    assert refusal_of(b"%PDF-1.7", "a.pdf") == (
        "This kind of file cannot be taken: “a.pdf”. Save it as one of these and choose the new "
        "file: MP3, M4A, Ogg (Opus)."
    )


def test_a_wrong_ending_is_told():
    assert refusal_of(opus(), "message.mp3") == (
        "The content of this file is Ogg (Opus), but its name says otherwise: “message.mp3”. Give "
        "it a name that ends in .ogg and choose it again."
    )


@pytest.mark.usefixtures("child_processes")
def test_recordings_are_read_in_the_child_process():
    assert read(case("sound-voice-message.opus"), "a.opus").seconds in (2, 3)


@pytest.mark.fuzz
def test_mutilated_recordings_are_taken_or_refused_and_nothing_else_happens():
    chance, outcomes = random.Random(2026), set()
    m4a = as_sound_alone(brand=b"M4A ")
    for recording, format in (
        (mp3(20, before=id3(COVER)), "mp3"),
        (opus(b"a"), "ogg"),
        (m4a, "m4a"),
    ):
        for _attempt in range(150):
            content = bytes(mutilated(bytearray(recording), chance))
            found, _files = sounds.read(io.BytesIO(content), format)
            outcomes.add(found.get("flaw", "taken"))
            for start, head, zeros in found.get("blanks", ()):
                assert 0 <= start <= start + len(head) // 2 + zeros <= len(content)
    assert {"taken", "damaged_sound"} <= outcomes
