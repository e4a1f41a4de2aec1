"""Events of the catalogue standard, version 1. Do not edit.

Each function returns the `extra` of a log call:

    log.info("done", extra=order.purchase(customer_id=…))

Written by `zaius-logging catalog types`, which writes it again when the catalogue changes.
"""
# ruff: noqa

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from typing_extensions import NotRequired

CATALOGUE: Final[tuple[str, str, str]] = ("standard", "1", "9f8b8173ebc1")
"""Name, version and digest of the catalogue that this was written from."""

_extra: type[dict[str, Any]] = dict  # a test puts something in its place that watches


class Item(TypedDict):
    """One Item of an event."""

    product_id: str | int
    """As in the feed."""

    price: NotRequired[float | Decimal | None]
    """For one."""

    quantity: NotRequired[float | Decimal | None]
    """How many."""

    discount: NotRequired[float | Decimal | None]
    """What was taken off."""

    subtotal: NotRequired[float | Decimal | None]
    """Price times quantity, less discount."""


class account:
    """Events of the type `account`."""

    @staticmethod
    def login(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer signed in.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "account", "action": "login"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def logout(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer signed out.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "account", "action": "logout"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def register(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer made an account.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "account", "action": "register"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def update(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer changed the account.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "account", "action": "update"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class advertisement:
    """Events of the type `advertisement`."""

    @staticmethod
    def click(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """It was followed.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "advertisement", "action": "click"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def impression(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An advertisement was seen.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "advertisement", "action": "impression"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


def customer_discovered(
    *,
    customer_id: str | int | None = None,
    email: str | None = None,
    phone: str | None = None,
    vuid: str | int | None = None,
    zaius_id: str | int | None = None,
    fs_user_id: str | int | None = None,
    web_user_id: str | int | None = None,
    identifiers: Mapping[str, str | int | None] | None = None,
    data: Mapping[str, object] | None = None,
    ts: datetime | str | float | None = None,
    active_event: bool | None = None,
) -> dict[str, Any]:
    """A customer was seen for the first time.

    Args:
        customer_id: Your own number of the customer.
        email: The customer's own address: it merges customers who share it.
        phone: In E.164 form: plus, country, number.
        vuid: The browser's or device's id, from the cookie of the web SDK.
        zaius_id: The id that the API itself gave.
        fs_user_id: The user id of a feature experiment.
        web_user_id: The user id of a web experiment.
        identifiers: others that your account knows, by name.
        data: other fields that your account knows, by name.
        ts: when it happened; the time of the log call where it is left out.
        active_event: whether the customer was active, which decides the bill.
    """
    fields_: dict[str, Any] = {}
    if ts is not None:
        fields_["ts"] = ts
    if active_event is not None:
        fields_["active_event"] = active_event
    if data is not None:
        fields_.update(data)
    known_: dict[str, Any] = {}
    if customer_id is not None:
        known_["customer_id"] = customer_id
    if email is not None:
        known_["email"] = email
    if phone is not None:
        known_["phone"] = phone
    if vuid is not None:
        known_["vuid"] = vuid
    if zaius_id is not None:
        known_["zaius_id"] = zaius_id
    if fs_user_id is not None:
        known_["fs_user_id"] = fs_user_id
    if web_user_id is not None:
        known_["web_user_id"] = web_user_id
    if identifiers is not None:
        known_.update(identifiers)
    event_: dict[str, Any] = {"type": "customer_discovered"}
    if known_:
        event_["identifiers"] = known_
    if fields_:
        event_["data"] = fields_
    return _extra(zaius=event_)


class email:
    """Events of the type `email`."""

    @staticmethod
    def click(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail had a link that the customer followed.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "click"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def delivery(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail reached the customer's provider.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "delivery"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def hard_bounce(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail could not be delivered for good.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "hard_bounce"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def open(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail was opened by the customer.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "open"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def sent(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail was sent to the customer.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "sent"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def soft_bounce(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail could not be delivered for now.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "soft_bounce"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def spam_report(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An e-mail was called spam by the customer.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "email", "action": "spam_report"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class fullstack:
    """Events of the type `fullstack`."""

    @staticmethod
    def client_initialized(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An SDK started.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "fullstack", "action": "client_initialized"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def identified(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """An SDK learned who the visitor is.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "fullstack", "action": "identified"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class list_:
    """Events of the type `list`."""

    @staticmethod
    def subscribe(
        *,
        list_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer joined a list.

        Args:
            list_id: Which list, such as newsletter.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"list_id": list_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "list", "action": "subscribe"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def unsubscribe(
        *,
        list_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer left it.

        Args:
            list_id: Which list, such as newsletter.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"list_id": list_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "list", "action": "unsubscribe"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class loyalty:
    """Events of the type `loyalty`."""

    @staticmethod
    def enrolled(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer joined the programme.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "loyalty", "action": "enrolled"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def points_added(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer got points.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "loyalty", "action": "points_added"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def points_removed(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer spent or lost points.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "loyalty", "action": "points_removed"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def referral_completed(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """Somebody whom the customer referred has joined.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "loyalty", "action": "referral_completed"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def tier_earned(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer reached a tier.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "loyalty", "action": "tier_earned"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def tier_lost(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer fell out of a tier.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "loyalty", "action": "tier_lost"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class navigation:
    """Events of the type `navigation`."""

    @staticmethod
    def browse(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer opened a category.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "navigation", "action": "browse"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def filter(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer narrowed a listing.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "navigation", "action": "filter"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def search(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        search_term: str | None = None,
        category: str | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer searched.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            search_term: What the customer typed.
            category: Where the customer searched.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if search_term is not None:
            fields_["search_term"] = search_term
        if category is not None:
            fields_["category"] = category
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "navigation", "action": "search"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def sort(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer sorted a listing.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "navigation", "action": "sort"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class order:
    """Events of the type `order`."""

    @staticmethod
    def cancel(
        *,
        order_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        total: float | Decimal | None = None,
        subtotal: float | Decimal | None = None,
        discount: float | Decimal | None = None,
        tax: float | Decimal | None = None,
        shipping: float | Decimal | None = None,
        coupon_code: str | None = None,
        items: Sequence[Item] | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The order was cancelled.

        Args:
            order_id: Your number of the order.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            total: What was paid, in the account's currency.
            subtotal: Before discount, tax and shipping.
            discount: What was taken off.
            tax: Taxes.
            shipping: What the delivery cost.
            coupon_code: The code that was used.
            items: The lines of the order.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        object_: dict[str, Any] = {"order_id": order_id}
        if total is not None:
            object_["total"] = total
        if subtotal is not None:
            object_["subtotal"] = subtotal
        if discount is not None:
            object_["discount"] = discount
        if tax is not None:
            object_["tax"] = tax
        if shipping is not None:
            object_["shipping"] = shipping
        if coupon_code is not None:
            object_["coupon_code"] = coupon_code
        if items is not None:
            object_["items"] = items
        fields_["order"] = object_
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "order", "action": "cancel"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def purchase(
        *,
        order_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        total: float | Decimal | None = None,
        subtotal: float | Decimal | None = None,
        discount: float | Decimal | None = None,
        tax: float | Decimal | None = None,
        shipping: float | Decimal | None = None,
        coupon_code: str | None = None,
        items: Sequence[Item] | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer bought something.

        Args:
            order_id: Your number of the order.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            total: What was paid, in the account's currency.
            subtotal: Before discount, tax and shipping.
            discount: What was taken off.
            tax: Taxes.
            shipping: What the delivery cost.
            coupon_code: The code that was used.
            items: The lines of the order.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        object_: dict[str, Any] = {"order_id": order_id}
        if total is not None:
            object_["total"] = total
        if subtotal is not None:
            object_["subtotal"] = subtotal
        if discount is not None:
            object_["discount"] = discount
        if tax is not None:
            object_["tax"] = tax
        if shipping is not None:
            object_["shipping"] = shipping
        if coupon_code is not None:
            object_["coupon_code"] = coupon_code
        if items is not None:
            object_["items"] = items
        fields_["order"] = object_
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "order", "action": "purchase"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def refund(
        *,
        order_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        total: float | Decimal | None = None,
        subtotal: float | Decimal | None = None,
        discount: float | Decimal | None = None,
        tax: float | Decimal | None = None,
        shipping: float | Decimal | None = None,
        coupon_code: str | None = None,
        items: Sequence[Item] | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer got money back. The amount is `total`.

        Args:
            order_id: Your number of the order.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            total: What was paid, in the account's currency.
            subtotal: Before discount, tax and shipping.
            discount: What was taken off.
            tax: Taxes.
            shipping: What the delivery cost.
            coupon_code: The code that was used.
            items: The lines of the order.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        object_: dict[str, Any] = {"order_id": order_id}
        if total is not None:
            object_["total"] = total
        if subtotal is not None:
            object_["subtotal"] = subtotal
        if discount is not None:
            object_["discount"] = discount
        if tax is not None:
            object_["tax"] = tax
        if shipping is not None:
            object_["shipping"] = shipping
        if coupon_code is not None:
            object_["coupon_code"] = coupon_code
        if items is not None:
            object_["items"] = items
        fields_["order"] = object_
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "order", "action": "refund"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def return_(
        *,
        order_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        total: float | Decimal | None = None,
        subtotal: float | Decimal | None = None,
        discount: float | Decimal | None = None,
        tax: float | Decimal | None = None,
        shipping: float | Decimal | None = None,
        coupon_code: str | None = None,
        items: Sequence[Item] | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer sent something back.

        Args:
            order_id: Your number of the order.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            total: What was paid, in the account's currency.
            subtotal: Before discount, tax and shipping.
            discount: What was taken off.
            tax: Taxes.
            shipping: What the delivery cost.
            coupon_code: The code that was used.
            items: The lines of the order.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        object_: dict[str, Any] = {"order_id": order_id}
        if total is not None:
            object_["total"] = total
        if subtotal is not None:
            object_["subtotal"] = subtotal
        if discount is not None:
            object_["discount"] = discount
        if tax is not None:
            object_["tax"] = tax
        if shipping is not None:
            object_["shipping"] = shipping
        if coupon_code is not None:
            object_["coupon_code"] = coupon_code
        if items is not None:
            object_["items"] = items
        fields_["order"] = object_
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "order", "action": "return"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


def pageview(
    *,
    customer_id: str | int | None = None,
    email: str | None = None,
    phone: str | None = None,
    vuid: str | int | None = None,
    zaius_id: str | int | None = None,
    fs_user_id: str | int | None = None,
    web_user_id: str | int | None = None,
    page: str | None = None,
    identifiers: Mapping[str, str | int | None] | None = None,
    data: Mapping[str, object] | None = None,
    ts: datetime | str | float | None = None,
    active_event: bool | None = None,
) -> dict[str, Any]:
    """The customer opened a page. It has no action.

    Args:
        customer_id: Your own number of the customer.
        email: The customer's own address: it merges customers who share it.
        phone: In E.164 form: plus, country, number.
        vuid: The browser's or device's id, from the cookie of the web SDK.
        zaius_id: The id that the API itself gave.
        fs_user_id: The user id of a feature experiment.
        web_user_id: The user id of a web experiment.
        page: The page's address or path.
        identifiers: others that your account knows, by name.
        data: other fields that your account knows, by name.
        ts: when it happened; the time of the log call where it is left out.
        active_event: whether the customer was active, which decides the bill.
    """
    fields_: dict[str, Any] = {}
    if page is not None:
        fields_["page"] = page
    if ts is not None:
        fields_["ts"] = ts
    if active_event is not None:
        fields_["active_event"] = active_event
    if data is not None:
        fields_.update(data)
    known_: dict[str, Any] = {}
    if customer_id is not None:
        known_["customer_id"] = customer_id
    if email is not None:
        known_["email"] = email
    if phone is not None:
        known_["phone"] = phone
    if vuid is not None:
        known_["vuid"] = vuid
    if zaius_id is not None:
        known_["zaius_id"] = zaius_id
    if fs_user_id is not None:
        known_["fs_user_id"] = fs_user_id
    if web_user_id is not None:
        known_["web_user_id"] = web_user_id
    if identifiers is not None:
        known_.update(identifiers)
    event_: dict[str, Any] = {"type": "pageview"}
    if known_:
        event_["identifiers"] = known_
    if fields_:
        event_["data"] = fields_
    return _extra(zaius=event_)


class product:
    """Events of the type `product`."""

    @staticmethod
    def add_to_cart(
        *,
        product_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer put a product into the cart.

        Args:
            product_id: Which product, as in the feed.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"product_id": product_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "product", "action": "add_to_cart"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def add_to_wishlist(
        *,
        product_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer put a product on the wish list.

        Args:
            product_id: Which product, as in the feed.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"product_id": product_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "product", "action": "add_to_wishlist"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def detail(
        *,
        product_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer looked at a product.

        Args:
            product_id: Which product, as in the feed.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"product_id": product_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "product", "action": "detail"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def listing(
        *,
        product_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer saw a product in a listing.

        Args:
            product_id: Which product, as in the feed.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"product_id": product_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "product", "action": "listing"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def remove_from_cart(
        *,
        product_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer took a product out of the cart.

        Args:
            product_id: Which product, as in the feed.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"product_id": product_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "product", "action": "remove_from_cart"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def remove_from_wishlist(
        *,
        product_id: str | int,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """The customer took a product off the wish list.

        Args:
            product_id: Which product, as in the feed.
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {"product_id": product_id}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "product", "action": "remove_from_wishlist"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)


class push:
    """Events of the type `push`."""

    @staticmethod
    def click(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message had a link that the customer followed.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "click"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def delivery(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message reached the customer's provider.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "delivery"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def hard_bounce(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message could not be delivered for good.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "hard_bounce"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def open(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message was opened by the customer.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "open"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def sent(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message was sent to the customer.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "sent"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def soft_bounce(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message could not be delivered for now.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "soft_bounce"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)

    @staticmethod
    def spam_report(
        *,
        customer_id: str | int | None = None,
        email: str | None = None,
        phone: str | None = None,
        vuid: str | int | None = None,
        zaius_id: str | int | None = None,
        fs_user_id: str | int | None = None,
        web_user_id: str | int | None = None,
        identifiers: Mapping[str, str | int | None] | None = None,
        data: Mapping[str, object] | None = None,
        ts: datetime | str | float | None = None,
        active_event: bool | None = None,
    ) -> dict[str, Any]:
        """A push message was called spam by the customer.

        Args:
            customer_id: Your own number of the customer.
            email: The customer's own address: it merges customers who share it.
            phone: In E.164 form: plus, country, number.
            vuid: The browser's or device's id, from the cookie of the web SDK.
            zaius_id: The id that the API itself gave.
            fs_user_id: The user id of a feature experiment.
            web_user_id: The user id of a web experiment.
            identifiers: others that your account knows, by name.
            data: other fields that your account knows, by name.
            ts: when it happened; the time of the log call where it is left out.
            active_event: whether the customer was active, which decides the bill.
        """
        fields_: dict[str, Any] = {}
        if ts is not None:
            fields_["ts"] = ts
        if active_event is not None:
            fields_["active_event"] = active_event
        if data is not None:
            fields_.update(data)
        known_: dict[str, Any] = {}
        if customer_id is not None:
            known_["customer_id"] = customer_id
        if email is not None:
            known_["email"] = email
        if phone is not None:
            known_["phone"] = phone
        if vuid is not None:
            known_["vuid"] = vuid
        if zaius_id is not None:
            known_["zaius_id"] = zaius_id
        if fs_user_id is not None:
            known_["fs_user_id"] = fs_user_id
        if web_user_id is not None:
            known_["web_user_id"] = web_user_id
        if identifiers is not None:
            known_.update(identifiers)
        event_: dict[str, Any] = {"type": "push", "action": "spam_report"}
        if known_:
            event_["identifiers"] = known_
        if fields_:
            event_["data"] = fields_
        return _extra(zaius=event_)
