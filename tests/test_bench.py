"""What `make bench` makes of its measurements; how fast anything is, no test says."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as bench
from benchmarks import load, neighbours, plot, processes, recorded, report, side_by_side, sizes
from benchmarks.load import Figures
from benchmarks.processes import CannotMeasure, Server
from benchmarks.side_by_side import BARE, SITE, Cell, Page, Row

# What is chosen


def test_a_run_without_words_measures_all_but_what_takes_long():
    assert bench.chosen([]) == (["peers", "server", "sizes"], [100, 10_000])


def test_words_choose_parts_and_numbers_choose_sizes():
    assert bench.chosen(["100000", "search", "peers", "100"]) == (
        ["peers", "search"],
        [100, 100_000],
    )
    assert bench.chosen(["1000"]) == (["peers", "server", "sizes"], [1000])


def test_an_unknown_part_is_named():
    with pytest.raises(CannotMeasure, match="no part perrs, but peers, server, sizes, search"):
        bench.chosen(["perrs"])


# What servers cost


def a_process(proc, number, group, ticks, name="python"):
    folder = proc / str(number)
    folder.mkdir()
    used, system, children, of_system = ticks
    fields = f"S 1 {group} {group} 0 -1 0 0 0 0 0 {used} {system} {children} {of_system} 20 0"
    (folder / "stat").write_text(f"{number} ({name}) {fields}")
    (folder / "smaps_rollup").write_text("Rss:  9000 kB\nPss:  2048 kB\nPss_Anon:  700 kB\n")


def test_all_processes_of_a_group_are_counted_and_no_others(tmp_path):
    a_process(tmp_path, 70, 70, (1, 2, 3, 4))
    a_process(tmp_path, 71, 70, (10, 20, 0, 0), name="a) S 1 99 (b")
    a_process(tmp_path, 99, 99, (1000, 1000, 1000, 1000))
    (tmp_path / "self").mkdir()
    (tmp_path / "72").mkdir()  # it has just ended
    assert processes.cpu_seconds((70,), tmp_path) == pytest.approx(40 / processes.TICKS)
    assert processes.pss_mib((70,), tmp_path) == 4


@pytest.mark.server
def test_a_process_that_works_is_seen_to_work():
    work = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
    command = [sys.executable, "-c", work]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, start_new_session=True, **pipes) as one:
        one.stdout.readline()
        assert 0.25 < processes.cpu_seconds((one.pid,)) < 1
        assert 1 < processes.pss_mib((one.pid,)) < 100
        one.communicate(b"\n")


@pytest.mark.server
def test_a_server_that_does_not_start_says_why():
    command = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
    with pytest.raises(CannotMeasure, match="the port is taken"):
        with processes.started(command, processes.a_free_port()):
            raise AssertionError("It can't have started.")


# What wrk tells


def test_what_wrk_prints_becomes_figures():
    told = {"requests": 500, "seconds": 2, "p50": 1.5, "p99": 9, "failed": 3}
    printed = f"Running 2s test\n{json.dumps(told)}\n"
    assert load.figures_of(printed, cpu=0.25) == Figures(250, 1.5, 9, 0.5, 3)


def test_a_server_that_answers_nothing_has_no_figures():
    told = json.dumps({"requests": 0, "seconds": 2, "p50": 0, "p99": 0, "failed": 9})
    with pytest.raises(CannotMeasure):
        load.figures_of(told, cpu=0.1)


@pytest.mark.server
@pytest.mark.skipif(not load.is_installed(), reason="wrk is not installed here")
def test_an_unknown_page_is_asked_for_with_another_query_each_time(tmp_path):
    """And a known one always by the same, with the headers of its reader."""
    (tmp_path / "door.py").write_text(
        "def application(environ, start_response):\n"
        "    parts = ['PATH_INFO', 'QUERY_STRING', 'HTTP_RANGE']\n"
        "    line = ' '.join(environ.get(part, '-') for part in parts)\n"
        "    with open('asked', 'a') as file: file.write(line + '\\n')\n"
        "    start_response('200 OK', [('Content-Length', '0')])\n"
        "    return []\n"
    )
    port = processes.a_free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "door:application"]
    with processes.started(command, port, cwd=tmp_path, env=processes.environment()) as server:
        load.measured(server, "/unknown/", 2, 1, is_unknown=True)
        known = load.measured(server, "/known/?page=2", 2, 1, (("Range", "bytes=0-1"),))
    # One that was begun in the first second may be answered in the next.
    lines = (tmp_path / "asked").read_text().splitlines()
    queries = [line for line in lines if line.startswith("/unknown/")]
    assert {line for line in lines if line.startswith("/known/")} == {"/known/ page=2 bytes=0-1"}
    assert len(queries) == len({*queries}) > 10
    assert all(re.fullmatch(r"/unknown/ n=[0-9]+-[0-9]+ -", query) for query in queries)
    assert known.failed == 0
    assert known.rate > 10


# Side by side


def test_figures_are_compared_with_those_of_the_same_round():
    bare = Cell("profile", BARE, None, "/profile", "profile")
    site = Cell("cold profile", SITE, None, "/fr/", "profile", is_unknown=True)
    found = {
        (bare, 16): [Figures(1000, 1, 2, 0.1), Figures(100, 1, 2, 0.4), Figures(200, 1, 2, 0.2)],
        (site, 16): [Figures(500, 3, 5, 0.3), Figures(50, 9, 9, 0.8, 1), Figures(20, 4, 8, 1, 1)],
    }
    assert list(side_by_side.rows_of(found)) == [
        Row("profile", BARE, 16, Figures(200, 1, 2, 0.2), 1, 1),
        Row("cold profile", SITE, 16, Figures(50, 4, 8, 0.8, 2), 0.5, pytest.approx(3)),
    ]


def test_the_bare_callable_answers_with_what_was_recorded(tmp_path, monkeypatch):
    answers = {
        "/fr/": ("200 OK", [("ETag", '"1"')], b"page"),
        "/media/film": ("206 Partial Content", [("Content-Range", "bytes 0-1/9")], b"ab"),
    }
    monkeypatch.setattr(recorded, "asked", lambda server, path, headers: answers[path])
    pages = [Page("profile", "/fr/"), Page("range", "/media/film", (), "206")]
    recorded.record(None, pages, tmp_path)
    assert recorded.read(tmp_path) == {
        "/profile": ("200 OK", [("ETag", '"1"')], (b"page",)),
        "/range": ("206 Partial Content", [("Content-Range", "bytes 0-1/9")], (b"ab",)),
    }
    with pytest.raises(CannotMeasure, match="/fr/ with 200 OK"):
        recorded.record(None, [Page("304", "/fr/", (), "304")], tmp_path)


@pytest.mark.server
def test_the_naive_site_shows_five_lists_of_three(tmp_path):
    database = tmp_path / "naive.sqlite3"
    neighbours.fill("naive", database)
    wsgi = "benchmarks.peers.naive.wsgi"
    with neighbours.wsgi(wsgi, PEER_DATABASE=str(database)) as server:
        plain = (("Accept-Encoding", "identity"),)
        bodies = [
            recorded.asked(server, path, plain) for path in ("/", "/papers/", "/entry/essai-7/")
        ]
        packed = dict(recorded.asked(server, "/")[1])
    assert [status for status, _headers, _body in bodies] == 3 * ["200 OK"]
    assert bodies[0][2].count(b"<section") == 5
    assert bodies[0][2].count(b"<article") == 15
    assert packed["Content-Encoding"] == "gzip"


def test_the_shipped_configuration_is_the_one_that_is_measured(tmp_path):
    """But for names, folders and encryption."""
    text = neighbours.shipped(tmp_path / "copy", 8123, tmp_path / "nginx", 8456)
    assert "listen 127.0.0.1:8456;" in text
    assert "server 127.0.0.1:8123 " in text
    assert "proxy_cache profile_site_pages;" in text
    assert f"proxy_cache_path {tmp_path}/nginx/cache " in text
    assert f"alias {tmp_path}/copy/media/;" in text
    assert "/var/" not in text.replace(str(tmp_path), "")
    assert not re.search(r"^ *(ssl_|listen 443|listen 80|listen \[)|example\.org|/srv/", text, re.M)


@pytest.mark.server
@pytest.mark.skipif(not neighbours.NGINX, reason="nginx is not installed here")
def test_nginx_takes_the_shipped_configuration(tmp_path):
    site = Server(processes.a_free_port(), ())
    with neighbours.nginx_before(site, tmp_path, tmp_path / "copy") as server:
        assert recorded.asked(server, "/health/")[0] == "404 Not Found"


@pytest.mark.server
@pytest.mark.skipif(not neighbours.NGINX, reason="nginx is not installed here")
def test_nginx_hands_out_the_recorded_bytes(tmp_path):
    folder, files = tmp_path / "recorded", tmp_path / "nginx"
    folder.mkdir()
    files.mkdir()
    (folder / "profile").write_bytes(b"as it was sent")
    with neighbours.nginx_with_files(files, folder, [Page("profile", "/fr/")]) as server:
        status, headers, body = recorded.asked(server, "/profile")
    assert (status, body) == ("200 OK", b"as it was sent")
    assert dict(headers)["Content-Encoding"] == "gzip"


# As the site grows


def test_sizes_are_compared_with_the_smallest_of_the_same_database():
    rows = [
        sizes.Row("SQLite", 100, "list", 10, 8),
        sizes.Row("SQLite", 10_000, "list", 15, 8),
        sizes.Row("PostgreSQL", 100, "list", 20, 30),
        sizes.Row("PostgreSQL", 10_000, "list", 20, 60),
    ]
    ratios = [(row.p50_ratio, row.cpu_ratio) for row in sizes.with_ratios(rows)]
    assert ratios == [(1, 1), (1.5, 1), (1, 1), (1, 2)]


# What is written


ROWS = [
    Row("profile", BARE, 16, Figures(5000, 3, 9, 0.2), 1, 1),
    Row("profile", SITE, 16, Figures(4250, 3.5, 9, 0.22, 2), 0.85, 1.1),
    Row("cold profile", SITE, 16, Figures(300, 50, 90, 4), 0.06, 20),
    Row("cold profile", "naive Django", 16, Figures(600, 30, 40, 2), 0.12, 10),
    Row("profile", SITE, 1, Figures(2000, 1, 2, 0.3), 0.9, 1.2),
]


def test_a_goal_is_held_or_missed():
    assert [(round(ratio, 3), held) for _what, ratio, _limit, held in report.promised(ROWS)] == [
        (0.85, False),
        (1.1, True),
        (2, False),
    ]


def test_the_short_line_replaces_the_former_one():
    line = bench.short(ROWS)
    assert "0.85 of the requests/s" in line
    assert "1 of 3 goals held" in line
    text = "# Site\n\n**How fast:** not measured yet.\n\nMore\n"
    assert bench.LINE.sub(line, text) == f"# Site\n\n{line}\n\nMore\n"
    assert bench.LINE.search((processes.ROOT / "README.md").read_text())


def test_numbers_have_three_figures():
    numbers = [0.0123, 0.9, 1.234, 12.34, 123.4, 12345.6]
    assert [*map(report.number, numbers)] == ["0.012", "0.900", "1.23", "12.3", "123", "12,346"]


def test_a_table_has_a_line_for_each_row():
    one, sixteen = [*report.side_by_side(ROWS)][1::2]
    assert len(one.splitlines()) == 3
    assert sixteen.splitlines()[3] == (
        "| profile | the site | 4,250 | 0.850 | 3.50 | 9.00 | 0.220 | 1.10 | 2 |"
    )


def test_a_bar_is_longer_by_the_same_for_ten_times_as_much():
    text = plot.svg(
        "CPU <x>", [("nginx", 0.02, False), ("the site", 0.2, True), ("b", 2, False)], "ms"
    )
    root = ElementTree.fromstring(text)
    bars = root.findall("{*}rect")
    widths = [float(bar.get("width")) for bar in bars]
    assert widths[0] > 0
    assert widths[1] - widths[0] == pytest.approx(widths[2] - widths[1], abs=0.2)
    assert widths[2] < plot.WIDTH - plot.LEFT
    assert [bar.get("class") for bar in bars] == ["bar", "bar ours", "bar"]
    assert "prefers-color-scheme: dark" in text
    assert root.find("{*}title").text == "CPU <x>"


def test_a_server_is_asked_at_its_own_address():
    assert Server(8123, (1,)).address("/fr/?page=2") == "http://127.0.0.1:8123/fr/?page=2"
