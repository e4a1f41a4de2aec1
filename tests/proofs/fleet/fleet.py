"""A fleet of producers of four kinds, as processes."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.proofs.fleet.tools import PATIENCE, free_port, get, until

PRODUCERS = Path(__file__).parent / "producers"


class Fleet:
    """Eight producers of four kinds.

    Two scripts, two gunicorn workers, two Celery children, two series of scripts that exit at once.
    Where gunicorn or Celery is not installed, scripts stand in.

    Args:
        directory: for spools, truth and logs.
        url: of the stream.
        each: events of each producer; a multiple of 100.
        pause: seconds between two bursts of 50 of a script.
    """

    def __init__(self, directory, url, each, pause):
        self.directory = directory
        self.each = each
        self.pause = pause
        self.total = 8 * each
        for name in ("truth", "spool", "broker"):
            directory.joinpath(name).mkdir()
        self.environment = {
            **os.environ,
            "STREAM": url,
            "TRUTH": str(directory / "truth"),
            "SPOOL": str(directory / "spool"),
            "BROKER": str(directory / "broker"),
        }
        self.running = []
        self.threads = []
        self.errors = []

    def start(self):
        self._script("plain.py", self.each, self.pause)
        self._script("plain.py", self.each, self.pause)
        for name, start in (("gunicorn", self._web), ("celery", self._tasks)):
            if importlib.util.find_spec(name):
                start()
            else:
                self._script("plain.py", self.each, self.pause)
                self._script("plain.py", self.each, self.pause)
        for _ in range(2):
            self._thread(self._brief)

    def _popen(self, *command):
        with (self.directory / "producers.log").open("a") as log:
            process = subprocess.Popen(
                command, env=self.environment, cwd=PRODUCERS, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def _script(self, name, *arguments):
        return self._popen(sys.executable, name, *map(str, arguments))

    def _thread(self, target):
        def run():
            try:
                target()
            except Exception as error:  # noqa: BLE001 - raised by join
                self.errors.append(error)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def _brief(self):
        """One after the other, each a producer of its own."""
        for _ in range(self.each // 100):
            assert self._script("brief.py", 100).wait(PATIENCE) == 0

    def _web(self):
        port = free_port()
        server = self._popen(
            sys.executable,
            "-m",
            "gunicorn",
            "-w",
            "2",
            "-b",
            f"127.0.0.1:{port}",
            "web:application",
        )

        def ask():
            until(lambda: get(port, "/?0"), what="gunicorn's answer")
            for _ in range(2 * self.each // 50):
                until(lambda: get(port, "/?50") == "ok", what="an answer")
            server.send_signal(signal.SIGTERM)

        self._thread(ask)

    def _tasks(self):
        worker = self._popen(
            *(sys.executable, "-m", "celery", "-A", "tasks", "worker", "-c", "2", "-l", "ERROR"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )
        count = 2 * self.each // 50
        send = f"import tasks; [tasks.log.delay(50) for _ in range({count})]"

        def ask():
            assert self._popen(sys.executable, "-c", send).wait(PATIENCE) == 0
            until(lambda: self.logged("task") == 2 * self.each, 120, "the tasks' end")
            worker.send_signal(signal.SIGTERM)

        self._thread(ask)

    def logged(self, kind=""):
        """How many events are obligations."""
        found = 0
        for path in self.directory.joinpath("truth").glob(f"{kind}*"):
            with contextlib.suppress(ValueError):  # being written
                found += int(path.read_text())
        return found

    def join(self):
        """Wait until all have ended; give what each logged, by name."""
        for thread in self.threads:
            thread.join(180)
        for process in self.running:
            process.wait(4 * PATIENCE)
        assert not self.errors, self.errors
        return {
            path.name: int(path.read_text()) for path in self.directory.joinpath("truth").iterdir()
        }

    def drain(self):
        """Start a process on the same spools: it adopts what others left, and ends."""
        assert self._script("brief.py", 0).wait(PATIENCE) == 0

    def stop(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
        for thread in self.threads:
            thread.join(PATIENCE)
