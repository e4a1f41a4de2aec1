"""Errors of the sandbox."""


class SandboxError(Exception):
    """The sandbox cannot run: the message says why and what to do."""
