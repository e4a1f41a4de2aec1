"""Files of events: what each line is taken for."""

import io
import json
import logging
import os
import time

import pytest

from zaius_logging import StubTransport, ZaiusFormatter, ZaiusHandler
from zaius_logging.cli.columns.options import Columns
from zaius_logging.cli.columns.rows import mapped
from zaius_logging.cli.columns.table import Form, Table
from zaius_logging.cli.problems import MappingError
from zaius_logging.cli.reading.items import (
    MAX_LINE,
    UNSETTLED,
    Found,
    Origin,
    Skipped,
    Unusable,
    derived_id,
)
from zaius_logging.cli.reading.json_stream import read_json
from zaius_logging.cli.reading.sources import Sources

EVENT = {"type": "list", "action": "subscribe", "identifiers": {"email": "a@b.c"}}
MAPPING = Columns(type="a", action="b", identifier=("id",), data=("n=n",)).mapping()


def READ(opened, name, start):  # noqa: N802 - what Sources takes
    return read_json(opened(start.offset), name, start=start)


def events(content):
    stream = io.BufferedReader(
        io.BytesIO(content if isinstance(content, bytes) else content.encode())
    )
    return list(read_json(stream, "f"))


def rows(content, encoding="utf-8", delimiter=None):
    stream = io.BufferedReader(
        io.BytesIO(content if isinstance(content, bytes) else content.encode())
    )
    table = Table(stream, "f", MAPPING, Form(delimiter=delimiter, encoding=encoding))
    return list(mapped(table, MAPPING))


def lines_of(items):
    return [item.origin.line for item in items]


@pytest.mark.parametrize("content", ["", "\n \n", "[]", " [ ] [\n]", "\ufeff"])
def test_nothing_is_in_empty_files(content):
    """Nothing, blank lines, and empty arrays hold no event and no error."""
    assert events(content) == []


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("{0}\n{0}\n", [1, 2]),
        ("\ufeff\n{0}\r\n\r\n{0}", [2, 4]),
        ("[{0},{0}]", [1, 1]),
        ("\n[\n {0},\n\n {0}\n]\n[{0}]\n", [3, 5, 7]),
    ],
)
def test_events_are_found_where_they_stand(content, lines):
    """One a line, or arrays over any number of lines: each is found with its line."""
    found = events(content.replace("{0}", json.dumps(EVENT)))
    assert found == [Found(Origin("f", line), EVENT) for line in lines]


def test_an_array_that_ends_behind_its_last_line_s_event_costs_none_after_it(tmp_path):
    """Where a run goes on in the middle of such a line, only that line's event is done."""
    path = tmp_path / "shop.jsonl"
    path.write_text(
        f'{{"broken": [\n{json.dumps(EVENT)}]\n{json.dumps({**EVENT, "action": "next"})}\n'
    )
    every = list(Sources([str(path)], READ))
    for number, (spot, _) in enumerate(every):
        again = [item for _, item in Sources([str(path)], READ, spot)]
        assert again == [item for _, item in every[number + 1 :]], number


@pytest.mark.parametrize(
    "begin",
    ['{"type": "order", "act', "{", '{\n "a": [\n', "{ text: ':{' }", "{\n" * 200],
    ids=["cut", "bracket", "lines", "no JSON", "deep"],
)
def test_an_object_that_is_cut_takes_no_event_with_it(tmp_path, begin):
    """A log goes on behind it, with words before each event, or blanks."""
    event = json.dumps(EVENT)
    path = tmp_path / "shop.log"
    path.write_text(f"{begin}\nweb-1 | {event}\n\n\n INFO ok\n  {event}\nweb-1 | {event}\n")
    every = list(Sources([str(path)], READ))
    found = [item.origin.line for _, item in every if isinstance(item, Found)]
    first = begin.count("\n") + 2
    assert found == [first, first + 4, first + 5]
    assert any(isinstance(item, Unusable) for _, item in every)


def test_millions_of_blank_lines_take_no_time():
    """Blank lines are counted and not looked at one by one, within an object, too."""
    began = time.process_time()
    (cut, found) = events("{\n" + "\n" * 3_000_000 + json.dumps(EVENT) + "\n" * 3_000_000)
    assert time.process_time() - began < 1
    assert isinstance(cut, Unusable)
    assert found == Found(Origin("f", 3_000_002), EVENT)


@pytest.mark.parametrize("form", ["cri", "docker"])
def test_a_run_goes_on_before_a_line_in_pieces(tmp_path, form):
    """A line of another stream stands between its pieces: from there the first would not be read again."""
    event = json.dumps(EVENT)
    pieces = [("stdout", event[:30]), ("stderr", event + "\n"), ("stdout", event[30:] + "\n")]
    lines = (
        json.dumps({"log": text, "stream": stream, "time": "2026-01-31T12:00:00Z"})
        if form == "docker"
        else f"2026-01-31T12:00:00Z {stream} {'PF'[text.endswith(chr(10))]} {text.strip()}"
        for stream, text in pieces
    )
    path = tmp_path / "shop.log"
    path.write_text("".join(f"{line}\n" for line in lines))
    every = list(Sources([str(path)], READ))
    assert len(every) == 2
    for number, (spot, _) in enumerate(every):
        if spot.place != UNSETTLED:
            again = [item for _, item in Sources([str(path)], READ, spot)]
            assert again == [item for _, item in every[number + 1 :]], number


def test_the_text_behind_a_place_is_no_table(tmp_path):
    """Where a run goes on behind the events of a file, lines of text alone say nothing of what the file is."""
    path = tmp_path / "shop.log"
    path.write_text(f"{json.dumps(EVENT)}\nGET /\nGET /2\n")
    every = list(Sources([str(path)], READ))
    assert [type(item) for _, item in every] == [Found, Skipped, Skipped]
    sources = Sources([str(path)], READ, every[0][0])
    again = [item for _, item in sources]
    assert again == [item for _, item in every[1:]]


@pytest.mark.parametrize(
    "value",
    [
        {"message": "cache warmed", "taskName": None},
        {"event": "x", "level": "info"},
        {"message": "clicked", "type": "ui", "data": 7},
    ],
)
def test_log_lines_are_passed_over(value):
    """An object with a field that log lines have, and without identifiers, is a log line."""
    assert events(json.dumps(value)) == [Skipped(Origin("f", 1))]


@pytest.mark.parametrize(
    "value",
    [
        {**EVENT, "timestamp": "x"},
        {"type": "order"},
        {"foo": 1},
        {},
        {"type": "loyalty", "action": "tier_earned", "identifier": {"email": "a@b.c"}, "level": 1},
        {"type": "email", "data": {"campaign": "c"}, "message": "Hello"},
    ],
)
def test_what_may_be_an_event_is_taken_for_one(value):
    """Better invalid to the handler with a reason than passed over in silence."""
    assert events(json.dumps(value)) == [Found(Origin("f", 1), value)]


def test_a_field_that_journald_gives_several_times():
    """Its texts are a list then, as bytes are."""
    (one, two) = events(
        json.dumps({"MESSAGE": ["x", json.dumps(EVENT), json.dumps(EVENT | {"action": "b"})]})
    )
    assert (one.event, two.event) == (EVENT, EVENT | {"action": "b"})


def test_an_event_in_a_text_that_is_not_looked_into_is_not_passed_over():
    """The key is named, as where the event is an object."""
    line = {"level": "info", "context": {"sent": json.dumps(EVENT)}}
    (item,) = events(json.dumps(line))
    assert item.reason == "has an event in 'context', where none is looked for"
    assert isinstance(events(json.dumps({"level": "info", "sent": "no identifiers"}))[0], Skipped)


@pytest.mark.parametrize("form", ["cri", "docker"])
def test_a_line_whose_writer_died_takes_no_other_with_it(form):
    """Its first piece is no part of the line that the next writer begins with."""
    event = json.dumps(EVENT)
    lines = (
        json.dumps({"log": text, "stream": "stdout", "time": "2026-01-31T12:00:00Z"})
        if form == "docker"
        else f"2026-01-31T12:00:00Z stdout {'PF'[text.endswith(chr(10))]} {text.strip()}"
        for text in (event[:-9], event + "\n", event[:30], event[30:] + "\n")
    )
    cut, *found = events("".join(f"{line}\n" for line in lines))
    assert cut.reason == "ends before the last piece of an event's line"
    assert [item.event["identifiers"] for item in found] == [EVENT["identifiers"]] * 2


def test_invalid_lines_can_be_mended_and_sent():
    """A line of the file of failures stands for its event."""
    line = {"source": "g", "line": 7, "reason": "why", "event": EVENT}
    assert events(json.dumps(line)) == [Found(Origin("f", 1), EVENT)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a" 1}', "is not JSON (Expecting ':' delimiter, column 6)"),
        ('{"a": 1', "is not JSON (Expecting ',' delimiter, column 8)"),
        ('{"a": NaN}', "is not JSON (NaN is no number of JSON)"),
        ('{"a": ' + "9" * 5000 + "}", "is not JSON (a number has thousands of digits)"),
        (b'{"a": "\xff"}', "is not UTF-8 text"),
        ("[7]", "is not an object with type, action, identifiers and data"),
        ("[null]", "is not an object with type, action, identifiers and data"),
        ('{"a": 1e400}', "is not JSON (a number is too large)"),
        ('{"zaius_invalid": "type: is blank"}', "was invalid when it was logged: type: is blank"),
        ('{"a":' * 50_000, "is nested too deep"),
        ("x" * (MAX_LINE + 5), "is longer than 4,000,000 bytes"),
    ],
)
def test_bad_lines_stop_no_others(line, reason):
    """A line that is no JSON object is invalid with its reason; those around it are read."""
    line = line.encode() if isinstance(line, str) else line
    good = json.dumps(EVENT).encode()
    before, bad, after = events(good + b"\n" + line + b"\n" + good)
    assert before == Found(Origin("f", 1), EVENT)
    assert after == Found(Origin("f", 3), EVENT)
    assert (bad.origin, bad.reason[: len(reason)]) == (Origin("f", 2), reason)


def test_bad_elements_of_an_array_stop_no_others():
    """What is JSON and no event is invalid alone."""
    found = events(b'[{}, 1, {}\n, null, {"a": "\xff"}, {"a": "\\ud800"}]')
    assert [type(item) for item in found] == [Found, Unusable, Found, Unusable, Unusable, Found]
    assert lines_of(found) == [1, 1, 1, 2, 2, 2]
    assert found[4].reason == "is not UTF-8 text"


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (" {}", "is not JSON: a comma or the end of the array is missing"),
        ("", "is not JSON: a comma or the end of the array is missing"),
        (",", "is not JSON"),
        (", nope]", "is not JSON"),
        (", " + "[" * 50_000, "is nested too deep"),
        (', "' + "x" * (MAX_LINE + 100_000), "is not JSON, or longer than 4,000,000 bytes"),
        (b", \xff", "is not JSON"),
        (b', "\xc3', "is not JSON"),
    ],
)
def test_a_broken_array_says_from_where(rest, reason):
    """What stands before the break is sent; the break is reported with its line, and that reading ended."""
    rest = rest.encode() if isinstance(rest, str) else rest
    first, bad = events(b"[\n{}" + rest)
    assert first == Found(Origin("f", 2), {})
    assert bad.reason == f"{reason}; nothing from here on was read"
    assert bad.origin == Origin("f", 2)


def test_long_arrays_are_read_in_pieces():
    """An array of many chunks on one line: each element is whole, numbers at the seams too."""
    wanted = [{**EVENT, "data": {"n": number}} for number in range(5000)]
    assert [item.event for item in events(json.dumps(wanted))] == wanted
    _first, *numbers = events("[{}\n" + ",123456789" * 20_000 + "]")
    assert {item.given for item in numbers} == {123456789}


def test_csv_rows_with_quotes_breaks_and_blank_lines():
    """A row is found with the line it begins on; quoted line breaks and blank lines count."""
    found = rows('id , n\n\n1,"a\nb"\n2,c\n')
    assert lines_of(found) == [3, 5]
    assert [item.event["data"]["n"] for item in found] == ["a\nb", "c"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1", "has 1 cell, and the header has 2"),
        (b'1,"a"b', "is not CSV: ',' expected after '\"'"),
        (b"1," + b"x" * 1_100_000, "is not CSV: field larger than field limit (1000000)"),
        (b"1," + b"x" * 9_000_000 + b",2", "is not CSV: longer than 4,000,000 bytes"),
        (b"1,\xff", "is not utf-8 text; --encoding names another"),
    ],
)
def test_bad_rows_stop_no_others(row, reason):
    """A row that cannot be read is invalid with its line; the others are events."""
    before, bad, after = rows(b"id,n\n1,2\n" + row + b"\n3,4\n")
    assert (before.origin.line, after.origin.line) == (2, 4)
    assert (bad.origin.line, bad.reason) == (3, reason)


@pytest.mark.parametrize("row", ["1,2", "1,2,", "1,2,,", "1,2,,,,", "1,2,note"])
def test_columns_without_a_name_may_lack_their_cells(row):
    """Excel leaves out separators behind the last cell that it knows, in some rows and not in others."""
    (found,) = rows(f"id,n,,\n{row}\n")
    assert found.event["data"] == {"n": "2"}


def test_an_open_quote_costs_its_row():
    """A quote that is never closed is reported with its lines; the rows behind it are read as they stand."""
    before, bad, after = rows('id,n\n1,2\n3,"4\n5,6\n')
    assert bad.reason == "is not CSV: a quote is opened and not closed (lines 3 to 4)"
    assert [item.origin.line for item in (before, bad, after)] == [2, 3, 4]
    assert after.event["data"] == {"n": "6"}


def test_encodings():
    """A byte order mark is passed over; other encodings are read when they are named."""
    assert rows(b"\xef\xbb\xbf" + b'"id",n\n1,2\n')[0].event["identifiers"] == {"id": "1"}
    assert rows("id;n\n1;é\n".encode("cp1252"), "cp1252", ";")[0].event["data"] == {"n": "é"}
    assert rows("id,n\n1,é\n".encode("utf-16"), "utf-16")[0].event["data"] == {"n": "é"}


def test_an_encoding_that_loses_its_way():
    """Where bytes of a wide encoding break off, that is reported, and what stood before is read."""
    content = "id,n\n" + "1,2\n" * 20_000
    found = rows(content.encode("utf-16-le") + b"\x00\xd8\x00\x00", "utf-16-le")
    assert found[-1].reason == "is not utf-16-le text; nothing from here on was read"
    assert all(isinstance(item, Found) for item in found[:-1])
    assert len(found) > 15_000


@pytest.mark.parametrize("content", [b"", b"\n\n", b'"', b"\xff,n\n", b'"a"b\n'])
def test_csv_without_a_header(content):
    """A file that does not begin with the names of its columns is named, with how it was read."""
    with pytest.raises(MappingError) as error:
        rows(content)
    assert str(error.value) == (
        "f does not begin with the line that names the columns (read as CSV in utf-8)"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_blanks_before_a_quote_are_none_of_its_cell(delimiter):
    """Written by hand, a separator has a blank behind it: "c7" with its quotes would be another customer."""
    content = 'id, "n"\n "c7", "x, y"\nc8,  5" disk\n'.replace(", ", f"{delimiter} ")
    first, second = rows(content.replace("c8,", f"c8{delimiter}"), delimiter=delimiter)
    assert first.event["identifiers"] == {"id": "c7"}
    assert first.event["data"] == {"n": f"x{delimiter} y"}
    assert second.event["data"] == {"n": '5" disk'}


def test_a_row_in_place_of_the_header_is_not_quoted():
    """Whatever its cells look like: one of them is somebody's address."""
    with pytest.raises(MappingError) as error:
        rows("id7,ann@example.com\n")
    assert "ann" not in str(error.value)
    assert "seems to have no line that names the columns" in str(error.value)


def test_utf_16_without_its_mark():
    """What it seems to be is said, and not that its lines end with CR, which stand between NULs."""
    with pytest.raises(MappingError, match="seems to be UTF-16: say --encoding utf-16-le"):
        rows("id,n\r\n1,2\r\n".encode("utf-16-le"))


def test_utf_16_without_a_header():
    """Bytes that are not the named encoding at all are reported likewise."""
    with pytest.raises(MappingError, match="read as CSV in utf-16"):
        rows(b"\x00\xd8\x00\xd8", "utf-16-le")


def test_places_and_bytes(write):
    """Each item has the place behind it in its file; bytes are counted over all of them."""
    one, two = write("one", "{}\n{}\n"), write("two", "{}\n")
    sources = Sources([str(one), str(two)], READ)
    sources.check()
    assert [(spot.number, spot.place.offset, item.origin.source) for spot, item in sources] == [
        (0, 3, str(one)),
        (0, 6, str(one)),
        (1, 3, str(two)),
    ]
    assert (sources.total, sources.done) == (9, 9)


def test_named_pipes_are_opened_once(tmp_path):
    """What a pipe gives is read once, its size is not known, and its events have no place."""
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    os.write(writer, b"{}\n")
    sources = Sources([path], READ)
    assert sources.total is None
    sources.check()
    os.close(writer)
    assert list(sources) == [(None, Found(Origin(path, 1), {}))]


def test_derived_ids():
    """An id is of the file's name, the place and the content: any other gives another id."""
    known = derived_id("a.csv", 1, EVENT)
    assert known == derived_id("a.csv", 1, dict(EVENT))
    others = {
        derived_id("b.csv", 1, EVENT),
        derived_id("a.csv", 2, EVENT),
        derived_id("a.csv", 1, {**EVENT, "type": "order"}),
    }
    assert len(others | {known}) == 4


@pytest.mark.parametrize(
    "data",
    [
        {"name": "Zoë \u2028 \x85 \n\r 🎉"},
        {"price": 1.5, "big": 2**70, "nan": float("nan"), "half": "\ud800"},
        {"deep": {"list": [1, {"b": None}, "x\ty"]}},
        {},
    ],
    ids=["text", "numbers", "deep", "none"],
)
def test_a_line_of_the_formatter_is_read_as_the_event_it_was(tmp_path, data):
    """Through a file, whatever its text: one line an event, the same bytes again when it is sent."""
    path = tmp_path / "app.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(ZaiusFormatter())
    logger = logging.Logger("shop")  # noqa: LOG001 - of this test alone
    logger.addHandler(handler)
    try:
        logger.info("before")
        logger.info("event", extra={"zaius": {**EVENT, "data": data}})
        logger.info("after\nin two lines")
    finally:
        handler.close()
    raw = path.read_bytes()
    before, event, after = events(raw)
    assert isinstance(before, Skipped)
    assert isinstance(after, Skipped)
    transport = StubTransport()
    again = ZaiusHandler(transport=transport)
    logger = logging.Logger("again")  # noqa: LOG001 - of this test alone
    logger.addHandler(again)
    logger.info("sent", extra={"zaius": event.event})
    again.close()
    assert transport.events == [json.loads(raw.splitlines()[1])]


def test_a_table_in_utf_16_that_ends_in_the_middle_of_a_character():
    """Met while a header is looked for: an error that says what to do, and no traceback."""
    with pytest.raises(MappingError, match="is not utf-16 text; --encoding names another"):
        rows("x,y\n1,2".encode("utf-16") + b"\t", encoding="utf-16")
