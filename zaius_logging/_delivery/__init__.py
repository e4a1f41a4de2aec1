"""The background thread and what it decides: when a batch is due, what an answer means for it, what is counted and reported.

`listener` is what any thread may ask, `sender` the thread. `machine` decides without a clock, with `pace`, `backoff` and `bisection`. `settlement` does what
an answer means, `ledger` counts, `reporter` words the lines for operators and calls on_drop and on_reject.
"""
