"""The ASGI middleware: identifiers for each request, a flush before the lifespan's last word."""

import asyncio

import pytest

from zaius_logging.integrations.asgi import ZaiusMiddleware, vuid

UUID = "0f5b5a9a-6b1e-4a2c-9d7e-3f2a1b0c9d8e"
PHASES = ["lifespan.startup", "lifespan.shutdown"]


def lifespan(app, phases=PHASES):
    """Take an application through a lifespan; gives what it sent."""
    sent = []
    coming = iter(phases)

    async def receive():
        return {"type": next(coming)}

    async def send(message):
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan"}, receive, send))
    return sent


def request(app, cookies=(), kind="http"):
    """Take an application through a request."""
    headers = [(b"cookie", cookie.encode()) for cookie in cookies]
    asyncio.run(app({"type": kind, "headers": headers}, None, None))


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_cookie_is_bound(sink, kind):
    """For requests and websockets alike, among other cookies and in several headers."""

    async def app(scope, receive, send):
        sink.buy()

    request(ZaiusMiddleware(app), ["a=1; b=2", f"vuid={UUID}%7C17; c=3"], kind)
    assert sink.events[0]["identifiers"] == {"vuid": UUID}


def test_a_cookie_that_cannot_be_read_is_no_cookie():
    """Whatever a client sends, the request is served."""
    assert vuid({"headers": [(b"cookie", b"vuid=\xff\xfe; =; \x00")]}) == {"vuid": None}
    assert vuid({}) == {"vuid": None}


def test_an_identifier_that_cannot_be_bound_costs_no_request(sink, capsys):
    """What `identify` gives may be anything: the request is served, and one line names the field."""

    async def app(scope, receive, send):
        sink.buy()

    request(ZaiusMiddleware(app, identify=lambda scope: {"vuid": UUID, "email": "a" * 2000}))
    assert sink.events[0]["identifiers"] == {"vuid": UUID}
    said = capsys.readouterr().err
    assert "identifiers.email" in said
    assert "aaa" not in said


def test_identify_is_yours(sink):
    """`identify` reads from the scope whatever identifies the customer."""

    async def app(scope, receive, send):
        sink.buy()

    request(ZaiusMiddleware(app, identify=lambda scope: {"customer_id": 7}))
    assert sink.events[0]["identifiers"] == {"customer_id": "7"}


def test_what_waits_is_sent_before_the_lifespans_last_word(sink):
    """When the application says that it has shut down, its last events have already been delivered."""
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        sink.handler._strict = False
        sink.logger.info(
            "last", extra={"zaius": {"type": "a", "action": "b", "identifiers": {"email": "a@b.c"}}}
        )
        await send({"type": "lifespan.shutdown.complete"})
        seen.append(sink.handler.stats().delivered)

    assert lifespan(ZaiusMiddleware(app)) == [f"{phase}.complete" for phase in PHASES]
    assert seen == [1]


async def raises(scope, receive, send):
    """What Django does at a lifespan."""
    raise ValueError("Django can only handle ASGI/HTTP connections, not lifespan.")


async def returns(scope, receive, send):
    """What an application does that asks for "http" and nothing else."""


async def asks_and_returns(scope, receive, send):
    await receive()


async def starts_and_returns(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})


@pytest.mark.parametrize("app", [raises, returns, asks_and_returns, starts_and_returns])
def test_an_application_without_a_lifespan_gets_one(sink, app):
    """Whoever knows no lifespan, or leaves it early: ours answers, and flushes at its end."""
    sink.logger.info(
        "x", extra={"zaius": {"type": "a", "action": "b", "identifiers": {"email": "a@b.c"}}}
    )
    assert lifespan(ZaiusMiddleware(app)) == [f"{phase}.complete" for phase in PHASES]
    assert sink.handler.stats().delivered == 1


def test_a_startup_that_failed_is_the_end():
    """After `startup.failed` nothing more is asked or answered."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed"})

    assert lifespan(ZaiusMiddleware(app)) == ["lifespan.startup.failed"]


def test_what_waits_is_sent_where_the_shutdown_fails(sink):
    """Its error is the last word, and nobody is asked again: the events have gone before it."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise RuntimeError("the pool does not close")

    sink.logger.info(
        "x", extra={"zaius": {"type": "a", "action": "b", "identifiers": {"email": "a@b.c"}}}
    )
    with pytest.raises(RuntimeError, match="does not close"):
        lifespan(ZaiusMiddleware(app))
    assert sink.handler.stats().delivered == 1


def test_a_lifespan_that_fails_fails():
    """An application that breaks in its own startup is not covered up."""

    async def app(scope, receive, send):
        await receive()
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        lifespan(ZaiusMiddleware(app))
