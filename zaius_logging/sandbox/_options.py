"""The options of a sandbox: the only place that says name, type, default and meaning of each.

`Sandbox`, `SandboxProcess`, `run`, `zaius-logging sandbox` and the docs take them from here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict, get_args, get_type_hints

from zaius_logging.sandbox._errors import SandboxError

Verdict = Literal["allow", "warn", "refuse"]
"""The consequence of a rule: take the event, take it with a warning, or reject it."""


class _Says(NamedTuple):
    default: Any
    sentence: str
    value: str = ""


class Options(TypedDict, total=False):
    """The options of a sandbox, each with its default and its meaning."""

    key: Annotated[
        str | None,
        _Says(None, "The only key that is good; without it any that is not blank.", "KEY"),
    ]
    strict: Annotated[
        bool, _Says(False, "Reject what a rule warns of, and a Content-Type that is not JSON.")
    ]
    partial: Annotated[
        bool, _Says(False, "Let a 400 take the good events of its request all the same.")
    ]
    require_action: Annotated[
        bool, _Says(True, "Reject an event without action, but for types documented without one.")
    ]
    unknown_keys: Annotated[
        Verdict, _Says("warn", "For keys beside type, action, identifiers and data.")
    ]
    placeholders: Annotated[
        Verdict, _Says("refuse", "For identifiers such as NULL, n/a or none@shop.example.")
    ]
    vuid_hyphens: Annotated[
        Verdict, _Says("allow", "For a vuid with hyphens: nobody knows which form the API wants.")
    ]
    missing_data: Annotated[
        Verdict, _Says("warn", "For standard events without a required field, such as product_id.")
    ]
    inferred: Annotated[
        Verdict, _Says("warn", "For all other rules that are inferred, and not documented.")
    ]
    capacity: Annotated[int, _Says(100_000, "How many events are kept; the oldest go first.", "N")]
    max_bytes: Annotated[
        int, _Says(256 * 1024 * 1024, "How many bytes of events are kept.", "BYTES")
    ]
    keep: Annotated[
        str | os.PathLike[str] | None,
        _Says(None, "A file that keeps events and requests for the next run.", "FILE"),
    ]
    catalog: Annotated[
        Mapping[str, Any] | None,
        _Says(None, "The kinds and fields that should arrive, as plain data.", "CATALOG"),
    ]
    faults: Annotated[object, _Says(None, "What goes wrong: a fault or a list of faults.", "FAULT")]
    seed: Annotated[int | None, _Says(None, "Makes the chance of faults repeat itself.", "N")]


class Option(NamedTuple):
    """An option as it was declared.

    Attributes:
        name: As the arguments name it; the command writes hyphens.
        default: What holds where it is not given.
        sentence: What it does.
        value: What the command's help calls its value; empty for a switch or a choice.
        choices: The values that it may have; empty for any.
    """

    name: str
    default: Any
    sentence: str
    value: str
    choices: tuple[str, ...]


def _declared() -> dict[str, Option]:
    found = {}
    for name, hint in get_type_hints(Options, include_extras=True).items():
        type_, says = get_args(hint)
        choices = get_args(type_) if type_ is Verdict else ()
        found[name] = Option(name, says.default, says.sentence, says.value, choices)
    return found


OPTIONS: Final = _declared()


def complete(given: Mapping[str, Any]) -> Options:
    """Check options, and add the defaults of those that are not given.

    Raises:
        TypeError: There is no option of that name.
        SandboxError: A value cannot be; the message names the option.
    """
    for name in given:
        if name not in OPTIONS:
            raise TypeError(f"the sandbox has no option {name!r}, but: {', '.join(OPTIONS)}")
    options: Any = {name: given.get(name, option.default) for name, option in OPTIONS.items()}
    for name, option in OPTIONS.items():
        if option.choices and options[name] not in option.choices:
            raise SandboxError(f"{name} must be one of {', '.join(map(repr, option.choices))}")
    for name in ("capacity", "max_bytes"):
        if not isinstance(options[name], int) or options[name] < 1:
            raise SandboxError(f"{name} must be a whole number, at least 1, not {options[name]!r}")
    whole: Options = options
    return whole
