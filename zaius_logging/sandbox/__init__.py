"""The sandbox: a stand-in for the Events API on loopback.

`with Sandbox() as sandbox:` gives a real server to send to, in tests and at the desk; its page
shows what arrives. It is a reading of the API of its own: nothing of it comes from the client, and
the client knows nothing of it.

`_rulebook` says what each rule means, `_rules` and `_warnings` apply them, `_slips` lists known mistakes
(its own list: the client's are in `_event/rules` and `_catalog/hints`, apart on purpose).
`_server` and `_v3` answer requests, `_store` keeps what came, `static` is the page.
"""

try:
    import aiohttp as _aiohttp  # noqa: F401 - asked here, to say what to install
except ImportError as _error:
    raise ImportError("the sandbox needs aiohttp: pip install 'zaius-logging[tools]'") from _error

from zaius_logging.sandbox._client import SandboxClient, SandboxProcess
from zaius_logging.sandbox._errors import SandboxError
from zaius_logging.sandbox._fault_document import FaultError
from zaius_logging.sandbox._options import Options
from zaius_logging.sandbox._run import DEFAULT_PORT, run
from zaius_logging.sandbox._sandbox import Sandbox
from zaius_logging.sandbox._session import Difference, Session

__all__ = [
    "DEFAULT_PORT",
    "Difference",
    "FaultError",
    "Options",
    "Sandbox",
    "SandboxClient",
    "SandboxError",
    "SandboxProcess",
    "Session",
    "run",
]
