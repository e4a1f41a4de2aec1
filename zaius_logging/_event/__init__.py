"""From a `LogRecord` to the bytes of its event: what an event is, what surrounds it, how it is written.

Nothing in here sends or stores anything; it runs in the thread that logs.
"""
