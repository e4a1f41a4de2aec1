"""The files of `deploy/`: what a tool can check is checked, and the commands in them know their options."""

import re
import shutil
import subprocess
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
