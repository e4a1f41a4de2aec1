"""Brings events to the API through a handler, and says what became of each.

`forms` chooses how a file is read: as JSON, a log, or a table.
"""
