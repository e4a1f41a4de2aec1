"""The forms of identifiers and fields: how a value is brought into its form, and whether it has it.

Nothing here backtracks for long, whatever the text: `email` and `phone` are plain code, and a form of the
user's own may have no repeat inside a repeat, at most three open repeats, and sees 128 characters at most.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import cache
from typing import Any

MAX_LENGTH = (
    128  # three nested loops over it are 350,000 steps, 5 ms, the worst that a form can cost
)
_OPEN_REPEATS = 3
_OPEN = 8  # a repeat whose bounds lie further apart counts as open

Form = Callable[[str], bool]


class BadFormError(ValueError):
    """A regular expression that cannot be a form."""


def normal(form: str, value: str, region: str = "") -> str:
    """Bring an identifier into its form as far as that is sure; else give it as it is.

    Args:
        form: as a catalogue has it.
        value: of the identifier.
        region: where a phone number without a country is from.
    """
    text = value.strip()
    if form == "email":
        return text.lower()
    if form == "phone":
        return _phone(text, region)
    return text if form else value


def has_form(form: str, value: str) -> bool:
    """Whether a value, already normal, has a form."""
    if form == "email":
        return _is_email(value)
    if form == "phone":
        return _is_phone(value)
    return len(value) <= MAX_LENGTH and compiled(form)(value)


def shown(form: str, example: str = "") -> str:
    """How a form reads in a message."""
    known = {"email": "name@host.example in lower case", "phone": "+15551234567 (E.164)"}
    return known.get(form) or (f"{example} ({form})" if example else form)


@cache
def compiled(pattern: str) -> Form:
    """Compile a form of the user's own.

    Raises:
        BadFormError: it is no regular expression, or could take long.
    """
    try:
        expression = re.compile(pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadFormError(f"is no regular expression: {error}") from None
    _check_cost(pattern)
    return lambda text: expression.fullmatch(text) is not None


@cache
def denied(patterns: tuple[str, ...]) -> Form:
    """Tell whether a value matches one of some patterns, `*` standing for any text."""
    if all(not set("*?[") & set(pattern.lstrip("*")) for pattern in patterns):
        ends = tuple(each.lower().lstrip("*") for each in patterns if each.startswith("*"))
        whole = frozenset(each.lower() for each in patterns if not each.startswith("*"))
        return lambda text: text.lower() in whole or text.lower().endswith(ends)
    # fnmatch makes every `*` a lazy atomic group on 3.11 and up: linear for one, bounded by 1,024 otherwise
    lower = [pattern.lower() for pattern in patterns]
    return lambda text: any(fnmatch.fnmatchcase(text.lower(), pattern) for pattern in lower)


def _is_email(text: str) -> bool:
    local, at, host = text.partition("@")
    if not (local and at) or "@" in host or text != text.lower():
        return False
    if any(char.isspace() or char in ',;<>"' for char in text):
        return False
    labels = host.split(".")
    return len(labels) > 1 and all(labels)


def _is_phone(text: str) -> bool:
    digits = text[1:]
    return (
        text[:1] == "+"
        and digits.isascii()
        and digits.isdigit()
        and digits[0] != "0"
        and 7 <= len(digits) <= 15  # noqa: PLR2004 - E.164
    )


def _phone(text: str, region: str) -> str:
    if _is_phone(text):
        return text
    if text.startswith("+"):
        plain = "+" + "".join(char for char in text[1:] if char not in " -.()/\u00a0")
        return plain if _is_phone(plain) else text
    if not region:
        return text
    try:
        import phonenumbers  # the extra `phone`
    except ImportError:
        return text
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    found: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found


def _check_cost(pattern: str) -> None:
    try:  # renamed in 3.11
        from re import _parser as parser  # type: ignore[attr-defined]
    except ImportError:
        import sre_parse as parser
    found = _Repeats()
    found.look(parser.parse(pattern), inside=False)
    if found.open > _OPEN_REPEATS:
        raise BadFormError(f"has {found.open} open repeats; at most {_OPEN_REPEATS} cannot be slow")


class _Repeats:
    """Counts the open repeats of a parsed expression, and finds one inside another."""

    def __init__(self) -> None:
        self.open = 0

    def look(self, node: Any, *, inside: bool) -> None:
        if isinstance(node, tuple) and len(node) == 2 and "REPEAT" in str(node[0]):  # noqa: PLR2004
            least, most, inner = node[1]
            if inside and most != least:
                raise BadFormError("has a repeat inside a repeat, which can take for ever")
            self.open += int(most) - int(least) > _OPEN
            self.look(inner, inside=inside or int(most) > 1)
        elif isinstance(node, tuple) and "GROUPREF" in str(node[0]):
            raise BadFormError("refers back to a group, which can take long")
        elif isinstance(node, (tuple, list)) or hasattr(node, "data"):
            for each in getattr(node, "data", node):
                self.look(each, inside=inside)
