"""What handler and formatter have in common: from the configuration to what writes events."""

from __future__ import annotations

from collections.abc import Callable
from logging import LogRecord

from ._config import Config
from ._encode import dumper, encoder
from ._ids import new_id
from ._record import RecordReader
from ._source import source_of
from ._writer import RecordWriter


def writer_of(config: Config) -> Callable[[LogRecord], bytes | None]:
    """Make what writes the events of log records, with orjson where it is installed."""
    reader = RecordReader(
        attribute=config.attribute,
        identifiers=config.identifiers,
        data=config.data,
        record_attributes=config.record_attributes,
        source=source_of(config.source_fields),
        new_id=new_id,
    )
    # The method, not the object: 640 instructions of 79,000 less a call.
    return RecordWriter(reader, encoder(), dumper()).__call__
