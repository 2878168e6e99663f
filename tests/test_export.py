"""The whole site to carry: files that open without a server, and one for Kiwix."""

import errno
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from profiles import preview
from profiles.carrying import folder as folders
from profiles.carrying import names, zim
from profiles.carrying.everything import FOR_PEOPLE, SCRIPT
from profiles.carrying.markup_links import led
from profiles.carrying.texts import read
from profiles.models import Paper, PaperFile, Video
from profiles.seeding import STARTER
from tests.builders import a_pdf, kept_photograph

OWN = "http://testserver/"
LINK = re.compile(r"<(\w+)\b[^>]*?\s(?:href|src|poster|action)=\"([^\"]*)\"")
TAG = re.compile(r"<(a|img|source|video|audio|track|form|link|script)\b[^>]*>")
ATTRIBUTE = re.compile(r'\s(href|src|poster|action|srcset)="([^"]*)"')


def export(*arguments, **options):
    said = StringIO()
    call_command("export_site", *map(str, arguments), stdout=said, stderr=StringIO(), **options)
    return said.getvalue()


def files_in(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def links_of(page):
    """(element, link) of all that a page loads or opens."""
    for tag in TAG.finditer(page.read_text("utf-8")):
        for name, value in ATTRIBUTE.findall(tag[0]):
            values = [one.split()[0] for one in value.split(",")] if name == "srcset" else [value]
            yield from ((tag[0], one.replace("&amp;", "&")) for one in values)


def dead_links(folder):
    """Links to files that are not there, and to our own host where it is not named as an address."""
    dead, met = [], 0
    for page in folder.rglob("index.html"):  # the copies to pass on lead to the site itself
        for tag, link in links_of(page):
            met += 1
            if re.search(r'rel="(?:canonical|alternate)"', tag):
                assert link.startswith(OWN), tag
            elif not urlsplit(link).scheme:
                target = page.parent / unquote(urlsplit(link).path) if urlsplit(link).path else page
                dead += [] if target.is_file() else [f"{page}: {link}"]
            elif link.startswith(OWN):
                dead.append(f"{page}: {link}")
    assert met > 100
    return dead


@pytest.fixture
def paper(add_paper):
    """With a picture and a file in whose text alone something stands."""
    paper = add_paper(
        "Autoportrait du Mali", slug="autoportrait", body_fr="<p>Les conflits fonciers.</p>"
    )
    paper.image_is_decorative = True
    paper.image.save("a.jpg", kept_photograph((700, 400)), save=True)
    file = ContentFile(a_pdf(b"(Vestibules de la reconciliation) Tj"), "rapport.pdf")
    PaperFile.objects.create(paper=paper, file=file)
    return paper


@pytest.fixture
def film(imrap):
    video = Video(organisation=imrap, title_fr="Film", slug="film", is_draft=False)
    video.file.save("film.webm", ContentFile((STARTER / "exemple.webm").read_bytes()), save=False)
    captions = ContentFile((STARTER / "exemple.vtt").read_bytes())
    video.captions.save("film.vtt", captions, save=True)
    return video


@pytest.fixture
def stick(tmp_path):
    return tmp_path / "stick"


# What is in it


def test_all_pages_in_every_language_are_files_and_no_link_is_dead(paper, film, stick):
    said = export(stick)
    found = files_in(stick)
    assert {
        "index.html",
        "fr/index.html",
        "en/index.html",
        "fr/papers/index.html",
        "en/accessibility/index.html",
        "fr/search/index.html",
        "search/words.js",
    } <= set(found)
    assert dead_links(stick) == []
    assert f"{len(found) - 1} files written, 0 unchanged" in said
    folds = [one.casefold() for one in found]
    assert len(set(folds)) == len(folds)
    for one in found:
        assert not re.search(r'[<>:"\\|?*]', one)
        assert all(not part.endswith((".", " ")) for part in one.split("/"))


def test_pages_of_a_list_its_years_and_types_are_files_with_readable_names(
    add_paper, stick, monkeypatch
):
    monkeypatch.setattr("profiles.listing.ON_PAGE", 2)
    for number in range(3):
        add_paper(f"Papier {number}", date="2016")
    add_paper("Note", date="2020", type=Paper.Type.POLICY)
    export(stick)
    lists = [one for one in files_in(stick) if one.startswith("fr/papers/") and "=" in one]
    assert lists == [
        "fr/papers/page=2,type=research/index.html",
        "fr/papers/page=2,year=2016/index.html",
        "fr/papers/page=2/index.html",
        "fr/papers/type=policy/index.html",
        "fr/papers/type=research/index.html",
        "fr/papers/year=2016/index.html",
        "fr/papers/year=2020/index.html",
    ]
    second = (stick / "fr/papers/page=2/index.html").read_text("utf-8")
    assert 'href="../index.html"' in second
    assert dead_links(stick) == []


def test_links_that_staff_typed_lead_to_files_stay_whole_or_are_taken_away(paper, add_paper, stick):
    add_paper(
        "Liens",
        slug="liens",
        body_fr=(
            f'<p><a href="{OWN}fr/papers/autoportrait/#cite">notre</a> '
            '<a href="/fr/papers/autoportrait">sans barre</a> '
            '<a href="/fr/papers/autoportrait/?utm=x">suivi</a> '
            '<a href="/fr/feed.atom">fil</a> <a href="/fr/papers/disparu/">mort</a> '
            '<a href="https://interpeace.org/?a=1&amp;b=2">dehors</a></p>'
        ),
    )
    export(stick)
    page = (stick / "fr/papers/liens/index.html").read_text("utf-8")
    start = page.index('<div class="entry-text">')
    assert re.findall(r"<a( [^>]*)?>(\w+)", page[start : page.index("</article>")])[:3] == [
        (' href="../autoportrait/index.html#cite"', "notre"),
        (' href="../autoportrait/index.html"', "sans"),
        (' href="../autoportrait/utm=x/index.html"', "suivi"),
    ]
    assert f'<a href="{OWN}fr/feed.atom">fil</a>' in page
    assert "<a>mort</a>" in page
    assert '<a href="https://interpeace.org/?a=1&amp;b=2">dehors</a>' in page


def test_a_draft_to_which_a_page_leads_by_a_signed_address_is_not_carried(add_paper, client, stick):
    draft = add_paper("Secret", slug="secret", is_draft=True)
    signed = preview.address_for(draft)
    assert client.get(signed).status_code == 200
    add_paper("Liens", slug="liens", body_fr=f'<p><a href="{signed}">lire</a></p>')
    export(stick)
    assert [one for one in files_in(stick) if "secret" in one] == []
    assert "<a>lire</a>" in (stick / "fr/papers/liens/index.html").read_text("utf-8")


def test_a_field_that_a_page_has_leads_to_the_search_and_no_link_is_added():
    bar = '<nav class="bar"><ul><li>x</li></ul></nav>'
    lead = {"/fr/search/": "search/index.html"}.get
    added = led(bar, lambda link, _tag: lead(link), search_link="<li>y</li>")
    assert added == '<nav class="bar"><ul><li>x</li><li>y</li></ul></nav>'
    field = bar + '<form role="search" action="/fr/search/"></form>'
    assert led(field, lambda link, _tag: lead(link), search_link="<li>y</li>") == (
        bar + '<form role="search" action="search/index.html"></form>'
    )


def test_a_page_names_its_real_address_and_asks_no_server_for_anything(paper, stick):
    export(stick)
    page = (stick / "fr/papers/autoportrait/index.html").read_text("utf-8")
    assert f'<link rel="canonical" href="{OWN}fr/papers/autoportrait/">' in page
    assert "script-src 'none'" in page
    for needless in ("manifest.webmanifest", "unapi-server"):
        assert needless not in page
    assert '<a href="autoportrait.bib" download>' in page
    assert (stick / "fr/papers/autoportrait/autoportrait.bib").read_text("utf-8")[0] == "@"


def test_files_are_called_by_their_name_and_pictures_after_their_entry(paper, stick):
    export(stick)
    found = files_in(stick)
    assert [one for one in found if one.startswith("files/")] == ["files/rapport.pdf"]
    with paper.files.get().file.open() as stored:
        assert (stick / "files/rapport.pdf").read_bytes() == stored.read()
    pictures = [one for one in found if one.startswith("pictures/") and "icon" not in one]
    assert "pictures/autoportrait-320.avif" in pictures
    assert all(one.startswith("pictures/autoportrait-") for one in pictures)


def test_what_two_entries_stored_alike_is_one_file_and_names_that_clash_are_two(add_paper, stick):
    for title, words in (("Un", b"(Un) Tj"), ("Deux", b"(Deux) Tj"), ("Trois", b"(Un) Tj")):
        file = ContentFile(a_pdf(words), "rapport.pdf")
        PaperFile.objects.create(paper=add_paper(title), file=file)
    for slug in ("Mopti", "mopti", "con"):
        add_paper(slug, slug=slug)
    export(stick)
    found = files_in(stick)
    assert [one for one in found if one.startswith("files/")] == [
        "files/rapport-2.pdf",
        "files/rapport.pdf",
    ]
    assert {"fr/papers/Mopti/index.html", "fr/papers/mopti-2/index.html"} <= set(found)
    assert "fr/papers/con-/index.html" in found
    assert dead_links(stick) == []


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ('a<b>:"c|d?*.pdf', "a-b---c-d--.pdf"),
        ("rapport. . ", "rapport"),
        ("Con.html", "Con-.html"),
        ("lpt1", "lpt1-"),
        ("console.html", "console.html"),
        ("..", "-"),
        ("", "-"),
        ("a\x00b\n.txt", "a-b-.txt"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
        ("😀" * 100 + ".pdf", "😀" * 58 + ".pdf"),
    ],
)
def test_a_name_fits_every_disk(name, portable):
    assert names.portable(name) == portable


# Once more


def stamps(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_second_run_leaves_what_is_unchanged_and_takes_away_what_was_withdrawn(
    paper, add_paper, stick
):
    add_paper("Reste", slug="reste")
    export(stick)
    before = stamps(stick)
    assert "0 files written" in export(stick)
    after = stamps(stick)
    del before[stick / folders.LIST], after[stick / folders.LIST]
    assert after == before
    (stick / "mine.txt").write_text("mine")
    (stick / "fr/papers/autoportrait/mine.txt").write_text("mine")
    Paper.objects.filter(pk=paper.pk).update(is_draft=True)
    export(stick)
    found = files_in(stick)
    assert [one for one in found if "autoportrait" in one or "rapport" in one] == [
        "fr/papers/autoportrait/mine.txt"
    ]
    assert not (stick / "en/papers/autoportrait").exists()
    assert not (stick / "files").exists()
    assert "Autoportrait" not in "".join(path.read_text() for path in stick.rglob("*.html"))
    assert (stick / "mine.txt").read_text() == "mine"
    assert dead_links(stick) == []


def test_a_folder_that_is_not_ours_is_refused_and_left_as_it_is(paper, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "photo.jpg").write_text("x")
    with pytest.raises(CommandError, match="not empty and was not made by export_site"):
        export(theirs)
    assert files_in(theirs) == ["photo.jpg"]
    with pytest.raises(CommandError, match="is no folder"):
        export(theirs / "photo.jpg")
    with pytest.raises(CommandError, match="Name a folder"):
        export()


def test_what_stands_in_the_way_and_is_not_ours_is_not_overwritten(paper, stick):
    export(stick)
    (stick / "fr/papers/nouveau").mkdir()
    (stick / "fr/papers/nouveau/index.html").write_text("mine")
    paper.slug = "nouveau"
    paper.save()
    with pytest.raises(CommandError, match="was not made by export_site: move it away"):
        export(stick)
    assert (stick / "fr/papers/nouveau/index.html").read_text() == "mine"


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "fr/../../outside.txt"])
def test_a_list_that_names_files_outside_is_not_believed(paper, stick, tmp_path, name):
    export(stick)
    (tmp_path / "outside.txt").write_text("mine")
    with (stick / folders.LIST).open("a") as file:
        file.write(f"{name}\n")
    with pytest.raises(CommandError, match="not in this folder"):
        export(stick)
    assert (tmp_path / "outside.txt").exists()


def test_a_link_to_a_folder_outside_is_not_followed(paper, stick, tmp_path):
    export(stick)
    shutil.move(stick / "fr", tmp_path / "elsewhere")
    (stick / "fr").symlink_to(tmp_path / "elsewhere")
    before = stamps(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="not in this folder"):
        export(stick)
    assert stamps(tmp_path / "elsewhere") == before


@pytest.mark.parametrize("after", [0, 3, 17])
def test_a_run_that_is_killed_is_completed_by_the_next(paper, stick, tmp_path, monkeypatch, after):
    put, done = folders.Folder.put, []

    def killed(self, carried):
        if len(done) == after:
            (self.path / folders.PART).write_text("half")  # as a killed process leaves it
            raise KeyboardInterrupt
        done.append(put(self, carried))

    with monkeypatch.context() as patch:
        patch.setattr(folders.Folder, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            export(stick)
    Paper.objects.filter(pk=paper.pk).update(title_fr="Autre titre", title_en="")
    export(stick)
    export(tmp_path / "fresh")
    assert files_in(stick) == files_in(tmp_path / "fresh")
    assert dead_links(stick) == []


def test_a_full_disk_and_a_place_that_takes_nothing_are_told_in_one_sentence(
    paper, stick, tmp_path, monkeypatch
):
    def full(*_anything):
        raise OSError(errno.ENOSPC, "No space left on device", str(stick))

    with monkeypatch.context() as patch:
        patch.setattr(folders.Folder, "replace", full)
        with pytest.raises(CommandError, match=r"^The disk is full .*run it again.*\.$"):
            export(stick)
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"^Not everything could be written: Not a directory"):
        export(tmp_path / "file" / "stick")


def test_entries_that_come_and_go_meanwhile_make_it_begin_again(
    paper, add_paper, stick, monkeypatch
):
    put, withdrawn = folders.Folder.put, []

    def withdrawing(self, carried):
        if carried.name.endswith(".html") and not withdrawn:
            withdrawn.append(Paper.objects.filter(pk=paper.pk).update(is_draft=True))
        put(self, carried)

    add_paper("Reste", slug="reste")
    monkeypatch.setattr(folders.Folder, "put", withdrawing)
    export(stick)
    assert [one for one in files_in(stick) if "autoportrait" in one or "rapport" in one] == []
    assert "fr/papers/reste/index.html" in files_in(stick)


# In a browser


def addresses_in(page):
    return page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")


def test_in_a_browser_every_page_opens_from_the_disk_whole(paper, film, stick, page):
    export(stick)
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    todo, seen = [(stick / "index.html").as_uri()], set()
    while todo:
        address = todo.pop()
        seen.add(address)
        page.goto(address)
        page.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
        page.wait_for_function("[...document.images].every(i => i.complete)")
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0)"), address
        for link in addresses_in(page):
            link = link.partition("#")[0]
            if link.startswith("file:"):
                assert Path(unquote(urlsplit(link).path)).is_file(), f"{address}: {link}"
            if link.startswith("file:") and link.endswith(".html") and link not in seen:
                seen.add(link)
                todo.append(link)
    assert failed == []
    searches = {stick / "fr/search/index.html", stick / "en/search/index.html"}  # led to by a form
    reached = {Path(unquote(urlsplit(one).path)) for one in seen} | searches
    assert reached == set(stick.rglob("*.html"))
    page.goto((stick / "fr/videos/film/index.html").as_uri())
    page.evaluate("document.querySelector('video').textTracks[0].mode = 'showing'")
    page.wait_for_function("document.querySelector('video').textTracks[0].cues?.length > 0")


@pytest.fixture
def searched(paper, add_paper, stick, page):
    add_paper("Sécurité des éleveurs", slug="eleveurs", body_fr="<p>Médiatrices, non-violence.</p>")
    add_paper("Ɲɛtaa", slug="netaa", body_fr="<p>الاستقرار</p>")
    add_paper("Offre", slug="offre", body_fr="<p>Un rapport du F.D.S.</p>")
    for number in range(3):
        add_paper(f"Papier {number}", slug=f"papier-{number}")
    export(stick)
    page.goto((stick / "fr/index.html").as_uri())
    page.get_by_role("searchbox").fill("conflit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=conflit")
    assert page.get_by_role("searchbox").input_value() == "conflit"

    def search(question):
        page.get_by_role("searchbox").fill(question)
        found = page.locator("#entries li:visible h2 a").all()
        return [Path(urlsplit(one.get_attribute("href")).path).parts[-2] for one in found]

    return search


FOUND_FIRST = {
    "autopor": "autoportrait",
    "AUTOPORTRAITS": "autoportrait",
    "conflit": "autoportrait",
    "foncière": "autoportrait",
    "reconciliation": "autoportrait",
    "réconcilier": "autoportrait",
    "vestibulles": "autoportrait",
    "securite eleveur": "eleveurs",
    "l’éleveur": "eleveurs",
    "médiatrice": "eleveurs",
    "nonviolence": "eleveurs",
    "non violence": "eleveurs",
    "nyetaa": "netaa",
    "استقرار": "netaa",
    "FDS": "offre",
    "f.d.s": "offre",
    "que dit le rapport sur les éleveurs ?": "eleveurs",
}


def test_the_search_that_is_carried_finds_by_half_a_word_and_other_forms(searched):
    assert {question: [*searched(question), None][0] for question in FOUND_FIRST} == FOUND_FIRST


def test_the_search_that_is_carried_has_an_answer_to_whatever_is_typed(searched, page):
    for question in ("zzzzzz", "\\", "[(*", "<b>", "constructor", "__proto__", "z" * 5000, "\0😀"):
        assert searched(question) == []
        assert page.get_by_text("Rien n’a été trouvé").is_visible()
    assert len(searched("  ")) == 7


def test_a_hit_in_a_file_leads_to_its_page(searched, page, paper):
    PaperFile.objects.update(text="Un\fLes vestibules du dialogue")
    export(Path(unquote(urlsplit(page.url).path)).parents[2])
    page.reload()
    searched("vestib")
    link = page.locator("#entries a[data-page]:visible")
    assert link.get_attribute("href").endswith("/stick/files/rapport.pdf#page=2")
    assert link.inner_text().startswith("Page 2 du fichier")


def test_without_scripts_the_search_page_says_so_and_lists_everything(
    searched, page, browser, live_server
):
    with browser.new_context(java_script_enabled=False) as context:
        window = context.new_page()
        window.goto(page.url)
        assert window.get_by_text("n’exécute pas de scripts").is_visible()
        assert window.locator("#entries > li:visible").count() == 7
        assert not window.locator("#find").is_visible()


def test_the_script_that_searches_is_small():
    assert len(FOR_PEOPLE.sub("", SCRIPT.read_text("utf-8")).encode()) < 4700


# For Kiwix


@pytest.fixture
def archive(paper, add_paper, tmp_path):
    reader = pytest.importorskip("libzim.reader", reason="libzim has no wheel for this Python")
    add_paper("Sécurité des éleveurs", slug="eleveurs", body_fr="<p>Médiatrices.</p>")
    file = tmp_path / "site.zim"
    assert "for Kiwix" in export("--zim", file)
    assert [one for one in tmp_path.iterdir() if one.name.startswith(".zim")] == []
    return reader.Archive(file)


def test_a_file_for_kiwix_says_what_it_is(archive, paper):
    said = {name: archive.get_metadata(name) for name in archive.metadata_keys}
    assert said["Language"] == b"fra,eng"
    assert said["Title"] == b"IMRAP"
    assert said["Creator"] == said["Publisher"] == paper.organisation.name_fr.encode()
    assert len(said["Description"].decode()) <= 80
    assert re.fullmatch(rb"\d{4}-\d\d-\d\d", said["Date"])
    assert said["Illustration_48x48@1"].startswith(b"\x89PNG")
    assert archive.main_entry.get_item().path == "fr/index.html"
    assert archive.get_entry_by_path("index.html").is_redirect
    fronts = archive.article_count
    assert fronts == 2 * (1 + 1 + 1 + 2 + 1)  # profile, accessibility, list, papers, search


def test_kiwix_finds_by_our_keys_and_in_files(archive):
    search = pytest.importorskip("libzim.search")
    expected = {
        "conflit": "autoportrait",
        "autoportraits": "autoportrait",
        "reconciliation": "autoportrait",
        "vestibule": "autoportrait",
        "securite": "eleveurs",
        "éleveur": "eleveurs",
        "mediatrice": "eleveurs",
    }
    for question, slug in expected.items():
        hits = search.Searcher(archive).search(search.Query().set_query(question))
        found = sorted(hits.getResults(0, 2))
        assert found == [f"{code}/papers/{slug}/index.html" for code in ("en", "fr")], question


def test_zimcheck_has_nothing_to_say(archive):
    if shutil.which("zimcheck") is None:
        pytest.skip("zimcheck is in Debian's zim-tools")
    checked = subprocess.run(
        ["zimcheck", "-A", archive.filename], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0
    assert "WARNING" not in checked.stdout
    assert "ERROR" not in checked.stdout + checked.stderr


def test_a_disk_with_too_little_room_for_kiwix_is_told_before_anything_is_written(
    paper, tmp_path, monkeypatch
):
    pytest.importorskip("libzim")
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(CommandError, match=r"^The disk is full"):
        export("--zim", tmp_path / "site.zim")
    assert not (tmp_path / "site.zim").exists()


def test_without_libzim_a_sentence_says_what_to_install(paper, stick, tmp_path, monkeypatch):
    monkeypatch.setattr(zim, "zim_items", None)
    with pytest.raises(CommandError, match=r"libzim.*requirements-zim.txt"):
        export(stick, zim=str(tmp_path / "site.zim"))
    assert not stick.exists()


# Reading pages


def test_what_is_found_of_a_page_knows_its_language_and_leaves_out_what_all_pages_have():
    html = (
        '<html lang="fr"><title>Titre – IEP</title><body><nav>Menu</nav><main><h1>Titre</h1>'
        '<p>Paix <b lang="en">peace</b></p><p hidden>non</p>'
        '<section class="section related"><p>non</p></section></main><footer>non</footer></html>'
    )
    title, passages = read(html)
    assert title == "Titre – IEP"
    assert [tuple(one) for one in passages] == [
        ("title", "Titre", "fr"),
        ("text", "Paix", "fr"),
        ("text", "peace", "en"),
    ]


def test_links_between_files():
    assert names.leading("fr/index.html", "files/a b.pdf") == "../files/a%20b.pdf"
    assert (
        names.leading("fr/papers/a/index.html", "fr/papers/b/index.html", "x")
        == "../b/index.html#x"
    )
    assert names.leading("index.html", "fr/index.html") == "fr/index.html"
    assert names.leading("fr/papers/index.html", "fr/papers/index.html", "x") == "index.html#x"


def test_a_link_that_is_no_address_is_left_alone(add_paper, stick):
    add_paper("Liens", slug="liens", body_fr='<p><a href="http://[bad">x</a></p>')
    export(stick)
    assert urljoin(OWN, "fr/") in (stick / "fr/index.html").read_text("utf-8")
