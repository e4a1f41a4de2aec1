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
        judge: takes (identifiers, record), may change the identifiers, and raises EventError where one cannot be sent.
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
        judge: Callable[[dict[str, str], LogRecord], None] | None = None,
        needs_action: Callable[[str], bool] = lambda _type: True,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        outer = rules.identifiers_of(identifiers)
        self._attribute = attribute
        self._identifiers = {name: value for name, value in outer.items() if value is not None}
        # After a record's own fields, in this order; a given time or id takes the place of None.
        self._under = {"ts": None, "idempotence_id": None, **source, **shared_data_of(data)}
        self._record_attributes = dict(record_attributes)
        self._dumps = dumps
        self._step = step
        self._judge = judge
        self._needs_action = needs_action
        self._new_id = new_id
        self._id_name = id_name(attribute)

    # One function on purpose: a call of another costs as much as two of these checks.
    def __call__(self, record: LogRecord) -> bytes | None:
        """The bytes of a record's event, or None where it has none.

        Raises:
            EventError: naming the field that is wrong.
        """
        said = getattr(record, self._attribute, None)
        if said is None:
            return None
        own = said if type(said) is dict else _opened(said)
        kind, action = own.get("type"), own.get("action")
        identifiers, data = own.get("identifiers"), own.get("data")
        if len(own) != 4 or action is None or identifiers is None or data is None:  # noqa: PLR2004
            _check_keys(own)  # with all four there is none that is unknown
        if (
            type(kind) is not str
            or kind == "purchase"
            or not 0 < len(kind) <= MAX_TEXT
            or kind.isspace()
        ):
            kind = rules.type_of_event(kind)
        usual = type(action) is str and 0 < len(action) <= MAX_TEXT and not action.isspace()
        if not usual and (action is not None or self._needs_action(kind)):
            action = rules.text(action, "action")
        bound = bound_to(record) if used else NOTHING
        identifiers = self._identifiers_of(identifiers, bound)
        if self._judge is not None:
            self._judge(identifiers, record)
        data = self._data_of(data, bound, record)
        parts: Parts = {"type": kind, "action": action, "identifiers": identifiers, "data": data}
        if action is None:
            del parts["action"]
        if data["idempotence_id"] is not None:
            return self._dumps(parts if self._step is None else self._step(parts, record, False))
        if self._id_name in record.__dict__:
            return self._written_again(record, said, parts)
        return self._written(record, said, parts, self._new_id())

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
                if type(value) is not str or not 0 < len(value) <= MAX_TEXT or value.isspace():
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
        under = {**self._under, **bound.data} if bound.data else self._under
        if self._record_attributes:
            under = {**under, **self._chosen(record)}
        data = {**own, **under}
        if len(data) != len(own) + len(under):  # a field is in two layers: own's place, own's value
            data.update(own)
            for field in ("ts", "idempotence_id"):
                if data[field] is None:
                    data[field] = under[field]
        if data["ts"] is None:
            data["ts"] = iso_8601(record.created)
        else:
            data["ts"] = rules.time(data["ts"])
        if data["idempotence_id"] is not None:
            data["idempotence_id"] = rules.idempotence_id(data["idempotence_id"])
        return data

    def _chosen(self, record: LogRecord) -> dict[str, Any]:
        """The attributes of a record that `record_attributes` names; None says nothing."""
        found: dict[str, Any] = {}
        for field, name in self._record_attributes.items():
            value = _message(record, field) if name == "message" else getattr(record, name, None)
            if value is not None:
                found[field] = value
        return found

    def _written(self, record: LogRecord, said: object, parts: Parts, id_: str) -> bytes:
        """The bytes of an event with this id, which is kept on the record."""
        parts["data"]["idempotence_id"] = id_
        if self._step is not None:
            parts = self._step(parts, record, True)
            id_ = parts["data"]["idempotence_id"]
        body = self._dumps(parts)
        made = Id(id_)
        made.event = said
        made.made = self, body
        record.__dict__[self._id_name] = made
        return body

    def _written_again(self, record: LogRecord, said: object, parts: Parts) -> bytes | None:
        """The same for a record that has an id: of this event, of another one, or of a pickled record."""
        kept = record.__dict__[self._id_name]
        if type(kept) is str:
            return self._written(record, said, parts, kept)
        if type(kept) is not Id or kept.event is not said:
            return self._written(record, said, parts, self._new_id())
        writer, before = kept.made
        body = self._written(record, said, parts, rules.plain_text(kept))
        if writer is not self:
            record.__dict__[self._id_name] = kept  # what the first one wrote shows a change
        elif before != body:
            # The dict was changed in place, or something else is bound: this is another event.
            del record.__dict__[self._id_name]
            return self(record)
        return body


def _opened(said: object) -> dict[Any, Any]:
    """The parts of what stands for an event."""
    return said.to_mapping() if isinstance(said, Event) else rules.mapping_of(said, "event")


def _check_keys(parts: dict[Any, Any]) -> None:
    """Look for a key that the API does not know."""
    for key in parts:
        if key not in KEYS:
            raise rules.unknown_key(key)


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
    # Half a microsecond short of a millisecond counts as it: `created` is a float.
    moment = floor(created * 1000 + 0.0005)
    text, start = _second
    if not 0 <= moment - start < len(_MILLISECONDS):
        text, start = _next_second(moment)
    return text + _MILLISECONDS[moment - start]


_MILLISECONDS = tuple(f".{number:03d}Z" for number in range(1000))

# The last second that was written, and the millisecond when it began: a second has many events.
_second = ("1970-01-01T00:00:00", 0)


def _next_second(moment: int) -> tuple[str, int]:
    global _second  # noqa: PLW0603 - one store of a whole: another thread's is as good
    start = moment // 1000 * 1000
    begun = datetime.fromtimestamp(start // 1000, timezone.utc)
    _second = (begun.strftime("%Y-%m-%dT%H:%M:%S"), start)
    return _second
