"""A WSGI application, as gunicorn runs it: nothing of ours in it but the configuration."""

import os

import shop

shop.configure()


def application(environ, start_response):
    """Buy what the path names; tell which worker did."""
    shop.buy(environ["PATH_INFO"].removeprefix("/"))
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
