"""docs/bench.svg: what one request costs each server, as bars of which each step is ten times longer."""

from html import escape
from math import log10

WIDTH, LINE, TEXT, LEFT = 720, 26, 13, 230
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.bar { fill: #8c959f } .ours { fill: #b3541e } .grid { stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #e08e45 } .grid { stroke: #30363d }
}"""


def svg(title, bars, unit):
    """`bars` are (words, value above 0, whether it is ours)."""
    lowest = 10 ** int(log10(min(value for _words, value, _ours in bars)) - 1)
    highest = 10 ** (int(log10(max(value for _words, value, _ours in bars) / lowest)) + 1) * lowest
    height = LINE * (len(bars) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text x="0" y="{LINE - 8}">{escape(title)}</text>',
        *(a_line(value, lowest, highest, height, unit) for value in steps(lowest, highest)),
        *(a_bar(number, bar, lowest, highest) for number, bar in enumerate(bars, start=1)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def steps(lowest, highest):
    value = lowest
    while value <= highest * 1.001:
        yield value
        value *= 10


def along(value, lowest, highest):
    """Where it stands on a scale of tens."""
    part = log10(value / lowest) / log10(highest / lowest)
    return LEFT + part * (WIDTH - LEFT - 70)


def a_line(value, lowest, highest, height, unit):
    x = along(value, lowest, highest)
    words = f"{value:g} {unit}"
    return (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{LINE}" y2="{height - LINE}"/>'
        f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{words}</text>'
    )


def a_bar(number, bar, lowest, highest):
    words, value, ours = bar
    y, end = number * LINE + 4, along(value, lowest, highest)
    return (
        f'<text x="{LEFT - 8}" y="{y + TEXT}" text-anchor="end">{escape(words)}</text>'
        f'<rect class="{"bar ours" if ours else "bar"}" x="{LEFT}" y="{y}" '
        f'width="{end - LEFT:.1f}" height="{LINE - 8}" rx="2"/>'
        f'<text x="{end + 6:.1f}" y="{y + TEXT}">{value:.3g}</text>'
    )
