"""What the process does to us: its end, forks, signals, uWSGI; and the few tools of the system that need care there.

`lifecycle` holds the table of ends; the other modules are small tools that several folders use.
"""
