"""LogRecord -> the bytes of its event: one way for every event.

Layers, each over the one before: the handler's defaults, what the context binds, chosen attributes
of the record, and what the record itself says. They are merged into one event while the fields are
checked (`rules`), and that is encoded (`encode`). Whatever is unusual costs what it costs to convert, and no other event.

A step over the merged event (`_catalog.edge`) goes between the two: a function that gets the four parts as plain
dicts (type, action, identifiers, data; made for this event alone, so it may change them in place), the record, and
whether the id is a fresh one, and returns the parts to encode. `EventError` makes the event invalid. Values in
`data` are still the caller's: a step that wants JSON's own types makes them by `coerce.coerced`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from logging import LogRecord
from math import floor
from typing import Any

from zaius_logging._errors import EventError

from . import rules
from .context import NOTHING, Bound, bound_to, used
from .encode import Dumper, Parts
from .event import Event, shared_data_of
from .ids import new_id
from .rules import KEYS, KNOWN_IDENTIFIERS, MAX_TEXT

Step = Callable[[Parts, LogRecord, bool], Parts]


class Id(str):
    """The id that a record's event got, kept on the record for each handler and formatter that sees it.

    It is for one event only: a record may be given another (a handler that fans out), and then a new
    id is due. Copies of the record keep it. Pickled, it is plain text, so that no receiver needs us.

    Attributes:
        event: what the record said.
        made: which writer made it, and the bytes that it wrote.
    """

    __slots__ = ("event", "made")

    event: object
    made: tuple[object, bytes | None]

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)


def id_name(attribute: str) -> str:
    """The attribute of a record that keeps its event's id; the underscore keeps it out of JSON formatters."""
    return f"_{attribute}_idempotence_id"


class Writer:
    """Writes the events of log records.

    Args:
        attribute: the key in `extra` that holds the event.
        identifiers: defaults.
        data: defaults.
        record_attributes: field of data -> attribute of the record.
        source: fields of data that tell who sent it, under everything else.
        dumps: encodes the four parts.
        step: changes the merged event, see above.
        judge: takes (identifiers, record), and raises EventError where one cannot be sent.
        needs_action: whether an event of a type needs an action.
        new_id: makes a fresh idempotence id.
    """

    def __init__(
        self,
        *,
        attribute: str,
        identifiers: Mapping[str, Any],
        data: Mapping[str, Any],
        record_attributes: Mapping[str, str],
        source: Mapping[str, str],
        dumps: Dumper,
        step: Step | None = None,
        judge: Callable[[Mapping[str, str], LogRecord], None] | None = None,
        needs_action: Callable[[str], bool] = lambda _type: True,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        outer = rules.identifiers_of(identifiers)
        self._attribute = attribute
        self._identifiers = {name: value for name, value in outer.items() if value is not None}
        self._data = {**source, **shared_data_of(data)}
        self._record_attributes = dict(record_attributes)
        self._dumps = dumps
        self._step = step
        self._judge = judge
        self._needs_action = needs_action
        self._new_id = new_id
        self._id_name = id_name(attribute)

    def __call__(self, record: LogRecord) -> bytes | None:
        """The bytes of a record's event, or None where it has none.

        Raises:
            EventError: naming the field that is wrong.
        """
        said = getattr(record, self._attribute, None)
        if said is None:
            return None
        own = said if type(said) is dict else _opened(said)
        if not own.keys() <= KEYS:
            raise rules.unknown_key(next(key for key in own if key not in KEYS))
        kind, action = own.get("type"), own.get("action")
        if (
            type(kind) is not str
            or not kind
            or len(kind) > MAX_TEXT
            or kind.isspace()
            or kind == "purchase"
        ):
            kind = rules.type_of_event(kind)
        usual = type(action) is str and action and len(action) <= MAX_TEXT and not action.isspace()
        if not usual and (action is not None or self._needs_action(kind)):
            action = rules.text(action, "action")
        bound = bound_to(record) if used else NOTHING
        identifiers = self._identifiers_of(own.get("identifiers"), bound)
        if self._judge is not None:
            self._judge(identifiers, record)
        data = self._data_of(own.get("data"), bound, record)
        fresh = data["idempotence_id"] is None
        if fresh:
            data["idempotence_id"] = self._id_of(record, said)
        parts: Parts = {"type": kind, "action": action, "identifiers": identifiers, "data": data}
        if action is None:
            del parts["action"]
        if self._step is not None:
            parts = self._step(parts, record, fresh)
        body = self._dumps(parts)
        return self._kept(record, said, parts["data"]["idempotence_id"], body) if fresh else body

    def _identifiers_of(self, own: Any, bound: Bound) -> dict[str, str]:
        merged: dict[str, Any] = {**self._identifiers, **bound.identifiers}
        if bound.hides:
            merged = {name: value for name, value in merged.items() if value is not None}
        if own is not None:
            if type(own) is not dict:
                own = rules.mapping_of(own, "identifiers")
            for name, value in own.items():
                if type(name) is not str or name not in KNOWN_IDENTIFIERS:
                    name = rules.identifier_name(name)  # noqa: PLW2901
                if type(value) is not str or not value or len(value) > MAX_TEXT or value.isspace():
                    value = rules.identifier(name, value)  # noqa: PLW2901
                    if value is None:  # an outer one of that name is hidden
                        merged.pop(name, None)
                        continue
                merged[name] = value
        return merged or rules.known(merged)  # which raises

    def _data_of(self, own: Any, bound: Bound, record: LogRecord) -> dict[str, Any]:
        """Merge `data`; its `idempotence_id` is None where no layer gives one."""
        if type(own) is not dict:
            own = {} if own is None else rules.mapping_of(own, "data")
        under = {**self._data, **bound.data} if bound.data else self._data
        if self._record_attributes:
            under = {**under, **self._chosen(record)}
        data = {**own, "ts": None, "idempotence_id": None, **under}
        if len(data) != len(own) + len(under) + 2:  # a field is in two layers: its place is kept
            data.update(own)
            for field in ("ts", "idempotence_id"):
                if own.get(field) is None:
                    data[field] = under.get(field)
            if data["idempotence_id"] is not None:
                data["idempotence_id"] = rules.idempotence_id(data["idempotence_id"])
        given = data["ts"]
        data["ts"] = iso_8601(record.created) if given is None else rules.time(given)
        return data

    def _chosen(self, record: LogRecord) -> dict[str, Any]:
        """The attributes of a record that `record_attributes` names; None says nothing."""
        found: dict[str, Any] = {}
        for field, name in self._record_attributes.items():
            value = _message(record, field) if name == "message" else getattr(record, name, None)
            if value is not None:
                found[field] = value
        return found

    def _id_of(self, record: LogRecord, said: object) -> str:
        """The id that the record has for this event, or a new one."""
        kept = record.__dict__.get(self._id_name)
        if kept is None or (type(kept) is Id and kept.event is not said):
            return self._new_id()
        return rules.plain_text(kept)  # an `Id`, or text that came with a pickled record

    def _kept(self, record: LogRecord, said: object, id_: str, body: bytes | None) -> bytes | None:
        """Keep an id on its record, and tell the bytes that belong to it."""
        kept = record.__dict__.get(self._id_name)
        if type(kept) is Id and kept.event is said:
            writer, before = kept.made
            if writer is not self or before == body:
                return body
            # The dict was changed in place, or something else is bound: this is another event.
            del record.__dict__[self._id_name]
            return self(record)
        made = Id(id_)
        made.event, made.made = said, (self, body)
        record.__dict__[self._id_name] = made
        return body


def _opened(said: object) -> dict[Any, Any]:
    """The parts of what stands for an event."""
    return said.to_mapping() if isinstance(said, Event) else rules.mapping_of(said, "event")


def _message(record: LogRecord, field: str) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - it runs the arguments' own code
        raise EventError(
            f"data.{field}", f"the record's message cannot be made: {type(error).__name__}"
        ) from None


def iso_8601(created: float) -> str:
    """Write a time as the API takes it: ISO 8601 in UTC with milliseconds and `Z`.

    Args:
        created: seconds since the epoch, as `LogRecord.created`.
    """
    milliseconds = floor(created * 1000 + 0.0005)  # half a microsecond short of one counts as it
    return f"{_to_the_second(milliseconds // 1000)}.{str(milliseconds + _EPOCH)[-3:]}Z"


_EPOCH = 10**15  # keeps three digits at the end, before 1970 as well; a `:03d` takes twice as long


@lru_cache(maxsize=16)  # a second has many events
def _to_the_second(second: int) -> str:
    return datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
