"""The Django example with customers who are signed in. Run as a program: makes them, prints their cookies."""

import os
import sys

import django_app
from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["DATABASE"]

application = django_app.application
asgi_application = django_app.asgi_application
urlpatterns = django_app.urlpatterns

if __name__ == "__main__":
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    for number in range(int(sys.argv[1])):
        user = User(username=f"{number}", email=f"{number}@example.com")
        user.set_unusable_password()
        user.save()
        client = Client()
        client.force_login(user)
        print(user.pk, client.cookies[settings.SESSION_COOKIE_NAME].value)  # noqa: T201
