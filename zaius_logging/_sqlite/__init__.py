"""The durable spool, from the bottom up.

`directory` (names, locks and orphans), `wal` and `rows` (what stands in a file), `file` (one process's
events on disk), `keeper` (the thread that syncs), `buried` (refused events), `spool` (all of it behind
the `Spool` protocol: a line of files and, while the disk fails, memory).
"""
