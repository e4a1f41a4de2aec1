"""Reading a request's body, whatever it is."""

import gzip
import json

import pytest

from zaius_logging.sandbox._body import MAX_BODY, MAX_EVENTS, BodyError, decode, nesting, read


def test_an_array_is_read_in_order():
    """Each element comes with its compact text, of whatever type it is."""
    assert [(one.event, one.text) for one in read(b'[{"a": 1.50}, 2, "\xc3\xa9"]')] == [
        ({"a": 1.5}, '{"a":1.5}'),
        (2, "2"),
        ("é", '"\\u00e9"'),
    ]


def test_a_bare_object_is_one_event():
    """The official SDKs may post an object without an array."""
    assert [one.event for one in read(b'{"type": "x"}')] == [{"type": "x"}]


def test_an_empty_array_is_no_event():
    """Nothing to take is nothing to reject."""
    assert read(b"[]") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"[{]",
        b'"text"',
        b"5",
        b"null",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"\xff",
        '["é"]'.encode("latin-1"),
        '[{"a":1}]'.encode("utf-16"),
        b"\xef\xbb\xbf[]",
        b"[" + b"1" * 5000 + b"]",
        b"[" * 200_000,
        b"type=product&action=detail",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_json_is_unreadable(body):
    """JSON's grammar is kept to: no NaN, no other encoding, no depth without end."""
    with pytest.raises(BodyError) as caught:
        read(body)
    assert (caught.value.status, caught.value.message) == (400, "Unable to parse request body.")


def test_the_limit_is_500_events():
    """500 are taken, 501 are not, and the message has both numbers."""
    assert len(read(json.dumps([{}] * MAX_EVENTS).encode())) == MAX_EVENTS
    with pytest.raises(BodyError, match="501, at most 500"):
        read(json.dumps([{}] * (MAX_EVENTS + 1)).encode())


def test_a_lone_surrogate_is_kept_as_it_was_escaped():
    """Half a character is JSON when escaped, and stays so."""
    assert read(b'["\\ud800"]')[0].text == '"\\ud800"'


def test_gzip_is_unpacked():
    """A gzip body is read as the plain one, by any spelling of the header."""
    assert read(gzip.compress(b"[1]"), " GZIP ")[0].event == 1
    assert read(b"[1]", "identity")[0].event == 1


@pytest.mark.parametrize(
    "body",
    [b"[1]", b"", gzip.compress(b"[1]")[:-4], b"\x1f\x8b\x08junk"],
    ids=["plain", "empty", "cut", "junk"],
)
def test_broken_gzip_is_unreadable(body):
    """A body that is not the gzip it says is unreadable, as any other."""
    with pytest.raises(BodyError, match="Unable to parse"):
        read(body, "gzip")


def test_a_gzip_bomb_is_too_large():
    """Unpacking stops at the limit of a plain body."""
    with pytest.raises(BodyError) as caught:
        read(gzip.compress(b" " * (MAX_BODY + 1)), "gzip")
    assert caught.value.status == 413


def test_other_encodings_are_rejected():
    """Only gzip is understood."""
    with pytest.raises(BodyError) as caught:
        read(b"", "br")
    assert caught.value.status == 415


@pytest.mark.parametrize("text", ["[" * 250 + "]" * 250, '{"a":' * 250 + "1" + "}" * 250])
def test_nesting_is_counted_in_the_text(text):
    """250 levels are read, one more is not, whatever the parser of this Python would do."""
    assert decode(text)
    with pytest.raises(ValueError, match="nested too deep"):
        decode(f"[{text}]")


@pytest.mark.parametrize(
    "body", [b"[" * 5_000_000, b'{"a":' * 1_000_000, b"[" * 100_000 + b"]" * 100_000]
)
def test_bottomless_nesting_is_unreadable(body):
    """A body of nothing but brackets gets the words for a body that cannot be parsed."""
    with pytest.raises(BodyError) as caught:
        read(body)
    assert (caught.value.status, caught.value.message) == (400, "Unable to parse request body.")


def test_brackets_in_text_are_no_nesting():
    """Only what stands outside of strings counts, escaped quotes and backslashes included."""
    event = {"text": "[" * 1000, "quote": '"' + "{" * 1000, "back": "\\" + "[" * 1000}
    assert nesting(json.dumps([event] * 3)) == 2
    assert len(read(json.dumps([event] * 3).encode())) == 3


def test_counting_takes_time_in_proportion():
    """Escaped quotes without an end, the worst for a pattern: one that tried each again would take days for these."""
    assert nesting("[" * 300 + '"' + '\\"' * 4_000_000) == 300
