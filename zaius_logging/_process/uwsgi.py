"""uWSGI, which forks in C: Python's fork hooks do not run, and without `enable-threads` our thread does not.

Measured with uWSGI 2.0.30: `os.register_at_fork` is not obeyed, with threads or without, so that a worker
would take its parent's thread for its own and send nothing. Its own `post_fork_hook` is called. Without
the option an idle worker never runs another thread (it keeps the GIL).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_OFF = {"", "0", "false", "no", "off"}

ADVICE = (
    "uWSGI runs without enable-threads: events are sent only while a request runs and when the worker "
    "ends; set enable-threads = true"
)
_unsaid = [ADVICE]


def without_threads() -> bool:
    """Whether this process is a uWSGI whose workers run no threads."""
    options = getattr(sys.modules.get("uwsgi"), "opt", None)
    return isinstance(options, dict) and not (
        _on(options, "enable-threads") or _on(options, "threads")
    )


def is_master() -> bool:
    """Whether this process is uWSGI's, before it has forked its workers.

    A thread of ours could hold any lock of Python's at that fork, and nobody makes it anew in the child:
    a worker was found hanging in its first request.
    """
    worker = getattr(sys.modules.get("uwsgi"), "worker_id", None)
    return callable(worker) and worker() == 0


def advice_once() -> str:
    """What to tell operators; empty where all is well, and from the second call on."""
    return _unsaid.pop() if _unsaid and without_threads() else ""


def _on(options: dict[Any, Any], name: str) -> bool:
    value = options.get(name, options.get(name.encode(), False))
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return text.strip().lower() not in _OFF


def after_fork(call: Callable[[], object]) -> None:
    """Have something called in each worker that uWSGI forks, after what is called there already."""
    module = sys.modules.get("uwsgi")
    if module is None:
        return
    try:
        import uwsgidecorators  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except Exception:  # noqa: BLE001 - it is not always there, and raises without a master process
        before = getattr(module, "post_fork_hook", None)

        def hook() -> None:
            if before is not None:
                before()
            call()

        module.post_fork_hook = hook  # type: ignore[attr-defined]
    else:
        uwsgidecorators.postfork(call)
