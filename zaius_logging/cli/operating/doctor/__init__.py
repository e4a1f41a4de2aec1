"""Finds what is wrong with a set-up, before it costs events: `sources` reads it, each other module checks a part."""
