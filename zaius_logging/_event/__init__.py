"""From a `LogRecord` to the bytes of its event: what an event is, what surrounds it, how it is written.

`writer` merges the layers, `rules` judges each field, `encode` makes JSON, `coerce` says what stands for a value that
JSON has no word for (a Decimal, a datetime, an array). Nothing in here sends or stores; it runs in the thread that logs.
"""
