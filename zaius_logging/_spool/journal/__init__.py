"""The durable spool: events wait as lines of text in files that this process appends to without a system call.

`spool` is the face; `segment` is one file, `line` its format, `place` the folder, `files` what the operating
system needs care with, `ages` and `dead` say how old an event is and where rejected ones go. docs/journal.md
specifies the format.
"""
