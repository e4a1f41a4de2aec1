"""The durable spool: events wait as lines of text in files that this process appends to without a system call.

`spool` is the face; `segment` is one file, `line` its format, `place` the folder, `files` what the operating
system needs care with, `ages` and `dead` say how old an event is and where rejected ones go. `writer` appends, `reading` gives events out,
`upkeep` does what is due, `adoption` takes over what dead processes left, `ticker` syncs each second. docs/journal.md
specifies the format.
"""
