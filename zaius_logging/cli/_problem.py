"""What ends a command before it begins."""

from __future__ import annotations

import click


class Problem(click.ClickException):
    """Options, files or environment are wrong: status 2, as for any wrong usage."""

    exit_code = 2
