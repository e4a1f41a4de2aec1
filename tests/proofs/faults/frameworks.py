"""The table of frameworks: ten events in each as its users run it, in calm and through an outage that ends before it does.

python tests/proofs/faults/frameworks.py [WORD...]     prints the table; with words only rows that hold one

The events wait in memory when the end comes (a batch fills for 5 s by default). In the outage column the API answers
503 while they are logged and tried, and again 202 before the process is asked to end. The status is 1 if a row is
not as it must be.
"""

# ruff: noqa: T201 - it prints

import importlib.util
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zaius_logging.sandbox import SandboxProcess

EVENTS = 10
PATIENCE = 60.0  # seconds for a process: what takes longer hangs

SHOP = """
import logging, logging.config, os, time
LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "handlers": {"zaius": {"class": "zaius_logging.ZaiusHandler", **SETTINGS}},
    "root": {"level": "INFO", "handlers": ["zaius"]},
}
def say(n):
    logging.getLogger("shop").info("bought", extra={"zaius": {
        "type": "product", "action": "detail", "identifiers": {"customer_id": f"customer-{n}"}}})
    with open(os.path.join(os.environ["FOLDER"], "logged"), "a") as file: file.write(f"{os.getpid()}\\n")
def say_all():
    for n in range(10): say(n)
    while not os.path.exists(os.path.join(os.environ["FOLDER"], "end")): time.sleep(0.01)
"""
CONFIGURE = "import os, shop, logging.config\nlogging.config.dictConfig(shop.LOGGING)\n"
WSGI = """
def app(environ, reply):
    shop.say(environ["PATH_INFO"].strip("/"))
    reply("200 OK", [])
    return [b""]
"""
ASGI = """
async def app(scope, receive, send):
    shop.say(scope["path"].strip("/"))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""
MIDDLEWARE = (
    "from zaius_logging.integrations.asgi import ZaiusMiddleware\napp = ZaiusMiddleware(app)\n"
)
RUN = 'if __name__ == "__main__":\n    import uvicorn\n    uvicorn.run(app, port=int(os.environ["PORT"]))\n'
FASTAPI = """
import contextlib, fastapi, zaius_logging
@contextlib.asynccontextmanager
async def lifespan(app):
    yield
    zaius_logging.flush()
app = fastapi.FastAPI(lifespan=lifespan)
@app.get("/{n}")
def look(n: int): shop.say(n)
"""
DJANGO = """
import shop
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
def look(request, n):
    shop.say(n)
    return HttpResponse()
urlpatterns = [path("<int:n>", look)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], LOGGING=shop.LOGGING)
app = get_wsgi_application()
"""
CELERY = """
from celery import Celery
from celery.signals import setup_logging, worker_ready
import shop, logging.config, os
from zaius_logging.integrations.celery import install
install()
app = Celery("app", broker="memory://")
app.conf.worker_hijack_root_logger = HIJACK
@app.task
def buy(n): shop.say(n)
@worker_ready.connect(weak=False)
def begin(**_):
    for n in range(10): buy.delay(n)
"""
LISTEN = "@setup_logging.connect(weak=False)\ndef configure(**_): logging.config.dictConfig(shop.LOGGING)\n"
CAPLOG = """
import logging.config, shop, pytest
@pytest.fixture(autouse=True, scope="session")
def configured(): logging.config.dictConfig(shop.LOGGING)
def test_ten(caplog):
    with caplog.at_level("INFO"): shop.say_all()
    assert len(caplog.records) == 10
"""
DAEMON = """
import daemon
with daemon.DaemonContext(working_directory=os.environ["FOLDER"]):
    shop.say_all()
    import time; time.sleep(60)
"""
SETTINGS = "SETTINGS"
GUNICORN = "PYTHON -m gunicorn -b 127.0.0.1:$PORT -w 2 --log-level error"


@dataclass(frozen=True)
class Row:
    """A framework.

    Attributes:
        name: of it, with the line that our docs give for it.
        program: app.py, beside `SHOP` as shop.py.
        how: the command.
        serves: whether it is asked over HTTP; else it logs by itself.
        signals: to the process when it is to end; none where it ends by itself.
        group: whether they go to all processes of its group, as systemd's do.
        needs: modules without which it is not run.
        settings: of the handler.
        control: whether it lacks its line on purpose, and loses all.
    """

    name: str
    program: str
    how: str = "PYTHON app.py"
    serves: bool = True
    signals: tuple[str, ...] = ("SIGTERM",)
    group: bool = False
    needs: tuple[str, ...] = ()
    settings: str = ""
    control: bool = False


DRAIN = "'drain_on_sigterm': True"
ALONE = CONFIGURE + "import time\nshop.say_all()\ntime.sleep(60)\n"
ROWS = [
    Row("uvicorn.run, `ZaiusMiddleware`", CONFIGURE + ASGI + MIDDLEWARE + RUN, needs=("uvicorn",)),
    Row(
        "uvicorn.run, `drain_on_sigterm`",
        CONFIGURE + ASGI + RUN,
        needs=("uvicorn",),
        settings=DRAIN,
    ),
    Row(
        "uvicorn, `ZaiusMiddleware`",
        CONFIGURE + ASGI + MIDDLEWARE,
        "PYTHON -m uvicorn app:app --port $PORT",
        needs=("uvicorn",),
    ),
    Row(
        "uvicorn --workers 2, `ZaiusMiddleware`",
        CONFIGURE + ASGI + MIDDLEWARE,
        "PYTHON -m uvicorn app:app --port $PORT --workers 2",
        needs=("uvicorn",),
    ),
    Row(
        "fastapi run, `flush()` at the end of the lifespan",
        CONFIGURE + FASTAPI,
        "PYTHON -m fastapi run app.py --port $PORT",
        needs=("fastapi_cli",),
    ),
    Row("gunicorn, no line", CONFIGURE + WSGI, f"{GUNICORN} app:app", needs=("gunicorn",)),
    Row(
        "gunicorn with the uvicorn worker, `ZaiusMiddleware`",
        CONFIGURE + ASGI + MIDDLEWARE,
        f"{GUNICORN} -k uvicorn_worker.UvicornWorker app:app",
        needs=("uvicorn_worker", "gunicorn"),
    ),
    Row(
        "Django's LOGGING under gunicorn, no line",
        DJANGO,
        f"{GUNICORN} app:app",
        needs=("django", "gunicorn"),
    ),
    Row(
        "Celery, root logger hijacked, `setup_logging` and `install()`",
        CELERY.replace("HIJACK", "True") + LISTEN,
        "PYTHON -m celery -A app worker -c 2 --loglevel INFO",
        serves=False,
        needs=("celery",),
    ),
    Row(
        "Celery, root logger left alone, `install()`",
        CONFIGURE + CELERY.replace("HIJACK", "False"),
        "PYTHON -m celery -A app worker -c 2 --loglevel INFO",
        serves=False,
        needs=("celery",),
    ),
    Row(
        "pytest with caplog, no line",
        CAPLOG,
        "PYTHON -m pytest -q -p no:cacheprovider -p no:randomly app.py",
        serves=False,
        signals=(),
    ),
    Row(
        "python-daemon, configured before, no line",
        CONFIGURE + DAEMON,
        serves=False,
        needs=("daemon",),
    ),
    Row(
        "python-daemon, configured within, no line",
        "import os, shop, logging.config\n"
        + DAEMON.replace(
            "    shop.say_all()", "    logging.config.dictConfig(shop.LOGGING)\n    shop.say_all()"
        ),
        serves=False,
        needs=("daemon",),
    ),
    Row(
        "systemd stops a script, `drain_on_sigterm`",
        ALONE,
        serves=False,
        signals=("SIGTERM", "SIGCONT"),
        group=True,
        settings=DRAIN,
    ),
    Row(
        "systemd stops gunicorn and its workers at once, no line",
        CONFIGURE + WSGI,
        f"{GUNICORN} app:app",
        signals=("SIGTERM", "SIGCONT"),
        group=True,
        needs=("gunicorn",),
    ),
    Row(
        "systemd reloads gunicorn, and stops it, no line",
        CONFIGURE + WSGI,
        f"{GUNICORN} app:app",
        signals=("SIGHUP", "SIGTERM", "SIGCONT"),
        needs=("gunicorn",),
    ),
    Row("*control: a script without a line*", ALONE, serves=False, control=True),
]


def missing(row):
    """The modules that the row needs and are not here."""
    return [name for name in row.needs if importlib.util.find_spec(name) is None]


def run(row, sandbox, *, outage):
    """Run a row. Gives how many of the ten arrived, how many twice, and what else is wrong."""
    sandbox.clear()
    sandbox.heal()
    if outage:
        sandbox.faults(status=503)
    with tempfile.TemporaryDirectory() as folder:
        said = _process(row, Path(folder), sandbox, outage)
    sandbox.heal()
    counts = Counter(event["identifiers"]["customer_id"] for event in sandbox.events())
    return len(counts), counts.total() - len(counts), said


def _process(row, folder, sandbox, outage):
    interval = "'flush_interval': 0.2, " if outage else ""
    shop = SHOP.replace("**SETTINGS", interval + row.settings)
    (folder / "shop.py").write_text(shop)
    (folder / "app.py").write_text(row.program)
    port = _free_port()
    environment = {
        **os.environ,
        "ZAIUS_ENDPOINT": sandbox.endpoint,
        "ZAIUS_API_KEY": "any",
        "FOLDER": str(folder),
        "PYTHONPATH": str(folder),
        "PORT": str(port),
    }
    process = subprocess.Popen(
        shlex.split(row.how.replace("PYTHON", sys.executable).replace("$PORT", str(port))),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        if row.serves:
            for number in range(EVENTS):
                _ask(port, number)
        return _life(row, folder, sandbox, outage, process)
    finally:
        for pid in {process.pid, *_logged(folder)}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.kill()
        process.communicate()


def _life(row, folder, sandbox, outage, process):
    end = time.monotonic() + PATIENCE
    while len(_logged(folder)) < EVENTS:
        if time.monotonic() > end:
            return f"logged {len(_logged(folder))} of {EVENTS}"
        time.sleep(0.01)
    if outage:
        while not sandbox.stats()["requests"]:  # one has met the outage
            if time.monotonic() > end:
                return "nothing was tried"
            time.sleep(0.01)
        sandbox.heal()
    (folder / "end").touch()
    _signal(row, process.pid if process.poll() is None else _logged(folder)[-1])
    while process.poll() is None or any(map(_lives, _logged(folder))):
        if time.monotonic() > end:
            return "it hangs"
        time.sleep(0.01)
    return ""


def _signal(row, pid):
    for name in row.signals:
        number = getattr(signal, name)
        with suppress(ProcessLookupError):  # it has ended by the one before
            (os.killpg if row.group else os.kill)(pid, number)
        if name == "SIGHUP":
            time.sleep(1)  # until others have taken the workers' place


def _logged(folder):
    """The processes that logged, one for each event."""
    path = folder / "logged"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _ask(port, number):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}", timeout=10).close()
            return
        time.sleep(0.02)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def verdict(row, arrived, twice, said):
    """What is wrong; empty where all is as it must be."""
    if row.control:
        return "" if not arrived else "the control lost nothing"
    wrong = [] if arrived == EVENTS else [f"{arrived} of {EVENTS} arrived"]
    return "; ".join([*wrong, *([f"{twice} twice"] if twice else []), *([said] if said else [])])


def main(words):
    """Print the table."""
    print(
        "| framework, with the line that the docs give | delivered | in an outage that ends before | |"
    )
    print("|---|---|---|---|")
    wrong = 0
    with SandboxProcess() as sandbox:
        for row in ROWS:
            if words and not any(word.lower() in row.name.lower() for word in words):
                continue
            if lacks := missing(row):
                print(f"| {row.name} | - | - | not run: needs {', '.join(lacks)} |")
                continue
            found = [run(row, sandbox, outage=outage) for outage in (False, True)]
            problems = [each for each in (verdict(row, *one) for one in found) if each]
            wrong += bool(problems)
            cells = [f"{arrived} of {EVENTS}" for arrived, _, _ in found]
            print(
                f"| {row.name} | {' | '.join(cells)} | {'; '.join(problems) or 'yes'} |", flush=True
            )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
