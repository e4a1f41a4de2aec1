"""The shell completes commands and options; and the page of transcripts shows commands that there are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "transcripts.md"


def completed(environment, words, shell="bash"):
    """What the shell offers for the last of some words."""
    done = subprocess.run(
        [sys.executable, "-m", "zaius_logging"],
        env={
            **environment,
            "_ZAIUS_LOGGING_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_commands_and_options_are_completed(environment):
    """Of the first level, of a wing, and options."""
    assert "spool" in completed(environment, "zaius-logging sp")
    assert "drain" in completed(environment, "zaius-logging spool /tmp dr")
    assert "--reason" in completed(environment, "zaius-logging dead /tmp retry --re")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(environment, shell):
    """As the page says: `_ZAIUS_LOGGING_COMPLETE=bash_source zaius-logging`."""
    done = subprocess.run(
        [sys.executable, "-m", "zaius_logging"],
        env={**environment, "_ZAIUS_LOGGING_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "_ZAIUS_LOGGING_COMPLETE" in done.stdout
    assert "zaius-logging" in done.stdout


def test_the_transcripts_are_of_commands_that_there_are(environment):
    """Both widths, each command twice, no line wider than it says."""
    _, narrow, wide = re.split(r"^## \d+ columns$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    for text, columns in ((narrow, 80), (wide, 120)):
        assert max(len(line) for line in text.splitlines()) <= columns + 4 + 80  # the typed line
        typed = re.findall(r"^    \$ zaius-logging (\S+)", text, re.MULTILINE)
        assert {"doctor", "spool", "dead", "top", "metrics"} == set(typed)
    assert narrow.count("$ zaius-logging") == wide.count("$ zaius-logging")
