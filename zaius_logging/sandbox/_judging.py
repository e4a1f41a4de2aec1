"""Judges an event: what the rules find in it, and whether that rejects it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from zaius_logging.sandbox._rulebook import RULES
from zaius_logging.sandbox._rules import Finding, errors
from zaius_logging.sandbox._warnings import warnings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zaius_logging.sandbox._options import Options, Verdict
    from zaius_logging.sandbox._rule import Rule

_ALWAYS: Final = "refuse"  # the verdict of findings that no option changes, such as a fault's


class Judgement(NamedTuple):
    """What came out.

    Attributes:
        rejected: Whether the event is rejected.
        findings: Why it is rejected; else what it is warned of.
    """

    rejected: bool
    findings: Sequence[Finding]


def verdicts(options: Options) -> dict[str, Verdict]:
    """Give the verdict of each rule under some options."""
    return {rule.name: _verdict(rule, options) for rule in RULES}


def _verdict(rule: Rule, options: Options) -> Verdict:
    verdict = rule.verdict
    if rule.option == "require_action":
        verdict = "refuse" if options["require_action"] else "allow"
    elif rule.option not in ("", "strict"):
        verdict = cast("Verdict", dict(options)[rule.option])
    return "refuse" if options["strict"] and verdict == "warn" and rule.option else verdict


def judge(
    event: object,
    verdicts_: Mapping[str, Verdict],
    now: float,
    others: Callable[[Any], Iterable[Finding]] = lambda _: (),
) -> Judgement:
    """Judge one event.

    Args:
        event: One element of the posted array, as JSON gave it.
        verdicts_: The verdict of each rule.
        now: The time of its arrival, in epoch seconds.
        others: Gives findings of others about an event of the right form: faults, the catalogue.
    """
    found = _split(errors(event), verdicts_)
    if not found["refuse"]:
        # What follows reads the event's parts, which are of the right form now.
        whole = cast("dict[str, Any]", event)
        more = _split([*warnings(whole, now), *others(whole)], verdicts_)
        found = {verdict: [*found[verdict], *more[verdict]] for verdict in found}
    rejected = bool(found["refuse"])
    return Judgement(rejected, found["refuse" if rejected else "warn"])


def _split(
    findings: Iterable[Finding], verdicts_: Mapping[str, Verdict]
) -> dict[Verdict, list[Finding]]:
    found: dict[Verdict, list[Finding]] = {"allow": [], "warn": [], "refuse": []}
    for finding in findings:
        found[verdicts_.get(finding.rule, _ALWAYS)].append(finding)
    return found
