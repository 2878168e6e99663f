"""A JPEG or PNG without what cameras and programs wrote into it, its pixels untouched."""

# Segments that decoding needs or that colours hang on: JFIF, the colour profile, Adobe's transform.
KEPT = {0xE0, 0xE2, 0xEE}
START_OF_SCAN = 0xDA
LONGEST_HEAD = 2**24
PNG = b"\x89PNG\r\n\x1a\n"
REMARKS_OF_PNG = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}


def without_remarks(content: bytes) -> bytes:
    """The same bytes where it is neither of them, or a broken one."""
    if content.startswith(PNG):
        return _png_without_remarks(content)
    return _jpeg_without_remarks(content) if content.startswith(b"\xff\xd8") else content


def _jpeg_without_remarks(content: bytes) -> bytes:
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= min(len(content), LONGEST_HEAD) and content[at] == 0xFF:
        kind, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == START_OF_SCAN:
            return b"".join(kept) + content[at:]
        is_remark = (0xE0 <= kind <= 0xEF and kind not in KEPT) or kind == 0xFE
        if not is_remark:
            kept.append(content[at : at + 2 + length])
        at += 2 + length
    return content


def _png_without_remarks(content: bytes) -> bytes:
    kept, at = [PNG], len(PNG)
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if kind not in REMARKS_OF_PNG:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    return content
