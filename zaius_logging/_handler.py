"""`ZaiusHandler`: wires the parts together, and is what users configure."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from threading import get_ident
from typing import TYPE_CHECKING, Any, NoReturn

from ._build import writer_of
from ._config import configure, own_part, slips_once
from ._errors import EventDroppedError, EventError
from ._operators.notices import Notices
from ._operators.secret import hidden
from ._process.frames import called_by_a_finaliser
from ._process.lifecycle import closing, exiting, manage
from ._process.sigterm import hook_sigterm
from ._process.uwsgi import advice_once, is_master
from ._settings import SETTINGS, BeforeSend, Callback, InvalidCallback
from ._transport.endpoint import hidden_endpoint, is_redis

if TYPE_CHECKING:
    from pathlib import PurePath

    from requests import Session

    from ._delivery.listener import Listener
    from ._spool.base import Spool
    from ._stats import Stats
    from ._transport.base import Transport


class ZaiusHandler(logging.Handler):
    """Delivers the events that log records carry to the Zaius (Optimizely Data Platform) Events API.

    A record carries an event in `extra={"zaius": {"type", "action", "identifiers", "data"}}`, or as an
    `Event`. Any other record passes by. Nothing is raised into the application, and no call waits for
    the network: a background thread sends batches when one is full, on a timer, and at the end.

    Args:
        api_key: the API key.
        endpoint: the API's address, by default the host of the key's region; or a Redis stream,
            `redis://host:6379/0?stream=zaius:events`, from which a relay takes the events to the
            API (no key is needed here then).
        session: a `requests.Session` of your own, instead of the next three.
        proxies: as requests takes them, `{"https": "http://user:password@host:3128"}`, or `{}` for
            none; by default those of `HTTPS_PROXY` and `NO_PROXY` when the handler is made.
        verify: path of a CA bundle to trust instead of the default one.
        cert: path of a client certificate with its key, or a pair of paths.
        attribute: the name in `extra` that holds the event (default: "zaius").
        identifiers: identifiers for every event, under those that are bound and the record's own.
        data: data for every event, under what is bound and the record's own.
        record_attributes: field of `data` -> attribute of the record to put there, for example
            `{"logger": "name", "text": "message"}`.
        source_fields: whether `data` gets `data_source_type`, `data_source` and
            `data_source_version`, as the official SDKs do (default: True).
        require_action: whether an event without `action` is invalid; `pageview`,
            `customer_discovered` and a kind that the catalogue lists without one need none
            (default: True).
        placeholders: what follows where an identifier is a placeholder such as `NULL` or `n/a`:
            `refuse` (the event is invalid), `warn` or `allow` (default: "refuse").
        vuid_hyphens: `keep` or `remove` the hyphens of a `vuid` that is a UUID; nobody knows which
            form the API takes, so send the one form everywhere (default: "keep").
        catalog: the catalogue that events are checked by: `standard`, the path of an `events.toml`,
            or `package:events.toml` for one inside a package.
        on_unknown: what follows where the catalogue lacks a kind, a field or an identifier:
            `allow`, `warn` (the event is sent) or `reject` (it is invalid) (default: "warn").
        on_wrong: what follows where a field is missing, of a wrong type or out of its values,
            likewise; a wrong form of an identifier is always invalid (default: "warn").
        before_send: called as (event) with each event as a dictionary of JSON values, which it may
            change and returns, or None to drop it; an error in it makes the event invalid.
        deny: identifiers that must never be sent, `{"email": ["*@shop.example"]}`: events with one
            are invalid.
        redact: paths that are taken out of every event before it is written, such as
            `data.order.items[].note`.
        hash: paths that are replaced by their HMAC-SHA256; an identifier gets the ending `_hash`.
        hash_key: the secret of `hash`, 16 characters or more; give it as `ZAIUS_HASH_KEY`.
        strict: raise EventError to the caller instead of counting it, for tests (default: False).
        batch_size: events in a request, 1 to 500, the API's limit (default: 500).
        batch_bytes: bytes in a request at most; a single larger event goes alone (default:
            1,000,000).
        flush_interval: seconds that an event waits for its batch to fill, at most (default: 5).
        timeout: seconds that one request may take as a whole, whatever the server does; up to a day
            (default: 10).
        max_requests_per_second: a limit for this process; without one, answers of 429 (too many
            requests) slow it down and success speeds it up again.
        max_age: seconds after which an event that could not be delivered is dropped as `expired`;
            72 hours (default: 259,200).
        close_timeout: seconds that close and exit take at most, whatever the server does; up to a
            day (default: 5).
        drain_on_sigterm: on SIGTERM, close first, then do what was there before; without it a
            process that does not handle SIGTERM dies with the events in memory (default: False).
        capacity: events that wait in memory at most (default: 100,000).
        capacity_bytes: bytes that wait in memory at most (default: 64 MiB).
        overflow: `drop` counts and drops an event that no longer fits; `block` makes the call wait
            for room (default: "drop").
        keep: kinds such as `order/purchase` that are dropped last: the last tenth of the room is
            for them.
        spool_dir: a directory on a local disk where events wait and outlive the process; processes
            may share it, and each looks every 25 seconds for events that dead ones have left there,
            and sends them.
        spool_sync: `interval`: an event survives any death of the process, and a power cut from a
            second after the call on; `always`: a power cut too, and the call waits for the disk
            (default: "interval").
        spool_bytes: bytes that all processes may use on disk for one account, from 1 MiB (default:
            256 MiB).
        spool_map: whether files of the spool may be mapped into memory, where the file system is
            fit for it; False: each event is a system call (default: True).
        account: the name of the account's folder in `spool_dir`, where it is not to follow from
            endpoint and key; needed with a transport of your own that has no `account`.
        deliver: False: only write to `spool_dir`, for another process that sends (default: True).
        on_drop: called as (event, reason) for each event lost on our side.
        on_reject: called as (event, reason) for each event that the API rejected.
        on_invalid: called as (record, problem) for each record whose event is invalid.
        notices: where lines about trouble, its end and losses go, without personal data: `stderr`,
            the name of a logger (at level WARNING), or a callable that takes a line (default:
            "stderr").
        level: as for any handler.
        transport: something else to carry batches, for example `StubTransport()`.
        spool: something else to wait in.

    Raises:
        ConfigError: for any mistake in these, without touching the network.
    """

    flushOnClose = False  # noqa: N815 - logging's name: shutdown() need not flush, close() does

    def __init__(
        self,
        *,
        api_key: str | None = None,
        endpoint: str | None = None,
        session: Session | None = None,
        proxies: Mapping[str, str] | None = None,
        verify: str | None = None,
        cert: str | Sequence[str] | None = None,
        attribute: str | None = None,
        identifiers: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        record_attributes: Mapping[str, str] | None = None,
        source_fields: bool | None = None,
        require_action: bool | None = None,
        placeholders: str | None = None,
        vuid_hyphens: str | None = None,
        catalog: str | PurePath | None = None,
        on_unknown: str | None = None,
        on_wrong: str | None = None,
        before_send: BeforeSend | None = None,
        deny: Mapping[str, Sequence[str]] | None = None,
        redact: Sequence[str] | None = None,
        hash: Sequence[str] | None = None,
        hash_key: str | None = None,
        strict: bool | None = None,
        batch_size: int | None = None,
        batch_bytes: int | None = None,
        flush_interval: float | None = None,
        timeout: float | None = None,
        max_requests_per_second: float | None = None,
        max_age: float | None = None,
        close_timeout: float | None = None,
        drain_on_sigterm: bool | None = None,
        capacity: int | None = None,
        capacity_bytes: int | None = None,
        overflow: str | None = None,
        keep: Sequence[str] | None = None,
        spool_dir: str | PurePath | None = None,
        spool_sync: str | None = None,
        spool_bytes: int | None = None,
        spool_map: bool | None = None,
        account: str | None = None,
        deliver: bool | None = None,
        on_drop: Callback | None = None,
        on_reject: Callback | None = None,
        on_invalid: InvalidCallback | None = None,
        notices: str | Callable[[str], object] | None = None,
        level: int | str = logging.NOTSET,
        transport: Transport | None = None,
        spool: Spool | None = None,
        **unknown: NoReturn,
    ) -> None:
        api_key = hidden(api_key)
        hash_key = hidden(hash_key)
        proxies = hidden(proxies)
        endpoint = hidden_endpoint(endpoint)
        arguments = locals()
        given = {name: arguments[name] for name in SETTINGS}
        config = configure({**given, **unknown}, own_part(os.environ), needs_key=transport is None)
        self._config = config
        self._strict = config.strict
        self._notices = Notices(config.notices)
        self._attribute = config.attribute
        self._write = writer_of(config, self._notices.tell)
        # Here: the listener needs logging.handlers, which loads socket and pickle; a fifth of an import.
        from ._build import spool_of, transport_of

        self._transport = (
            transport_of(config, self._notices, spool) if transport is None else transport
        )
        self._spool = spool_of(config, self._notices, transport) if spool is None else spool
        self._listener = self._listen()
        self._shutting_down: int | None = None
        super().__init__(level)  # last: logging closes what it knows of, whole or not
        self._managed = manage(self, self._listener, config.close_timeout)
        if self._spool.shared and not is_master():  # nor in a forked child, unless that logs
            self._listener.wake()
        for line in (advice_once(), slips_once(os.environ)):
            if line:
                self._notices.tell(line, line)
        if config.drain_on_sigterm:
            hook_sigterm()

    def _listen(self) -> Listener:
        from ._build import listener_of

        return listener_of(self._config, self._spool, self._transport, self._notices)

    # What a log call pays

    def handle(self, record: logging.LogRecord) -> bool:
        """Take a record that carries an event; for any other, one look-up is all.

        No lock is taken around `emit` (logging.NullHandler is the precedent): a call must not wait
        for another's, and whoever closes the handler holds that lock while the thread works.
        """
        if getattr(record, self._attribute, None) is None:
            return False
        if self.filters:
            passed: object = self.filter(record)
            if not passed:
                return False
            if isinstance(passed, logging.LogRecord):  # from 3.12 on a filter may replace it
                record = passed
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Turn a record into an event's bytes and put them where events wait.

        Raises:
            EventError: with `strict` only.
        """
        listener = self._listener
        own = get_ident() == listener.ident
        if own and not (listener.in_callback() or called_by_a_finaliser()):
            return  # what we, requests or urllib3 log while sending must not come back as an event
        try:
            item = self._write(record)
            if item is not None:
                if own:
                    listener.remember_own(item)
                listener.put(item)
        except EventDroppedError:
            listener.not_taken("before_send")
        except EventError as error:
            self.invalid(record, str(error))
            if self._strict:
                raise
        except Exception as error:
            self.invalid(record, f"reading it raised {type(error).__name__}")
            if self._strict:
                raise

    def invalid(self, record: logging.LogRecord, problem: str) -> None:
        """Count a record whose event is invalid, and report it unless the caller hears of it."""
        self._listener.invalid(record, problem, report=not self._strict)

    # What users call

    def stats(self) -> Stats:
        """What became of the events, at this moment."""
        return self._listener.stats()

    def flush(self, timeout: float | None = None) -> bool:  # type: ignore[override]
        """Send what waits now, at once, and wait until it has settled.

        Args:
            timeout: seconds to wait; 0 only asks. None is `close_timeout`.

        Returns:
            Whether everything that waited at the call was delivered, rejected or dropped in time.
        """
        if timeout is None:
            in_shutdown = self._shutting_down == get_ident()
            timeout = 0.0 if in_shutdown else self._config.close_timeout
        return self._listener.flush(timeout)

    def close(self) -> None:
        """Send what can be sent within `close_timeout` seconds, and let go of thread and connection.

        logging calls it at exit, and when dictConfig replaces handlers. A handler that is still attached
        works on: what is left waits, and the next event opens it again. Only at the end of the process
        is what is left dropped as `closed`, unless the next start finds it.
        """
        listener = self._listener
        closing(self._config.close_timeout, listener.end if exiting() else listener.close)
        super().close()

    def end(self) -> None:
        """Close for good, as at the end of the process: what cannot be sent in time is dropped as `closed`."""
        closing(self._config.close_timeout, self._listener.end)
        super().close()

    def waiting_items(self) -> list[bytes]:
        """The events that wait in memory, encoded: for tests."""
        return self._spool.perishable()

    def divert(self, transport: Transport) -> Transport:
        """Send by another transport from now on. Gives the one before: for tests."""
        self._transport = transport
        return self._listener.divert(transport)

    def tell_waiting(self) -> None:
        """Tell operators what still waits, and would be lost if the process ended now."""
        self._listener.tell_waiting()

    def acquire(self) -> None:
        """Take the handler's lock, as only logging.shutdown does, around flush and close.

        A flush in there asks without waiting, so that the two together keep one deadline. From 3.12
        on `flushOnClose` spares us the flush.
        """
        super().acquire()
        self._shutting_down = get_ident()

    def release(self) -> None:
        """Give the handler's lock back."""
        self._shutting_down = None
        super().release()

    def __repr__(self) -> str:
        if not hasattr(self, "_listener"):  # an error tracker shows one that could not be made
            return "<ZaiusHandler unfinished>"
        stats = self.stats()
        where = self._config.endpoint
        if not where or is_redis(where):  # a Redis address may hold a password
            where = repr(self._transport)
        return (
            f"<ZaiusHandler {where} {stats.state}: {stats.accepted} accepted, "
            f"{stats.delivered} delivered, {stats.pending} pending>"
        )

    def after_fork_in_child(self) -> None:
        """In a forked child: the waiting events are the parent's, and so are thread and sockets."""
        self._managed.detach()
        self._listener.after_fork_in_child()
        self._spool.after_fork_in_child()
        self._transport.after_fork_in_child()
        self._listener = self._listen()
        self._managed = manage(self, self._listener, self._config.close_timeout)
        self._shutting_down = None
