"""The wheel and the sdist hold what they should, nothing else, and install alone."""

import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "zaius_logging"
LEFT_OUT = {"__pycache__"}


def run(*command, **options):
    """Run a command to its good end; gives what it printed."""
    done = subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def a_module(name):
    """The command that runs a tool of this environment; skips where it is missing."""
    pytest.importorskip(name, reason=f"needs {name}")
    return [sys.executable, "-m", name]


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """A folder with a wheel and an sdist, made by `python -m build`: the wheel out of the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(*a_module("build"), "--outdir", folder, ROOT, timeout=300)
    return folder


@pytest.fixture(scope="module")
def wheel(dist):
    """The path of the wheel."""
    [path] = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def sdist(dist):
    """The path of the sdist."""
    [path] = dist.glob("*.tar.gz")
    return path


def on_disk():
    """The package's files, as they lie here."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }


def test_the_wheel_has_the_package_and_nothing_else(wheel):
    """Each file of the folder, the marker for type checkers and the sandbox's page among them."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    info = {name for name in names if ".dist-info/" in name}
    assert names - info == on_disk()
    assert {"zaius_logging/py.typed", "zaius_logging/sandbox/static/index.html"} <= names
    assert {name.partition("/")[2] for name in info} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_the_sdist_has_what_the_tests_need(sdist):
    """The package, tests, examples, docs and benchmarks; no cache, no site, no environment."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert on_disk() <= names
    assert {
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "mkdocs.yml",
        "noxfile.py",
        "biome.json",
        "package.json",
        "docs/index.md",
        "tests/proofs/packaging/test_package.py",
        "examples/flask_app.py",
    } <= names
    strays = (".pyc", ".coverage", ".log", ".sqlite", ".db", ".whl")
    ours = {
        name for name in names if not name.startswith("tests/cli/corpus/")
    }  # has files of all kinds
    assert not [name for name in ours if name.endswith(strays) or "__pycache__" in name]
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {"site", "dist", "build", ".git", ".ci", ".venv", ".nox"}


@pytest.mark.parametrize(
    "command", [["twine", "check", "--strict"], ["check_wheel_contents"]], ids=lambda c: c[0]
)
def test_the_index_would_take_them(command, dist, wheel):
    """`twine check --strict` and `check-wheel-contents` find nothing wrong."""
    files = [wheel] if command[0] == "check_wheel_contents" else sorted(dist.iterdir())
    run(*a_module(command[0]), *command[1:], *files)


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_it_installs_alone(kind, dist, tmp_path):
    """In a clean environment: it imports, knows its version, and the command asks for its extra."""
    [path] = dist.glob(kind)
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", path, timeout=300)
    said = run(
        python,
        "-c",
        "import zaius_logging as z; print(z.__version__, z.ZaiusHandler(transport=z.StubTransport()))",
        cwd=tmp_path,
    )
    assert said.startswith("0.1.0 <ZaiusHandler")
    asked = subprocess.run(
        [tmp_path / "venv" / "bin" / "zaius-logging", "demo"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode != 0
    assert "zaius-logging[tools]" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_each_requirement_has_a_lower_bound():
    """Of ours and of the extras that users install: `lowest.py` holds them down, and CI tests it."""
    for line in requires("zaius-logging"):
        requirement = Requirement(line)
        extra = str(requirement.marker or "")
        if not any(each in extra for each in ("bench", "dev")) and requirement.extras != {"all"}:
            operators = {each.operator for each in requirement.specifier}
            assert operators == {">="} or requirement.name == "zaius-logging", line
