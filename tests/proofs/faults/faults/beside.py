"""Others on the same files: an agent that sends them, somebody who follows them, a cleaner that removes them.

Two processes that only write are killed and started again, an agent too, and this process follows the lines; or a
handler here logs, and whatever lies in its folder is removed every few milliseconds, in between two files as well.
"""

import contextlib
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from faults.kill9 import WEATHER
from faults.lives import KEY, Lives, event, segments
from faults.oracle import Tally, acknowledged, names, out_of_order
from zaius_logging import ZaiusHandler
from zaius_logging._operators.notices import Notices
from zaius_logging._spool.journal.agent import AgentSpool
from zaius_logging._spool.journal.look import Follower
from zaius_logging._spool.journal.spool import JournalSpool
from zaius_logging._transport.endpoint import account_of
from zaius_logging.sandbox import SandboxProcess

THREADS = 2
EVENTS = 1_200  # of each thread, under a cleaner: some files
PATIENCE = 60.0  # seconds until all that waits has been sent


class Trusting(JournalSpool):
    """A spool that is wrong on purpose: it never looks whether its files are still there."""

    def _rescue(self):
        pass


class LastFirst(AgentSpool):
    """An agent's that gives out the last first."""

    def peek(self, max_count, max_bytes):
        return super().peek(max_count, max_bytes)[::-1]


class Agent:
    """`zaius-logging agent` in a process of its own. A traceback on its stderr is a fault of its own."""

    words = (sys.executable, "-m", "zaius_logging", "agent")

    def __init__(self, directory, endpoint):
        self._words = [*self.words, str(directory)]
        own = {name: value for name, value in os.environ.items() if not name.startswith("ZAIUS_")}
        self._environment = {**own, "ZAIUS_ENDPOINT": endpoint, "ZAIUS_API_KEY": KEY}
        self.begin()

    def begin(self):
        quiet = subprocess.DEVNULL
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - `end` closes it
        self._process = subprocess.Popen(
            self._words, stdin=quiet, stdout=quiet, stderr=self._said, env=self._environment
        )

    def end(self, number):
        self._process.send_signal(number)
        self._process.wait(PATIENCE)
        with self._said as said:
            said.seek(0)
            text = said.read()
        assert "Traceback" not in text, text


class Reversed:
    """The control: an agent in this process that gives out the last first."""

    def __init__(self, directory, endpoint):
        spool = LastFirst(str(directory), account_of(endpoint, KEY), notices=Notices(str))
        self._handler = handler_on(spool, endpoint)

    def begin(self):
        pass

    def end(self, number):
        if number == signal.SIGTERM:
            self._handler.close()


def handler_on(spool, endpoint, **settings):
    """Make a handler on a spool of its own."""
    settings = {"flush_interval": 0.02, "close_timeout": 30.0, "notices": str, **settings}
    return ZaiusHandler(api_key=KEY, endpoint=endpoint, spool=spool, **settings)


class Followed:
    """What somebody sees who follows an account's lines all the time."""

    def __init__(self, folder):
        self._follower = Follower(str(folder))
        self._seen = []

    def look(self):
        with contextlib.suppress(FileNotFoundError):  # nothing was written yet
            for each in self._follower.new():
                self._seen.append(json.loads(each.item)["data"]["idempotence_id"])

    def judge(self, tally):
        self._follower.close()
        tally.reordered += len(out_of_order(self._seen))
        tally.altered += sum(many - 1 for many in Counter(self._seen).values())
        return len(self._seen)


class Writers:
    """Two processes that only write, one of them killed now and then."""

    def __init__(self, lives, acks, directory, endpoint):
        self._lives = lives
        self._words = acks, directory, endpoint
        self._begun = 0
        self._acks = acks
        self._running = [self._begin(), self._begin()]

    def _begin(self):
        self._begun += 1
        settings = {"threads": THREADS, "pause": 0.0005, "deliver": False}
        return self._lives.start("live", f"{self._begun}", *self._words, **settings)

    def kill_one(self):
        self._lives.end(self._running.pop(0), signal.SIGKILL)
        self._running.append(self._begin())

    def kill(self):
        """End both. Gives what is owed, and what may have been written just before."""
        for life in self._running:
            self._lives.end(life, signal.SIGKILL)
        owed = acknowledged(self._acks)
        calls = Counter(each.rpartition("-")[0] for each in owed)
        names = (f"{name}-{who}" for name in range(1, self._begun + 1) for who in range(THREADS))
        return owed, {f"{each}-{calls[each]}" for each in names}


def run(trials, *, seed=0, agent=Agent):
    """Two that write, an agent, and somebody who follows: kill the three at random, and count."""
    chance = random.Random(seed)
    tally = Tally("an agent and a follower beside two that write, SIGKILL to each of them")
    followed = killed = 0
    with SandboxProcess() as sandbox, Lives() as lives, tempfile.TemporaryDirectory() as top:
        for trial in range(trials):
            directory, acks = Path(top, f"{trial}"), Path(top, f"{trial}.acks")
            directory.mkdir()
            sandbox.clear()
            sandbox.faults(*WEATHER[chance.choice(list(WEATHER))])
            writers = Writers(lives, acks, directory, sandbox.endpoint)
            sender = agent(directory, sandbox.endpoint)
            follower = Followed(directory / account_of(sandbox.endpoint, KEY))
            until = time.monotonic() + chance.uniform(2.0, 4.0)
            agent_dies, writer_dies = chance.uniform(0.5, 6.0), chance.uniform(0.2, 1.5)
            began = time.monotonic()
            while (now := time.monotonic()) < until:
                follower.look()
                if now - began > writer_dies:
                    writers.kill_one()
                    writer_dies += chance.uniform(0.2, 1.5)
                if now - began > agent_dies:
                    sender.end(signal.SIGKILL)
                    sender.begin()
                    killed += 1
                    agent_dies += chance.uniform(1.0, 6.0)
            owed, following = writers.kill()
            follower.look()
            sandbox.heal()
            restart = wait_until_empty(directory)
            sender.end(signal.SIGTERM)
            tally.add(owed, names(sandbox.events()), allowed=following, restart=restart)
            followed += follower.judge(tally)
    tally.notes.append(f"{followed:,} lines were followed; the agent died {killed:,} times")
    return tally


def wait_until_empty(directory):
    """Wait until nothing waits in a spool. Gives the seconds."""
    began = time.monotonic()
    while segments(directory) and time.monotonic() < began + PATIENCE:
        time.sleep(0.01)
    return time.monotonic() - began


class Cleaned:
    """A process that logs in some threads while somebody removes its files, of those that it has not let go of."""

    def __init__(self, name, handler, spool, chance):
        self._name, self._handler, self._spool, self._chance = name, handler, spool, chance
        self._ending = threading.Event()
        self.owed = []
        self.removed = 0

    def run(self):
        threads = [threading.Thread(target=self._work, args=(who,)) for who in range(THREADS)]
        cleaner = threading.Thread(target=self._clean)
        for each in (*threads, cleaner):
            each.start()
        for each in threads:
            each.join()
        self._ending.set()
        cleaner.join()

    def _work(self, who):
        for number in range(EVENTS):
            name = f"{self._name}-{who}-{number}"
            record = logging.makeLogRecord({"zaius": event(name), "created": time.time()})
            self._handler.handle(record)
            self.owed.append(name)
            time.sleep(0.0005)

    def _clean(self):
        while not self._ending.wait(self._chance.uniform(0.005, 0.05)):
            with self._spool._work:  # what is let go of meanwhile would be nobody's, and gone
                for each in self._chance.choices(self._spool._writer.own or [None]):
                    if each is not None and os.path.exists(each.file.path):
                        os.unlink(each.file.path)
                        self.removed += 1


MODES = {
    "mapped": {},
    "written": {"use_map": False},
    "agent": {"deliver": False},
}


def clean(trials, mode, *, seed=0, kind=JournalSpool, weather=tuple(WEATHER)):
    """A handler logs while its files are removed all the time; it closes, the next one sends what is left, and count.

    Args:
        trials: how many.
        mode: `agent`: that sends, and may have had a later file before the one that was removed came back.
        seed: for what happens by chance.
        kind: of the spool.
        weather: see `kill9`.
    """
    chance = random.Random(seed)
    tally = Tally(f"a cleaner that removes files under a living process, {mode}")
    removed = 0
    with SandboxProcess() as sandbox, Lives() as lives, tempfile.TemporaryDirectory() as top:
        for trial in range(trials):
            directory, acks = Path(top, f"{trial}"), Path(top, f"{trial}.acks")
            directory.mkdir()
            sandbox.clear()
            sandbox.faults(*WEATHER[weather[trial % len(weather)]])
            account, deliver = account_of(sandbox.endpoint, KEY), mode != "agent"
            spool = kind(directory, account, notices=Notices(str), **MODES[mode])
            handler = handler_on(spool, sandbox.endpoint, deliver=deliver, close_timeout=0.5)
            sender = None if deliver else Agent(directory, sandbox.endpoint)
            cleaned = Cleaned(f"{trial}", handler, spool, chance)
            cleaned.run()
            handler.close()
            sandbox.heal()
            began = time.monotonic()
            if sender is None:
                lives.end(lives.start("drain", f"{trial}", acks, directory, sandbox.endpoint))
            else:
                wait_until_empty(directory)
                sender.end(signal.SIGTERM)
            restart = time.monotonic() - began
            owed = [*cleaned.owed, *acknowledged(acks)]
            tally.add(owed, names(sandbox.events()), restart=restart)
            removed += cleaned.removed
            # What the control still has would go to the next trial, or to whoever gets the sandbox's port then.
            assert not deliver or handler.flush(PATIENCE), handler.stats()
            handler.close()
    tally.notes.append(f"{removed:,} files were removed")
    return tally
