"""Django in one file: settings, a view, WSGI and ASGI.

Run: gunicorn --threads 8 django_app:application, or: uvicorn django_app:asgi_application
"""

import logging
import time

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

from zaius_logging.integrations.asgi import ZaiusMiddleware

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="only-for-the-example",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1", "localhost", "testserver"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "zaius_logging.integrations.django.ZaiusMiddleware",
    ],
    # Which attribute of a signed-in user is an identifier of your account.
    ZAIUS_IDENTIFIERS={"customer_id": "pk", "email": "email"},
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler"}},
        "loggers": {"shop": {"level": "INFO", "handlers": ["zaius"]}},
    },
)
logger = logging.getLogger("shop")


def buy(request, number):  # noqa: ARG001
    time.sleep(0.001)  # a database, in earnest; meanwhile other requests run
    logger.info(
        "bought %s",
        number,
        extra={"zaius": {"type": "order", "action": "purchase", "data": {"n": number}}},
    )
    return HttpResponse("thank you")


urlpatterns = [path("buy/<number>", buy)]
application = get_wsgi_application()

# Django knows no lifespan; this one line around it delivers what waits when uvicorn ends.
asgi_application = ZaiusMiddleware(get_asgi_application(), identify=lambda _: {})
