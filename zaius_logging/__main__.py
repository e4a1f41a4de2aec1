"""The command `zaius-logging`, also as `python -m zaius_logging`."""

from __future__ import annotations

import sys

_EXTRA = frozenset({"aiohttp", "click", "rich"})


def main() -> int:
    """Run the command, or say what to install for it.

    Returns:
        The exit status.
    """
    try:
        from .cli.command import run

        return run()
    except ImportError as error:
        # The sandbox says in an ImportError of its own that aiohttp is missing.
        missing = {each.name for each in (error, error.__cause__) if isinstance(each, ImportError)}
        if missing.isdisjoint(_EXTRA):
            raise
        sys.stderr.write("zaius-logging needs its extra: pip install 'zaius-logging[tools]'\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
