"""The tutorial, followed word by word: what it says to type is typed, what it shows is what comes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "-- the block has ended --"
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
MINE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder with our wheel, as an index has it once it is published."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(command, check=True, timeout=300)
    return folder


def python_of(version):
    """The Python of a version that this machine has."""
    if version == MINE:
        return Path(sys.base_prefix) / "bin" / f"python{version}"
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    found = shutil.which(f"python{version}")
    if not (pyenv or found):
        pytest.skip(f"this machine has no Python {version}")
    return pyenv[0] if pyenv else Path(found)


class Terminal:
    """A shell that is given one block after the other."""

    def __init__(self, folder, environment):
        self._shell = subprocess.Popen(
            [shutil.which("bash"), "-u"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def type(self, block):
        """Type a block; gives what it printed."""
        self._shell.stdin.write(f"{block}echo '{MARK}'\n")
        self._shell.stdin.flush()
        lines = []
        for line in self._shell.stdout:
            if line == f"{MARK}\n":
                return "".join(lines)
            lines.append(line)
        raise AssertionError("the shell has ended: " + "".join(lines))

    def close(self):
        """Leave the shell, whatever runs in it."""
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()
        self._shell.stdin.close()
        self._shell.stdout.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", VERSIONS)
def test_word_by_word(version, wheels, tmp_path, capsys):
    """In an empty folder with a clean Python, all that is typed works and all that is shown comes."""
    for tool in ("bash", "curl", "grep"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(python_of(version))
    folder = tmp_path / "shop"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    first = Terminal(folder, environment)
    second = Terminal(folder, environment)
    try:
        typed = follow(first, second, folder, port)
        installed = first.type("python --version\n").strip()
    finally:
        first.close()
        second.close()
    assert installed.startswith(f"Python {version}.")
    with capsys.disabled():
        print(f"\nthe tutorial with {installed}: {typed} commands and files, all as it says")  # noqa: T201


def follow(first, second, folder, port):
    """Do what the tutorial says; gives how many commands and files that were."""
    printed = ""
    typed = shown = 0
    for kind, title, text in BLOCK.findall(TUTORIAL.read_text("utf-8")):
        block = text.replace("8765", port)  # another sandbox may have that one
        if kind == "sh" and title == "second terminal":
            command = block.replace(
                "zaius-logging sandbox", f"zaius-logging sandbox --port {port} &"
            )
            second.type(command)
            printed = first.type(
                f"for n in $(seq 600); do curl -s http://127.0.0.1:{port}/ >/dev/null && break; "
                "read -t 0.1 <> <(:); done\n"
            )
        elif kind == "sh":
            printed = first.type(block)
        elif kind == "python":
            (folder / title).write_text(block, "utf-8")
        elif kind == "text":
            assert printed == block
            shown += 1
        typed += kind != "text"
    assert shown == 2
    return typed
