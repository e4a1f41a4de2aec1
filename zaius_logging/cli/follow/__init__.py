"""Follows a log that grows and is rotated, and remembers how far it was sent."""
