"""`zaius-logging doctor`: it finds planted faults, each by its words, and nothing in healthy set-ups."""

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each test runs processes

EXAMPLES = Path(__file__).parents[3] / "examples"
HANDLER = {"class": "zaius_logging.ZaiusHandler"}


def config(handler=None, **more):
    """A healthy configuration for dictConfig, changed."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"zaius": {**HANDLER, **(handler or {})}},
        "root": {"level": "INFO", "handlers": ["zaius"]},
        **more,
    }


@pytest.fixture
def doctor(cli, tmp_path):
    """Run the doctor on a configuration; gives what it found, by check, and the status."""

    def run(configuration=None, *words, **environment):
        if configuration is not None:
            path = tmp_path / "logging.json"
            path.write_text(json.dumps(configuration))
            words = ("--config", path, *words)
        done = cli("doctor", *words, "--json", **environment)
        if done.returncode == 2:
            return done
        said = json.loads(done.stdout)
        bad = [each for each in said["checks"] if each["grade"] in ("warn", "wrong")]
        assert done.returncode == bool(bad)
        assert said["well"] is not bool(bad)
        return bad

    return run


def only(found, check, words):
    """Exactly this was found, with something to do."""
    assert [(each["check"], words in each["text"]) for each in found] == [(check, True)], found
    assert found[0]["todo"] or check in ("settings", "key")


# Faults in the configuration

CONFIGURED = {
    "a misspelled setting": ({"flush_intervall": 2}, "settings", "did you mean flush_interval"),
    "a batch too large": ({"batch_size": 900}, "settings", "batch_size"),
    "http to another machine": ({"endpoint": "http://api.zaius.com"}, "settings", "in the clear"),
    "an address with a blank": ({"endpoint": "https://api.zaius.com /v3"}, "settings", "endpoint"),
    "a missing CA bundle": ({"verify": "/nowhere/ca.pem"}, "TLS", "is not there"),
    "strict in production": ({"strict": True}, "logging", "strict is on"),
    "the handler's level": ({"level": "ERROR"}, "logging", "passed over"),
    "a relative spool": ({"spool_dir": "spool"}, "spool", "is relative"),
    "a rate for too many": ({"max_requests_per_second": 5}, "rate", "are more than"),
}


@pytest.mark.parametrize("name", CONFIGURED)
def test_a_fault_in_a_setting_is_found(doctor, name):
    """By one finding, which names it."""
    settings, check, words = CONFIGURED[name]
    found = doctor(config(settings), "--processes", "4" if check == "rate" else "1")
    only(found, check, words)


TREES = {
    "attached to nothing": (
        config(root={"level": "INFO", "handlers": []}),
        "attached to no logger",
    ),
    "root at WARNING": (config(root={"handlers": ["zaius"]}), "takes records from WARNING on"),
    "no handler of ours": (
        {"version": 1, "handlers": {"out": {"class": "logging.StreamHandler"}}},
        "makes no ZaiusHandler",
    ),
    "a class that is not there": (
        config(handlers={"zaius": HANDLER, "x": {"class": "nowhere.Handler"}}),
        "cannot be imported",
    ),
    "twice on one way": (
        config(
            handlers={"zaius": HANDLER, "more": HANDLER},
            loggers={"shop": {"level": "INFO", "handlers": ["more"]}},
        ),
        "is sent twice",
    ),
    "no version": (
        {key: value for key, value in config().items() if key != "version"},
        "version: 1 is missing",
    ),
    "a second handler that is not there": (
        config(root={"level": "INFO", "handlers": ["zaius", "consle"]}),
        "names a handler consle, and there is none",
    ),
    "a level in small letters": (
        config(root={"level": "info", "handlers": ["zaius"]}),
        "root: level: info is none; did you mean INFO?",
    ),
    "a level that is half a number": (
        config({"level": 1.5}),
        "zaius: level: 1.5 is neither a name nor a whole number",
    ),
    "a MemoryHandler in front": (
        config(
            handlers={
                "zaius": HANDLER,
                "buffer": {
                    "class": "logging.handlers.MemoryHandler",
                    "capacity": 10,
                    "target": "zaius",
                },
            },
            root={"level": "INFO", "handlers": ["buffer"]},
        ),
        "MemoryHandler stands in front",
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_a_handler_that_hangs_wrong_is_found(doctor, name):
    """On no logger, under a level, twice, behind a buffer, or not at all."""
    configuration, words = TREES[name]
    only(doctor(configuration), "logging", words)


# Faults in the environment

ENVIRONMENTS = {
    "no key": ({"ZAIUS_API_KEY": ""}, "settings", "is missing"),
    "a key of the SDKs": (
        {"ZAIUS_API_KEY": "", "ODP_SDK_API_KEY": "x.y"},
        "settings",
        "official SDKs",
    ),
    "a key with a line break": ({"ZAIUS_API_KEY": "abc.def\n"}, "settings", "white space"),
    "only the public part": ({"ZAIUS_API_KEY": "abcdefgh"}, "key", "has no dot"),
    "a variable that is none": ({"ZAIUS_SPOOLDIR": "/x"}, "settings", "ZAIUS_SPOOLDIR"),
    "a number that is none": ({"ZAIUS_TIMEOUT": "soon"}, "settings", "ZAIUS_TIMEOUT"),
    "a function without flush": ({"AWS_LAMBDA_FUNCTION_NAME": "f"}, "process", "frozen"),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_fault_in_the_environment_is_found(doctor, name):
    """Key, variables, platform."""
    environment, check, words = ENVIRONMENTS[name]
    found = doctor(None, **environment)
    only(found, check, words)
    assert "def" not in json.dumps(found)  # no part of a key


def test_a_proxy_without_a_port_is_found(doctor):
    """Its port is a word."""
    found = doctor(
        None,
        ZAIUS_API_KEY="abc.def-ghi-jkl",
        ZAIUS_ENDPOINT="https://api.zaius.com/v3",
        HTTPS_PROXY="http://user:secret@proxy.internal:port",
    )
    only(found, "proxy", "is no number")
    assert "secret" not in json.dumps(found)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_no_room_for_a_temporary_file_ends_no_check(environment, tmp_path):
    """A full disk, or a root file system that is only read: the doctor is asked then."""
    done = subprocess.run(
        [sys.executable, "-c", NO_FILES, "doctor", "--offline", "--json"],
        env={**environment, "ZAIUS_SPOOL_DIR": str(tmp_path / "spool")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["well"]


NO_FILES = """
import resource, sys
from zaius_logging.cli.command import run
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no byte into any file
sys.exit(run())
"""


def test_a_key_of_another_region_is_found(doctor):
    """Its events would go to an account that does not exist there."""
    found = doctor(
        None,
        "--offline",
        ZAIUS_API_KEY="abc-eu1.secretsecret",
        ZAIUS_ENDPOINT="https://api.zaius.com",
    )
    only(found, "region", "the key is of the region of https://api.eu1.odp.optimizely.com")


def test_a_host_of_nobody_is_found(doctor):
    """An address that is none of the documented ones, unless it is a gateway of one's own."""
    found = doctor(
        None, "--offline", ZAIUS_API_KEY="abc.secretsecret", ZAIUS_ENDPOINT="https://api.zauis.com"
    )
    only(found, "region", "none of the API's documented hosts")


# Faults of the network


def test_a_name_without_an_address_is_found(doctor):
    """As behind a broken resolver."""
    (bad,) = [
        each
        for each in doctor(
            None, ZAIUS_ENDPOINT="https://api.invalid", ZAIUS_API_KEY="a.secretsecret"
        )
        if each["check"] != "region"
    ]
    assert (bad["check"], bad["grade"]) == ("name", "wrong")


def test_a_closed_port_is_found(doctor):
    """Nobody listens, or a firewall says no."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = doctor(None, ZAIUS_ENDPOINT=f"http://127.0.0.1:{port}")
    only(found, "connection", "refused")
    assert found[0]["todo"].endswith(f"zaius-logging sandbox --port {port}")


@pytest.mark.parametrize(
    ("proxy", "words"),
    [("http://127.0.0.1:1", "is not reached"), ("socks5h://127.0.0.1:1", "PySocks")],
)
def test_a_proxy_that_does_not_work_is_found(doctor, proxy, words):
    """Not there, or of a kind that needs a package."""
    if words == "PySocks":
        try:
            import socks  # noqa: F401
        except ImportError:
            pass
        else:
            words = "is not reached"
    found = doctor(
        None,
        HTTPS_PROXY=proxy,
        ZAIUS_ENDPOINT="https://api.zaius.com",
        ZAIUS_API_KEY="a.secretsecret",
    )
    only(found, "proxy", words)
    assert "set HTTPS_PROXY" not in found[0]["todo"]  # it is set, and wrong


def test_a_proxy_that_the_service_passes_by_is_no_fault(doctor):
    """Requests to this machine in plain http use none, whatever the environment says."""
    assert doctor(None, HTTP_PROXY="http://127.0.0.1:1") == []


def test_a_level_that_the_service_may_add_is_no_fault(doctor):
    """TRACE is a usual one."""
    assert doctor(config(loggers={"shop": {"level": "TRACE"}})) == []


class _Server:
    """An HTTPS server, or an HTTP one with a clock of its own."""

    def __init__(self, certificate=None, ahead=timedelta()):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.send_response_only(404)
                now = datetime.now(timezone.utc) + ahead
                self.send_header("Date", format_datetime(now, usegmt=True))
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.handle_error = lambda *_: None  # a client that hangs up is what is tested
        self.scheme = "http"
        if certificate is not None:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve():
    running = []

    def start(*arguments, **more):
        running.append(_Server(*arguments, **more))
        return running[-1].url

    yield start
    for server in running:
        server.close()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("unknown", "is not known here"),
        ("expired", "has expired"),
        ("name", "is for another name"),
        ("none", "speaks no TLS"),
    ],
)
def test_a_fault_of_tls_is_found(doctor, serve, tmp_path, kind, words):
    """A chain that is not known, an old certificate, another name, no TLS at all."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    until = datetime.now(timezone.utc) - timedelta(days=1) if kind == "expired" else None
    name = "other.example" if kind == "name" else "127.0.0.1"
    certificate = None if kind == "none" else authority.issue_cert(name, not_after=until)
    url = serve(certificate).replace("http:", "https:")
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    verify = {} if kind == "unknown" else {"verify": str(bundle)}
    only(doctor(config({"endpoint": url, **verify})), "TLS", words)


def test_tls_with_a_known_issuer_is_well(doctor, serve, tmp_path):
    """The control: the same server, its authority in `verify`."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    url = serve(authority.issue_cert("127.0.0.1"))
    assert doctor(config({"endpoint": url, "verify": str(bundle)})) == []


@pytest.mark.parametrize(("minutes", "grade"), [(5, "warn"), (300, "wrong")])
def test_a_wrong_clock_is_found(doctor, serve, minutes, grade):
    """Against the server's Date."""
    found = doctor(None, ZAIUS_ENDPOINT=serve(ahead=timedelta(minutes=minutes)))
    only(found, "clock", "behind the server's")
    assert found[0]["grade"] == grade


# Faults of the disk


def test_events_that_nobody_sends_are_found(doctor, spool, left):
    """Of a process that is gone, and none lives."""
    left(0, 7)
    only(doctor(config({"spool_dir": str(spool)})), "left events", "7 events of ended processes")


def test_events_of_another_account_are_found(doctor, spool, left):
    """Nobody with this key will ever send them."""
    left(0, 3)
    found = doctor(config({"spool_dir": str(spool)}), ZAIUS_API_KEY="other.key")
    only(found, "other accounts", "3 events wait")


def test_dead_letters_are_found(doctor, spool, service, sandbox):
    """And the command that shows them."""
    sandbox.faults({"bad": {"type": "order"}, "message": "no"})
    running = service()
    running.log(0, 2)
    running.ask("flush 20")
    found = doctor(config({"spool_dir": str(spool)}))
    only(found, "dead letters", "2 events the API has rejected")
    assert found[0]["todo"] == f"zaius-logging dead {spool} list"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 503}, "retrying, 3 events waiting: the API answered 503"),
        ({"forbidden": True}, "paused, 3 events waiting: "),
    ],
)
def test_a_living_process_that_cannot_send_is_found(  # noqa: PLR0917 - fixtures
    doctor, spool, service, sandbox, fault, words
):
    """By what it says of itself: the network is well as seen from here."""
    sandbox.faults(fault)
    running = service()
    running.log(0, 3)
    while running.ask("flush 0.1")["state"] not in ("retrying", "paused"):
        pass
    while not (found := doctor(config({"spool_dir": str(spool)}))):
        pass  # it writes its numbers half a second later
    only(found, "living", words)
    assert f"process {running.pid}: " in found[0]["text"]
    running.kill()
    assert [each["check"] for each in doctor(config({"spool_dir": str(spool)}))] == ["left events"]


def test_damage_is_found(doctor, spool, service):
    """A flipped bit in a living process's file."""
    running = service()
    running.log(0, 9)
    (path,) = spool.rglob("[0-9]*.jsonl")
    with path.open("r+b") as file:
        file.seek(path.read_bytes().index(b'"c4"') + 1)
        file.write(b"X")
    only(doctor(config({"spool_dir": str(spool)})), "spool", "1 line damaged")


def test_a_spool_that_others_can_write_is_found(doctor, spool):
    """They could remove events."""
    spool.mkdir()
    spool.chmod(0o777)
    only(doctor(config({"spool_dir": str(spool)})), "spool", "can be written by others")


def test_a_spool_that_is_a_file_is_found(doctor, spool):
    """A slip in a deploy."""
    spool.touch()
    only(doctor(config({"spool_dir": str(spool)})), "spool", "is a file")


def test_a_disk_too_small_is_found(doctor, spool):
    """For what spool_bytes allows."""
    settings = {"spool_dir": str(spool), "spool_bytes": 1 << 55}
    only(doctor(config(settings)), "disk", "are free, and spool_bytes allows")


def test_a_quota_that_is_nearly_used_is_found(doctor, spool, service, sandbox):
    """In an outage that lasts."""
    sandbox.faults(status=503)
    running = service(spool_bytes=1 << 20)
    running.log(0, 250, filler="x" * 3500)
    while running.ask("flush 0.1")["state"] != "retrying":
        pass
    settings = config({"spool_dir": str(spool), "spool_bytes": 1 << 20})
    while len(found := doctor(settings)) < 2:  # until its numbers say so, too
        pass
    only(found[:1], "quota", "are used")
    only(found[1:], "living", "the API answered 503")


def test_processes_without_an_agent_are_found(doctor, spool, service):
    """deliver=False, and nobody sends."""
    service(deliver=False).log(0, 2)
    found = doctor(config({"spool_dir": str(spool), "deliver": False}))
    only(found, "agent", "no agent works on the directory")


def test_too_many_processes_are_found(doctor):
    """For the account's limit, without a relay."""
    only(doctor(None, "--processes", "500"), "rate", "500 processes")


def test_a_test_library_in_an_application_is_found(doctor, tmp_path):
    """What answers in the API's place."""
    pytest.importorskip("requests_mock")
    (tmp_path / "shopapp.py").write_text(
        "import logging, requests_mock\nimport zaius_logging\nlogging.basicConfig(level='INFO')\n"
        "logging.getLogger().addHandler(zaius_logging.ZaiusHandler())\n"
    )
    only(doctor(None, "--app", "shopapp"), "neighbours", "requests_mock")


def test_a_handler_that_something_takes_off_is_found(doctor, tmp_path):
    """Trap 46: made, and not attached any more when the application is loaded."""
    (tmp_path / "shopapp.py").write_text(
        "import logging, logging.config\nimport zaius_logging\n"
        "logging.getLogger().addHandler(zaius_logging.ZaiusHandler())\n"
        "logging.config.dictConfig({'version': 1, 'root': {'level': 'INFO', 'handlers': []}})\n"
        "logging.getLogger().handlers.clear()\n"
    )
    only(doctor(None, "--app", "shopapp"), "logging", "attached to no logger")


# What cannot be read

needs_yaml = pytest.mark.skipif(find_spec("yaml") is None, reason="needs PyYAML")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--config", "nowhere.yaml"), "No such file"),
        (("--config", "broken.json"), "cannot be read as json"),
        (("--settings", "nowhere.settings"), "cannot be imported"),
        (("--app", "raising"), "ValueError: not today; run doctor in the service's directory"),
        (("--app", "plain:LOGING"), "plain has no LOGING: give --app plain"),
        pytest.param(("--config", "broken.yaml"), "cannot be read as yaml", marks=needs_yaml),
        (("--config", "latin.yaml"), "latin.yaml is no text in UTF-8"),
        (("--config", "list.json"), "list.json: handlers.zaius is no dictionary"),
        (("--config", "broken.json", "--app", "raising"), "give one of --config"),
    ],
)
def test_what_cannot_be_read_is_an_error(cli, tmp_path, words, said):
    """Status 2, one line."""
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "plain.py").write_text("LOGGING = {'version': 1}")
    (tmp_path / "broken.yaml").write_text("version: 1\n  x: [")
    (tmp_path / "latin.yaml").write_bytes(b"caf\xe9: 1")
    (tmp_path / "list.json").write_text('{"version": 1, "handlers": {"zaius": ["class"]}}')
    (tmp_path / "raising.py").write_text("raise ValueError('not today')")
    done = cli("doctor", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_a_package_that_the_file_needs_is_named(cli, tmp_path):
    """By the name that pip knows."""
    (tmp_path / "yaml.py").write_text("raise ModuleNotFoundError('no', name='yaml')")
    (tmp_path / "logging.yaml").write_text("version: 1")
    done = cli("doctor", "--config", "logging.yaml", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "pip install PyYAML" in done.stderr


# Healthy set-ups: those that the docs show

HEALTHY = {
    "the environment": (),
    "yaml": ("--config", "logging.yaml"),
    "toml": ("--config", "logging.toml"),
    "ini": ("--config", "logging.ini"),
    "flask": ("--app", "flask_app"),
    "fastapi": ("--app", "fastapi_app"),
    "django": ("--app", "django_app"),
    "django's settings": ("--settings", "shopsettings"),
    "celery": ("--app", "celery_app:LOGGING"),
    "structlog": ("--app", "structlog_app"),
    "loguru": ("--app", "loguru_app"),
    "a script": ("--app", "cron_script"),
    "a spool": ("--config", "spool.json"),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_found_in_a_healthy_set_up(doctor, tmp_path, sandbox, unchanged, name):
    """One for each framework of the docs; no event is sent, and no byte of the folder changes."""
    if name in ("flask", "fastapi", "django", "celery", "structlog", "loguru", "yaml"):
        pytest.importorskip(name)
    for path in EXAMPLES.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    (tmp_path / "shopsettings.py").write_text(f"LOGGING = {config()!r}\n")
    spool = tmp_path / "waiting"
    (tmp_path / "spool.json").write_text(json.dumps(config({"spool_dir": str(spool)})))
    before = unchanged(tmp_path)
    assert doctor(None, *HEALTHY[name], PYTHONDONTWRITEBYTECODE="1") == []
    assert unchanged(tmp_path) == before
    assert sandbox.events() == []
    assert not spool.exists()


def test_a_living_services_directory_is_left_as_it_is(doctor, spool, service, sandbox, unchanged):
    """Every check of the disk, on a paused service: no byte changes, and it goes on."""
    running = service()
    running.log(0, 20)
    running.pause()
    before = unchanged(spool)
    assert doctor(config({"spool_dir": str(spool)})) == []
    assert unchanged(spool) == before
    running.go_on()
    assert running.ask("flush 20")["delivered"] == 20


def test_a_test_event_is_sent_only_when_asked_for(doctor, sandbox):
    """It is marked, and counts nobody as active."""
    assert doctor(None, "--send-test") == []
    (event,) = sandbox.events()
    assert (event["type"], event["action"]) == ("zaius_logging", "doctor")
    assert event["data"]["active_event"] is False
    sandbox.faults(status=403)
    only(doctor(None, "--send-test"), "test event", "403")


def test_it_reads_for_people(cli):
    """Sign, check, verdict, what to do; plain where nobody looks, and a sum."""
    done = cli("doctor", "--all", ZAIUS_API_KEY="abcdefgh")
    assert "warn  key: the key has no dot" in done.stdout
    assert "ok    packages: requests" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stdout.endswith("1 found something.\n")
