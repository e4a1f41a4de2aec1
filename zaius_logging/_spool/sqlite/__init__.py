"""The durable spool, from the bottom up.

`directory` (names and locks), `connection` (SQLite as we use it), `wal` and `rows` (what stands in a file),
`file` (one process's events on disk), `keeper` (the thread that syncs), `buried` (refused events), `base` (what
the next four share), `line` (files and, while the disk fails, memory, in order), `tail` (where events join),
`orphans` (files of dead processes, which join at the head), `spool` (all of it behind the `Spool` protocol).
"""
