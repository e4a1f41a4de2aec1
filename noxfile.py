"""Sessions for nox: `nox -l` lists them, `nox -s tests-3.12` runs one.

CI runs `.ci/run`, which needs nothing but Python; these are for the desk.
"""

from pathlib import Path

import nox

VERSIONS = ["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"


@nox.session(python=VERSIONS)
def tests(session: nox.Session) -> None:
    """Run the tests; `-- tests/proofs/servers` and the like run the longer proofs."""
    proofs = [each for each in session.posargs if each.startswith("tests/")]
    session.install("-e", ".[test,stacks]" if proofs else ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(python=VERSIONS[0])
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions of the dependencies that pyproject.toml allows."""
    session.install("-e", ".[test]")
    pins = session.run("python", "tests/proofs/packaging/lowest.py", silent=True)
    session.install(*str(pins).split())
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and form."""
    session.install("ruff>=0.9")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy, and that every public name has one with pyright."""
    session.install("-e", ".[dev,stacks]")
    session.run("mypy")
    session.run("python", "-m", "pytest", "-q", "tests/proofs/docs/test_types.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into `site/` and run its tests; `nox -s docs -- serve` shows it."""
    session.install("-e", ".[test,docs,stacks]")
    session.run("zensical", *(session.posargs or ["build", "--strict"]))
    if not session.posargs:
        session.run("python", "-m", "pytest", "-q", "tests/proofs/docs", "tests/testing")


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist into `dist/`, and check and install what is in them: what a release is made by.

    Not made where the table of faults is older than the code, or not whole.
    """
    session.install("-e", ".[dev]")
    session.run("python", "tests/proofs/faults/report.py", "--check")
    session.run("python", "-m", "build", "--outdir", "dist")
    session.run("twine", "check", "--strict", *map(str, Path("dist").glob("*")))
    session.run("check-wheel-contents", *map(str, Path("dist").glob("*.whl")))
    session.run("python", "-m", "pytest", "-q", "tests/proofs/packaging")
