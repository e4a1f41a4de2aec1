"""LogRecord -> the bytes of its event, by a short way where there is one.

The long way, `RecordReader` and `encoder`, checks everything and knows every odd value. The short way
takes the event that is nearly always logged: a dict whose type and action have been seen before,
identifiers that are text, data that names no field of ours. It gives the very same bytes at a sixth of
the price, and turns to the long way at the first thing that is unusual, an error included. It saves by
checking type and action once, writing what handler and context add once, and joining text instead of
merging dictionaries.
"""

from __future__ import annotations

from logging import LogRecord
from typing import TypeAlias

from .context import NOTHING, Bound, current
from .encode import Dumper, Encoder
from .event import MAX_TEXT, Event
from .plain_json import MAX_BYTES, SHALLOW, may_be_deep
from .record import ID_ON_RECORD, RecordReader, milliseconds, to_the_second

_SEEN = (
    1024  # of types with actions, and of names of identifiers: they come from code, not from data
)
_NEVER = -(10**18)


class _Unusual(Exception):  # noqa: N818 - it is no error
    """The long way must be taken."""


_Shared: TypeAlias = tuple[dict[str, str], frozenset[str], bytes]
"""What handler and context add to every event, written once: the identifiers under the record's own, the
names in data that the short way leaves to the long one, and an event's end from the quote after its
idempotence id. A plain tuple, which is taken apart in one step."""


class RecordWriter:
    """Writes the events of log records.

    Args:
        reader: the long way to an event.
        encode: the long way from there to bytes.
        dumps: writes a value that needs no mending.
    """

    def __init__(self, reader: RecordReader, encode: Encoder, dumps: Dumper) -> None:
        self.attribute = reader.attribute
        self._reader = reader
        self._encode = encode
        self._dumps = dumps
        self._new_id = reader.new_id
        # type -> action -> both as they are written, up to the identifiers
        self._kinds: dict[str, dict[str, bytes]] = {}
        self._known = 0  # of these pairs
        self._names: set[str] = set()
        self._second = (_NEVER, b"")  # the last one written, and its text
        self._stamp = (0.0, 0.0, b"")  # the last millisecond: since, until, what is written of it
        self._unbound: _Shared | None = None

    def __call__(self, record: LogRecord) -> bytes | None:
        """The bytes of a record's event, or None where it has none.

        Raises:
            EventError: naming the field that is wrong.
        """
        try:
            return self._short(record)
        except Exception:  # noqa: BLE001 - whatever it was, the long way explains it
            return self._long(record)

    # One function on purpose: a call of another costs as much as two of these checks.
    def _short(self, record: LogRecord) -> bytes:  # noqa: C901, PLR0912
        attributes = record.__dict__
        said = attributes[self.attribute]
        if type(said) is not dict:
            raise _Unusual
        head = self._kinds[said["type"]][said["action"]]
        bound = current.get()
        shared = (self._unbound if bound is NOTHING else bound.ready.get(self)) or self._share(
            bound
        )
        identifiers, taken, tail = shared
        known = 2

        own = said.get("identifiers")
        if own is not None:
            known += 1
            if type(own) is not dict:
                raise _Unusual
            names = self._names
            for name, value in own.items():
                if type(value) is not str or name not in names or not value.strip():
                    raise _Unusual
            identifiers = {**identifiers, **own} if identifiers else own
        if not identifiers:
            raise _Unusual

        data = said.get("data")
        if data:
            known += 1
            if type(data) is not dict or not taken.isdisjoint(data):
                raise _Unusual
        if len(said) != known:  # something else is in there, or something empty
            raise _Unusual

        # What the record alone says is written at once, and what is text already is joined to it: with
        # type and action in the dictionary 1,000 instructions more, with all of it 20,000.
        data = data or {}
        written = self._dumps({"identifiers": identifiers, "data": data}, data)
        created = attributes["created"]
        since, until, stamp = self._stamp
        if not since <= created < until:  # a burst has many events in one millisecond
            stamp = self._stamped(created)
        id_ = attributes.get(ID_ON_RECORD)
        if id_ is None:
            id_ = attributes[ID_ON_RECORD] = self._new_id()
        elif not (id_.isascii() and id_.replace("-", "").isalnum()):  # not one of ours
            raise _Unusual
        body = b"".join((head, written[1:-2], stamp if data else stamp[1:], id_.encode(), tail))
        if len(body) > SHALLOW and self._is_odd(body, identifiers):
            raise _Unusual
        return body

    def _is_odd(self, body: bytes, identifiers: dict[str, str]) -> bool:
        """Whether an event breaks a rule that a short one cannot break."""
        return (
            len(body) > MAX_BYTES
            or may_be_deep(body)
            or (len(body) > MAX_TEXT and any(len(text) > MAX_TEXT for text in identifiers.values()))
        )

    def _stamped(self, created: float) -> bytes:
        """What stands between an event's own data and its idempotence id, from the comma on."""
        moment = milliseconds(created)
        second = self._second
        if moment // 1000 != second[0]:
            second = self._second = (moment // 1000, to_the_second(moment // 1000).encode())
        stamp = b',"ts":"%b.%03dZ","idempotence_id":"' % (second[1], moment % 1000)
        # The edges are left out: a float next to one may round to either side.
        self._stamp = ((moment + 0.001) / 1000, (moment + 0.998) / 1000, stamp)
        return stamp

    def _long(self, record: LogRecord) -> bytes | None:
        event = self._reader.event(record)
        if event is None:
            return None
        body = self._encode(event)
        if self._known < _SEEN and len(self._names) < _SEEN:
            self._learn(event)
        return body

    def _learn(self, event: Event) -> None:
        """Remember what has passed every check, so that the next one like it takes the short way."""
        if self._reader.record_attributes:  # each record brings its own: never short
            return
        self._names.update(event.identifiers)
        actions = self._kinds.setdefault(event.type, {})
        if event.action not in actions:
            both = {"type": event.type, "action": event.action}  # text, whatever the record had
            actions[event.action] = self._dumps(both, both)[:-1] + b","
            self._known += 1

    def _share(self, bound: Bound) -> _Shared:
        identifiers, data = self._reader.shared(bound)
        if "ts" in data or "idempotence_id" in data:
            raise _Unusual
        known = {name: value for name, value in identifiers.items() if value is not None}
        tail = b'",' + self._dumps(data, data)[1:] + b"}" if data else b'"}}'
        shared = (known, frozenset({"ts", "idempotence_id", *data}), tail)
        if bound is NOTHING:
            self._unbound = shared
        else:
            bound.ready[self] = shared
        return shared
