"""Every public name has a type that does not depend on who infers it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyright", reason="needs pyright")

PACKAGE = Path(__file__).parents[3] / "zaius_logging"
MODULES = ["zaius_logging", "zaius_logging.pytest_plugin", "zaius_logging.sandbox"] + [
    f"zaius_logging.integrations.{path.stem}"
    for path in sorted((PACKAGE / "integrations").glob("[!_]*.py"))
]


def verify(*arguments, cwd):
    """What `pyright --verifytypes` says, in the environment that runs the tests."""
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--verifytypes", *arguments, "--ignoreexternal"],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": sys.prefix,
            "PYTHONPATH": str(cwd),  # pyright looks there, and not in the directory it runs in
            "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        },
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Type completeness score" not in done.stdout:
        pytest.skip("pyright could not be started here (it installs a Node of its own at first)")
    return done.stdout


def problems(said):
    """Give the lines about types that are not known, but not of the command, which nobody imports."""
    return [line for line in said.splitlines() if " - error: " in line and "/cli/" not in line]


@pytest.mark.parametrize("module", MODULES)
def test_pyright_knows_every_public_type(module):
    """Of the package, and of each module that is imported by its own name: no public type is guessed."""
    assert problems(verify(module, cwd=sys.prefix)) == []


def test_a_type_that_is_missing_is_seen(tmp_path):
    """The negative control: an attribute whose type is guessed differently by each checker."""
    package = tmp_path / "loose"
    package.mkdir()
    (package / "py.typed").touch()
    (package / "__init__.py").write_text("class Spool:\n    def __init__(self) -> None:\n")
    with (package / "__init__.py").open("a") as file:
        file.write("        self.appended = []\n")
    said = verify("loose", cwd=tmp_path)
    assert 'Module name: "loose"' in said
    assert ["missing type" in problem for problem in problems(said)] == [True, False]
