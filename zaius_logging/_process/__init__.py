"""What the process does to us: its end, forks, signals, uWSGI; and the few tools of the system that need care there.

`lifecycle` holds the table of ends, and notices forks: what a part does in a forked child is its own
`after_fork_in_child` (the thread: `_delivery/listener`); the other modules are small tools that several folders use.
"""
