"""What is a zip and holds no text that can be read is reported, not read as a table."""

import zipfile

import pytest

from zaius_logging.cli.reading.json_stream import read_json
from zaius_logging.cli.reading.sources import Sources

EXCEL = ("[Content_Types].xml", "xl/workbook.xml")
OPEN_DOCUMENT = ("mimetype", "content.xml", "META-INF/manifest.xml")
MAPPING = ("--type", "t", "--action", "a", "--identifier", "customer_id=a")


@pytest.mark.parametrize("members", [EXCEL, OPEN_DOCUMENT], ids=["xlsx", "ods"])
def test_a_workbook_is_told(here, tmp_path, members):
    """People save the sheet as CSV; nothing is sent."""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for member in members:
            packed.writestr(member, "a,b\n1,2\n")
    done = here("send", "--dry-run", path, *MAPPING)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "is a workbook: save its sheet as CSV" in done.stderr


def test_control_a_zip_of_texts_is_read(here, tmp_path):
    """The same table, by itself."""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("orders.csv", "a,b\n1,2\n")
    done = here("send", "--dry-run", path, *MAPPING)
    assert done.returncode == 0
    assert '"customer_id":"1"' in done.stdout.replace(" ", "")


def test_a_damaged_member_is_reported_where_it_stands(tmp_path):
    """One so short that its checksum is met by the first look at the file: no traceback, and the others are read."""
    path = tmp_path / "events.zip"
    event = b'{"type": "t", "identifiers": {"email": "a@b.c"}}'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.jsonl", event.replace(b"a@b.c", b"a@b.d"))
        packed.writestr("b.jsonl", event)
    path.write_bytes(path.read_bytes().replace(b"a@b.d", b"a@b.e"))
    sources = Sources([str(path)], lambda opened, name, start: read_json(opened(0), name))
    sources.check()
    damaged, found = [item for _, item in sources]
    assert "its compressed data is damaged" in damaged.reason
    assert (found.origin.source, found.event["identifiers"]) == (
        f"{path}/b.jsonl",
        {"email": "a@b.c"},
    )


@pytest.mark.parametrize("name", ["e\x1b[2Jmail", "e\u202email"], ids=["clears", "turns around"])
def test_no_name_of_a_stranger_s_acts_on_the_terminal(here, tmp_path, name):
    """Of a column, in the error before anything is read, and of a file in a zip, in what is said of a line."""
    table = tmp_path / "orders.csv"
    table.write_text(f"{name},total\na@b.c,1\n")
    done = here("send", "--dry-run", table, "--type", "t", "--action", "a", "--identifier", "email")
    assert "Its columns are: e�" in done.stderr
    with zipfile.ZipFile(tmp_path / "events.zip", "w") as packed:
        packed.writestr(f"{name}.jsonl", '{"type": "t", "identifiers": 1}')
    listed = here("send", "--dry-run", tmp_path / "events.zip")
    for said in (done, listed):
        assert not set(said.stdout + said.stderr) & {"\x1b", "\u202e"}
    assert "/e�" in listed.stderr


def test_files_that_nobody_put_there_are_passed_over(here, tmp_path):
    """A Mac leaves its own beside those that were packed, in each folder."""
    event = b'{"type": "a", "action": "b", "identifiers": {"email": "a@b.co"}, "data": {}}\n'
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("shop/a.jsonl", event)
        archive.writestr("shop/.DS_Store", b"\0\0\0\1Bud1")
        archive.writestr("__MACOSX/shop/._a.jsonl", b"\0\5\x16\7")
    done = here("send", "--dry-run", "a.zip")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


def test_a_file_whose_name_is_an_ending(cli, tmp_path):
    """It has no other name to be judged by, and ends all the same."""
    event = '{"type": "a", "action": "b", "identifiers": {"email": "a@b.co"}, "data": {}}\n'
    (tmp_path / ".gz").write_text(event)
    assert cli("send", "--dry-run", "./.gz").returncode == 0


def test_a_member_without_a_name(tmp_path):
    """A stranger's zip may have one; nothing is asked of its last letter."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("name", b"[]")
    path.write_bytes(path.read_bytes().replace(b"name", b"\0ame"))
    sources = Sources([str(path)], lambda opened, name, start: read_json(opened(0), name))
    assert list(sources) == []
