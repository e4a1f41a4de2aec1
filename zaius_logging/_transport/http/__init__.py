"""The way to the API over HTTP: `HTTPTransport`, its session, its bounds, and what its failures mean."""
