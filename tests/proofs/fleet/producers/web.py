"""A WSGI application that logs with each request."""

import shop

shop.configure()
producer = shop.Producer("web")


def application(environ, start_response):
    producer.log(int(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
