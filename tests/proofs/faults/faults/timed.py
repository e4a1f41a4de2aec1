"""Runs a module of this package in its process, and prints at the very end what that end took.

`exit T W`: T seconds from where the module had run to its end until atexit's last function, without the interpreter's
own end, and W seconds for which some thread was ready meanwhile and had no processor: what a busy machine takes, and no
code of the process can help. `kill 0 W`: it is about to kill itself; W since it began. (W is 0 where there is no
schedstat, as anywhere but on Linux.)
"""

import atexit
import runpy
import sys
import time
from contextlib import suppress
from pathlib import Path

_seen = {}  # thread -> nanoseconds; one that has ended keeps its last


def waited():
    """Seconds in which threads of this process that are or were alive at a look were ready and had no processor."""
    for each in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError, IndexError):  # it has ended meanwhile
            _seen[each] = int(each.read_text().split()[1])
    return sum(_seen.values()) / 1e9


def main():
    began = []

    def say_exit():
        took = time.monotonic() - began[0]
        print(f"exit {took:.3f} {waited() - began[1]:.3f}", flush=True)  # noqa: T201 - the protocol

    def say_kill(event, _):
        if event == "os.kill":
            print(f"kill 0 {waited():.3f}", flush=True)  # noqa: T201

    atexit.register(say_exit)  # before logging is there, and so the last to run
    sys.addaudithook(say_kill)
    module = f"faults.{sys.argv.pop(1)}"
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        began[:] = time.monotonic(), waited()


if __name__ == "__main__":
    main()
