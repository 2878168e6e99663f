"""Which codecs every browser plays, and the names of those that some show as a black picture."""

PLAYED = {"avc1", "avc3", "vp08", "vp09", "V_VP8", "V_VP9"}
HEARD = {"mp4a", "Opus", ".mp3", "A_OPUS", "A_VORBIS"}
H264 = {"avc1", "avc3"}
H264_PROFILES = {66, 77, 88, 100}  # those with 8 bits and 4:2:0, which phones decode

NAMES = {
    "HEVC (H.265)": {"hvc1", "hev1", "hvc2", "hev2", "dvh1", "dvhe", "V_MPEGH/ISO/HEVC"},
    "AV1": {"av01", "dav1", "V_AV1"},
    "ProRes": {"apch", "apcn", "apcs", "apco", "ap4h", "ap4x", "aprn", "aprh"},
    "MPEG-4 Visual": {"mp4v", "XVID", "DIVX", "V_MPEG4/ISO/ASP"},
    "H.263": {"s263", "h263", "H263"},
    "Motion JPEG": {"jpeg", "mjpa", "mjpb", "V_MJPEG"},
    "MPEG-2": {"mp2v", "mx3p", "mx5p", "hdv2", "xdv6"},
    "DNxHD": {"AVdn", "AVdh"},
    "VVC (H.266)": {"vvc1", "vvi1"},
    "H.264": {"V_MPEG4/ISO/AVC"},
    "AMR": {"samr", "sawb"},
    "PCM": {"twos", "sowt", "lpcm", "ipcm", "fpcm", "in24", "in32", "fl32", "raw ", "NONE"},
    "Dolby (AC-3)": {"ac-3", "ec-3", "ac-4", "A_AC3", "A_EAC3"},
    "ALAC": {"alac"},
    "FLAC": {"fLaC", "A_FLAC"},
    "AAC": {"A_AAC"},
    "G.711": {"ulaw", "alaw"},
}
UNUSUAL_H264 = "H.264, 10 bits or 4:2:2"


def flaw_of(pictures: list[tuple[str, int | None]], sounds: list[str]) -> tuple[str, str] | None:
    """(key of the refusal, name of the codec), None where every visitor sees and hears the film.

    Pictures are (codec, profile); the profile is None where it does not matter.
    """
    if not pictures:
        return "no_picture", ""
    if not any(is_played(*picture) for picture in pictures):
        return "codec", name_of(*pictures[0])
    if sounds and not HEARD.intersection(sounds):
        return "sound", name_of(sounds[0])
    return None


def is_played(codec: str, profile: int | None = None) -> bool:
    return codec in PLAYED and (codec not in H264 or profile in H264_PROFILES)


def name_of(codec: str, profile: int | None = None) -> str:
    if codec in H264:
        return UNUSUAL_H264
    found = (name for name, codecs in NAMES.items() if codec in codecs)
    return next(found, "".join(filter(str.isprintable, codec)).strip()[:20] or "?")
