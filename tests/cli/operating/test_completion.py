"""The shell completes commands and options; and the page of transcripts shows commands that there are."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "transcripts.md"


@pytest.fixture
def said(here, capsys):
    """What the command says to a shell that asks; it asks by the environment, and needs no process of its own."""

    def asking(request, words=""):
        count = str(len(words.split(" ")) - 1)
        with pytest.raises(SystemExit):
            here(_ZAIUS_LOGGING_COMPLETE=request, COMP_WORDS=words, COMP_CWORD=count)
        return capsys.readouterr().out

    return asking


def test_commands_and_options_are_completed(said):
    """Of the first level, of a wing, and options."""
    assert "spool" in said("bash_complete", "zaius-logging sp")
    assert "drain" in said("bash_complete", "zaius-logging spool /tmp dr")
    assert "--reason" in said("bash_complete", "zaius-logging dead /tmp retry --re")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(said, shell):
    """As the page says: `_ZAIUS_LOGGING_COMPLETE=bash_source zaius-logging`."""
    script = said(f"{shell}_source")
    assert "_ZAIUS_LOGGING_COMPLETE" in script
    assert "zaius-logging" in script


def test_the_transcripts_show_every_command():
    """Each command of operators, with each of its parts, in both widths; no line is wider than it says."""
    from zaius_logging.cli.command import command

    parts = {
        f"{name} {part}"
        for name in ("spool", "dead")
        for part in command.get_command(None, name).commands
    }
    wanted = {"doctor", "top", "metrics", "agent", "certify"} | parts
    _, narrow, wide = re.split(r"^## \d+ columns$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    for text, columns in ((narrow, 80), (wide, 120)):
        lines = [line.removeprefix("    ") for line in text.splitlines()]
        shown = [line for line in lines if not line.startswith("$ ")]
        assert max(map(len, shown)) <= columns
        assert "Traceback" not in text
        assert {name_of(line.split()) for line in typed(text)} == wanted
    assert typed(narrow) == typed(wide)


def typed(text):
    """The commands, without the program and what stands before it."""
    return re.findall(r"^    \$ .*?zaius-logging (.*)$", text, re.MULTILINE)


def name_of(words):
    """The command that is typed: of `spool DIR` and `dead FROM` the part, too."""
    return f"{words[0]} {words[2]}" if words[0] in {"spool", "dead"} else words[0]


@pytest.mark.parametrize(
    "words", [("doctor",), ("agent",), *(("spool", "d", each) for each in ("drain", "import"))]
)
def test_help_shows_no_marks_of_its_own_making(cli, words):
    """What tells the help to keep its lines is not printed."""
    done = cli(*words, "--help")
    assert done.returncode == 0
    assert "\\b" not in done.stdout
    assert "\b" not in done.stdout
