"""The way to the API over HTTP: `HTTPTransport`, in `transport`.

`session` sets proxies and TLS, `bounds` keeps the deadline of a request, `failures` words what went wrong.
"""
