"""Fresh idempotence ids.

From the system and never the `random` module: an application that seeds `random` alike in each worker would make
the same ids there. And never a stock of ids made in advance: a snapshot of the virtual machine, CRIU, or a
fork in C that runs no hooks copies the stock, and both copies would give out the same ids. One call of the
system for each id costs 0.4 µs, and no state is left that could be copied.

By `os.getrandom` where there is one (Linux): it keeps the interpreter's lock for that time. `os.urandom` gives it up,
and beside a thread that computes one call in a hundred then waited 5 ms, the switch interval, to have it back.
"""

from __future__ import annotations

import os
from binascii import hexlify

_bytes_of_the_system = getattr(os, "getrandom", os.urandom)


def new_id() -> str:
    """Make a UUID4 as text (RFC 9562, section 5.4), at a quarter of the price of `str(uuid.uuid4())`."""
    try:
        raw = _bytes_of_the_system(16)
    except OSError:  # a kernel or a sandbox without this call
        raw = os.urandom(16)
    return _LAYOUT.translate(hexlify(raw) + _MARKS[raw[8] >> 6]).decode()


# `_LAYOUT.translate(table)` gathers: each of its 36 bytes says where in the table its character stands. The table
# is the 32 digits, then a hyphen (32), the version (33) and the variant (34), then nothing, up to the 256 bytes that
# it must have.
_GROUPS = ((*range(8),), (*range(8, 12),), (33, 13, 14, 15), (34, 17, 18, 19), (*range(20, 32),))
_LAYOUT = bytes([32]).join(map(bytes, _GROUPS))
# RFC 9562, section 4: the version is 4; the variant's two high bits are 10, so its digit is one of these four.
_MARKS = [b"-4%b" % digit.ljust(222) for digit in (b"8", b"9", b"a", b"b")]
