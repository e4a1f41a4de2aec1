"""Django: a middleware that binds identifiers for the request, under WSGI and ASGI.

    MIDDLEWARE = [..., "zaius_logging.integrations.django.ZaiusMiddleware"]  # after authentication
    ZAIUS_IDENTIFIERS = {"customer_id": "pk"}  # identifier -> attribute of the signed-in user
    ZAIUS_VUID_COOKIE = "vuid"  # None: do not read it

`ZAIUS_IDENTIFIERS` is empty where not set: an identifier merges customers for good, so which attribute of
a user is one is for you to say. What a view logs while its response is streamed is past the middleware.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

# mypy: disable-error-code="import-untyped, import-not-found, misc, no-any-return"
from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SynchronousOnlyOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from zaius_logging._event.context import bound

from . import VUID_COOKIE, vuid_of
from ._usable import tell_left_out, usable

GetResponse = Callable[[HttpRequest], Any]


class ZaiusMiddleware:
    """Binds the `vuid` cookie and chosen attributes of the signed-in user for each request."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        _check()
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve a request."""
        if self._is_async:
            return self._served_async(request)
        user = request.user if _wanted() and _may_be_signed_in(request) else None
        with bound(identifiers=usable(_identifiers(request, user))):
            response: HttpResponseBase = self._get_response(request)
            return response

    async def _served_async(self, request: HttpRequest) -> HttpResponseBase:
        user = await _user(request) if _wanted() and _may_be_signed_in(request) else None
        try:
            identifiers = _identifiers(request, user)
        except SynchronousOnlyOperation:  # an attribute that asks the database
            identifiers = await sync_to_async(_identifiers)(request, user)
        with bound(identifiers=usable(identifiers)):
            response: HttpResponseBase = await self._get_response(request)
            return response


async def _user(request: HttpRequest) -> Any:
    auser = getattr(request, "auser", None)
    if auser is not None and _is_djangos_own(request.user):
        return await auser()
    # Django 4.2, or another middleware's `user`, which `auser` does not know; it may ask the database.
    return await sync_to_async(lambda: request.user if request.user.is_authenticated else None)()


def _check() -> None:
    """Raise for settings that would fail in every request, when the server starts.

    Attributes are looked at later: who is signed in need not be Django's own user.
    """
    wanted = getattr(settings, "ZAIUS_IDENTIFIERS", {})
    if not isinstance(wanted, dict) or not all(isinstance(each, str) for each in wanted.values()):
        raise ImproperlyConfigured(
            "ZAIUS_IDENTIFIERS must be a dict from identifiers to attributes of the user, such as "
            '{"customer_id": "pk"}'
        )


def _wanted() -> dict[str, str]:
    return getattr(settings, "ZAIUS_IDENTIFIERS", {})


def _may_be_signed_in(request: HttpRequest) -> bool:
    """False spares strangers a look at the session, which would make every page vary by cookie.

    Other middlewares put a user there who has shown a token.
    """
    user = getattr(request, "user", None)
    if user is None:
        raise ImproperlyConfigured(
            "ZAIUS_IDENTIFIERS is set, but the request has no user: put zaius_logging's middleware behind "
            "AuthenticationMiddleware in MIDDLEWARE"
        )
    if isinstance(user, SimpleLazyObject):
        return settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    return True


def _is_djangos_own(user: Any) -> bool:
    """Whether a user is the one of Django's session, and not one that another middleware has put in the place."""
    if not isinstance(user, SimpleLazyObject):
        return False
    made_by = getattr(vars(user).get("_setupfunc"), "__module__", "")
    return bool(made_by == "django.contrib.auth.middleware")


def _identifiers(request: HttpRequest, user: Any) -> dict[str, Any]:
    cookie = getattr(settings, "ZAIUS_VUID_COOKIE", VUID_COOKIE)
    identifiers = {"vuid": vuid_of(request.COOKIES, cookie)} if cookie else {}
    if user is not None and user.is_authenticated:
        for name, attribute in _wanted().items():
            try:
                identifiers[name] = getattr(user, attribute)
            except AttributeError:  # noqa: PERF203 - they are few
                tell_left_out(name, f"ZAIUS_IDENTIFIERS says {attribute!r}, which its user has not")
    return identifiers
