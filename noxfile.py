"""Sessions for nox: `nox -l` lists them, `nox -s tests-3.12` runs one.

CI runs `.ci/run`, which needs nothing but Python; these are for the desk.
"""

import nox

VERSIONS = ["3.10", "3.11", "3.12", "3.13"]
STACKS = ["django", "flask", "fastapi", "celery", "structlog", "loguru", "gunicorn", "gevent"]
STACKS += ["uvicorn", "uvicorn-worker", "pyyaml", "prometheus-client", "opentelemetry-sdk"]
DOCS = ["mkdocs>=1.6", "mkdocs-material>=9.5", "mkdocstrings[python]>=0.27"]
LOWEST = ["requests==2.31.0", "python-json-logger==3.1.0", "urllib3==1.26.20"]

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"


@nox.session(python=VERSIONS)
def tests(session: nox.Session) -> None:
    """Run all tests, with every framework that we integrate."""
    session.install("-e", ".[test]", *STACKS, *DOCS)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(python=VERSIONS[0])
def lowest(session: nox.Session) -> None:
    """Run the core's tests with the lowest supported versions of the dependencies."""
    session.install("-e", ".[test]")
    session.install(*LOWEST)
    session.run("python", "-m", "pytest", "tests", "--ignore=tests/docs", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and form."""
    session.install("ruff>=0.9")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy, and that every public name has one with pyright."""
    session.install("-e", ".[dev]", "pyright", *STACKS)
    session.run("mypy")
    session.run("pyright", "--verifytypes", "zaius_logging", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into `site/`; `nox -s docs -- serve` shows it."""
    session.install("-e", ".[all]", *DOCS, *STACKS)
    session.run("mkdocs", *(session.posargs or ["build", "--strict"]))


@nox.session
def package(session: nox.Session) -> None:
    """Build wheel and sdist, and check what is in them."""
    session.install("build", "twine", "check-wheel-contents")
    session.run("python", "-m", "build", "--outdir", "dist")
    session.run("twine", "check", "--strict", *_built("*"))
    session.run("check-wheel-contents", *_built("*.whl"))


def _built(pattern: str) -> list[str]:
    from pathlib import Path

    return [str(path) for path in Path("dist").glob(pattern)]
