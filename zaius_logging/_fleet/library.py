"""Imports redis-py, or says what to install. Only what uses Redis imports this."""

from __future__ import annotations

from zaius_logging._errors import ConfigError

try:
    import redis as redis  # noqa: PLC0414 - handed on
    from redis import connection as connection  # noqa: PLC0414
    from redis import exceptions as exceptions  # noqa: PLC0414
    from redis import sentinel as sentinel  # noqa: PLC0414
    from redis.backoff import NoBackoff as NoBackoff  # noqa: PLC0414
    from redis.retry import Retry as Retry  # noqa: PLC0414
except ImportError:
    raise ConfigError(
        "endpoint", "a Redis stream needs redis-py: pip install 'zaius-logging[redis]'"
    ) from None
