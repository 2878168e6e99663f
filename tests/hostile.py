"""PDFs of a few bytes that ask for hours of work or for all memory, made by hand."""

import zlib
from itertools import repeat


def pdf(objects):
    """The bytes of a PDF with these objects, the first of which is its catalogue."""
    body, offsets = [b"%PDF-1.7\n"], []
    for number, content in enumerate(objects, start=1):
        offsets.append(sum(map(len, body)) if number == 1 else offsets[-1] + len(body[-1]))
        body.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    start = offsets[-1] + len(body[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    body.append(b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table))
    body.append(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    return b"".join(body)


def stream(content, head=b""):
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(content), content)


def packed(content, head=b""):
    return stream(zlib.compress(content, 9), b"/Filter/FlateDecode" + head)


def one_page(content, resources=b"", *further):
    """A PDF of one A4 page; its further objects count from 5."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<<%b>>>>" % resources,
            content,
            *further,
        ]
    )


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def nested_forms(depth=12, times=10):
    """Each form paints the next one ten times: a million million times in the end."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]"
    forms = [
        stream(b"/F Do " * times, form + b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + number))
        for number in range(depth)
    ]
    last = stream(b"0 0 99 99 re f", form)
    return one_page(stream(b"/F Do"), b"/XObject<</F 5 0 R>>", *forms, last)


def heavy_pages(pages=2_000):
    """All pages show one content, which takes some hundredths of a second."""
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R"
        b"/Resources<</Font<</F 4 0 R>>>>>>"
    )
    lines = b"BT /F 1 Tf 1 0 0 1 9 9 Tm (paix paix paix paix paix paix) Tj ET\n" * 20_000
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages),
            packed(lines),
            FONT,
            *repeat(page, pages),
        ]
    )


def repeated(piece, times):
    """A stream that unpacks to so many times a piece; only the first is really packed."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    packed_piece = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + packed_piece * times + packer.flush()  # no reader minds the wrong checksum


def packed_content(megabytes=400):
    content = repeated(b"0 0 m 9 9 l S\n" * 75_000, megabytes)
    return one_page(stream(content, b"/Filter/FlateDecode"))


def tiling_pattern():
    """Steps of a hundred thousandth of a point over the whole page."""
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]"
        b"/XStep .00001/YStep .00001/Resources<<>>",
    )
    return one_page(stream(b"/Pattern cs /P scn 0 0 595 842 re f"), b"/Pattern<</P 5 0 R>>", tile)


def many_glyphs(number=2_000_000):
    """Lines of a hundred letters, all over the page."""
    letters = b"abcdefghijklmnopqrstuvwxyz0123456789" * 4
    lines = b"".join(
        b"1 0 0 1 %d.%02d %d.%03d Tm (%b) Tj\n"
        % (line % 400, line % 97, line % 830, line % 997, letters[line % 24 : line % 24 + 100])
        for line in range(number // 100)
    )
    return one_page(packed(b"BT /F 1 Tf " + lines + b"ET"), b"/Font<</F 5 0 R>>", FONT)


def painted_picture(side=30_000, times=50):
    picture = stream(
        repeated(bytes(side * 100), side // 100),
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/FlateDecode" % (side, side),
    )
    places = b"".join(b"q %d 0 0 %d 0 0 cm /I Do Q\n" % (595 - n, 842 - n) for n in range(times))
    return one_page(stream(places), b"/XObject<</I 5 0 R>>", picture)


HOSTILE = {
    "forms nested 12 deep, 10 times each": nested_forms,
    "2,000 pages that share one heavy content": heavy_pages,
    "400 MB of content packed into 389 KB": packed_content,
    "a tiling pattern": tiling_pattern,
    "2 million glyphs": many_glyphs,
    "a picture of 30,000 × 30,000 pixels, painted 50 times": painted_picture,
}
