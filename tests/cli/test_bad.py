"""Command lines that cannot be: each has its clear message, status 2, and sends nothing."""

import socket

import pytest

GOOD = '{"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"}}\n'
CSV = "id,day,price\n1,1997-01-01,9.99\n"
MAPPED = ("--type=order", "--action=purchase", "--identifier=customer_id=id")

BAD = [
    (["nothing"], "No such command 'nothing'"),
    (["--nothing"], "No such option"),
    (["send"], "Missing argument 'FILE...'"),
    (["send", "missing.jsonl"], "'missing.jsonl' does not exist"),
    (["send", "."], "'.' is a directory"),
    (["send", "-", "-"], "stdin (-) can be read only once"),
    (["send", "f.jsonl", "--api-key", "secret"], "No such option"),
    (["send", "f.jsonl", "--format", "xml"], "'xml' is not one of 'auto', 'json', 'csv'"),
    (["send", "f.jsonl", "--timeout", "0"], "give a number of seconds from 1 up"),
    (["send", "f.jsonl", "--timeout", "nan"], "give a number of seconds from 1 up"),
    (["send", "f.jsonl", "--timeout", "soon"], "'soon' is not a valid float"),
    (["send", "f.jsonl", "--rate", "0"], "give a number above 0"),
    (["send", "f.jsonl", "--rate", "inf"], "give a number above 0"),
    (["send", "f.jsonl", "--batch-size", "501"], "501 is not in the range 1<=x<=500"),
    (["send", "f.jsonl", "--endpoint", "ftp://x"], "--endpoint (or ZAIUS_ENDPOINT): must start"),
    (["send", "f.jsonl", "--endpoint", "http://example.com"], "would send the key in the clear"),
    (["send", "f.jsonl", "--refused", "f.jsonl"], "--refused f.jsonl is also to be read"),
    (["send", "f.jsonl", "--refused", "no/r.jsonl"], "--refused no/r.jsonl: No such file or"),
    (["send", "f.jsonl", *MAPPED, "--data=x=a..b"], "'a..b' is no path into JSON: write it like"),
    (["send", "f.jsonl", "--key=o-{id}"], "--key and --where go with a mapping"),
    (["send", "f.csv", *MAPPED, "--where=id"], "--where 'id': write it like status == paid"),
    (["send", "f.csv", *MAPPED, "--where=id > x"], "'>' compares numbers"),
    (["send", "f.csv", *MAPPED, "--kind=order"], "write it like order/refund if total < 0"),
    (["send", "f.csv", *MAPPED, "--map=view"], "--map 'view': write it like action:view=detail"),
    (
        ["send", "f.csv", *MAPPED, "--key=order"],
        "name a column in braces, such as order-{order_id}",
    ),
    (["send", "f.csv", *MAPPED, "--timezone=Mars"], "'Mars' is no time zone; write it like Europe"),
    (["send", "f.csv", *MAPPED, "--data=x=sum(price):number"], "say --group COLUMN, too"),
    (
        ["send", "f.csv", "--mapping=no.toml"],
        "--mapping no.toml: No such file or directory; shipped",
    ),
    (["send", "f.csv", "--mapping=f.csv"], "--mapping f.csv is not TOML"),
    (["send", "f.jsonl", "--rate", "25-2:1"], "hours go from 0 to 24"),
    (["send", "f.jsonl", "--format=csv"], "f.jsonl is CSV: say what its columns mean, with --type"),
    (["send", "f.csv"], "f.csv is CSV: say what its columns mean, with --type, --action, --ident"),
    (["send", "f.csv", "--type=order"], "say what the columns of CSV mean: --action, --identifier"),
    (["send", "f.csv", *MAPPED, "--data=total=prise:number"], "did you mean 'price'?"),
    (["send", "f.csv", *MAPPED, "--data=total=price:money"], "'money' is no type; types are text"),
    (["send", "f.csv", *MAPPED, "--data=items[1]=id"], "leaves a gap: there is no [0] before it"),
    (["send", "f.csv", *MAPPED, "--data=a..b=id"], "'a..b' is not a field: write it like"),
    (["send", "f.csv", *MAPPED, "--set=x"], "--set 'x': write it like FIELD=VALUE"),
    (["send", "f.csv", *MAPPED, "--delimiter=ab"], "give one character, such as ';', or the word"),
    (
        ["send", "f.csv", *MAPPED, "--delimiter=;"],
        "f.csv has none of the columns id: its first line has 1 other cell",
    ),
    (["send", "f.csv", *MAPPED, "--encoding=klingon"], "'klingon' is no encoding of text; try"),
    (["send", "f.csv", *MAPPED, "--encoding=hex"], "'hex' is no encoding of text"),
    (["send", "empty.csv", *MAPPED], "empty.csv does not begin with the line that names the col"),
    (["sandbox", "--port", "70000"], "70000 is not in the range 0<=x<=65535"),
    (["sandbox", "--host", "example.com"], "example.com"),
    (["sandbox", "--capacity", "0"], "0 is not in the range x>=1"),
    (["sandbox", "--fault", ""], "write it like hang, or status=503,times=3"),
    (["sandbox", "--fault", "{nope"], "'{nope' is not JSON"),
    (["sandbox", "--fault", "hangs"], "unknown field 'hangs' of 'fault', known are: latency,"),
    (["sandbox", "--fault", "status=often"], "'status' must be a status from 200 to 599"),
    (["demo", "--port", "x"], "'x' is not a valid integer"),
]


@pytest.fixture
def files(write):
    write("f.jsonl", GOOD)
    write("f.csv", CSV)
    write("empty.csv", "")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("line", "message"), BAD, ids=lambda value: " ".join(value)[:60])
def test_it_is_said_what_is_wrong(here, sandbox, line, message):
    """One message that names the option and what to do; nothing is sent, nothing is on stdout."""
    done = here(*line)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split()).replace("│", "")
    assert done.stdout == ""
    assert sandbox.stats()["requests"] == 0


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("", "ZAIUS_API_KEY is not set: the key is read from there, and never from the command"),
        ("a key", "ZAIUS_API_KEY: contains white space or a line break: copy it again"),
        ("kéy", "ZAIUS_API_KEY: contains characters that no key has"),
    ],
)
def test_keys_that_cannot_be(here, monkeypatch, key, message):
    """A missing or broken key is reported before anything is sent, and never shown."""
    monkeypatch.setenv("ZAIUS_API_KEY", key)
    done = here("send", "f.jsonl")
    assert done.returncode == 2
    assert message in done.stderr
    assert not key or key not in done.stderr


@pytest.mark.usefixtures("files")
def test_the_file_of_failures_is_kept_where_nothing_is_sent(here, write):
    """What an earlier run found invalid is not lost by a slip on the next command line."""
    failed = write("r.jsonl", "precious\n")
    assert here("send", "f.jsonl", "--refused", failed, "--endpoint", "ftp://x").returncode == 2
    assert failed.read_text() == "precious\n"


def test_a_file_that_cannot_be_opened(here):
    """It is named with the system's reason, before anything is sent."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        done = here("send", "socket")
    assert done.returncode == 2
    assert done.stderr == "Error: socket: No such device or address\n"


BAD_INPUT = [
    ("f.jsonl", GOOD.replace("email", "Email"), "identifiers.Email: names are lower case: use 'e"),
    (
        "f.jsonl",
        GOOD.replace("}}", '}, "Data": {}}'),
        "Data: is not a key of an event: keys are lower",
    ),
    (
        "f.jsonl",
        GOOD.replace("list", "purchase"),
        "type: 'purchase' is an action: use type 'order'",
    ),
    ("f.jsonl", GOOD.replace('"a@b.c"', "true"), "identifiers.email: is of type bool; it must be"),
    ("f.jsonl", GOOD.replace('"a@b.c"', '" "'), "identifiers: at least one is needed that is not"),
    (
        "f.jsonl",
        GOOD.replace("}}", '}, "data": []}'),
        "data: is of type list; it must be an object",
    ),
    (
        "f.jsonl",
        GOOD.replace("}}", '}, "ts": 1}'),
        "ts: is not a key of an event: the time goes to",
    ),
    ("f.jsonl", "Traceback (most recent call last):\n", "no line of it is JSON; is it a table?"),
    ("f.json", "[nope]", "no line of it is JSON; is it a table?"),
    ("f.json", "[{nope]", "is not JSON; nothing from here on was read"),
    ("f.csv", "id,price\n1,9.99.9\n", "column 'price' is not a number; write it like 1234.5 (for"),
    ("f.csv", "id,price\n1,9,99\n", "has 3 cells, and the header has 2"),
    ("f.csv", "id,price\n ,9\n", "identifiers: at least one is needed that is not blank"),
    ("f.csv", "id,price\n" + "x" * 1025 + ",9\n", "identifiers.customer_id: has 1025 characters"),
    ("f.csv", b"id,price\n\xe9,9\n", "is not utf-8 text; --encoding names another"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_INPUT)
def test_bad_input_is_told_by_its_line(here, sandbox, write, *, name, content, message):
    """File, line and reason; status 1; and the event of the good file beside it arrives."""
    path = write(name, content)
    good = write("good.csv", "id,price\n7,1\n") if name == "f.csv" else write("good.jsonl", GOOD)
    mapping = (*MAPPED, "--data=total=price:number") if name == "f.csv" else ()

    done = here("send", path, good, *mapping)

    assert done.returncode == 1
    assert f"{message}" in done.stderr
    assert done.stderr.startswith(f"{path}:")
    assert "9.99.9" not in done.stderr
    assert sandbox.stats()["events"] == 1
