"""The figures as Markdown."""

from .contenders import ALL
from .rounds import median, spread

MADE = """\
Made by `{command}` on Python {python}, {processors} processors, {rounds} rounds; {packages}.
A figure is the median of the rounds, with the lowest and the highest in brackets; a ratio is of a figure
to the floor's in the same process. What was tried, and what the figures are made of: [NOTES.md](NOTES.md)."""


def markdown(results):
    lines = [
        "# Benchmarks: results",
        "",
        MADE.format_map(results),
        "",
        "## Goals",
        "",
        "| | | goal | measured | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {goal['number']} | {goal['what']} | {goal['goal']} | {goal['figure']} | "
        f"{_verdict(goal['met'])} |"
        for goal in results["goals"]
    ]
    if "shapes:orjson" in results["figures"]:
        lines += ["", "## Shapes", "", *_shapes(results)]
    lines += ["", "## Contenders", ""]
    lines += _contenders(results["figures"], results["names"])
    if "durable" in results["figures"]:
        lines += ["", "## A call on disk", "", *_durable(results["figures"])]
    if results["missing"]:
        lines += ["", f"Not installed here: {', '.join(results['missing'])}."]
    lines += [
        "",
        "## The others",
        "",
        "| measurement | figure | median | rounds |",
        "|---|---|---|---|",
    ]
    lines += _others(results["figures"])
    return "\n".join(lines) + "\n"


def _verdict(met):
    return "-" if met is None else "met" if met else "**not met**"


def _shapes(results):
    figures = results["figures"]
    yield "New values in each call, nothing sent meanwhile. " + results["shapes_made"]
    yield ""
    yield "| | µs | x floor | x plain | standard json, x floor | x plain |"
    yield "|---|---|---|---|---|---|"
    for name in figures["shapes:orjson"]:
        if name.endswith(", us"):
            continue
        cells = [_cell(figures, "shapes:orjson", f"{name}, us", ".2f")]
        for encoder in ("shapes:orjson", "shapes:json"):
            value, plain = (median(figures, encoder, each) for each in (name, "plain"))
            cells += [_cell(figures, encoder, name, ".2f", wide=True), f"{value / plain:.2f}"]
        yield f"| {name} | {' | '.join(cells)} |"


def _contenders(figures, names):
    yield "| | call, µs | x floor | paced p50, x | p99.9, x | events/s | processor µs/event | lost |"
    yield "|---|---|---|---|---|---|---|---|"
    for key in ALL:
        cells = [
            _cell(figures, f"call:{key}", "call_us", ".2f"),
            _cell(figures, f"call:{key}", "ratio", ".2f", wide=True),
            _cell(figures, f"paced:{key}", "p50_ratio", ".2f"),
            _cell(figures, f"paced:{key}", "p999_ratio", ".2f"),
            _cell(figures, f"end_to_end:{key}", "per_second", ",.0f"),
            _cell(figures, f"end_to_end:{key}", "cpu_us", ".1f"),
            _cell(figures, f"end_to_end:{key}", "lost", ",.0f"),
        ]
        if key in names and any(cell != "-" for cell in cells):
            yield f"| {names[key]} | {' | '.join(cells)} |"


def _cell(figures, name, figure, form, *, wide=False):
    value = median(figures, name, figure)
    if value is None:
        return "-"
    text = format(value, form)
    if wide:
        low, high = spread(figures, name, figure)
        text += f" ({format(low, form)}-{format(high, form)})"
    return text


DURABLE = {
    "memory": "`emit` in memory",
    "interval": '`emit` with `spool_dir`, `spool_sync="interval"`',
    "interval_commit": "sqlite3's own commit of one row, WAL, `synchronous=NORMAL`",
    "always": '`emit` with `spool_dir`, `spool_sync="always"`',
    "always_commit": "sqlite3's own commit of one row, WAL, `synchronous=FULL`",
}


def _durable(figures):
    yield "One process, bursts in turns; the record is made before `emit`, and is not part of the time."
    yield ""
    yield "| | p50, µs | p99, µs |"
    yield "|---|---|---|"
    for key, name in DURABLE.items():
        cells = [
            _cell(figures, "durable", f"{key}_{each}_us", ",.1f", wide=True)
            for each in ("p50", "p99")
        ]
        yield f"| {name} | {' | '.join(cells)} |"


def _others(figures):
    for name, found in sorted(figures.items()):
        if name.partition(":")[0] in ("call", "paced", "end_to_end", "durable", "shapes"):
            continue
        for figure, values in found.items():
            if all(isinstance(value, (int, float)) for value in values):
                middle = median(figures, name, figure)
                yield (
                    f"| {name} | {figure} | {middle:,.4g} | "
                    f"{', '.join(f'{value:,.4g}' for value in values)} |"
                )
