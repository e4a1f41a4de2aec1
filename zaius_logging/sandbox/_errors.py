"""What callers of the sandbox may catch."""


class SandboxError(Exception):
    """The sandbox cannot run: the message says why and what to do."""
