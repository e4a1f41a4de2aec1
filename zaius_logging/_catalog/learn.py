"""A draft of a catalogue from traffic: it counts and proposes, it never decides.

Streamed and bounded: of each kind and path a count, types, and at most 50 distinct values are held, of each
event nothing. No example and no value of open text gets into the draft.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zaius_logging._event.placeholders import placeholder

from .forms import has_form, normal
from .model import ALWAYS, kind_name
from .values import is_time

MAX_KINDS = 500
MAX_PATHS = 500  # of one kind
MAX_VALUES = 50
_LIST_OF = 12  # values at most that may be all there are
_SIGHTINGS = 20  # of each such value

_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[a-zA-Z]{2,20}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_CARD = re.compile(r"\d(?:[ -]?\d){12,18}")
_NAMES = frozenset(
    {
        *("first_name", "last_name", "name", "full_name", "street", "address", "zip", "postcode"),
        *("birthday", "date_of_birth", "gender", "ip", "ip_address", "user_agent"),
    }
)


@dataclass
class PathSeen:
    """What was seen of one path.

    Attributes:
        count: events (or items) that had it.
        types: of its values.
        items: types of what its lists hold.
        values: distinct texts, until there are too many; then None.
        newest: the event's number at which the last new value came.
        personal: what values looked like.
        first: where it was seen first.
    """

    count: int = 0
    types: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    values: Counter[str] | None = field(default_factory=Counter)
    newest: int = 0
    personal: Counter[str] = field(default_factory=Counter)
    first: str = ""


@dataclass
class KindSeen:
    """What was seen of one kind."""

    type: str
    action: str | None
    count: int = 0
    paths: dict[str, PathSeen] = field(default_factory=dict)
    above: Counter[str] = field(default_factory=Counter)  # how often an object or item was there
    first: str = ""


class Learner:
    """Counts events."""

    def __init__(self) -> None:
        self.total = 0
        self.kinds: dict[str, KindSeen] = {}
        self.identifiers: dict[str, PathSeen] = {}
        self.placeholders: Counter[str] = Counter()
        self.unnamed = 0  # events of kinds, and fields, that no catalogue can name
        self._partners: dict[tuple[str, str], set[int]] = {}
        self._orders: dict[str, int] = {}
        self.shared: Counter[str] = Counter()

    def add(self, event: Mapping[str, Any], place: str) -> None:
        """Count one event.

        Args:
            event: in the API's form, as JSON values.
            place: where it was read, for people.
        """
        type_, action = event.get("type"), event.get("action")
        if not isinstance(type_, str) or not isinstance(action, (str, type(None))):
            return
        self.total += 1
        name = kind_name(type_, action)
        if not (_has_name(type_) and _has_name(type_ if action is None else action)):
            self.unnamed += 1
            return
        if name not in self.kinds and len(self.kinds) >= MAX_KINDS:
            return
        kind = self.kinds.setdefault(name, KindSeen(type_, action, first=place))
        kind.count += 1
        self._object(kind, event.get("data"), "", place)
        given = event.get("identifiers")
        if isinstance(given, Mapping):
            self._identify(given, place)

    def _identify(self, given: Mapping[str, Any], place: str) -> None:
        texts = {name: str(value) for name, value in given.items() if value is not None}
        for name, value in texts.items():
            seen = self.identifiers.setdefault(name, PathSeen(first=place))
            seen.count += 1
            seen.types["email" if has_form("email", normal("email", value)) else "other"] += 1
            seen.personal["phone"] += has_form("phone", normal("phone", value))
            if placeholder(value) == "placeholder":
                self.placeholders[name] += 1
            others = hash(tuple(sorted(pair for pair in texts.items() if pair[0] != name)))
            if len(texts) > 1 and (len(self._partners) < 10_000 or (name, value) in self._partners):  # noqa: PLR2004
                partners = self._partners.setdefault((name, value), set())
                if len(partners) <= MAX_VALUES:
                    partners.add(others)

    def _object(self, kind: KindSeen, given: Any, above: str, place: str) -> None:
        if not isinstance(given, Mapping):
            return
        kind.above[above] += 1
        for name, value in given.items():
            path = f"{above}.{name}" if above else str(name)
            if value is None or (not above and name in ALWAYS):
                continue
            if not _has_name(name):
                self.unnamed += 1
                continue
            if path not in kind.paths and len(kind.paths) >= MAX_PATHS:
                continue
            seen = kind.paths.setdefault(path, PathSeen(first=place))
            seen.count += 1
            self._value(kind, seen, value, path, place)

    def _value(self, kind: KindSeen, seen: PathSeen, value: Any, path: str, place: str) -> None:
        seen.types[type_of(value)] += 1
        if isinstance(value, Mapping):
            self._object(kind, value, path, place)
        elif isinstance(value, list):
            for each in value:
                if each is not None:
                    seen.items[type_of(each)] += 1
                self._object(kind, each, f"{path}[]", place)
        elif isinstance(value, str):
            look = _looks_like(value)
            if look:
                seen.personal[look] += 1
            if seen.values is not None:
                if value not in seen.values:
                    seen.newest = seen.count
                seen.values[value] += 1
                if len(seen.values) > MAX_VALUES:
                    seen.values = None

    def merging(self) -> dict[str, int]:
        """Identifiers with how many of their values came with ten others and more: a merge under way."""
        found: Counter[str] = Counter()
        for (name, _), partners in self._partners.items():
            found[name] += len(partners) > 10  # noqa: PLR2004
        return {name: count for name, count in found.items() if count}


def _has_name(name: Any) -> bool:
    """Whether a catalogue can say a name: dots and slashes mean something else there."""
    right = isinstance(name, str) and name.strip() and name.isprintable()
    return bool(right) and not set("./[]") & set(name)


def type_of(value: Any) -> str:
    """The type of a JSON value in the words of the catalogue."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "time" if is_time(value) and not value.isdigit() else "text"
    return "object" if isinstance(value, Mapping) else "list"


def _looks_like(value: str) -> str:
    text = value[:1024]
    if _ADDRESS.search(text):
        return "an address"
    if _PHONE.search(text):
        return "a phone number"
    if _IP.fullmatch(text):
        return "an IP address"
    return "a card number" if any(map(_is_card, _CARD.findall(text))) else ""


def _is_card(text: str) -> bool:
    """Luhn's check."""
    digits = [int(char) for char in reversed(text) if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_personal(name: str) -> bool:
    """Whether a field's name says that it is personal."""
    return name.rpartition(".")[2].lower() in _NAMES


def looks_closed(seen: PathSeen) -> bool:
    """Whether the values seen may be all there are: each often, and none new in the second half."""
    values = seen.values
    return (
        bool(values)
        and values is not None
        and set(seen.types) == {"text"}
        and len(values) <= _LIST_OF
        and min(values.values()) >= _SIGHTINGS
        and seen.newest <= seen.count / 2
        and not seen.personal
    )


def bound(count: int) -> str:
    """By the rule of three: how often at most a field is absent that was seen in all of n."""
    return f"{300 / count:.2g} %" if count else "100 %"


def slips(learner: Learner) -> Iterator[str]:
    """What looks wrong in the traffic, as sentences."""
    if learner.unnamed:
        yield f"{learner.unnamed:,} names of kinds or fields are blank, or have dots, slashes or brackets: left out"
    for name, count in learner.placeholders.items():
        yield f"identifiers.{name}: {count:,} placeholders such as NULL: each merges customers"
    for name, count in learner.merging().items():
        yield f"identifiers.{name}: {count:,} values came with more than ten other customers' identifiers"
