"""`zaius-logging dead`: events that the API rejected are seen, changed, and tried again, each once."""

import json
import shutil
import signal
import sys
from pathlib import Path

import pytest

from zaius_logging.cli.operating.letters import FolderLetters

pytestmark = pytest.mark.slow  # each test runs processes

BAD = {"bad": {"data": {"total": "12.50"}}, "message": "total must be a number"}
EDITOR = "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().replace({old!r}, {new!r}))"


@pytest.fixture
def rejected(sandbox, service):
    """A service of whose 30 events the API rejects 20, with 12.50 as text."""
    sandbox.faults(BAD)
    running = service()
    running.log(0, 20, total="12.50")
    running.log(20, 30, total=12.5)
    assert running.ask("flush 20")["rejected"] == 20
    return running


@pytest.fixture
def editor(tmp_path, monkeypatch, environment):
    """Set EDITOR to a program that replaces a text, as a person would."""

    def set_to(old, new):
        path = tmp_path / "editor.py"
        path.write_text(EDITOR.format(old=old, new=new))
        environment["EDITOR"] = f"{sys.executable} {path}"

    return set_to


def by_number(sandbox):
    return {each["data"]["number"]: each for each in sandbox.events()}


def test_list_counts_by_kind_and_reason(cli, spool, rejected):
    """Kinds, reasons, how many are left and how many were retried."""
    (group,) = json.loads(cli("dead", spool, "list", "--json").stdout)
    assert (group["kind"], group["left"], group["retried"]) == ("order/purchase", 20, 0)
    assert "total must be a number" in group["reason"]
    text = cli("dead", spool, "list").stdout
    assert text.endswith("20 dead letters left, 0 retried.\n")
    assert len(json.loads(cli("dead", spool, "list", "--each", "--json").stdout)) == 20


def test_looking_changes_no_byte(cli, spool, rejected, unchanged):
    """`list`, `show`, `export` and a dry run, on a living service's directory."""
    rejected.pause()
    before = unchanged(spool)
    for words in (
        ("list",),
        ("show",),
        ("export",),
        ("retry", "--number", "data.total", "--dry-run"),
    ):
        assert cli("dead", spool, *words).returncode == 0
    assert unchanged(spool) == before
    rejected.go_on()


def test_show_has_reason_and_event(cli, spool, rejected):
    """Whole, the newest first; status 1 where none is like that."""
    done = cli("dead", spool, "show", "--kind", "order")
    assert '"number": 19' in done.stdout
    assert "total must be a number" in done.stdout
    assert cli("dead", spool, "show", "--kind", "pageview").returncode == 1


def test_retry_with_a_change_delivers_each_once(cli, sandbox, spool, rejected):
    """The text becomes a number; ids stay; letters are marked; the living service's work is not disturbed."""
    ids = {one["data"]["number"]: one["data"]["idempotence_id"] for one in exported(cli, spool)}
    done = cli("dead", spool, "retry", "--reason", "MUST be", "--number", "data.total")
    assert (done.returncode, done.stdout) == (
        0,
        "20 events retried, with the ids that they had, and marked.\n",
    )
    rejected.log(30, 40)
    assert cli("spool", spool, "drain").returncode == 0
    rejected.ask("flush 20")
    found = by_number(sandbox)
    assert sorted(found) == list(range(40))
    assert len(sandbox.events()) == 40
    assert {number: found[number]["data"]["idempotence_id"] for number in ids} == ids
    assert found[3]["data"]["total"] == 12.5
    (group,) = json.loads(cli("dead", spool, "list", "--json").stdout)
    assert (group["left"], group["retried"]) == (0, 20)
    again = cli("dead", spool, "retry", "--number", "data.total")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "no dead letter is like that\n"
    again = cli("dead", spool, "retry", "--number", "data.total", "--json")
    assert (again.returncode, json.loads(again.stdout)["retried"]) == (1, 0)


def exported(cli, spool):
    return [json.loads(line) for line in cli("dead", spool, "export").stdout.splitlines()]


def test_the_living_service_sends_what_is_retried(cli, sandbox, spool, service):
    """Without any other command: the next process of the service that looks takes them over."""
    sandbox.faults(BAD)
    first = service()
    first.log(0, 5, total="12.50")
    assert first.ask("flush 20")["rejected"] == 5
    cli("dead", spool, "retry", "--number", "data.total")
    service()  # looks when it starts; others every 25 seconds
    sandbox.wait_for(5, timeout=20)
    assert sorted(by_number(sandbox)) == list(range(5))


def test_retry_without_the_cure_makes_new_letters(cli, sandbox, spool, rejected):
    """What is rejected again is a letter again: nothing is lost, and the old one stays marked."""
    cli("dead", spool, "retry")
    assert json.loads(cli("spool", spool, "drain", "--json").stdout)["rejected"] == 20
    groups = json.loads(cli("dead", spool, "list", "--json").stdout)
    assert (sum(one["left"] for one in groups), sum(one["retried"] for one in groups)) == (20, 20)


def test_the_catalogue_keeps_wrong_events_here(cli, sandbox, spool, rejected, tmp_path):
    """Status 1, the reason with its count and without values; nothing leaves, nothing is marked."""
    (tmp_path / "events.toml").write_text(
        'catalog = 1\nname = "shop"\nversion = "1"\n\n[kind."order/purchase"]\n'
        'fields.number = { type = "integer", required = true }\nfields.total = { type = "number" }\n'
    )
    done = cli("dead", spool, "retry", "--catalog", tmp_path / "events.toml")
    assert done.returncode == 1
    assert "20 events left: data.total: " in done.stderr
    assert "12.50" not in done.stderr
    words = ("--number", "data.total", "--drop", "data.number")
    assert (
        cli("dead", spool, "retry", "--catalog", tmp_path / "events.toml", *words).returncode == 1
    )
    (group,) = json.loads(cli("dead", spool, "list", "--json").stdout)
    assert group["left"] == 20
    fine = cli(
        "dead", spool, "retry", "--catalog", tmp_path / "events.toml", "--number", "data.total"
    )
    assert (fine.returncode, fine.stderr) == (0, "")


def test_edit_is_a_round_trip_through_an_editor(cli, sandbox, spool, rejected, editor):
    """What the person saved is checked and sent; what was taken out would stay a letter."""
    editor('"12.50"', "12.5")
    done = cli("dead", spool, "edit")
    assert done.stdout.startswith("20 events retried"), done.stderr
    cli("spool", spool, "drain")
    assert sorted(by_number(sandbox)) == list(range(30))


def test_an_edit_without_a_change_sends_nothing(cli, spool, rejected, editor):
    """Who looks, and leaves the editor, has not said that the events shall go again."""
    editor("nowhere in the text", "")
    done = cli("dead", spool, "edit")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "nothing was changed" in done.stderr
    assert "0 retried" in cli("dead", spool, "list").stdout


def test_an_edit_that_breaks_the_event_is_said(cli, spool, rejected, editor):
    """No JSON, or another id: nothing is done, status 1, why on stderr."""
    editor('"event"', "event")
    done = cli("dead", spool, "edit")
    assert (done.returncode, done.stdout) == (
        1,
        "0 events retried, with the ids that they had, and marked.\n",
    )
    assert "what was saved is not JSON" in done.stderr
    editor('"idempotence_id": "', '"idempotence_id": "x')
    assert "idempotence_id: must stay" in cli("dead", spool, "edit").stderr


def test_what_changes_letters_says_in_json_what_it_did(cli, spool, rejected, editor):
    """How many, and of those that stay each problem with its count; a dry run shows the events."""
    number = ("--number", "data.total")
    dry = json.loads(cli("dead", spool, "retry", *number, "--dry-run", "--json").stdout)
    assert (dry["retried"], len(dry["would_be_retried"])) == (0, 20)
    assert dry["would_be_retried"][0]["data"]["total"] == 12.5
    editor('"event"', "event")
    assert json.loads(cli("dead", spool, "edit", "--json").stdout) == {
        "retried": 0,
        "left": [{"problem": "what was saved is not JSON", "count": 1}],
        "no_room_for": 0,
    }
    done = cli("dead", spool, "retry", *number, "--json")
    assert json.loads(done.stdout) == {"retried": 20, "left": [], "no_room_for": 0}
    assert json.loads(cli("dead", spool, "purge", "--yes", "--json").stdout) == {"removed": 20}


def test_letters_are_chosen_by_age_and_id(cli, spool, rejected):
    """--newer, --older and --id; a time that is none is an error that shows one."""
    assert len(exported_with(cli, spool, "--newer", "1h")) == 20
    assert exported_with(cli, spool, "--older", "1h") == []
    one = json.loads(cli("dead", spool, "list", "--each", "--json").stdout)[4]
    (event,) = exported_with(cli, spool, "--id", one["id"][:8])
    assert event == one["event"]
    assert "15min" in cli("dead", spool, "list", "--newer", "yesterday").stderr


def exported_with(cli, spool, *words):
    return [json.loads(line) for line in cli("dead", spool, "export", *words).stdout.splitlines()]


def test_purge_removes_for_good(cli, spool, rejected, sandbox):
    """Only with --yes where nobody can be asked; no byte of the event is left; the file is appended to as before."""
    assert cli("dead", spool, "purge").returncode == 2
    assert "20 dead letters removed" in cli("dead", spool, "purge", "--yes").stdout
    (path,) = spool.rglob("dead-letters.jsonl")
    assert path.read_text().strip() == ""
    rejected.log(50, 51, total="12.50")
    rejected.ask("flush 20")
    assert [one["data"]["number"] for one in exported(cli, spool)] == [50]


def test_a_file_of_letters_is_enough(cli, spool, rejected):
    """Instead of the directory."""
    (path,) = spool.rglob("dead-letters.jsonl")
    assert cli("dead", path, "list").stdout.endswith("20 dead letters left, 0 retried.\n")
    assert cli("dead", path, "retry", "--number", "data.total").returncode == 0
    assert cli("dead", path, "list").stdout.endswith("0 dead letters left, 20 retried.\n")


def test_a_copy_of_a_file_is_retried_by_nobody(cli, spool, rejected, sandbox, tmp_path):
    """Its events would wait where no process looks: nothing is marked, and the way that is named sends them."""
    (path,) = spool.rglob("dead-letters.jsonl")
    copy = tmp_path / "copies" / path.name
    copy.parent.mkdir()
    shutil.copy(path, copy)
    done = cli("dead", copy, "retry", "--number", "data.total")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{copy} export | zaius-logging send -" in done.stderr
    assert [each.name for each in copy.parent.iterdir()] == [path.name]
    assert cli("dead", copy, "list").stdout.endswith("20 dead letters left, 0 retried.\n")
    events = cli("dead", copy, "export").stdout.replace('"12.50"', "12.5")
    before = len(sandbox.events())
    assert cli("send", "-", stdin=events).returncode == 0
    assert len(sandbox.events()) == before + 20


def test_one_of_several_accounts(cli, spool, rejected):
    """Asked for where several lie there, and named behind the command, as for `spool`."""
    (folder,) = (path.parent for path in spool.rglob("dead-letters.jsonl"))
    shutil.copytree(folder, spool / "other")
    assert "give --account" in cli("dead", spool, "list").stderr
    assert "20 dead letters left" in cli("dead", spool, "list", "--account", "oth").stdout
    assert cli("dead", spool, "purge", "--yes", "--account", "other").returncode == 0
    assert "20 dead letters left" in cli("dead", spool, "list", "--account", folder.name).stdout


def test_a_file_without_letters_is_an_error(cli, tmp_path):
    """None left is what is said of a file of letters alone, such as one that was purged."""
    (tmp_path / "shop.log").write_text('{"type": "order"}\nGET /\n')
    done = cli("dead", "shop.log", "list")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "shop.log holds no dead letters" in done.stderr
    (tmp_path / "purged.jsonl").write_text("   \n  \n")
    assert cli("dead", "purged.jsonl", "list").returncode == 0


def test_a_mark_keeps_the_line_where_it_is(cli, spool, rejected):
    """In place and in the same length, so that processes that append meanwhile lose nothing; it stays JSON."""
    (path,) = spool.rglob("dead-letters.jsonl")
    before = path.read_bytes()
    with path.open("ab") as appending:  # as a living process has it open
        cli("dead", path, "retry", "--number", "data.total")
        appending.write(before.splitlines(keepends=True)[0])
    after = path.read_bytes()
    assert len(after) == len(before) + len(before.splitlines(keepends=True)[0])
    fates = [json.loads(line)["fate"] for line in after.splitlines()]
    assert fates == ["retried"] * 20 + ["rejected"]


def test_the_relays_dead_stream(cli, start, tmp_path, sandbox):
    """By its Redis address: listed, changed, put back into the stream with the mark, purged."""
    pytest.importorskip("redis")
    from tests.proofs.fleet.tools import REDIS, RedisServer

    if REDIS is None:
        pytest.skip("needs redis-server: apt-get install redis-server")
    directory = tmp_path / "redis"
    directory.mkdir()
    server = RedisServer(directory).start()
    try:
        event = {"type": "order", "action": "purchase", "identifiers": {"customer_id": "c1"}}
        event["data"] = {
            "total": "12.50",
            "idempotence_id": "one",
            "number": 1,
            "ts": "2026-01-01T00:00:00Z",
        }
        with server.client() as client:
            for _ in range(3):
                client.xadd(
                    "{zaius:events}:dead", {"e": json.dumps(event), "reason": "total must be"}
                )
        url = server.url("zaius:events")
        (group,) = json.loads(cli("dead", url, "list", "--json").stdout)
        assert (group["left"], group["kind"]) == (3, "order/purchase")
        one = json.loads(cli("dead", url, "list", "--each", "--json").stdout)[0]["id"]
        done = cli("dead", url, "retry", "--id", one, "--number", "data.total")
        assert done.stdout.startswith("1 event retried"), done.stderr
        with server.client() as client:
            ((_, entry),) = client.xrange("zaius:events")
            assert json.loads(entry["e"])["data"] == {**event["data"], "total": 12.5}
            assert int(client.get("{zaius:events}:bytes")) == len(entry["e"])
        (group,) = json.loads(cli("dead", url, "list", "--json").stdout)
        assert (group["left"], group["retried"]) == (2, 1)
        assert "3 dead letters removed" in cli("dead", url, "purge", "--yes").stdout
        assert cli("dead", url, "list").stdout.endswith("0 dead letters left, 0 retried.\n")
    finally:
        server.stop()
    assert "Traceback" not in cli("dead", url, "list").stderr


STRANGE = ":100: [bold]x[/] \x1b[31m \x9b31m \ud800 é"


def letters_file(tmp_path, **more):
    """A file of one letter, of which a stranger may have written every word."""
    event = {
        "type": "a\x1b[2Jb",
        "action": "c",
        "identifiers": {"vuid": "1"},
        "data": {"x": STRANGE, **more},
    }
    letter = {
        "at": "2026-11-28T21:04:05Z",
        "fate": "rejected",
        "reason": STRANGE,
        "logged": 1,
        "event": event,
    }
    path = tmp_path / "dead-letters.jsonl"
    path.write_text(json.dumps(letter) + "\n")
    return path, event


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_strangers_words_are_shown_as_they_are(cli, tmp_path, encoding):
    """No escape reaches the terminal, no word becomes a picture, and JSON holds what the letter holds."""
    path, event = letters_file(tmp_path)
    for words in (("list",), ("list", "--each"), ("show",), ("show", "--json"), ("export",)):
        done = cli("dead", path, *words, PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr
        assert all(char.isprintable() or char == "\n" for char in done.stdout)
        assert ":100: [bold]x[/]" in done.stdout
    assert json.loads(done.stdout) == event
    shown = cli("dead", path, "show", "--json", PYTHONIOENCODING=encoding)
    assert [each["event"] for each in json.loads(shown.stdout)] == [event]


def test_a_choice_that_is_blank_is_an_error(cli, tmp_path):
    """`--id "$ID"` of a script in which ID is not set does not mean all."""
    path, _ = letters_file(tmp_path)
    before = path.read_bytes()
    for option in ("--id", "--reason", "--kind"):
        done = cli("dead", path, "purge", option, "", "--yes")
        assert (done.returncode, "is blank" in done.stderr) == (2, True)
    assert path.read_bytes() == before


def test_what_gets_another_name_meanwhile_is_purged_all_the_same(tmp_path):
    """A process of the service begins a new file between the look and the change."""
    path, _ = letters_file(tmp_path)
    older = path.with_name("dead-letters.1.jsonl")
    letters = FolderLetters([older, path], 1 << 20)
    found = list(letters.read())
    path.rename(older)
    path.write_text("")
    letters.purge(found)
    assert older.read_text().strip() == ""


BROKEN_EDITORS = {
    "quotes that do not end": 'vi "',
    "none": "/nowhere/vi",
    "one that removes the file": "rm",
    "one that writes no text": """sh -c 'printf "\\377" > "$0"'""",
}


@pytest.mark.parametrize("name", BROKEN_EDITORS)
def test_an_editor_that_fails_is_an_error(cli, tmp_path, name):
    """In one line; nothing is sent."""
    path, _ = letters_file(tmp_path)
    done = cli("dead", path, "edit", EDITOR=BROKEN_EDITORS[name])
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "EDITOR=" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_edit_that_is_ended_leaves_no_customers_data(start, environment, tmp_path, number):
    """A lost terminal, too. Ctrl-C before is the editor's own."""
    path, _ = letters_file(tmp_path)
    editor = tmp_path / "editor.sh"
    editor.write_text('trap "" INT\necho "$1"\nread line\necho "$line"\nread line\n')
    environment["EDITOR"] = f"sh {editor}"
    process = start("dead", str(path), "edit")
    edited = Path(process.stdout.readline().strip())
    assert edited.exists()
    process.send_signal(signal.SIGINT)
    process.stdin.write("goes on\n")
    process.stdin.flush()
    assert process.stdout.readline() == "goes on\n"
    process.send_signal(number)
    assert process.wait(timeout=30) == 128 + number
    assert not edited.exists()
