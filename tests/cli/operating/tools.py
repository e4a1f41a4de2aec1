"""A service in a process of its own, which logs and does what it is asked to on stdin."""

import json
import os
import signal
import subprocess
import sys

SERVICE = """
import json, logging, sys, zaius_logging
settings = json.loads(sys.argv[1])
handler = zaius_logging.ZaiusHandler(notices=lambda line: print(line, file=sys.stderr), **settings)
log = logging.getLogger("shop"); log.setLevel("INFO"); log.addHandler(handler)
for line in sys.stdin:
    order = line.split(maxsplit=4)
    if order[0] == "log":
        for number in range(int(order[1]), int(order[2])):
            log.info("paid", extra={"zaius": {"type": "order", "action": order[3] if len(order) > 3 else "purchase",
                "identifiers": {"customer_id": f"c{number}"}, "data": {"number": number, **json.loads(order[4] if len(order) > 4 else "{}")}}})
    if order[0] == "flush":
        handler.flush(float(order[1]))
    if order[0] == "run":
        exec(line[4:])
    print(json.dumps(handler.stats().as_dict()), flush=True)
"""


class Service:
    """A process that logs when it is asked to."""

    def __init__(self, environment, settings):
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.pid = self._process.pid

    def ask(self, order):
        """Have it do something; gives its stats."""
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def log(self, start, stop, action="purchase", **data):
        return self.ask(f"log {start} {stop} {action} {json.dumps(data)}")

    def pause(self):
        """Stop it where it is, and wait until it has stopped."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def kill(self):
        """As the kernel does when memory runs out."""
        self._process.kill()
        self._process.communicate()

    def end(self):
        return self._process.communicate(timeout=30)
