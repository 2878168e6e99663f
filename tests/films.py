"""Films made by hand, box by box and element by element, which tell a place and a device."""

from struct import pack

PLACE = b"+18.4411+001.4078/"  # Kidal, as telephones write it
PICTURE, SOUND = b"\x65picture" * 40, b"\x21sound" * 30


def box(kind, *contents):
    content = b"".join(contents)
    return pack(">I4s", 8 + len(content), kind) + content


def full(kind, *contents, version=0):
    return box(kind, pack(">I", version << 24), *contents)


def handler(kind, name=b"DJI.AVC"):
    return full(b"hdlr", b"mhlr", kind, b"appl" + bytes(8), name + b"\0")


def picture_entry(codec=b"avc1", profile=100, *, name=b"GoPro AVC encoder"):
    head = bytes(6) + pack(">HHH4s", 1, 0, 0, b"GoPr") + bytes(8) + pack(">HH", 320, 240)
    head += pack(">IIIH", 0x480000, 0x480000, 0, 1) + bytes([len(name)]) + name.ljust(31, b"\0")
    setup = box(b"avcC", bytes([1, profile, 0, 31, 255])) if codec in (b"avc1", b"avc3") else b""
    return box(codec, head, pack(">Hh", 24, -1), setup, box(b"udta", b"Kidal"))


def sound_entry(codec=b"mp4a"):
    head = bytes(6) + pack(">HHH4sHHHHI", 1, 0, 0, b"GoPr", 2, 16, 0, 0, 48_000 << 16)
    return box(codec, head, full(b"esds", b"\x03\x01\x40"), box(b"udta", b"Kidal"))


def track(kind, entry, offsets, sizes, *further, each=None):
    """A track whose chunks hold one sample each, at these places and of these sizes."""
    sample_sizes = pack(">II", each or 0, len(sizes))
    if each is None:
        sample_sizes += b"".join(pack(">I", size) for size in sizes)
    tables = [
        full(b"stsd", pack(">I", 1), entry),
        full(b"stts", pack(">III", 1, len(sizes), 1)),
        full(b"stsc", pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", sample_sizes),
        full(b"stco", pack(">I", len(offsets)), *(pack(">I", offset) for offset in offsets)),
    ]
    references = box(b"dinf", full(b"dref", pack(">I", 1), full(b"url ", b"/Users/aminata/")))
    media = [
        full(b"mdhd", pack(">IIIIHH", 3_850_000_000, 3_850_000_000, 1000, 3000, 0, 0)),
        handler(kind),
        box(b"minf", references, box(b"stbl", *tables)),
    ]
    head = full(b"tkhd", pack(">III", 3_850_000_000, 3_850_000_000, 1), bytes(72))
    return box(b"trak", head, *further, box(b"mdia", *media))


def apple_metadata():
    keys = full(b"keys", pack(">I", 1), box(b"mdta", b"com.apple.quicktime.location.ISO6709"))
    items = box(b"ilst", box(b"\0\0\0\1", full(b"data", bytes(4), PLACE)))
    return full(b"meta", handler(b"mdta"), keys, items)


H264, AAC, PLACES = picture_entry(), sound_entry(), (b"meta", box(b"gpmd"))


def mp4(
    picture=H264,
    sound=AAC,
    *,
    brand=b"mp42",
    behind=b"",
    metadata=PLACES,
    each=None,
    is_streamed=False,
):
    """A film of two pictures and two sounds, between which a third track has measured places."""
    start = box(b"ftyp", brand, pack(">I", 0), b"mp42", b"CAEP")
    measured = b"GPS " + PLACE
    parts = [b"freeGPS ", PICTURE, measured, SOUND, PICTURE, measured, SOUND, b"freeGPS " + PLACE]
    data = box(b"mdat", *parts)
    if is_streamed:  # its tables stand in front, and take as many bytes wherever their data lie
        further = len(mp4(picture, sound, metadata=metadata, each=each)) - len(start + data)
    first = len(start) + 8 + (further if is_streamed else 0)
    starts = [first + sum(map(len, parts[:number])) for number in range(len(parts))]
    pictures = track(
        b"vide", picture, [starts[1], starts[4]], [len(PICTURE)] * 2, box(b"udta", b"Kidal")
    )
    tracks = [pictures]
    if sound:
        places = [starts[3], starts[6]]
        tracks.append(track(b"soun", sound, places, [len(SOUND)] * 2, each=each))
    if metadata:
        tracks.append(track(*metadata, [starts[2], starts[5]], [len(measured)] * 2))
    about = box(b"udta", box(b"\xa9xyz", pack(">HH", len(PLACE), 0x15C7), PLACE))
    times = full(b"mvhd", pack(">IIII", 3_850_000_000, 3_850_000_000, 1000, 3000), bytes(80))
    moov = box(b"moov", times, *tracks, about, apple_metadata())
    others = [
        box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), b"<x:xmpmeta>Kidal"),
        box(b"free", b"old " + PLACE),
        full(b"meta", handler(b"nrtm"), b"Kidal"),
    ]
    if is_streamed:
        return b"".join([start, moov, *others, data, behind])
    return b"".join([start, data, moov, *others, behind])


def element(code, *contents, is_open=False):
    content = b"".join(contents)
    head = bytes.fromhex(code)
    if is_open:
        return head + b"\x01" + b"\xff" * 7 + content
    return head + pack(">Q", 1 << 56 | len(content)) + content


def track_entry(number, kind, codec, *further):
    return element(
        "ae",
        element("d7", bytes([number])),
        element("73c5", bytes([number])),
        element("83", bytes([kind])),
        element("86", codec),
        element("536e", b"Camera of a journalist"),
        *further,
    )


def vorbis_setup():
    comments = [b"LOCATION=Kidal", b"DEVICE=Camera of a journalist"]
    texts = b"".join(pack("<I", len(comment)) + comment for comment in comments)
    words = b"\x03vorbis" + pack("<I", 4) + b"Xiph" + pack("<I", 2) + texts + b"\1"
    return element("63a2", b"\x02\x1e" + bytes([len(words)]) + b"\x01vorbis", words, b"\x05vorbis")


def webm(picture=b"V_VP9", sound=b"A_VORBIS", *, is_live=False, further_track=b"", behind=b""):
    """A film of one picture and one sound; a live recording doesn't tell how long its parts are."""
    cluster = [
        element("e7", b"\0"),
        element("a3", b"\x81\0\0\x80", PICTURE),
        element("a3", b"\x82\0\0\x80", SOUND),
    ]
    about = [
        element("bf", b"\1\2\3\4"),
        element("2ad7b1", b"\x0f\x42\x40"),
        element("4461", b"\x09\x29\x90\x5e\x4f\x5a\x80\x00"),
        element("7ba9", b"Kidal"),
        element("4d80", b"Camera of a journalist"),
        element("5741", b"Camera of a journalist"),
    ]
    tags = element("1254c367", element("7373", element("67c8", element("4487", b"Kidal"))))
    seek = element("4dbb", element("53ab", bytes.fromhex("1254c367")), element("53ac", b"\x99"))
    tracks = [
        track_entry(1, 1, picture),
        *([track_entry(2, 2, sound, vorbis_setup())] if sound else []),
        further_track,
    ]
    segment = [
        element("114d9b74", seek),
        element("1549a966", *about),
        element("1654ae6b", *tracks),
        element("1f43b675", *cluster, is_open=is_live),
        element("1941a469", b"Kidal"),
        b"\xec\x85Kidal",
        tags,
        behind,
    ]
    head = element("1a45dfa3", element("4282", b"webm"))
    return head + element("18538067", *segment, is_open=is_live)
