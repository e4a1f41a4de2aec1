"""Django's middleware: the signed-in user by choice, strangers untouched, sync and async."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("django", reason="needs Django")

PRELUDE = """
import asyncio, json, sys
sys.path.insert(0, EXAMPLES)
import django_app
from django.core.management import call_command
from django.contrib.auth.models import User
from django.test import AsyncClient, Client, override_settings
import logging, zaius_logging
call_command("migrate", verbosity=0)
user = User.objects.create_user("tyler", "tyler@example.com", "secret")
UUID = "0f5b5a9a-6b1e-4a2c-9d7e-3f2a1b0c9d8e"
transport = zaius_logging.StubTransport()
notices = []
handler = zaius_logging.ZaiusHandler(transport=transport, notices=notices.append)
django_app.logger.handlers[:] = [handler]
def identifiers():
    assert handler.flush(10)
    return [event["identifiers"] for event in transport.events]
"""


@pytest.fixture
def run(run_example, tmp_path):
    """Run a script after PRELUDE, in a process of its own: Django's settings are a process's."""
    from pathlib import Path

    examples = Path(__file__).parents[2] / "examples"

    def run(script):
        path = tmp_path / "script.py"
        path.write_text(f"EXAMPLES = {str(examples)!r}\n{PRELUDE}{script}")
        done = subprocess.run(
            [sys.executable, str(path)], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr

    return run


def test_the_signed_in_user_by_choice(run, monkeypatch):
    """ZAIUS_IDENTIFIERS names attributes of the user; the cookie comes with them."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
client = Client()
client.force_login(user)
client.cookies["vuid"] = UUID + "%7C1"
client.get("/buy/1")
assert identifiers() == [
    {"vuid": UUID, "customer_id": str(user.pk), "email": "tyler@example.com"}
], identifiers()
"""
    )


def test_strangers_cost_no_look_at_the_session(run, monkeypatch):
    """Without a session cookie the user is not read, so a page does not begin to vary by cookie."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
client = Client()
client.cookies["vuid"] = UUID
response = client.get("/buy/1")
assert not response.has_header("Vary"), response.headers
client.force_login(user)
response = client.get("/buy/2")
assert response["Vary"] == "Cookie"
client.logout()
assert identifiers()[0] == {"vuid": UUID}
"""
    )


def test_nobody_is_bound_where_nothing_was_chosen(run, monkeypatch):
    """Without the setting no attribute of a user is an identifier, and None turns the cookie off."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
client = Client()
client.force_login(user)
client.cookies["vuid"] = UUID
with override_settings(ZAIUS_IDENTIFIERS={}):
    client.get("/buy/1")
assert identifiers() == [{"vuid": UUID}]
with override_settings(ZAIUS_IDENTIFIERS={}, ZAIUS_VUID_COOKIE=None):
    client.get("/buy/2")
assert handler.stats().invalid == 1
assert "at least one is needed" in notices[0]
"""
    )


def test_nothing_stays_bound_after_a_request(run, monkeypatch):
    """The thread's next request, of a stranger, carries nothing of the one before."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
client, stranger = Client(), Client()
client.force_login(user)
client.get("/buy/1")
stranger.cookies["vuid"] = UUID
stranger.get("/buy/2")
assert identifiers()[1] == {"vuid": UUID}
"""
    )


def test_async(run, monkeypatch):
    """The middleware serves asynchronously as well, without a thread hop of its own."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
from zaius_logging.integrations.django import ZaiusMiddleware
from django.http import HttpResponse
async def view(request):
    django_app.buy(request, "9")
    return HttpResponse("ok")
middleware = ZaiusMiddleware(view)
from asgiref.sync import iscoroutinefunction
assert iscoroutinefunction(middleware)
from django.test import AsyncRequestFactory
async def auser():
    return user
async def main():
    request = AsyncRequestFactory().get("/")
    request.user, request.auser = user, auser
    request.COOKIES["vuid"] = UUID
    await middleware(request)
asyncio.run(main())
assert identifiers() == [
    {"vuid": UUID, "customer_id": str(user.pk), "email": "tyler@example.com"}
]
"""
    )


def test_before_authentication_the_mistake_is_told(run, monkeypatch):
    """In the wrong place in MIDDLEWARE no user would ever be bound: it is reported, not passed over."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
with override_settings(MIDDLEWARE=settings.MIDDLEWARE[::-1]):
    try:
        Client().get("/buy/1")
    except ImproperlyConfigured as error:
        assert "behind AuthenticationMiddleware" in str(error)
    else:
        raise AssertionError
"""
    )


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["email"], "must be a dict"),
        ({"email": 1}, "must be a dict"),
    ],
)
def test_wrong_settings_are_told_at_the_start(run, monkeypatch, wanted, said):
    """Before the first visitor, by Django's own error, with what to write."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        f"""
from django.core.exceptions import ImproperlyConfigured
with override_settings(ZAIUS_IDENTIFIERS={wanted!r}):
    try:
        Client().get("/buy/1")
    except ImproperlyConfigured as error:
        assert {said!r} in str(error), error
    else:
        raise AssertionError
"""
    )


def test_an_identifier_that_cannot_be_bound_costs_no_request(run, monkeypatch):
    """A text that is too long, or an attribute that is not there, is left out and reported; the rest is bound."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
import contextlib, io
user.first_name = "x" * 2000
said = io.StringIO()
with override_settings(ZAIUS_IDENTIFIERS={"customer_id": "pk", "name": "first_name", "email": "emial"}):
    from zaius_logging.integrations.django import ZaiusMiddleware
    from django.http import HttpResponse
    from django.test import RequestFactory
    request = RequestFactory().get("/")
    request.user = user
    def view(request):
        return HttpResponse("ok") if django_app.buy(request, "9") else None
    with contextlib.redirect_stderr(said):
        ZaiusMiddleware(view)(request)
assert identifiers() == [{"customer_id": str(user.pk)}], identifiers()
assert "'email' of a request is left out: ZAIUS_IDENTIFIERS says 'emial'" in said.getvalue()
assert "name" in said.getvalue() and "xxx" not in said.getvalue(), said.getvalue()
"""
    )


def test_an_attribute_that_asks_the_database(run, monkeypatch):
    """A property over another table: bound in an async server as well, where Django allows that in a thread only."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
from zaius_logging.integrations.django import ZaiusMiddleware
from django.http import HttpResponse
from django.test import AsyncRequestFactory
from django.utils.asyncio import async_unsafe
User.card = property(async_unsafe(lambda self: "card-1"))
async def view(request):
    return HttpResponse("ok") if django_app.buy(request, "9") else None
async def main():
    request = AsyncRequestFactory().get("/")
    request.user = user
    await ZaiusMiddleware(view)(request)
with override_settings(ZAIUS_IDENTIFIERS={"loyalty_card_id": "card"}):
    asyncio.run(main())
assert identifiers() == [{"loyalty_card_id": "card-1"}], identifiers()
"""
    )


def test_async_without_auser(run, monkeypatch):
    """Django 4.2 has no `request.auser`: there the user is asked for in a thread, as the session needs."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
from zaius_logging.integrations.django import ZaiusMiddleware
from django.http import HttpResponse
from django.test import AsyncRequestFactory
from django.utils.functional import SimpleLazyObject
async def view(request):
    return HttpResponse("ok") if django_app.buy(request, "9") else None
from django.utils.asyncio import async_unsafe
@async_unsafe
def lazily():  # as a look into the database is
    return user
async def main():
    request = AsyncRequestFactory().get("/")
    request.user = SimpleLazyObject(lazily)
    request.COOKIES["sessionid"] = "any"
    await ZaiusMiddleware(view)(request)
asyncio.run(main())
assert identifiers() == [{"customer_id": str(user.pk), "email": "tyler@example.com"}]
"""
    )


def test_a_streamed_body_is_past_the_middleware(run, monkeypatch):
    """What a view logs while its response is streamed belongs to nobody, unless the event says to whom."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
from zaius_logging.integrations.django import ZaiusMiddleware
from django.http import StreamingHttpResponse
from django.test import RequestFactory
def body(request):
    django_app.buy(request, "9")
    yield b"x"
request = RequestFactory().get("/")
request.user = user
response = ZaiusMiddleware(lambda request: StreamingHttpResponse(body(request)))(request)
assert list(response) == [b"x"]
assert identifiers() == []
assert handler.stats().invalid == 1
"""
    )


TOKENS = """
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
class Tokens:
    sync_capable = async_capable = True
    def __init__(self, get_response):
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
    def __call__(self, request):
        known = request.headers.get("Authorization") == "Bearer secret"
        request.user = SimpleLazyObject(lambda: user if known else AnonymousUser())
        return self.get_response(request)
from django.conf import settings
first, second, ours = settings.MIDDLEWARE
django_app.Tokens = Tokens
with override_settings(MIDDLEWARE=[first, second, "django_app.Tokens", ours]):
"""


def test_a_user_of_another_middleware_is_bound(run, monkeypatch):
    """Who shows a token instead of a session cookie is asked for as well, in both kinds of server."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        TOKENS
        + """
    Client().get("/buy/1", headers={"authorization": "Bearer secret"})
    asyncio.run(AsyncClient().get("/buy/2", headers={"authorization": "Bearer secret"}))
known = {"customer_id": str(user.pk), "email": "tyler@example.com"}
assert identifiers() == [known, known], identifiers()
"""
    )


def test_a_user_in_another_s_place_is_bound(run, monkeypatch):
    """Not the one whose session it is: an employee, perhaps, who looks at a customer's pages."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    run(
        """
employee = User.objects.create_user("employee", "employee@example.com", "secret")
client = AsyncClient()
client.force_login(employee)
"""
        + TOKENS
        + """
    asyncio.run(client.get("/buy/1", headers={"authorization": "Bearer secret"}))
assert identifiers() == [{"customer_id": str(user.pk), "email": "tyler@example.com"}], identifiers()
"""
    )


def test_who_signs_in_over_another_s_session_is_bound_by_the_view(run, monkeypatch):
    """By the page's own block around the sign-in: then the event is the new one's alone."""
    monkeypatch.setenv("ZAIUS_API_KEY", "test")
    page = Path(__file__).parents[2] / "docs" / "how-to" / "web.md"
    [block] = re.findall(
        r"^```python\n(with bound.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    run(
        f"BLOCK = {block!r}"
        """
from django.contrib.auth import login
from django.http import HttpResponse
from django.urls import path
from zaius_logging import bound
other = User.objects.create_user("other", "other@example.com", "secret")
def sign_in(request):
    names = {"bound": bound, "login": login, "logger": django_app.logger, "request": request, "user": other}
    exec(BLOCK, names)
    return HttpResponse("ok")
django_app.urlpatterns.append(path("sign-in", sign_in))
client = Client()
client.force_login(user)
client.get("/sign-in")
assert identifiers() == [{"customer_id": str(other.pk), "email": "other@example.com"}], identifiers()
"""
    )
