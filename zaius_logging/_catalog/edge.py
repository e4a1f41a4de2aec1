"""The steps between an event's layers and its bytes, for a handler whose settings ask for them.

In this order: layers; identifiers brought into form, and denied; `before_send`, then forms, `deny` and the API's
rules again; the catalogue; the id from `key`; redact and hash; encode. A handler without any of these settings
has none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from logging import LogRecord
from threading import get_ident
from typing import Any, TypeAlias

from zaius_logging._errors import EventDroppedError, EventError
from zaius_logging._event import rules
from zaius_logging._event.event import Event, data_of

from .check import Finding, findings
from .fast import identifiers, kinds
from .forms import denied, normal
from .key import ids_of
from .limiter import WarningLimiter
from .model import Catalogue, Kind, kind_name
from .privacy import Change, Hash, changes_of

Parts: TypeAlias = dict[str, Any]
"""An event as four plain entries, made for this event alone; the values in `data` are the caller's."""

BeforeSend: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any] | Event | None]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of the handler about events; see `ZaiusHandler`."""

    require_action: bool = True
    catalogue: Catalogue | None = None
    on_unknown: str = "warn"
    on_wrong: str = "warn"
    before_send: BeforeSend | None = None
    deny: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    redact: tuple[str, ...] = ()
    hash: tuple[str, ...] = ()


class Edge:
    """Takes a merged event through the steps.

    Args:
        settings: see there.
        tell: takes (kind of notice, line).
        hashed: the keyed hash, where something is hashed.
        plain: gives an event in JSON's own values.
    """

    def __init__(
        self,
        settings: Settings,
        tell: Callable[[str, str], object],
        hashed: Hash | None,
        plain: Callable[[Parts], Parts],
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue = settings.catalogue
        self._plain = plain
        self._hashed = hashed
        self._ids: dict[str, Callable[[Mapping[str, Any]], str | None]] = {}
        if catalogue:
            keyed = (each for each in catalogue.kinds.values() if each.key)
            self._ids = {each.name: ids_of(catalogue.name, each, hashed) for each in keyed}
        listed = catalogue.types_without_action if catalogue else frozenset[str]()
        self._without_action = rules.WITHOUT_ACTION | listed
        # Whatever has a hook goes the long way, and so does what the definition must look at.
        self._checks = bool(catalogue or settings.before_send)
        self._fits = identifiers(catalogue, settings.deny)
        self._inside: set[int] = set()  # threads in the middle of before_send
        self._changes: Mapping[str | None, Change] = changes_of(
            catalogue, settings.redact, settings.hash, hashed
        )
        self._fast = kinds(catalogue) if catalogue and not settings.before_send else {}
        for each in (each for actions in self._fast.values() for each in actions.values()):
            adds = each.kind.key or each.kind.active_event is not None
            each.plain = not (adds or None in self._changes or each.kind.name in self._changes)
        name, place = ("", str) if catalogue is None else (catalogue.name, catalogue.place)
        version = catalogue.version if catalogue else ""
        self._warnings = WarningLimiter(tell, f"{name} {version}", place)

    def __call__(self, parts: Parts, record: LogRecord, fresh: bool) -> Parts:
        """Give the event that is to be written.

        Args:
            parts: the merged event.
            record: that it is from.
            fresh: whether its id was not given by the caller.

        Raises:
            EventError: naming what is wrong.
            EventDroppedError: `before_send` gave None.
        """
        try:
            fast = self._fast[parts["type"]][parts.get("action")]
            data = parts["data"]
            fast.needs(data)
            if self._fits(parts["identifiers"]):
                table = fast.table
                for name in {*data} - fast.always:  # `is_right`, without a call
                    value = data[name]
                    rule = table[name][type(value)]
                    if rule is not None and not rule(value):
                        break
                else:
                    return parts if fast.plain else self._finished(parts, fast.kind, fresh)
        except (KeyError, TypeError, ValueError):
            pass  # the definition says what it is
        return self._long(parts, record, fresh)

    def _long(self, parts: Parts, record: LogRecord, fresh: bool) -> Parts:
        if get_ident() in self._inside:
            raise EventError("before_send", "logs an event itself, which cannot be sent")
        if self._checks or not self._fits(parts["identifiers"]):
            parts = self._checked(parts, record)
        kind = self._catalogue.kind_of(parts) if self._catalogue else None
        return self._finished(parts, kind, fresh)

    def _finished(self, parts: Parts, kind: Kind | None, fresh: bool) -> Parts:
        """Put in what the catalogue says of the kind, and take out what must not leave."""
        if kind is not None:
            self._add(kind, parts, fresh)
        change = self._changes.get(kind.name if kind else None) or self._changes.get(None)
        if change:
            change(parts)
        return parts

    def needs_action(self, type_: str) -> bool:
        """Whether an event of a type needs an action: not where the catalogue lists the type without one."""
        return self._settings.require_action and type_ not in self._without_action

    def _checked(self, parts: Parts, record: LogRecord) -> Parts:
        """Take an event through the steps up to the catalogue, by the definition, as JSON values."""
        event = self._plain(parts)
        self._form(event["identifiers"])
        if self._settings.before_send is not None:
            event = self._hooked(self._settings.before_send, event)
            self._form(event["identifiers"])
        self._judge(event, record)
        return event

    def _form(self, identifiers: dict[str, str]) -> None:
        """Bring identifiers into their form, and deny what must never be sent."""
        named = self._catalogue.identifiers if self._catalogue else {}
        for name, value in identifiers.items():
            if name in named:
                identifiers[name] = normal(named[name].form, value, named[name].region)
            patterns = self._settings.deny.get(name)
            if patterns and denied(patterns)(identifiers[name].strip()):
                raise EventError(
                    f"identifiers.{name}",
                    "is one that must never be sent: it would merge customers",
                )

    def _hooked(self, hook: BeforeSend, event: Parts) -> Parts:
        me = get_ident()
        self._inside.add(me)
        try:
            made = hook(event)
        except Exception as error:  # noqa: BLE001 - it is the user's code
            raise EventError("before_send", f"raised {type(error).__name__}") from None
        finally:
            self._inside.discard(me)
        if made is None:
            raise EventDroppedError("before_send")
        if not isinstance(made, (Event, Mapping)):
            raise EventError(
                "before_send", f"returned {type(made).__name__}; it must return the event or None"
            )
        plain = self._plain(self._valid(made))
        for name in ("ts", "idempotence_id"):  # without them a retry would be another event
            if plain["data"].get(name) is None and event["data"].get(name) is not None:
                plain["data"][name] = event["data"][name]
        return plain

    def _valid(self, made: Event | Mapping[str, Any]) -> Parts:
        """The API's own rules, over what a hook made."""
        given = made.to_mapping() if isinstance(made, Event) else rules.mapping_of(made, "event")
        for key in given:
            if key not in rules.KEYS:
                raise rules.unknown_key(key)
        parts: Parts = {"type": rules.type_of_event(given.get("type"))}
        if given.get("action") is not None or self.needs_action(parts["type"]):
            parts["action"] = rules.text(given.get("action"), "action")
        parts["identifiers"] = rules.known(rules.identifiers_of(given.get("identifiers")))
        parts["data"] = data_of(given.get("data"))
        return parts

    def _judge(self, event: Parts, record: LogRecord) -> None:
        if self._catalogue is None:
            return
        found = findings(self._catalogue, event)
        if not found:
            return
        kind = kind_name(event["type"], event.get("action"))
        grades = {"unknown": self._settings.on_unknown, "wrong": self._settings.on_wrong}
        grades |= {"refuse": "reject", "deprecated": "warn"}
        if self._catalogue.draft:
            grades = {k: "warn" if each == "reject" else each for k, each in grades.items()}
        if bad := [each for each in found if grades[each.grade] == "reject"]:
            raise self._error(self._catalogue, kind, bad)
        self._warnings.add(record, kind, [each for each in found if grades[each.grade] == "warn"])

    def _error(self, catalogue: Catalogue, kind: str, bad: list[Finding]) -> EventError:
        first = bad[0]
        where = f", {catalogue.place(first.line)}" if first.line else ""
        others = "".join(f"; {each}" for each in bad[1:4])
        more = f"; and {len(bad) - 4} more" if len(bad) > 4 else ""  # noqa: PLR2004
        return EventError(first.path, f"{first.problem}{others}{more} ({kind}{where})")

    def _add(self, kind: Kind, parts: Parts, fresh: bool) -> None:
        """Put in whether the customer was active, and the id from `key`."""
        data = parts["data"]
        if kind.active_event is not None and data.get("active_event") is None:
            data["active_event"] = kind.active_event
        if kind.key and fresh:
            id_ = self._ids[kind.name](data)
            if id_ is not None:
                data["idempotence_id"] = id_
