"""Says what an error of Redis means for a batch: try again, or wait for a person.

It reads the error's kind and the code that Redis puts first, never the words: they can hold addresses
and, where a script failed, its arguments.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping

from zaius_logging._errors import causes
from zaius_logging._transport.outcome import Outcome, Paused, Retry

from .library import exceptions
from .scripts import FENCED

_CODE = re.compile(r"(?:^|[ -])([A-Z]{3,})(?= )")
"""The code stands first; up to Redis 6 a script's error has it behind words of its own."""

_NO_RIGHT = "user executing the script can't"
"""Up to Redis 7 the lack of a right inside a script has words and no code."""

_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.AuthenticationError, "WRONGPASS"),
    (exceptions.AuthorizationError, "NOPERM"),
    (exceptions.NoPermissionError, "NOPERM"),
    (exceptions.ReadOnlyError, "READONLY"),
    (exceptions.OutOfMemoryError, "OOM"),
    (exceptions.BusyLoadingError, "LOADING"),
    (exceptions.MovedError, "MOVED"),
    (exceptions.AskError, "ASK"),
    (exceptions.MasterDownError, "MASTERDOWN"),
    (exceptions.ClusterDownError, "CLUSTERDOWN"),
    (exceptions.TryAgainError, "TRYAGAIN"),
    (exceptions.ClusterCrossSlotError, "CROSSSLOT"),
)
"""redis-py takes the code off the text of the errors that it knows."""

_PAUSED: Mapping[str, str] = {
    "WRONGPASS": "Redis does not accept user or password: check endpoint",
    "NOAUTH": "Redis asks for a password: put user and password into endpoint",
    "NOPERM": "Redis does not let this user do what is needed: check its ACL",
    "MOVED": "this Redis is one node of a cluster: use redis+cluster://",
    "ASK": "this Redis is one node of a cluster: use redis+cluster://",
    "CROSSSLOT": "the keys lie on several nodes of the cluster: choose another stream",
    "WRONGTYPE": "the key holds something else than a stream: choose another stream",
}
_RETRIED: Mapping[str, str] = {
    "READONLY": "this Redis is a read-only replica",
    "OOM": "Redis is out of memory",
    "LOADING": "Redis is loading its data",
    "MISCONF": "Redis cannot write to its disk",
    "NOREPLICAS": "Redis has too few replicas",
    "MASTERDOWN": "this Redis is a replica without its primary",
    "CLUSTERDOWN": "the Redis cluster is down",
    "TRYAGAIN": "the Redis cluster is moving keys",
    "BUSY": "Redis is busy with another script",
    "NOGROUP": "the consumer group is gone",
    FENCED: "another relay leads",
}


def redis_failure(error: BaseException) -> Outcome:
    """Say what an error means: mostly that the batch is to be sent again."""
    code = code_of(error)
    if code in _PAUSED:
        return Paused(_PAUSED[code])
    if code in _RETRIED:
        return Retry(_RETRIED[code])
    found = list(causes(error))
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in found):
        return Paused("Redis's TLS certificate does not verify: check endpoint and ssl_ca_certs")
    if any(isinstance(each, (TimeoutError, exceptions.TimeoutError)) for each in found):
        return Retry("Redis did not answer in time")
    if any(isinstance(each, ConnectionRefusedError) for each in found):
        return Retry("Redis: connection refused")
    if any(isinstance(each, (OSError, exceptions.ConnectionError)) for each in found):
        return Retry("the connection to Redis failed")
    return Retry(f"Redis failed ({code or type(error).__name__})")


def code_of(error: BaseException) -> str:
    """Give the code of an error, such as `OOM`; blank where the error is none of Redis's."""
    for kind, code in _KINDS:
        if isinstance(error, kind):
            return "NOAUTH" if code == "WRONGPASS" and "required" in str(error) else code
    if isinstance(error, exceptions.RedisError):
        if _NO_RIGHT in str(error):
            return "NOPERM"
        for found in _CODE.finditer(str(error)):
            if found[1] in _PAUSED or found[1] in _RETRIED:
                return found[1]
    return ""
