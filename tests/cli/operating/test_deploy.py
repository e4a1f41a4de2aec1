"""The files of `deploy/`: what a tool can check is checked, and the commands in them know their options."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from zaius_logging._settings import SETTINGS

DEPLOY = Path(__file__).parents[3] / "deploy"
UNIT = DEPLOY / "systemd" / "zaius-agent.service"


def options_of(command):
    from click.testing import CliRunner

    from zaius_logging.cli.command import command as all_

    return CliRunner().invoke(all_, [command, "--help"]).output


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_takes_the_unit(tmp_path):
    """`systemd-analyze verify` says nothing, and its hardening counts as safe."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("User=shop\nGroup=shop\n", ""))  # no such user here
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if "Failed to initialize" in done.stderr:
        pytest.skip("systemd does not run here")
    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.parametrize(
    "path", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda p: p.name
)
def test_kubernetes_files_run_what_there_is(path):
    """YAML of the kind; arguments that the command knows; variables that are settings; no secret in the application."""
    yaml = pytest.importorskip("yaml")
    spec = yaml.safe_load(path.read_text())["spec"]["template"]["spec"]
    helped = options_of("agent")
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        names = {each["name"] for each in container.get("env", ())}
        assert {name.removeprefix("ZAIUS_").lower() for name in names} <= set(SETTINGS)
        command, *arguments = container.get("args", ["agent"])
        assert command == "agent"
        assert all(each in helped for each in arguments if each.startswith("--"))
        mounted = {each["name"] for each in container["volumeMounts"]}
        assert mounted <= {each["name"] for each in spec["volumes"]}


def test_the_unit_runs_what_there_is():
    """Its options are those of the command."""
    (line,) = re.findall(r"^ExecStart=.*zaius-logging (.*)$", UNIT.read_text(), re.MULTILINE)
    command, *words = line.split()
    helped = options_of(command)
    assert all(each in helped for each in words if each.startswith("--"))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool (prometheus)")
@pytest.mark.parametrize(
    "words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")]
)
def test_prometheus_takes_the_alerts(words):
    """Each rule parses; those that page do so at the right minute, and at no other."""
    done = subprocess.run(
        ["promtool", *words],  # noqa: S607
        cwd=DEPLOY / "prometheus",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def expressions():
    """Every query of the dashboard, with its variables filled in."""
    dashboard = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$account", ".*")


def test_queries_and_alerts_use_metrics_that_there_are():
    """Each name in the dashboard and in the rules is one that a command writes."""
    from zaius_logging._fleet.stats import RelayStats
    from zaius_logging._fleet.stats import prometheus as of_relay
    from zaius_logging._spool.journal import counts
    from zaius_logging.cli.operating.host import prometheus

    sums = {**counts.total([]), "dropped": {"overflow": 1}}
    account = {"account": "a", "sums": sums, "processes": [], "waiting": 0, "oldest_seconds": None}
    there = prometheus([{**account, "bytes": 0, "dead_letters": 0}])
    there += of_relay(RelayStats(relay="r", stream="s"))
    alerts = (DEPLOY / "prometheus" / "alerts.yml").read_text()
    used = set(re.findall(r"zaius_(?:host|relay)_\w+", " ".join(expressions()) + alerts))
    assert used
    assert {name for name in used if not re.search(rf"^{name}\b", there, re.MULTILINE)} == set()


needs_prometheus = pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs prometheus")


@contextmanager
def scraping(folder, *commands):
    """A real Prometheus that scrapes commands that serve; gives the address that answers queries."""
    targets = [urllib.parse.urlsplit(each.stdout.readline().split()[0]).netloc for each in commands]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n"
        f"  - {{job_name: zaius, static_configs: [{{targets: {json.dumps(targets)}}}]}}\n"
    )
    prometheus = subprocess.Popen(
        [  # noqa: S607
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://{address}/api/v1/query?query="
    finally:
        prometheus.terminate()
        prometheus.wait(timeout=20)


def unanswered(query):
    """The queries of the dashboard that have no answer."""
    return [each for each in expressions() if not asked(query + urllib.parse.quote(each))]


@pytest.mark.slow
@needs_prometheus
def test_the_dashboards_queries_have_answers(start, service, spool, sandbox, tmp_path):
    """A real Prometheus scrapes a host, and answers every query of the dashboard that is about hosts."""
    running = service(flush_interval=0.2)
    running.log(0, 300)
    assert running.ask("flush 20")["pending"] == 0
    serving = start("metrics", str(spool), "--port", "0")
    with scraping(tmp_path, serving) as query:
        while not asked(f"{query}count_over_time(zaius_host_up[1m])>3"):
            running.log(0, 10)
        left = unanswered(query)
    assert [each for each in left if "relay" not in each and "dropped" not in each] == []


@pytest.mark.slow
@needs_prometheus
def test_the_demo_answers_the_dashboard(start, environment, spool, sandbox, tmp_path):
    """Shop, Redis and relay of docker-compose.yml: every query has an answer, but for drops, which there are none of."""
    pytest.importorskip("redis")
    from tests.proofs.fleet.tools import REDIS, RedisServer

    if REDIS is None:
        pytest.skip("needs redis-server: apt-get install redis-server")
    (tmp_path / "redis").mkdir()
    server = RedisServer(tmp_path / "redis").start()
    url = server.url("zaius:events")
    shop = subprocess.Popen(
        [sys.executable, str(DEPLOY / "shop.py")],
        env={**environment, "ZAIUS_ENDPOINT": url, "ZAIUS_SPOOL_DIR": str(spool)},
    )
    try:
        relay = start("relay", "--from", url, "--stats-port", "0")
        sandbox.wait_for(1, timeout=30)
        serving = start("metrics", str(spool), "--port", "0")
        with scraping(tmp_path, serving, relay) as query:
            for name in ("zaius_host_up", "zaius_relay_length"):
                while not asked(f"{query}count_over_time({name}[1m])>3"):
                    time.sleep(0.2)
            left = unanswered(query)
            assert asked(f"{query}zaius_host_nothing") == []  # the control: there is no such metric
        assert [each for each in left if "dropped" not in each] == []
    finally:
        shop.terminate()
        shop.wait(timeout=20)
        server.stop()


def asked(url):
    """What Prometheus answers; nothing while it starts."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            said = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            assert error.code == 503, error.read()  # noqa: PT017 - starting, or a fault of the query
        return []
    except OSError:
        return []
    assert said["status"] == "success"
    return said["data"]["result"]


def test_compose_runs_what_there_is():
    """Commands and options exist, and variables are settings or the relay's."""
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())["services"]
    for name in ("sandbox", "relay"):
        command, *words = services[name]["command"]
        helped = options_of(command)
        assert all(each in helped for each in words if each.startswith("--"))
    names = {name for each in services.values() for name in each.get("environment", {})}
    assert {name.removeprefix("ZAIUS_").lower() for name in names} <= {*SETTINGS, "relay_from"}
