"""Judges an event by all rules, and decides whether it is rejected. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from zaius_logging.sandbox._rulebook import RULES
from zaius_logging.sandbox._rules import Finding, errors
from zaius_logging.sandbox._warnings import warnings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zaius_logging.sandbox._options import Options, Verdict
    from zaius_logging.sandbox._rule import Rule

Check = Callable[[Mapping[str, Any]], Iterable[tuple[str, str, str]]]
"""Says what in an event does not fit a catalogue: (grade, path, message)."""

#: The grade of what does not fit a catalogue -> the rule.
CATALOG_RULES: Final = {
    "unknown": "not-in-catalog",
    "wrong": "wrong-by-catalog",
    "refuse": "denied-by-catalog",
    "deprecated": "deprecated",
}


class Judgement(NamedTuple):
    """The result of judging one event.

    Attributes:
        rejected: Whether the event is rejected.
        findings: Why it is rejected; else what it is warned of.
    """

    rejected: bool
    findings: Sequence[Finding]


class Rules(NamedTuple):
    """How events are judged.

    Attributes:
        options: What was set.
        verdicts: What follows from each rule under these options.
        check: Says what in an event does not fit the catalogue; None for nobody who knows.
    """

    options: Options
    verdicts: Mapping[str, Verdict]
    check: Check | None


def rules_of(options: Options, check: Check | None = None) -> Rules:
    """Give the rules that hold under some options."""
    return Rules(options, {rule.name: _verdict(rule, options) for rule in RULES}, check)


def _verdict(rule: Rule, options: Options) -> Verdict:
    verdict = rule.verdict
    if rule.option == "require_action":
        verdict = "refuse" if options["require_action"] else "allow"
    elif rule.option not in ("", "strict"):
        verdict = cast("Verdict", dict(options)[rule.option])
    return "refuse" if options["strict"] and verdict == "warn" and rule.option else verdict


def judge(
    event: object,
    rules: Rules,
    now: float,
    of_faults: Callable[[Any], Iterable[Finding]] = lambda _: (),
) -> Judgement:
    """Judge one event.

    Args:
        event: One element of the posted array, as JSON gave it.
        rules: How to judge.
        now: The time of its arrival, in epoch seconds.
        of_faults: Gives what faults in force find in an event of the right form.
    """
    found = _split(errors(event), rules)
    if not found["refuse"]:
        # What follows reads the event's parts, which are of the right form now.
        whole = cast("dict[str, Any]", event)
        findings = [*warnings(whole, now), *of_faults(whole), *_by_catalog(whole, rules.check)]
        more = _split(findings, rules)
        found = {verdict: [*found[verdict], *more[verdict]] for verdict in found}
    rejected = bool(found["refuse"])
    return Judgement(rejected, found["refuse" if rejected else "warn"])


def _by_catalog(event: Mapping[str, Any], check: Check | None) -> Iterable[Finding]:
    for grade, path, message in () if check is None else check(event):
        yield Finding(CATALOG_RULES[grade], path, message)


def _split(findings: Iterable[Finding], rules: Rules) -> dict[Verdict, list[Finding]]:
    found: dict[Verdict, list[Finding]] = {"allow": [], "warn": [], "refuse": []}
    for finding in findings:
        found[rules.verdicts[finding.rule]].append(finding)
    return found
