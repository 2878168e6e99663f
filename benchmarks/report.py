"""What was measured, as tables in Markdown: docs/bench.md."""

from benchmarks.side_by_side import BARE, BEHIND, FILE, NAIVE, SITE, WAGTAIL

# What a page may cost, and beside what: (what, by, per, its page, its server, figure, limit).
AT = 16
PROMISES = [
    ("profile", SITE, "profile", BARE, "rate", 0.9),
    ("profile", SITE, "profile", BARE, "cpu", 1.15),
    ("profile", BEHIND, "profile", FILE, "rate", 0.8),
    ("cold profile", SITE, "cold profile", WAGTAIL, "cpu", 0.8),
    ("cold profile", SITE, "cold profile", NAIVE, "cpu", 1.8),
    ("cold list", SITE, "cold list", NAIVE, "cpu", 1.2),
    ("cold entry", SITE, "cold entry", NAIVE, "cpu", 1.2),
]
WORDS = {"rate": "requests/s", "cpu": "CPU"}


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def number(value):
    """Three figures, as a person writes them."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


# Side by side


def side_by_side(rows):
    heads = ["page", "by", "requests/s", "× bare", "p50 ms", "p99 ms", "CPU ms", "× bare", "failed"]
    for connections in sorted({row.connections for row in rows}):
        chosen = [row for row in rows if row.connections == connections]
        yield f"### {connections} connection{'s' if connections > 1 else ''}"
        yield table(heads, [cells_of(row) for row in sorted(chosen, key=order_of)])


def order_of(row):
    return row.what.removeprefix("cold "), row.what.startswith("cold"), -row.figures.rate


def cells_of(row):
    rate, p50, p99, cpu, failed = row.figures
    return [
        *(row.what, row.by, number(rate), number(row.rate_ratio), number(p50), number(p99)),
        *(number(cpu), number(row.cpu_ratio), failed or ""),
    ]


def promised(rows):
    """(sentence, ratio, limit, whether it is held) of what both have been measured for."""
    known = {(row.what, row.by): row for row in rows if row.connections == AT}
    for what, by, other_what, other_by, figure, limit in PROMISES:
        one, other = known.get((what, by)), known.get((other_what, other_by))
        if one and other:
            ratio = ratio_of(one, figure) / ratio_of(other, figure)
            held = ratio >= limit if figure == "rate" else ratio <= limit
            yield f"{what} by {by}, {WORDS[figure]} beside {other_by}", ratio, limit, held


def ratio_of(row, figure):
    """To the bare callable: both were measured beside it in the same rounds."""
    return row.rate_ratio if figure == "rate" else row.cpu_ratio


def promises(rows):
    lines = [
        [
            sentence,
            number(ratio),
            f"{'≥' if 'requests' in sentence else '≤'} {limit}",
            "yes" if held else "**no**",
        ]
        for sentence, ratio, limit, held in promised(rows)
    ]
    return table([f"at {AT} connections", "ratio", "wished for", "held"], lines)


# The rest


def whole(figures):
    lines = [
        ["start to the first answer, s", number(figures.start)],
        ["CPU of a start, s", number(figures.start_cpu)],
        ["memory (PSS) after 1,000 mixed requests, MiB", number(figures.pss)],
        ["first answer after an edit by another process, ms", number(figures.edit)],
        ["CPU of that, ms", number(figures.edit_cpu)],
    ]
    return table(["the whole server, two workers", ""], lines)


def inside(rows):
    """CPU in one process, where nothing else weighs on it."""
    heads = ["in one process, CPU", "kept, µs", "made, ms", "first after an edit, ms"]
    heads += ["naive Django, ms", "× naive", "after an edit × naive", "Wagtail, ms", "× Wagtail"]
    heads += ["after an edit × Wagtail"]
    return table(heads, [[row.page, *inside_of(row)] for row in rows])


def inside_of(row):
    for value in (row.hit, row.made, row.edited):
        yield number(value)
    for other in (row.naive, row.wagtail):
        if other is None:
            yield from ["", "", ""]
        else:
            yield from map(number, (other, row.made / other, row.edited / other))


def sizes(rows):
    heads = ["database", "page", "papers", "p50 ms", "CPU ms", "p50 × smallest", "CPU × smallest"]
    lines = [
        [row.database, row.page, f"{row.papers:,}", *map(number, row[3:])]
        for row in sorted(rows, key=lambda row: (row.database, row.page, row.papers))
    ]
    return table(heads, lines)


HOW = """All on loopback, on the same machine in the same minutes, in turns: medians of the rounds; what
is compared are figures of the same round. The **bare callable** is a WSGI function on the site's own gunicorn
configuration that returns the bytes and headers which the site answered with. **A file** is the same bytes,
compressed beforehand, on nginx with two processes. **naive Django** and **Wagtail** (as `wagtail start` sets it
up) show pages of about the same weight from SQLite, on the site's gunicorn configuration; wagtail-cache keeps
pages in each process's memory. **Cold** pages are asked for with a query that nobody has asked with before.
CPU is that of all processes of a server
for one request. Memory and databases of the site are those of the
richest example (`seed --real-life`)."""


def in_markdown(facts, sections):
    lines = ["# How fast", *(f"- {what}: {fact}" for what, fact in facts)]
    parts = [lines[0], "\n".join(lines[1:]), "![CPU for one request](bench.svg)", HOW]
    for title, body in sections:
        parts += [f"## {title}", body]
    return "\n\n".join(parts) + "\n"
