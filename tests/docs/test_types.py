"""Every public name has a type that does not depend on who infers it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyright", reason="needs pyright")


def test_pyright_knows_every_public_type():
    """`pyright --verifytypes` at 100 %, in the environment that runs the tests."""
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--verifytypes", "zaius_logging", "--ignoreexternal"],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": sys.prefix,
            "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        },
        cwd=Path(sys.prefix),
        capture_output=True,
        text=True,
        check=False,
    )
    if "Type completeness score" not in done.stdout:
        pytest.skip("pyright could not be started here (it installs a Node of its own at first)")
    assert "Type completeness score: 100%" in done.stdout, done.stdout
