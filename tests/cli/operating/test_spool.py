"""`zaius-logging spool`: what an operator sees of a service's directory, and what it does there."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each test runs processes

BECOMES_ANOTHER = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0 or not Path("/usr/bin/python3").exists(),
    reason="becomes another user",
)
LOOKS = (("list",), ("list", "--json"), ("verify",), ("export",))


def numbers(text):
    """The numbers that the events on these lines were logged with."""
    return [json.loads(line)["data"]["number"] for line in text.splitlines()]


def listed(cli, spool):
    (account,) = json.loads(cli("spool", spool, "list", "--json").stdout)["accounts"]
    return account


def segments(spool):
    return sorted(spool.rglob("[0-9]*.jsonl"))


def test_it_says_who_lives_and_what_waits(cli, spool, service, left):
    """A process that was killed is `ended`, one that runs `alive`; each with its events, and the oldest of them."""
    living = service()
    living.log(30, 50)
    dead = left(0, 30)
    account = listed(cli, spool)
    found = {each["pid"]: (each["owner"], each["waiting"]) for each in account["processes"]}
    assert found == {dead: ("ended", 30), living.pid: ("alive", 20)}
    assert account["waiting"] == 50
    assert 0 <= account["oldest_seconds"] < 60
    text = cli("spool", spool, "list").stdout
    assert f"{account['account']}: 50 events wait, the oldest for" in text


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
@pytest.mark.parametrize("use_map", [True, False], ids=["mapped", "written"])
def test_looking_changes_no_byte(  # noqa: PLR0917 - fixtures
    cli, spool, service, unchanged, words, use_map
):
    """Of a living service's directory, paused meanwhile: names, contents, modes, times. It goes on afterwards."""
    living = service(spool_map=use_map)
    living.log(0, 300)
    living.pause()
    before = unchanged(spool)
    assert cli("spool", spool, *words).returncode == 0
    assert unchanged(spool) == before
    living.go_on()
    assert living.ask("flush 20")["delivered"] == 300


def test_the_fingerprint_sees_a_change(spool, left, unchanged):
    """The control: one byte, written in place, is seen."""
    left(0, 1)
    before = unchanged(spool)
    (path,) = segments(spool)
    with path.open("r+b") as file:
        file.seek(path.read_bytes().index(b'{"s":"w"') + 6)
        file.write(b"d")
    assert unchanged(spool) != before


def test_verify_names_damage(cli, spool, left):
    """A flipped bit and lines that are gone: file, place and count; status 1. What is sound is counted."""
    left(0, 20)
    assert cli("spool", spool, "verify").stdout == "1 file, 20 sound lines, 0 with damage.\n"
    (path,) = segments(spool)
    data = bytearray(path.read_bytes())
    at = data.index(b'"c7"')
    data[at + 1] ^= 1
    path.write_bytes(data)
    done = cli("spool", spool, "verify")
    assert done.returncode == 1
    assert "1 damaged line (byte " in done.stdout
    assert "19 sound lines, 1 with damage" in done.stdout
    (file,) = json.loads(cli("spool", spool, "verify", "--json").stdout)["files"]
    assert (file["damaged"], file["lines"], file["waiting"]) == (1, 19, 19)


def test_a_file_that_is_not_ours_is_named_and_left_alone(cli, spool, left):
    """Of a newer version, or with a first line of another program."""
    left(0, 1)
    (path,) = segments(spool)
    other = path.with_name("00000000000000000001-1-000001.jsonl")
    other.write_text('{"journal":"zaius_logging","version":9,"new":1}\n')
    assert f"{other}: of a newer version; left alone" in cli("spool", spool, "list").stdout
    assert cli("spool", spool, "verify").returncode == 1


def test_drain_sends_what_dead_processes_have_left(cli, sandbox, spool, left):
    """Each event once, in order, with its own id; nothing is left, and a second run has nothing to do."""
    left(0, 700)
    left(700, 1000)
    done = cli("spool", spool, "drain")
    assert done.returncode == 0, done.stderr
    assert "1,000 events delivered, 0 left." in done.stdout
    assert [each["data"]["number"] for each in sandbox.events()] == list(range(1000)), done.stderr
    assert len({each["data"]["idempotence_id"] for each in sandbox.events()}) == 1000
    again = cli("spool", spool, "drain", "--json")
    assert json.loads(again.stdout)["delivered"] == 0


def test_drain_works_beside_running_processes(cli, sandbox, spool, service, left):
    """Neither takes what the other holds: in the end every event arrived once."""
    living = service()
    left(0, 500)
    living.log(500, 600)
    done = json.loads(cli("spool", spool, "drain", "--json").stdout)
    assert done["left"] == 0
    assert living.ask("flush 20")["pending"] == 0
    assert sorted(each["data"]["number"] for each in sandbox.events()) == list(range(600))


def test_drain_goes_on_where_it_was_stopped(cli, start, sandbox, spool, left):
    """Ctrl-C in the middle of a slow drain: what was delivered is not sent again."""
    left(0, 2500)
    process = start("spool", str(spool), "drain", "--rate", "0.5")
    sandbox.wait_for(500, timeout=20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "Stopped: interrupted" in out
    assert len(sandbox.events()) < 2500
    assert cli("spool", spool, "drain").returncode == 0
    assert sorted(each["data"]["number"] for each in sandbox.events()) == list(range(2500))


def test_drain_sends_no_other_account(cli, sandbox, spool, left):
    """With another key nothing leaves, and the message names both accounts."""
    left(0, 5)
    done = cli("spool", spool, "drain", ZAIUS_API_KEY="another.key")
    assert done.returncode == 2
    assert "set those of the service" in done.stderr
    account = listed(cli, spool)["account"]
    forced = cli("spool", spool, "drain", "--account", account, ZAIUS_API_KEY="another.key")
    assert forced.returncode == 2
    assert sandbox.events() == []
    assert cli("spool", spool, "drain", ZAIUS_API_KEY="test-key.rotated").returncode == 0
    assert len(sandbox.events()) == 5


def test_one_of_several_accounts(cli, spool, left):
    """`list` and `verify` look at all, or at the one that is named."""
    left(0, 5)
    account = listed(cli, spool)["account"]
    shutil.copytree(spool / account, spool / "other")
    assert len(json.loads(cli("spool", spool, "list", "--json").stdout)["accounts"]) == 2
    one = json.loads(cli("spool", spool, "list", "--account", "oth", "--json").stdout)
    assert [each["account"] for each in one["accounts"]] == ["other"]
    assert "2 files" in cli("spool", spool, "verify").stdout
    assert "1 file," in cli("spool", spool, "verify", "--account", account).stdout
    assert "lies there" in cli("spool", spool, "list", "--account", "none").stderr


def test_a_drain_that_cannot_send_leaves_all(cli, sandbox, spool, left):
    """A revoked key: status 1, the reason, and every event is still there."""
    left(0, 40)
    sandbox.faults({"status": 403})
    done = cli("spool", spool, "drain")
    assert done.returncode == 1
    assert "40 left" in done.stdout
    assert "403" in done.stdout
    assert listed(cli, spool)["waiting"] == 40


def test_export_and_import_keep_ids(cli, sandbox, spool, left, tmp_path):
    """What waits goes to another directory as JSON lines, and from there to the API with the ids that it had."""
    left(0, 60)
    out = cli("spool", spool, "export").stdout
    assert numbers(out) == list(range(60))
    file = tmp_path / "waiting.jsonl"
    file.write_text(out)
    other = tmp_path / "other"
    other.mkdir()
    assert "60 events imported" in cli("spool", other, "import", file).stdout
    assert cli("spool", other, "export").stdout == out
    assert cli("spool", other, "drain").returncode == 0
    ids = [json.loads(line)["data"]["idempotence_id"] for line in out.splitlines()]
    assert [each["data"]["idempotence_id"] for each in sandbox.events()] == ids


def test_a_wrong_line_imports_nothing(cli, tmp_path):
    """Line and reason on stderr, in one line without the event's values; no file is made."""
    file = tmp_path / "in.jsonl"
    file.write_text(
        '{"type":"a","action":"b","identifiers":{"vuid":"1"}}\n{"type":"a","identifiers":{"email":"ada"}}\n'
    )
    spool = tmp_path / "spool"
    spool.mkdir()
    done = cli("spool", spool, "import", file)
    assert done.returncode == 2
    assert f"{file}:2: " in done.stderr
    assert "ada" not in done.stderr
    assert list(spool.iterdir()) == []


def test_import_into_a_full_spool_says_how_to_go_on(cli, spool, tmp_path):
    """Status 1, and --skip with the number of lines that are in."""
    spool.mkdir()
    line = json.dumps(
        {"type": "a", "action": "b", "identifiers": {"vuid": "1"}, "data": {"x": "y" * 5000}}
    )
    file = tmp_path / "in.jsonl"
    file.write_text((line + "\n") * 400)
    done = cli("spool", spool, "import", file, ZAIUS_SPOOL_BYTES="1048576")
    assert done.returncode == 1
    skip = done.stderr.rpartition("--skip ")[2].strip()
    assert 0 < int(skip) < 400
    assert listed(cli, spool)["waiting"] == int(skip)
    again = cli(
        "spool", spool, "import", file, "--skip", skip, "--json", ZAIUS_SPOOL_BYTES="1048576"
    )
    said = json.loads(again.stdout)
    assert (again.returncode, said["imported"] + said["left"]) == (1, 400 - int(skip))
    assert said["go_on_with_skip"] == int(skip) + said["imported"]


def test_tail_follows_a_living_service(start, sandbox, spool, service, unchanged):
    """Events appear as they are written, over new files, and no byte is changed by it."""
    sandbox.faults(status=503)
    living = service()
    living.log(0, 3)
    process = start("spool", str(spool), "tail", "-n", "2")
    assert numbers(process.stdout.readline() + process.stdout.readline()) == [1, 2]
    living.log(3, 1000)  # more than the first file holds
    assert numbers("".join(process.stdout.readline() for _ in range(997))) == list(range(3, 1000))
    living.pause()
    before = unchanged(spool)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert unchanged(spool) == before


def test_errors_are_one_line_with_the_next_step(cli, tmp_path):
    """On stderr, status 2."""
    done = cli("spool", tmp_path / "nothing", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "give the spool_dir of the service" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_full_disk_under_stdout_is_one_line(environment, spool, left):
    """`export > waiting.jsonl` on a full disk must not pass for done: status 74, of sysexits.h."""
    left(0, 10)
    for words in (("list",), ("list", "--json"), ("verify",), ("export",)):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "zaius_logging", "spool", str(spool), *words],
                env=environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )
        assert (done.returncode, done.stderr) == (74, "Error: No space left on device\n")


def test_a_directory_that_goes_away_is_one_line(start, spool, service):
    """Under `tail`, here."""
    running = service(deliver=False)
    running.log(0, 1)
    process = start("spool", str(spool), "tail", "-n", "1")
    assert process.stdout.readline()
    running.kill()
    spool.rename(spool.with_name("gone"))
    _, err = process.communicate(timeout=30)
    assert process.returncode == 74
    assert err.count("\n") == 1
    assert err.endswith(": No such file or directory\n")


def test_what_is_left_for_an_agent_is_said(cli, spool, service):
    """`drain` leaves it; its own line says who sends it."""
    running = service(deliver=False)
    running.log(0, 5)
    running.kill()
    done = cli("spool", spool, "drain")
    assert done.returncode == 1
    assert "5 left, 5 of them for an agent" in done.stdout
    assert json.loads(cli("spool", spool, "drain", "--json").stdout)["left_for_an_agent"] == 5


def test_import_goes_on_at_a_line_not_at_an_event(cli, spool):
    """Lines without an event count where the next run is to begin, or events would go twice."""
    spool.mkdir()
    event = json.dumps(
        {"type": "a", "action": "b", "identifiers": {"vuid": "1"}, "data": {"x": "y" * 8000}}
    )
    file = spool.parent / "in.jsonl"
    file.write_text(f"\n\n{event}\n" * 200)
    done = cli("spool", spool, "import", file, "--json", ZAIUS_SPOOL_BYTES="1048576")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said["go_on_with_skip"] == 3 * said["imported"]


PYTHON = "/usr/bin/python3"  # one that every user can read; ours may be in root's home
OURS = [str(Path(__file__).parents[3]), *(each for each in sys.path if "site-packages" in each)]


def as_root(environment, *words):
    return subprocess.run(
        [PYTHON, "-m", "zaius_logging", *map(str, words)],
        env={**environment, "PYTHONPATH": os.pathsep.join(OURS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@BECOMES_ANOTHER
def test_root_acts_as_the_owner(environment, spool, left, sandbox):
    """What root drains or imports stays the service's: its user can read and send it."""
    left(0, 10)
    nobody = 65534
    for path in [spool, *spool.rglob("*")]:
        os.chown(path, nobody, nobody)
    for parent in spool.parents:
        if stat.S_IMODE(parent.stat().st_mode) & 0o005 == 0 and str(parent) != "/":
            parent.chmod(0o755)
    event = spool.parent / "in.jsonl"
    event.write_text('{"type":"a","action":"b","identifiers":{"vuid":"1"}}\n')

    def call(*words):
        return as_root(environment, "spool", spool, *words)

    assert "10 events wait" in call("list").stdout
    assert call("import", str(event)).returncode == 0
    assert {path.stat().st_uid for path in spool.rglob("*")} == {nobody}
    assert "11 events delivered" in call("drain").stdout
    assert {path.stat().st_uid for path in spool.rglob("*")} <= {nobody}


@BECOMES_ANOTHER
def test_root_touches_nothing_that_belongs_to_several(environment, spool, left):
    """Whose it would act as cannot be said."""
    left(0, 1)
    (account,) = spool.iterdir()
    other = spool / "other"
    other.mkdir()
    (other / "dead-letters.jsonl").touch()
    os.chown(other, 65534, 65534)
    done = as_root(environment, "spool", spool, "list")
    assert done.returncode == 2
    assert "several users" in done.stderr
    assert Path(account).exists()


def hand_over(spool):
    """Make it nobody's, who can reach it."""
    for path in [spool, *spool.rglob("*")]:
        os.chown(path, 65534, 65534)
    for parent in spool.parents:
        if stat.S_IMODE(parent.stat().st_mode) & 0o005 == 0 and str(parent) != "/":
            parent.chmod(0o755)


@BECOMES_ANOTHER
def test_what_root_writes_elsewhere_is_roots(environment, spool, left, tmp_path):
    """node_exporter's folder is root's, and its cron job is, too: it reads as the owner, and writes as itself."""
    left(0, 1)
    hand_over(spool)
    (tmp_path / "node").mkdir(mode=0o755)
    file = tmp_path / "node" / "zaius.prom"
    done = as_root(environment, "metrics", spool, "--textfile", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'zaius_host_events_waiting{account="' in file.read_text()
    assert file.stat().st_uid == 0


AS_NOBODY = """
import os, runpy, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv[0] = "zaius-logging"
runpy.run_module("zaius_logging", run_name="__main__")
"""


@BECOMES_ANOTHER
def test_one_of_several_users_is_told_what_is_not_his(environment, spool, left):
    """One line for what he may not read; with --account his own; the doctor looks at what it can."""
    left(0, 3)
    (account,) = spool.iterdir()
    hand_over(spool)
    spool.chmod(0o1777)
    other = spool / "0123456789abcdef"
    other.mkdir(0o700)
    (other / "dead-letters.jsonl").touch()

    def call(*words):
        return subprocess.run(
            [PYTHON, "-c", AS_NOBODY, *map(str, words)],
            env={
                **environment,
                "PYTHONPATH": os.pathsep.join(OURS),
                "ZAIUS_SPOOL_DIR": str(spool),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done = call("spool", spool, "list")
    assert (done.returncode, done.stderr) == (74, f"Error: {other}: Permission denied\n")
    assert "3 events wait" in call("spool", spool, "list", "--account", account.name).stdout
    doctor = call("doctor", "--offline", "--all")
    assert "Traceback" not in doctor.stderr
    assert f"{other} is not this user's to read" in doctor.stdout


@BECOMES_ANOTHER
def test_an_agent_of_root_needs_its_key_file_once(environment, spool, service, sandbox, tmp_path):
    """It has become the owner of the spool, who may not read root's key, before it begins to send."""
    running = service(deliver=False)
    running.log(0, 3)
    running.end()
    hand_over(spool)
    key = tmp_path / "key"
    key.write_text("test-key.secret")
    key.chmod(0o600)
    agent = subprocess.Popen(
        [PYTHON, "-m", "zaius_logging", "agent", str(spool), "--key-file", str(key)],
        env={**environment, "ZAIUS_API_KEY": "", "PYTHONPATH": os.pathsep.join(OURS)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        sandbox.wait_for(3, timeout=30)
    finally:
        agent.terminate()
        _, err = agent.communicate(timeout=30)
    assert agent.returncode == 0
    assert "Traceback" not in err
