"""The dead letters of a relay's stream, for people: read, put back into the stream, removed.

`{<stream>}:retried` is a hash of those that were put back: the entry's id -> when. It is written in the same step
as the event is, so that no crash can leave one without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from zaius_logging._transport.redis_address import RedisAddress

from .scripts import Script
from .server import Server

_AT_ONCE = 200

# KEYS dead, retried · ARGV after which id, count
# -> {{id, retried when or '', field, value, …}, …}
_LIST: Final = Script("""
local found = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local at = redis.call('HGET', KEYS[2], entry[1]) or ''
  found[#found + 1] = {entry[1], at, unpack(entry[2])}
end
return found
""")

# KEYS stream, bytes, dead, retried · ARGV max_events, max_bytes, id, item, id, item, …
# -> how many were put back, or -1 where the stream has no room for all
_RETRY: Final = Script("""
local count, size = 0, 0
for at = 3, #ARGV, 2 do size = size + #ARGV[at + 1] end
local events = redis.call('XLEN', KEYS[1])
local bytes = events > 0 and tonumber(redis.call('GET', KEYS[2]) or '0') or 0
if events + (#ARGV - 2) / 2 > tonumber(ARGV[1]) or bytes + size > tonumber(ARGV[2]) then
  return -1
end
local now = redis.call('TIME')[1]
for at = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[1], '*', 'e', ARGV[at + 1])
  redis.call('HSET', KEYS[4], ARGV[at], now)
  count = count + 1
end
redis.call('SET', KEYS[2], bytes + size)
return count
""")

# KEYS dead, retried · ARGV id…
# -> how many were there
_PURGE: Final = Script("""
redis.call('HDEL', KEYS[2], unpack(ARGV))
return redis.call('XDEL', KEYS[1], unpack(ARGV))
""")


class DeadStream:
    """The dead letters of a stream.

    Args:
        address: of the stream.

    Raises:
        ConfigError: redis-py does not take the address.
    """

    def __init__(self, address: RedisAddress) -> None:
        self._server = Server(address)
        self._address = address
        self._dead = (address.key("dead"), address.key("retried"))

    def read(self) -> Iterator[tuple[str, bool, dict[str, bytes]]]:
        """Give (the entry's id, whether it was put back, its fields), the oldest first.

        Raises:
            Exception: whatever redis-py raises. See `failures.py`.
        """
        after = "-"
        while True:
            found: list[list[Any]] = self._server.run(_LIST, self._dead, (after, _AT_ONCE))
            for name, at, *fields in found:
                pairs = zip(fields[::2], fields[1::2], strict=True)
                yield name.decode(), bool(at), {key.decode(): value for key, value in pairs}
            if len(found) < _AT_ONCE:
                return
            after = f"({found[-1][0].decode()}"

    def retry(self, items: Sequence[tuple[str, bytes]]) -> int:
        """Put events back at the end of the stream, and mark their letters. Gives how many: fewer where it is full.

        Args:
            items: pairs of the letter's id and the event.
        """
        address, done = self._address, 0
        keys = (address.stream, address.key("bytes"), *self._dead)
        for at in range(0, len(items), _AT_ONCE):
            some = [part for pair in items[at : at + _AT_ONCE] for part in pair]
            count = self._server.run(_RETRY, keys, (address.max_events, address.max_bytes, *some))
            if count < 0:
                break
            done += count
        return done

    def purge(self, names: Sequence[str]) -> None:
        """Remove letters for good."""
        for at in range(0, len(names), _AT_ONCE):
            self._server.run(_PURGE, self._dead, names[at : at + _AT_ONCE])

    def close(self) -> None:
        """Close the connection."""
        self._server.drop()
