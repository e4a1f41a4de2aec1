"""The goals, each as a figure beside what it must keep."""

from dataclasses import dataclass

from .rounds import median


@dataclass
class Goal:
    number: str
    what: str
    goal: str
    figure: str
    met: bool | None  # None: not measured here


def goals(figures):
    """Every goal with what was measured."""
    return [goal for part in (_calls, _rates, _scale, _rest) for goal in part(figures)]


def _at_most(number, what, value, limit, unit):
    if value is None:
        return Goal(number, what, f"≤ {limit:g} {unit}", "not measured", None)
    return Goal(number, what, f"≤ {limit:g} {unit}", f"{value:.3g} {unit}", value <= limit)


def _at_least(number, what, value, limit, unit, *, shown):
    if value is None:
        return Goal(number, what, f"≥ {limit:,} {unit}", "not measured", None)
    return Goal(number, what, f"≥ {limit:,} {unit}", shown, value >= limit)


IN_FLOORS = ("plain", "no data", "a new field each time", "umlauts", "floats", "None in data")
"""Shapes whose goal is in multiples of the floor. It was 2.0; an id from the system for each event makes it 2.1."""

IN_PLAIN = {
    **dict.fromkeys(
        ("whole number", "UUID", "identifier of None", "ts, epoch", "ts, datetime"), 1.25
    ),
    **dict.fromkeys(("idempotence_id", "Event", "record_attributes"), 1.25),
    "bound": 1.3,
    "datetime": 1.5,
    "eight Decimals": 1.8,
}
"""Shapes whose goal is in multiples of a plain event."""


def _calls(figures):
    def ratio(name, encoder="orjson"):
        return median(figures, f"shapes:{encoder}", name)

    plain = ratio("plain")
    for name in IN_FLOORS:
        yield _at_most("1", f"a call: {name}", ratio(name), 2.1, "x floor")
    for name, limit in IN_PLAIN.items():
        yield _at_most("1", f"a call: {name}", plain and ratio(name) / plain, limit, "x plain")
    plain = ratio("plain", "json")
    yield _at_most("1", "a call with the standard json: plain", plain, 2.6, "x floor")
    worst = plain and max(ratio(name, "json") for name in (*IN_FLOORS, *IN_PLAIN)) / plain
    yield _at_most("1", "the same, the worst shape", worst, 1.6, "x plain")
    p50, p999 = (median(figures, "paced:zaius", f"{which}_ratio") for which in ("p50", "p999"))
    yield _at_most("1", "paced, p50", p50, 1.15, "x floor")
    yield _at_most("1", "paced, p99.9", p999, 2.0, "x floor")
    value = median(figures, "heap", "p999_ratio")
    yield _at_most("1", "paced on a large heap, p99.9", value, 2.0, "x floor")
    value = median(figures, "without_event", "ratio")
    yield _at_most("2", "a record without an event", value, 1.03, "x floor")


def _rates(figures):
    took, floor = (median(figures, "end_to_end:zaius", each) for each in ("us", "floor_us"))
    limit = median(figures, "end_to_end:inline", "us")
    share = (floor + limit) / took * 100 if took and limit else None
    shown = share and f"{share:.0f} % ({1e6 / took:,.0f} of {1e6 / (floor + limit):,.0f} events/s)"
    yield _at_least("3", "end to end, of the bound", share, 85, "%", shown=shown)
    value = median(figures, "end_to_end:zaius", "cpu_ratio")
    yield _at_most("3", "processor time per event", value, 2.0, "x floor")
    value = median(figures, "call:zaius_spool", "ratio")
    yield _at_most("4", "a call with spool_dir (interval)", value, 4.0, "x floor")
    value = median(figures, "end_to_end:zaius_spool", "per_second")
    shown = value and f"{value:,.0f} events/s"
    yield _at_least("4", "end to end with spool_dir", value, 25_000, "events/s", shown=shown)
    value = median(figures, "always", "ratio")
    yield _at_most("4", "a call with `always`", value, 1.3, "x sqlite3's commit")


def _scale(figures):
    value = median(figures, "threads", "ratio")
    yield _at_most("5", "a call in 16 threads", value, 1.1, "x one thread's")
    for kind in ("draining", "backlog"):
        found = {
            int(name.split(":")[1]): median(figures, name, "ratio")
            for name in figures
            if name.startswith("flat:") and name.endswith(kind)
        }
        if not found:
            continue
        middle = sum(found.values()) / len(found)
        off = max(abs(value / middle - 1) for value in found.values()) * 100
        sizes = f"{min(found):,} to {max(found):,}"
        yield _at_most("5", f"cost per event flat from {sizes}, {kind}", off, 10, "% off the mean")
    yield _at_most(
        "6", "memory per waiting event", median(figures, "memory", "ratio"), 1.3, "x its JSON"
    )
    value = median(figures, "memory", "hump_mib")
    yield _at_most("6", "peak while they drain, above their own", value, 20, "MiB")


def _rest(figures):
    value = median(figures, "imports", "ratio")
    yield _at_most("7", "import", value, 1.3, "x logging, pythonjsonlogger")
    value = median(figures, "imports", "names_ratio")
    if value is not None:
        what = "import of ZaiusHandler and ZaiusFormatter by name"
        yield _at_most("7", what, value, 1.3, "x logging, pythonjsonlogger")
    found = figures.get("imports")
    if found:
        early = sorted({name for each in found["imported_early"] for name in each})
        shown = ", ".join(early) or "nothing"
        yield Goal("7", "imported before it is used", "nothing", shown, not early)
        most = [
            max(each) for each in zip(*found["threads_and_sockets_after_dictConfig"], strict=True)
        ]
        shown = f"{most[0]} threads, {most[1]} sockets"
        yield Goal("7", "started by dictConfig", "nothing", shown, most == [0, 0])
    found = figures.get("idle")
    if found:
        wakes = max(found["zaius_wakes"] + found["zaius_spool_wakes"])
        shown = f"{wakes} in {found['seconds'][0]:g} s"
        yield Goal("7", "wake-ups while nothing waits", "none", shown, wakes == 0)
    yield _at_most("8", "exit with 10,000 waiting", median(figures, "leaving", "more_s"), 0.15, "s")
