"""A plot for the README: what a call costs, by contender. SVG by hand, so that nothing is needed."""

from html import escape

from .contenders import ALL
from .rounds import median, spread

LEFT, WIDTH, HEIGHT, GAP = 290, 430, 20, 7
HEADING = "What a call costs in a tight loop, x logging with a NullHandler (line: lowest to highest round)"
OURS, THEIRS, INK, LINE = "#2f6f4f", "#9aa5b1", "#57606a", "#d0d7de"


def svg(results):
    """Bars of how many times the floor's price a call costs, with the spread of the rounds."""
    figures, names = results["figures"], results["names"]
    ours = figures.get("shapes:orjson", {})
    shapes = [name for name in ours if not name.endswith(", us")]
    names = {**names, **{name: f"zaius_logging: {name}" for name in shapes}}
    rows = [
        (name, median(figures, "shapes:orjson", name), *spread(figures, "shapes:orjson", name))
        for name in shapes
    ]
    rows += [
        (key, median(figures, f"call:{key}", "ratio"), *spread(figures, f"call:{key}", "ratio"))
        for key in ALL
        if f"call:{key}" in figures and not key.startswith("zaius")
    ]
    rows.sort(key=lambda row: row[1])
    most = max(high for *_, high in rows)
    tall = len(rows) * (HEIGHT + GAP) + 58
    text = f'font-family="system-ui,sans-serif" font-size="13" fill="{INK}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{tall}" role="img">',
        "<title>What a log call costs, in multiples of a call with a NullHandler</title>",
        f'<text x="8" y="20" {text} font-weight="600">{HEADING}</text>',
    ]
    for at, (key, value, low, high) in enumerate(rows):
        y = 38 + at * (HEIGHT + GAP)
        colour = OURS if key in ours else THEIRS
        left, right = (LEFT + each / most * WIDTH for each in (low, high))
        middle = y + HEIGHT / 2
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 15}" {text} text-anchor="end">{escape(names[key])}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{value / most * WIDTH:.1f}" height="{HEIGHT}" fill="{colour}"/>',
            f'<path d="M{left:.1f} {middle}H{right:.1f}" stroke="{INK}" stroke-width="1.5"/>',
            f'<text x="{right + 6:.1f}" y="{y + 15}" {text}>{value:.1f}</text>',
        ]
    one = LEFT + WIDTH / most
    parts += [
        f'<path d="M{one:.1f} 32V{tall - 16}" stroke="{LINE}" stroke-dasharray="3 3"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
