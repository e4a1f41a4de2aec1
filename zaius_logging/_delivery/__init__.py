"""The background thread and what it decides: when a batch is due, what an answer means for it, what is counted and reported.

`listener` is the thread, `machine` decides without a clock, `ledger` counts.
"""
