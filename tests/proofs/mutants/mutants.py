"""The mutants: each is one line of the core made wrong, and the tests that must notice.

A text that no longer stands in the code, or stands there twice, is an error of `tests/test_mutants.py`: whoever changes
such a line changes its mutant with it.
"""

from pathlib import Path
from typing import NamedTuple


class Mutant(NamedTuple):
    """One wrong line.

    Attributes:
        where: file or folder below the package.
        old: text that stands there exactly once.
        new: what it becomes.
        tests: pytest's arguments, such as a folder: those that must fail.
        argued: why no test can notice, if none can.
    """

    where: str
    old: str
    new: str
    tests: str
    argued: str = ""

    def found(self, package: Path) -> Path:
        """Give the file in which the line stands.

        Args:
            package: the folder of the package, or of a copy.

        Raises:
            ValueError: it is not there once: the code has changed, and the mutant must follow.
        """
        place = package / self.where
        paths = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        counts = {path: path.read_text("utf-8").count(self.old) for path in paths if path.is_file()}
        if sum(counts.values()) != 1:
            raise ValueError(
                f"{self.where}: {self.old!r} is there {sum(counts.values())} times, not once"
            )
        return max(counts, key=counts.__getitem__)

    def applied(self, text: str) -> str:
        """Make that line of a file's text wrong."""
        return text.replace(self.old, self.new)


def of(where, tests, *wrong):
    """Make the mutants of one file: each is (old, new) or (old, new, argued)."""
    return [Mutant(where, old, new, tests, *argued) for old, new, *argued in wrong]


DELIVERY = [
    *of(
        "_delivery/backoff.py",
        "tests/delivery/test_backoff.py",
        ("BASE * 2.0**doublings", "BASE * 3.0**doublings"),
        ("return uniform(0.0, ", "return uniform(0.1, "),
        ("min(CAP, ", "max(CAP, "),
        ("min(failures - 1, ", "min(failures, "),
    ),
    *of(
        "_delivery/pace.py",
        "tests/delivery/test_pace.py",
        ("self._next = self._last + gap", "self._next = self._next + gap"),
        ("max(FLOOR, self._rate * KEEP), False", "max(FLOOR, self._rate), False"),
        ("max(FLOOR, self._rate * KEEP), False", "self._rate * KEEP, False"),
        (
            "self._rate, self._searching = FIRST, True",
            "self._rate, self._searching = FIRST * 10, True",
        ),
        ("gap > 2.0 / self._rate or", "gap > 200.0 / self._rate or"),
        ("gap > 2.0 / self._rate or", "gap > 4.0 / self._rate or"),
        (" or self._since > self._last", ""),
        ("ROOM / limit", "1.0 / limit"),
        ("(1.0 + (now - self._since) / QUIET) * gap", "gap"),
        ("max(self._interval, 1.0 / self._rate)", "1.0 / self._rate"),
    ),
    *of(
        "_delivery/machine.py",
        "tests/delivery/test_machine.py tests/delivery/test_gateway.py",
        ("min(after, _MAX_AFTER) if", "after if"),
        ("self._wait(now + PROBE_INTERVAL)", "self._wait(now + 1.0)"),
        ("max(when, now) >= self._deadline", "when >= self._deadline"),
        ("self._batch_bytes - most - 1", "self._batch_bytes"),
        ("if older <= count:", "if older < count:"),
        ("self._backoff = -math.inf if self._flushed else until", "self._backoff = until"),
        ("self._limit + max(1, self._limit // 10)", "self._limit"),
        ("self._limit = (self._search.count + 1) // 2", "self._limit = self._search.count"),
        ("due = -math.inf if self._hurried() else", "due ="),
        ("self._not_before = now + _bounded(after)", "self._not_before = now"),
        ("all(0 <= at < count for at", "all(0 <= at <= count for at"),
        ("if count > 1 and not self._foreign:", "if count > 1:"),
        ("self._failures += 1", "self._failures = 1"),
        ("skip = self._foreign % min(count, self._batch_size)", "skip = 0"),
        ("self._urgent = max(0, self._urgent - count)", "self._urgent = max(0, self._urgent)"),
        (
            " and after > 0 else 0.0",
            " else 0.0",
            "a time that has passed holds nothing up, and max() passes over NaN: the two that it keeps out",
        ),
    ),
    *of(
        "_delivery/bisection.py",
        "tests/delivery/test_machine.py",
        ("rest.split() if rest and rest.groups[-1].suspect else rest", "rest"),
        ("calm.split(suspect=not too_large)", "calm.split(suspect=True)"),
        ("if groups and not self.found and not too_large:", "if groups and not too_large:"),
        (
            "Group(whole - whole // 2, suspect=suspect), Group(whole // 2)",
            "Group(whole // 2), Group(whole // 2)",
        ),
        ("(*self.groups[:-1], last, Group(count))", "(*self.groups[:-1], Group(count))"),
        ("left = calm.count - bad", "left = calm.count"),
    ),
    *of(
        "_delivery/ledger.py",
        "tests/delivery/test_ledger.py tests/delivery/test_stats.py tests/delivery/test_listener.py tests/delivery/test_switches.py",
        ("+ waiting.lost - waiting.found", "+ waiting.lost"),
        ("if book is self._book and book.leaving is None:", "if True:"),
        ("fates.get(leaving.fate, 0) + len(leaving.ids)", "len(leaving.ids)"),
        ('("lost", waiting.lost)', '("lost", 0)'),
        ("self._book = replace(book, leaving=None)  # they stay", "pass  # they stay"),
        ("if leaving.reasons is None:", "if True:"),
    ),
    *of(
        "_delivery/settlement.py",
        "tests/delivery/test_settlement.py tests/delivery/test_listener.py tests/process/test_exit.py",
        ("                self._expire()", "                pass"),
        ("if self._ended.setdefault(id(item), me) is me", "if me"),
        ("self._delivery.front_changed()", "pass"),
        ("self._delivery.removed(len(bad))", "pass"),
        ("self._delivery.removed(len(old))", "pass"),
        ("self._delivery.removed(len(leaving.ids))", "pass"),
    ),
    *of(
        "_delivery",
        "tests/delivery/test_listener.py tests/delivery/test_meetings.py tests/delivery/test_reporter.py "
        "tests/test_handler.py tests/process/test_attached.py tests/spool/test_handler_on_disk.py",
        ("if arrived >= self._wake_at:", "if arrived > self._wake_at + 1:"),
        ("self._take_orders(me, flush, deadline", "self._take_orders(me, self._flush, deadline"),
        ("self._take_orders(me, flush, deadline", "self._take_orders(me, flush, self._deadline"),
        ("gone >= target and not self._delivery.searching", "gone >= target"),
        (
            "if not waiting.count and self._retired >= arrived",
            "if not waiting.count and self._retired == arrived",
        ),
        ("self.queue.waiting().count - waiting.count < room", "self._arrived < self._wake_at"),
        ("while thread.is_alive() and self._retired >= self._arrived:", "while thread.is_alive():"),
        ("unaware = thread is None or thread.deadline is None", "unaware = thread is None"),
        ("if before == self._ledger.gone() and not before[1]:", "if False:"),
        ("if before == self._ledger.gone() and not before[1]:", "if not before[1]:"),
        ("_FOR_CALLBACKS * timeout if self._reporter.calls_for_drops else 0.0", "0.0"),
        ("item in self.own or self.in_callback():", "self.in_callback():"),
        (
            "if self._reported:\n            return isinstance(outcome, Paused) and",
            "if False:\n            return isinstance(outcome, Paused) and",
        ),
        ("if self._is_mine(me):\n", "if self._is_mine(me) and self._retired < 0:\n"),
        # An answer that comes after the end.
        ("if self._is_mine(me):\n", "if True:\n"),
    ),
]

TRANSPORT = [
    *of(
        "_transport/wire.py",
        "tests/transport/test_wire.py",
        ("min(max(*seconds, 0.0), MAX_RETRY_AFTER)", "max(*seconds, 0.0)"),
        ("if status in (400, 422):", "if status == 400:"),
        ("throttled=status == 429", "throttled=False"),
        ("not 0 <= place < count", "not 0 <= place <= count"),
        ("_reason(answer, status), own=False", "_reason(answer, status), own=True"),
        ("type(place) is not int", "not isinstance(place, int)"),
        ("for char in text[:MAX_REASON]", "for char in text"),
    ),
    *of(
        "_transport/endpoint.py",
        "tests/transport/test_endpoint.py tests/test_config.py",
        ('if parts.scheme == "http" and not is_loopback(host):', "if False:"),
        ('return host.replace(".", "").isdigit()', "return True"),
        ('return api_key.rpartition(".")[0] or api_key', "return api_key"),
        ('(parts.hostname or "").removesuffix(".")', '(parts.hostname or "")'),
    ),
    *of(
        "_transport/http",
        "tests/transport tests/proofs/hostile/test_network.py",
        (
            "allow_redirects=False, **settings",
            "allow_redirects=True, **settings",
            "the hook below takes the address away first; either of the two is enough",
        ),
        ("steady() - self._answered > IDLE", "steady() - self._answered > 1e9"),
        ("if any(_is_unverified(cause) for cause in found):", "if False:"),
        ("if left <= 0:", "if left <= -1e9:"),
    ),
    *of(
        "_transport/http",
        "tests/proofs/hostile/test_rows.py -k differ",
        ("if attempt.status is not None:", "if False:"),
    ),
    *of(
        "_transport/http",
        "tests/proofs/hostile/test_rows.py -k bomb",
        ('response.headers.pop("location", None)', "pass"),
    ),
]

SPOOL = [
    *of(
        "_spool/memory.py",
        "tests/spool/test_memory.py tests/spool/test_contract.py tests/delivery/test_switches.py",
        (
            "if waiting.count >= self._capacity or room < 0:",
            "if waiting.count > self._capacity or room < 0:",
        ),
        ("self._capacity or room < 0:", "self._capacity:"),
        ("min(self._capacity - waiting.count - 1, room // SMALL)", "room // SMALL"),
        (": max(1, sum(1 for _ in takewhile", ": max(0, sum(1 for _ in takewhile"),
        ("old = ages[0][1]", "old = ages[-1][1]"),
        (
            "if newest <= before.last:",
            "if True:",
            "only ids that nobody was given are newer than that: nothing leaves, and the same is stored",
        ),
        ("if last - length != known.left:", "if False:"),
    ),
    *of(
        "_spool/journal",
        "tests/spool/test_gaps.py tests/spool/test_format.py",
        ('if found[2] == b"%08x" % crc32(found[3]):', "if True:"),
        ('if item[:1] != b"{" or b"\\n" in item:', 'if item[:1] != b"{":'),
        ('if found is None or b"%08x" % crc32(found[1]) != found[7]:', "if found is None:"),
        ("gap = gap or self.damaged or bool(bad)", "gap = gap or self.damaged"),
        ("gone=self.gone + sum(map(damage.count, _GONE))", "gone=self.gone"),
        ("            ends.pop()", "            ends.clear()"),
        ('while ends and b"}}" not in', 'while not ends and b"}}" not in'),
        ("+ len(ends))", "+ 1)"),
    ),
    # Other users' files, other accounts', and those of nobody.
    *of(
        "_spool/journal",
        "tests/spool/test_gaps.py tests/spool/test_journal.py tests/spool/test_interruptions.py",
        ("status.st_uid == os.geteuid()", "status.st_uid >= 0"),
        ("            if not is_mine(status):", "            if False:"),
        ('getattr(os, "O_NOFOLLOW", 0) | ', ""),
        ('if sys.platform != "win32" and self.is_there():', 'if sys.platform != "win32":'),
        ("if self.fd >= 0 and is_open(self.fd, self.key):", "if self.fd >= 0:"),
    ),
    # Files of others, living processes and agents; the quota, adopted files in it.
    *of(
        "_spool/journal",
        "tests/spool/test_gaps.py tests/spool/test_journal.py",
        ("if not is_mine(os.fstat(looked.fd)):", "if False:"),
        ("found[0].account != self.account", "False"),
        ("if not locked or not file.is_there():", "if not file.is_there():"),
        ("if any(map(_waits, held)):", "if False:"),
        ('if header.role != "own":', "if False:"),
        (
            "for entry in entries if _OURS.fullmatch(entry.name))",
            "for entry in entries if str(self._born) in entry.name)",
        ),
        ("if self._place.used() + size > self._place.max_bytes:", "if False:"),
    ),
    # The order of events that were adopted, restored or written anew.
    *of(
        "_spool/journal",
        "tests/spool/test_journal.py tests/spool/test_interruptions.py -k 'oldest or undone or disk or anew or order or at_once'",
        ('name.endswith(".new"),\n                    name,', 'name.endswith(".new"),'),
        ('name.endswith(".new"),\n                    name,', "name,"),
        (
            "if self._retry_at or self._memory.items:",
            "if self._retry_at > self._clocks.steady():",
        ),
        ("if self._retry_at or self._memory.items:", "if self._retry_at:"),
        ("insort(self.own, made, key=_by_name)", "self.own.append(made)"),
        (
            "path = self._place.name() if os.path.lexists(where) else where",
            "path = self._place.name()",
        ),
    ),
    # What somebody has removed.
    *of(
        "_spool/journal",
        "tests/spool/test_next_file.py",
        (
            "if not segment.is_ours():\n                    continue",
            "if False:\n                    continue",
        ),
        ("for segment in reversed(own):", "for segment in own:"),
        (
            "for segment in reversed(self._adoption.taken):",
            "for segment in self._adoption.taken:",
        ),
        ("if last.limit - last.end() <", "if 2 * last.limit - last.end() <"),
        ("return made and (self.last or made)", "return made"),
        ("1 << 100", "1 << 62"),
        ("        self.synced = 0", "        self.synced = start"),
        ("self._count()  # who asks", "pass  # who asks"),
        (
            "copy.serial = next(self._serials)",
            "copy.serial = segment.serial",
        ),
        ('f"{self._born + more:020d}', 'f"{self._born:020d}'),
    ),
    # What a close leaves, and takes back.
    *of(
        "_spool/journal",
        "tests/spool/test_closing.py",
        ("self._writer.seal(last=True)", "self._writer.seal()"),
        ("if not segment.is_active and segment.is_ours():", "if not segment.is_active:"),
        ("elif segment.known.waiting > 0:", "elif False:"),
        ("[*filter(Segment.is_ours, self._adoption.taken)]", "[*self._adoption.taken]"),
        ("            return []  # nobody", "            pass  # nobody"),
        ("self._adoption.more = True", "pass"),
        ("max(0, segment.known.waiting - left.waiting)", "segment.known.waiting"),
        ("self.left.pop(path, None)\n            raise", "raise"),
        (
            "if segment is None:\n            self.left.pop(path, None)",
            "if False:\n            pass",
        ),
        ("(self._work, *(each.syncing for each in segments))", "(self._work,)"),
        ("if self.synced < end:", "if True:"),
        ("now < self._adopt_due and not self._adoption.left", "now < self._adopt_due"),
        ("if not os.path.lexists(path):", "if True:"),
        ("            if not os.path.lexists(path):", "            if False:"),
        ("return bool(self.left) and self.more and (self.has_room or waits)", "return False"),
        ("self.more and (self.has_room or waits)", "(self.has_room or waits)"),
        ("self.more and (self.has_room or waits)", "self.more"),
        ("                held = []", "                pass"),
    ),
    *of(
        "_spool/journal",
        "tests/spool/test_closing.py -m 'slow and not full'",
        (
            "(self._work, *(each.syncing for each in segments))",
            "[each.syncing for each in segments]",
        ),
        ("if segment.file.path in self._adoption.left:", "if False:"),
        ("            copy.file.remove()  # else", "            pass  # else"),
        ('.count(b"}\\n")  # the free rest', '.count(b"\\n")  # the free rest'),
    ),
    *of(
        "_spool/journal",
        "tests/delivery/test_switches.py -k close -m 'slow and not full'",
        ("if look is self._look:", "if True:"),
        (
            "            self._count()  # before they go: who asks meanwhile must not miss them\n            for segment in self._going",
            "            for segment in self._going",
        ),
        ("except IndexError:", "except KeyError:"),
    ),
    # Syncs of files, of their folder, and of the folders above it.
    *of(
        "_spool/journal",
        "tests/spool/test_journal.py",
        ("                    self.file.sync()", "                    pass"),
        ("            _sync(self.path)", "            pass"),
        ("            _sync(parent)", "            pass"),
        ("self._changes = next(_changes)", "pass"),
        (
            "            self._place.change()\n            made.file.path",
            "            made.file.path",
        ),
    ),
    # Segments.
    *of(
        "_spool/journal",
        "tests/spool/test_gaps.py tests/spool/test_format.py tests/spool/test_contract.py tests/spool/test_journal.py",
        ("            self.file.write(text, at)", "            pass"),
        ("mapped.bytes[at : at + len(text)] = text", "pass"),
        ("if boot and boot == self.boot:", "if True:"),
        ("if known < GRACE:", "if False:"),
        (
            "if pairs and (len(pairs) >= max_count or size > max_bytes):\n                    return",
            "if pairs and len(pairs) >= max_count:\n                    return",
        ),
    ),
    *of(
        "_spool/journal",
        "tests/spool/test_interruptions.py -k 'sealed or half or bad_page or passed_over or follows or fork'",
        ("failure, size = error, size // 2", "raise"),
        ("self._end = end + len(rest) + 1 if rest else end", "self._end = end"),
        ("self._out = None  # half a line", "pass  # half a line"),
        ("if self._failed < _READS:", "if True:"),
        (
            "if pairs and (len(pairs) >= max_count or size > max_bytes):\n                    break",
            "if pairs and len(pairs) >= max_count:\n                    break",
        ),
        ("if getpid() != self._pid:  # a fork that ran no hooks", "if False:"),
    ),
]

CALL = [
    *of(
        "_event",
        "tests/event",
        ("if bound.since <= record.created and _made_here(record):", "if _made_here(record):"),
        ("(process is None or process == os.getpid())", "True"),
        ("(thread is None or thread == threading.get_ident())", "True"),
        ("if self._id_name in record.__dict__:", "if False:"),
        ("_MARKS[raw[8] >> 6]", "_MARKS[0]"),
    ),
    *of(
        "_event/ids.py",
        "tests/event/test_interpreters_lock.py -m slow",
        ('getattr(os, "getrandom", os.urandom)', "os.urandom"),
    ),
    *of(
        "_process/lifecycle.py",
        "tests/process/test_attached.py tests/process/test_fork.py tests/process/test_exit.py "
        "-k 'deadline or parent_and_child or start_method or normal_end or forgotten or exiting or plain_thread or its_threads'",
        ("close(max(0.0, timeout - _Exit.spent))", "close(timeout)"),
        ("    _forgotten.clear()", "    pass"),
        (
            "    for handler in managed():\n        handler.after_fork_in_child()",
            "    for handler in ():\n        handler.after_fork_in_child()",
        ),
        ("return _Exit.begun or _in_atexit()", "return _Exit.begun"),
        ('return not interrupts(getattr(threading, "_shutdown", None))', "return True"),
        ("if _others():  # plain", "if False:  # plain"),
        ("        handler.close()", "        pass"),
    ),
    *of(
        "_operators/notices.py",
        "tests/operators/test_notices.py",
        ("_is_late(self._place, patience)", "_is_late(self._place)"),
        ("patience or PATIENCE", "PATIENCE"),
        ("process == os.getpid()", "True"),
    ),
]

MUTANTS = [*DELIVERY, *TRANSPORT, *SPOOL, *CALL]
