"""How fast the site is: `make bench`, or only parts of it and at other sizes:

make bench ARGS="peers server sizes search 100 10000 100000"
"""

import re
import signal
import sys
from datetime import date

from benchmarks import machine, one_server, plot, report, search, side_by_side, sizes
from benchmarks.processes import ROOT, CannotMeasure

PARTS = ["peers", "server", "sizes", "search"]
USUAL = PARTS[:3]  # an index of long texts takes minutes
SIZES = [100, 10_000]
LINE = re.compile(r"^\*\*How fast:\*\* .*$", re.MULTILINE)


def chosen(words):
    """(parts, numbers of papers) of what somebody typed."""
    numbers = [int(word) for word in words if word.isdecimal()]
    parts = [word for word in words if not word.isdecimal()]
    if unknown := sorted({*parts} - {*PARTS}):
        raise CannotMeasure(f"There is no part {', '.join(unknown)}, but {', '.join(PARTS)}.")
    return [part for part in PARTS if part in (parts or USUAL)], sorted(numbers) or SIZES


def peers(numbers):
    rows, left_out = side_by_side.run()
    if not rows:
        return {}, "\n".join(left_out)
    body = [report.promises(rows), *report.side_by_side(rows), *left_out]
    return {"peers": rows}, "\n\n".join(body)


def server(numbers):
    whole, rows, left_out = one_server.run()
    return {"server": whole}, "\n\n".join([report.whole(whole), report.inside(rows), *left_out])


def at_sizes(numbers):
    rows, left_out = sizes.run(numbers)
    return {"sizes": rows}, "\n\n".join([report.sizes(rows), *left_out])


def searches(numbers):
    return {}, "\n\n".join(f"```\n{search.told(number)}```" for number in numbers)


MEASURES = {
    "peers": ("Beside others", peers),
    "server": ("The whole server", server),
    "sizes": ("As the site grows", at_sizes),
    "search": ("Searches beside a list page", searches),
}


def main(words):
    parts, numbers = chosen(words)
    facts, found, sections = list(machine.facts()), {}, []
    for part in parts:
        title, measure = MEASURES[part]
        figures, body = measure(numbers)
        found |= figures
        sections.append((title, body))
        print(f"\n## {title}\n\n{body}", flush=True)
    if {*USUAL} <= {*parts} and "peers" in found:
        write(facts, found, sections)
    else:
        print(
            "\ndocs/bench.md stays as it is: only peers, server and sizes together, with wrk, replace it."
        )


def write(facts, found, sections):
    (ROOT / "docs/bench.md").write_text(report.in_markdown(facts, sections))
    (ROOT / "docs/bench.svg").write_text(plotted(found["peers"]))
    readme = ROOT / "README.md"
    readme.write_text(LINE.sub(lambda _old: short(found["peers"]), readme.read_text(), count=1))


def plotted(rows):
    """Each server with its profile or home page, the cheapest first."""
    shown = [row for row in rows if row.connections == report.AT and row.what.endswith("profile")]
    bars = [
        (
            f"{row.by}{', cold' if row.by == side_by_side.SITE and row.what[:4] == 'cold' else ''}",
            row,
        )
        for row in sorted(shown, key=lambda row: row.figures.cpu)
    ]
    bars = [(words, row.figures.cpu, words.startswith("the site")) for words, row in bars]
    return plot.svg(f"CPU for one request of the profile, {date.today()}", bars, "ms")


def short(rows):
    """The line of the README."""
    held = [one[-1] for one in report.promised(rows)]
    row = next(row for row in rows if row[:3] == ("profile", side_by_side.SITE, report.AT))
    return (
        f"**How fast:** on {date.today()} a kept page reached {row.rate_ratio:.2f} of the requests/s of a "
        f"bare WSGI callable; {sum(held)} of {len(held)} goals held. [Figures](docs/bench.md), by `make bench`."
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # no server stays behind
    try:
        main(sys.argv[1:])
    except CannotMeasure as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
