"""A fleet with a Redis stream between its hosts and the API, from the bottom up.

`scripts` (what runs in Redis, as Lua: granting the lease, taking from the stream), `library` and `server` (redis-py,
kept at arm's length), `failures` and `checks` (what goes wrong, what is set wrongly), `transport` (a host
puts its batches into the stream), `lanes`, `stream` and `spool` (the relay takes them out, in order for each
customer), `lease`, `redis_lease`, `sending`, `term`, `relay` and `stats` (one relay at a time, and the same pace
for all that it has in flight).
"""
