"""What a document says of whoever made it: shown, and really gone from the bytes that are stored."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from profiles.files import pdf_maker
from profiles.files.documents import read
from tests.builders import PDF, a_zip, content_of, exif_with_place, photograph
from tests.hostile_documents import annotation, changed_pdf, docx, odt

MAKER = "moussa.traore"
XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmp:CreatorTool="Word de {MAKER}" pdfuaid:part="1">
<dc:creator><rdf:Seq><rdf:li>{MAKER} XMP</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def telling(pdf, page):
    """In every place that programs write to."""
    pdf.docinfo["/Author"] = MAKER
    pdf.docinfo["/Producer"] = "Microsoft Word 2019"
    pdf.docinfo["/Title"] = "Rapport sur la paix"
    pdf.docinfo["/Company"] = f"Chez {MAKER}"
    pdf.Root.Metadata = Stream(pdf, XMP)
    pdf.Root.Metadata.Type, pdf.Root.Metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Lang = String("fr")
    pdf.Root.PieceInfo = Dictionary(Word=Dictionary(Private=String(MAKER)))
    page.PieceInfo = Dictionary(Word=Dictionary(Private=String(MAKER)))
    page.Metadata = Stream(pdf, XMP)
    page.Thumb = Stream(pdf, MAKER.encode())
    page.Annots = Array([annotation(Name.Text, T=String(MAKER), Contents=String("À revoir"))])
    photo = content_of(photograph(), exif=exif_with_place())
    page.Resources.XObject = Dictionary(Im1=Stream(pdf, photo))
    picture = page.Resources.XObject.Im1
    picture.Type, picture.Subtype, picture.Filter = Name.XObject, Name.Image, Name.DCTDecode
    picture.Width, picture.Height, picture.BitsPerComponent = 300, 200, 8
    picture.ColorSpace = Name.DeviceRGB


def a_telling_pdf():
    return changed_pdf(telling)


def upload(content, name="rapport.pdf", **more):
    file = SimpleUploadedFile(name, content)
    vars(file).update(more)
    return file


def stored(document):
    document.content.seek(0)
    return document.content.read()


def everything_in(content):
    """The bytes of a PDF and of all its streams, unpacked."""
    parts = [content]
    with Pdf.open(io.BytesIO(content)) as pdf:
        for each in pdf.objects:
            if isinstance(each, Stream):
                parts.append(each.read_raw_bytes())
                if each.get("/Filter") != Name.DCTDecode:
                    parts.append(each.read_bytes())
    return b"\n".join(parts)


def test_what_a_pdf_says_of_its_maker_is_found():
    document = read(upload(a_telling_pdf()))
    assert set(document.maker) == {
        ("Author", MAKER),
        ("Producer", "Microsoft Word 2019"),
        ("Company", f"Chez {MAKER}"),
        ("Author", f"{MAKER} XMP"),
        ("Creator", f"Word de {MAKER}"),
    }


def test_what_a_pdf_says_of_its_maker_is_gone_from_its_bytes():
    before = a_telling_pdf()
    assert MAKER.encode() in everything_in(before)
    assert b"Camera of a journalist" in everything_in(before)
    document = read(upload(before))
    after = stored(document)
    assert document.is_emptied
    for word in (MAKER, MAKER.upper(), "Microsoft", "Camera of a journalist"):
        assert word.encode() not in everything_in(after)
        assert word.encode("utf-16-be") not in everything_in(after)
    with Pdf.open(io.BytesIO(after)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Rapport sur la paix"
        assert str(pdf.Root.Lang) == "fr"
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.Root.Metadata.read_bytes()
        assert str(pdf.pages[0].Annots[0].Contents) == "À revoir"
        assert len(pdf.pages[0].Resources.XObject.Im1.read_raw_bytes()) > 1_000
    assert document.size == len(after)
    assert read(upload(after)).maker == ()


def test_the_same_pdf_is_emptied_into_the_same_bytes():
    content = a_telling_pdf()
    first = read(upload(content))
    assert first.sha256 == read(upload(content)).sha256
    again = read(upload(stored(first)))
    assert (again.sha256, again.is_emptied) == (first.sha256, False)


def test_a_pdf_that_says_nothing_stays_as_it_is_to_the_byte():
    assert stored(read(upload(PDF))) == PDF


def test_a_pdf_stays_as_it_is_where_somebody_wants_that():
    content = a_telling_pdf()
    document = read(upload(content, stays_as_it_is=True))
    assert stored(document) == content
    assert ("Author", MAKER) in document.maker


def test_what_a_former_state_said_is_gone_too():
    start = PDF.rindex(b"startxref") + 10
    size = len(PDF)
    secret = b"9 0 obj\n(moussa.traore)\nendobj\n"
    table = b"xref\n9 1\n%010d 00000 n \n" % size
    trailer = b"trailer\n<</Size 10/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    content = PDF + secret + table + trailer % (int(PDF[start:].split()[0]), size + len(secret))
    document = read(upload(content))
    assert document.is_emptied
    assert b"moussa" not in everything_in(stored(document))


@pytest.mark.parametrize(
    "more",
    [
        a_zip({"a.html": "x"}),
        b"<html><script>alert(1)</script>",
        b"\0\0\0\x18ftypmp42 and a film behind",
    ],
)
def test_a_pdf_that_is_something_else_as_well_is_only_a_pdf_afterwards(more):
    content = stored(read(upload(PDF + more + b"\n%%EOF\n")))
    assert more[:12] not in content
    assert content.startswith(b"%PDF-")
    assert b"PK" not in content


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Rapport sur la paix / Mali", "Rapport sur la paix / Mali"),
        ("C:\\Users\\moussa.traore\\rapport.docx", ""),
        ("/home/moussa/rapport.tex", ""),
        ("Microsoft Word - rapport final.docx", ""),
        ("file:///C:/rapport", ""),
    ],
)
def test_a_title_that_is_a_path_is_none(title, left):
    content = changed_pdf(lambda pdf, page: pdf.docinfo.__setitem__("/Title", title))
    document = read(upload(content))
    with Pdf.open(io.BytesIO(stored(document))) as pdf:
        assert str(pdf.trailer.get("/Info", {}).get("/Title", "")) == left
    assert document.maker == (() if left else (("Title", title),))


def a_signed_pdf():
    def change(pdf, page):
        telling(pdf, page)
        signature = Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3])
        )
        field = annotation(Name.Widget, FT=Name.Sig, V=pdf.make_indirect(signature))
        page.Annots.append(pdf.make_indirect(field))
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[-1]]), SigFlags=3)

    return changed_pdf(change)


def test_a_signed_pdf_stays_as_it_is_and_says_so():
    content = a_signed_pdf()
    document = read(upload(content))
    assert document.is_signed
    assert stored(document) == content
    assert ("Author", MAKER) in document.maker


def test_a_signed_pdf_is_emptied_where_somebody_wants_that():
    document = read(upload(a_signed_pdf(), loses_signature=True))
    assert document.is_emptied
    assert MAKER.encode() not in everything_in(stored(document))
    assert b"ByteRange" not in everything_in(stored(document))


def test_what_is_shown_of_a_maker_is_short():
    content = changed_pdf(
        lambda pdf, page: [pdf.docinfo.__setitem__(f"/K{n}", "x" * 999) for n in range(99)]
    )
    maker = read(upload(content)).maker
    assert len(maker) == pdf_maker.MAX_SAID
    assert {len(text) for _key, text in maker} == {pdf_maker.MAX_LENGTH}


# Word and OpenDocument

CORE = f"""<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>Rapport</dc:title>
<dc:creator>{MAKER}</dc:creator><cp:lastModifiedBy>awa.diarra</cp:lastModifiedBy>
</cp:coreProperties>"""
APP = "<Properties><Application>Microsoft Word</Application><Company>IMRAP</Company></Properties>"
META = f"""<office:document-meta xmlns:office="o" xmlns:meta="m" xmlns:dc="d" xmlns:xlink="x">
<office:meta><dc:title>Rapport</dc:title><meta:initial-creator>{MAKER}</meta:initial-creator>
<meta:template xlink:href="file:///home/{MAKER}/modele.ott"/></office:meta>
</office:document-meta>"""


def a_telling_docx():
    photo = content_of(photograph(), exif=exif_with_place())
    return docx(
        body=f'<w:ins w:author="{MAKER}" w:date="2026-01-01T00:00:00Z"/>',
        **{
            "docProps/core.xml": CORE,
            "docProps/app.xml": APP,
            "docProps/custom.xml": f"<Properties>{MAKER}</Properties>",
            "word/media/image1.jpeg": photo,
            "word/settings.xml": '<w:settings><w:attachedTemplate r:id="r1"/></w:settings>',
            "word/_rels/settings.xml.rels": (
                '<Relationships><Relationship Id="r1" Type="x/attachedTemplate" '
                f'Target="file:///C:\\Users\\{MAKER}\\Normal.dotm" TargetMode="External"/>'
                "</Relationships>"
            ),
        },
    )


def a_telling_odt():
    remark = f"<text:p><office:annotation><dc:creator>{MAKER}</dc:creator></office:annotation>"
    printer = '<config:config-item config:name="PrinterName" config:type="string">HP de Awa'
    return odt(
        f"{remark}</text:p>",
        **{"meta.xml": META, "settings.xml": f"<s>{printer}</config:config-item></s>"},
    )


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_a_word_document_says_of_its_maker_is_found_and_gone():
    document = read(upload(a_telling_docx(), "note.docx"))
    assert set(document.maker) == {
        ("Author", MAKER),
        ("Author", "awa.diarra"),
        ("Creator", "Microsoft Word"),
        ("Company", "IMRAP"),
        ("Template", f"file:///C:\\Users\\{MAKER}\\Normal.dotm"),
    }
    parts = parts_of(stored(document))
    whole = b"".join(parts.values())
    for word in (MAKER, "awa.diarra", "Microsoft Word", "IMRAP", "Camera of a journalist"):
        assert word.encode() not in whole
    assert b"<dc:title>Rapport</dc:title>" in parts["docProps/core.xml"]
    assert b"attachedTemplate" not in whole
    assert read(upload(stored(document), "note.docx")).maker == ()


def test_what_an_opendocument_text_says_of_its_maker_is_found_and_gone():
    document = read(upload(a_telling_odt(), "note.odt"))
    assert set(document.maker) == {
        ("Author", MAKER),
        ("Template", f"file:///home/{MAKER}/modele.ott"),
    }
    parts = parts_of(stored(document))
    whole = b"".join(parts.values())
    assert MAKER.encode() not in whole
    assert b"HP de Awa" not in whole
    assert b"<dc:title>Rapport</dc:title>" in parts["meta.xml"]
    assert next(iter(parts)) == "mimetype"


def test_documents_stay_as_they_are_where_somebody_wants_that():
    for content, name in ((a_telling_docx(), "note.docx"), (a_telling_odt(), "note.odt")):
        document = read(upload(content, name, stays_as_it_is=True))
        assert stored(document) == content
        assert ("Author", MAKER) in document.maker
