"""The account of the key in the environment, and the handler that sends for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zaius_logging._config import configure, own_part
from zaius_logging._errors import ConfigError
from zaius_logging._settings import Config
from zaius_logging._transport.endpoint import API_KEY_VARIABLE, account_of
from zaius_logging.cli.problems import JobError

from .place import DIGEST


def configured(arguments: dict[str, Any] | None = None) -> Config:
    """Give key and address as a handler would find them in the environment.

    Raises:
        JobError: they are missing or wrong.
    """
    try:
        return configure(arguments or {}, own_part(os.environ))
    except ConfigError as error:
        name = API_KEY_VARIABLE if error.argument == "api_key" else error.argument
        raise JobError(f"{name}: {error.problem}") from None


def own_account(config: Config, wanted: str | None, there: list[Path]) -> str:
    """Name the account to act for: the key's, or one that a service has named itself.

    Args:
        config: key and address.
        wanted: what `--account` says.
        there: the folders that there are.

    Raises:
        JobError: the account is another key's or address's. Its events must never leave with this key.
    """
    own = config.account or account_of(config.endpoint, config.api_key)
    names = [each.name for each in there]
    if wanted is None:
        if own in names or not names:
            return own
        raise JobError(
            f"ZAIUS_API_KEY and ZAIUS_ENDPOINT belong to the account {own}, and here lie {', '.join(names)}: "
            "set those of the service; or --account, where it names its account itself"
        )
    if DIGEST.fullmatch(wanted) and wanted != own:
        raise JobError(
            f"{wanted} is the account of another key or address than those of the environment ({own}): set its own"
        )
    return wanted


def handler_of(
    config: Config, directory: Path, account: str, say: Callable[[str], object], **more: Any
) -> Any:
    """Make a handler that sends what lies in a spool directory, as a service's process would.

    Args:
        config: key and address.
        directory: the spool_dir.
        account: the folder in it.
        say: takes what is said to operators.
        **more: settings of `ZaiusHandler`.
    """
    from zaius_logging._handler import ZaiusHandler

    return ZaiusHandler(
        api_key=config.api_key,
        endpoint=config.endpoint,
        spool_dir=directory,
        account=account,
        notices=say,
        flush_interval=0.5,
        deliver=True,  # the environment may be that of processes that only write
        **more,
    )
