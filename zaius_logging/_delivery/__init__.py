"""The background thread and what it decides: when a batch is due, what an answer means for it, what is counted and reported.

`listener` is what any thread may ask, and its end in a forked child; `sender` is the thread. `machine` decides without
a clock, and holds a Retry-After; `backoff` is the wait after failures, `pace` the space between requests that a 429
widens, `bisection` the search for a bad event. `settlement` does what an answer means, `ledger` counts, `reporter`
words the lines about events and calls on_drop and on_reject.
"""
