"""The Lua scripts that run inside Redis: Redis runs a script whole, with nothing in between.

The keys, all in one slot of a cluster (see `RedisAddress.key`):

    <stream>            the events that wait, each `e` -> its bytes
    {<stream>}:bytes    how many bytes they have
    {<stream>}:lease    the relay that leads, `<token>:<name>`; expires by itself
    {<stream>}:token    the last token given: each term of leadership has a higher one
    {<stream>}:note     what the last leader left for the next
    {<stream>}:dead     dead letters: events that the API rejected, with its reasons
    {<stream>}:forgot   how many of those gave way to newer ones

A script that only the leader may run compares the lease first: a leader that was paused and comes back
after its lease has gone to another gets FENCED, and has changed nothing.

A Redis whose memory is full runs nothing that may take more of it, unless the script has written already; and nobody
but a relay can make room there. So whatever a relay runs begins with a write that takes none.
"""

from __future__ import annotations

import hashlib
from typing import Final


class Script:
    """A script and the name by which Redis knows it.

    Attributes:
        text: Lua.
        sha: its SHA-1, as EVALSHA takes it.
    """

    __slots__ = ("sha", "text")

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


FENCED: Final = "FENCED"

_FENCE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another relay leads')
end
"""

# KEYS stream, bytes · ARGV max_events, max_bytes, item…
# -> {1 or 0, events, bytes}. All or nothing; nothing is ever trimmed to make room.
APPEND: Final = Script("""
local count, size = #ARGV - 2, 0
for at = 3, #ARGV do size = size + #ARGV[at] end
local events = redis.call('XLEN', KEYS[1])
local bytes = events > 0 and tonumber(redis.call('GET', KEYS[2]) or '0') or 0
if events + count > tonumber(ARGV[1]) or bytes + size > tonumber(ARGV[2]) then
  return {0, events, bytes}
end
for at = 3, #ARGV do redis.call('XADD', KEYS[1], '*', 'e', ARGV[at]) end
redis.call('SET', KEYS[2], bytes + size)
return {1, events + count, bytes + size}
""")

# KEYS lease, token, note · ARGV name, milliseconds
# -> {lease, note or false, now in µs} or {false, milliseconds that it is still held}
ACQUIRE: Final = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {false, redis.call('PTTL', KEYS[1])}
end
local note = redis.call('GET', KEYS[3])
redis.call('DEL', KEYS[3])
local lease = redis.call('INCR', KEYS[2]) .. ':' .. ARGV[1]
redis.call('SET', KEYS[1], lease, 'PX', ARGV[2])
local time = redis.call('TIME')
return {lease, note, time[1] * 1000000 + time[2]}
""")

# KEYS lease, note · ARGV lease, milliseconds that the note matters, age in µs of each request…
# -> nothing. Ages and not times, for no two hosts' clocks agree.
RELEASE: Final = Script(
    _FENCE
    + """
local time = redis.call('TIME')
local now, times = time[1] * 1000000 + time[2], {}
for at = 3, #ARGV do times[#times + 1] = string.format('%.0f', now - tonumber(ARGV[at])) end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], table.concat(times, ' '), 'PX', ARGV[2])
return redis.status_reply('OK')
"""
)

# KEYS lease, stream · ARGV lease, milliseconds to extend it by or 0
# -> events in the stream
LOOK: Final = Script(
    _FENCE
    + """
if ARGV[2] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('XLEN', KEYS[2])
"""
)

# KEYS lease, stream · ARGV lease, group, consumer
# -> nothing. The group exists, and all that anybody had read and not settled is this consumer's.
BEGIN: Final = Script(
    _FENCE
    + """
redis.call('XACK', KEYS[2], ARGV[2], '0-0') -- no entry: the write that takes no memory
local made = redis.pcall('XGROUP', 'CREATE', KEYS[2], ARGV[2], '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
local from = '0-0'
repeat
  from = redis.call('XAUTOCLAIM', KEYS[2], ARGV[2], ARGV[3], 0, from, 'COUNT', 1000, 'JUSTID')[1]
until from == '0-0'
for _, found in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[2], ARGV[2])) do
  if found[2] ~= ARGV[3] then redis.call('XGROUP', 'DELCONSUMER', KEYS[2], ARGV[2], found[2]) end
end
return redis.status_reply('OK')
"""
)

# KEYS lease, stream · ARGV lease, group, consumer, count, bytes, from
# -> {from, id, item, id, item, …}: what had been read before, from the id `from` on, then ('>') what
# is new. In small steps, because COUNT knows no bytes.
READ: Final = Script(
    _FENCE
    + """
local left, room, from = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local found = {from}
while left > 0 and room > 0 do
  local reply = redis.call('XREADGROUP', 'GROUP', ARGV[2], ARGV[3],
    'COUNT', math.min(left, 32), 'STREAMS', KEYS[2], from)
  local entries = reply and reply[1][2] or {}
  if #entries == 0 then
    if from == '>' then break end
    from = '>'
  end
  for _, entry in ipairs(entries) do
    if from ~= '>' then from = entry[1] end
    if entry[2] then
      found[#found + 1] = entry[1]
      found[#found + 1] = entry[2][2]
      left, room = left - 1, room - #entry[2][2]
    else -- deleted by others since it was read
      redis.call('XACK', KEYS[2], ARGV[2], entry[1])
    end
  end
end
found[1] = from
return found
"""
)

# KEYS lease · ARGV lease
# -> now in ms, by the clock that numbers entries
NOW: Final = Script(
    _FENCE
    + """
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
"""
)

_SHRINK = """
local function shrink(size)
  local bytes = tonumber(redis.call('GET', KEYS[3]) or '0') - size
  redis.call('SET', KEYS[3], math.max(0, bytes))
end
"""

# KEYS lease, stream, bytes · ARGV lease, group, bytes, id…
# -> how many were there
REMOVE: Final = Script(
    _FENCE
    + _SHRINK
    + """
local ids = {unpack(ARGV, 4)}
redis.call('XACK', KEYS[2], ARGV[2], unpack(ids))
shrink(tonumber(ARGV[3]))
return redis.call('XDEL', KEYS[2], unpack(ids))
"""
)

# KEYS lease, stream, bytes, dead, forgot · ARGV lease, group, name, most, id, reason, id, reason, …
# -> how many were there. To ask twice changes nothing more.
DEAD_LETTER: Final = Script(
    _FENCE
    + _SHRINK
    + """
local count, size = 0, 0
for at = 5, #ARGV, 2 do
  local entry = redis.call('XRANGE', KEYS[2], ARGV[at], ARGV[at])[1]
  redis.call('XACK', KEYS[2], ARGV[2], ARGV[at])
  if entry then
    redis.call('XADD', KEYS[4], '*', 'e', entry[2][2], 'reason', ARGV[at + 1],
      'stream', KEYS[2], 'id', ARGV[at], 'relay', ARGV[3])
    redis.call('XDEL', KEYS[2], ARGV[at])
    count, size = count + 1, size + #entry[2][2]
  end
end
shrink(size)
local gone = redis.call('XTRIM', KEYS[4], 'MAXLEN', ARGV[4])
if gone > 0 then redis.call('INCRBY', KEYS[5], gone) end
return count
"""
)

# KEYS lease, stream, bytes, dead, forgot · ARGV group
# -> {events, bytes, pending, dead, forgotten, µs since the oldest came, lease}. Anybody may ask.
MEASURE: Final = Script("""
local events = redis.call('XLEN', KEYS[2])
local pending = redis.pcall('XPENDING', KEYS[2], ARGV[1])
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local age = 0
if first then
  local time = redis.call('TIME')
  age = time[1] * 1000000 + time[2] - tonumber(string.match(first[1], '%d+')) * 1000
end
return {events, tonumber(redis.call('GET', KEYS[3]) or '0'), pending.err and 0 or pending[1],
  redis.call('XLEN', KEYS[4]), tonumber(redis.call('GET', KEYS[5]) or '0'), age,
  redis.call('GET', KEYS[1])}
""")
