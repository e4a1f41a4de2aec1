"""The hostile server, and what plays its rows against the handler."""
