"""Brings events to the API through a handler, and says what became of each."""
