"""The JavaScript of the page, formatted and linted by Biome through npm."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted((ROOT / "zaius_logging/sandbox/static/js").glob("*.js"))


@pytest.fixture(scope="session")
def biome(tmp_path_factory):
    """Install the version that package.json names, outside the repository; give its path."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm is installed: apt-get install npm")
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    (name,) = package["devDependencies"]
    folder = tmp_path_factory.mktemp("npm")
    wanted = f"{name}@{package['devDependencies'][name]}"
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    if done.returncode:
        pytest.skip(f"npm cannot install {wanted}: {done.stderr[-300:]}")
    return folder / "node_modules" / ".bin" / "biome"


def check(biome, folder):
    """Check all files below a folder by our configuration."""
    command = [biome, "check", f"--config-path={ROOT}", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_scripts_are_formatted_and_without_findings(biome):
    """`npm run check` has nothing to say."""
    done = check(biome, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_script_that_is_not_formatted_is_found(biome, tmp_path):
    """The control: one line too long and an unused name make the same check fail."""
    folder = tmp_path / "zaius_logging" / "sandbox" / "static" / "js"
    folder.mkdir(parents=True)
    for name in ("biome.json", "package.json"):
        shutil.copy(ROOT / name, tmp_path)
    (folder / "bad.js").write_text(f"const unused = [{', '.join(map(str, range(60)))}]\n")
    done = subprocess.run(
        [biome, "check", "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "noUnusedVariables" in done.stdout + done.stderr
    assert "format" in done.stdout + done.stderr


def test_no_line_is_longer_than_120_characters():
    """Each line of the scripts can be read without scrolling."""
    long = [
        f"{file.name}:{number}"
        for file in SCRIPTS
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert (len(SCRIPTS) > 30, long) == (True, [])
