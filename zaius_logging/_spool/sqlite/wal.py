"""What SQLite's write-ahead log says that SQLite itself passes over, and a descriptor of it.

After a crash SQLite reads the log up to the first frame whose checksum is wrong, and believes that the
rest was never committed. Where bit rot is the reason, commits vanish without an error; so we count them.
The format: https://www.sqlite.org/fileformat2.html, section 4.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

_HEADER = struct.Struct(">8I")  # magic, version, page size, sequence, salts, checksums
_FRAME = struct.Struct(">4I")  # page, pages after commit or 0, salts; checksums follow
_FRAME_SIZE = 24


class Log:
    """A descriptor of a log, which closes with the last reference: one may let go while another syncs.

    Args:
        path: of the log.

    Raises:
        OSError: it cannot be opened.
    """

    __slots__ = ("fd",)

    def __init__(self, path: Path) -> None:
        self.fd = -1
        self.fd = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))

    def __del__(self, _close: Callable[[int], None] = os.close) -> None:
        if self.fd >= 0:
            _close(self.fd)


def commits_beyond(path: Path, frames: int) -> int:
    """Count whole commits of the log's last generation behind the frames that SQLite took.

    An append is one commit. A frame that was only begun when the process was killed does not count.

    Args:
        path: of the log.
        frames: that SQLite found valid.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as log:
        header = log.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return 0
        _, _, page, _, *salts, first, second = _HEADER.unpack(header)
        if page not in (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536):
            return 0
        end = log.seek(0, 2)
        size = _FRAME_SIZE + page
        if (first, second) != _checksum(header):  # what the header says of salts may be wrong too
            log.seek(_HEADER.size)
            salts = list(_FRAME.unpack(log.read(_FRAME.size).ljust(_FRAME.size, b"\0"))[2:])
        commits = 0
        for at in range(_HEADER.size + frames * size, end - size + 1, size):
            log.seek(at)
            _, pages, *own = _FRAME.unpack(log.read(_FRAME.size))
            commits += own == salts and pages > 0
    return commits


def _checksum(header: bytes) -> tuple[int, int]:
    """Of the header's first 24 bytes, in the byte order that its magic number says."""
    order = ">" if header[3] & 1 else "<"
    numbers = struct.unpack(f"{order}6I", header[:24])
    first = second = 0
    for left, right in zip(numbers[::2], numbers[1::2], strict=True):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return first, second
