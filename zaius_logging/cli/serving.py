"""Pages on loopback for whoever scrapes or asks whether a command is ready."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import click

from zaius_logging.cli.problems import JobError

Page = Callable[[], tuple[int, str, str]]
"""Gives status, content type and text."""


@contextmanager
def served(
    host: str, port: int | None, pages: Mapping[str, Page], option: str = "--port"
) -> Iterator[None]:
    """Serve pages while the block runs.

    Args:
        host: to listen at.
        port: 0 takes a free one; None serves nothing.
        pages: path -> what makes its answer.
        option: what gave the port, for the message.

    Raises:
        JobError: the port is taken.
    """
    if port is None:
        yield
        return
    try:
        server = _Server((host, port), _handler_of(pages))
    except OSError as error:
        raise JobError(f"{option} {port}: {error.strerror}") from None
    with server:
        click.echo(f"http://{host}:{server.server_port} {' '.join(pages)}")
        thread = threading.Thread(target=server.serve_forever, name="zaius-pages", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of one who asked and went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _handler_of(pages: Mapping[str, Page]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            if page is None:
                self.send_error(404)
                return
            try:
                status, kind, text = page()
            except (JobError, OSError) as error:  # the next one who asks may be luckier
                why = error.message if isinstance(error, JobError) else error.strerror
                status, kind, text = 503, "text/plain", f"{why}\n"
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a scrape every few seconds is no news."""

    return Handler
