"""What the endpoints answer with."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import payloads

MULTIPLIER, INCREMENT, MODULUS = 1_103_515_245, 12_345, 2**31
SECRET_NAMES = [
    "HTTP_AUTHORIZATION",
    "HTTP_PROXY_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_X_API_KEY",
    "HTTP_X_CSRFTOKEN",
    "DATABASE_PASSWORD",
    "CLIENT_SECRET",
    "beaker.session",
]
SECRET_HEADERS = [b"authorization", b"cookie", b"set-cookie", b"x-api-key", b"X-Auth-Token"]

plain_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters()),
    st.binary(),
    st.builds(object),
    st.just(open),
)
names = st.one_of(st.text(st.characters()), st.binary(), st.integers())
anything = st.recursive(
    plain_leaves,
    lambda inner: st.one_of(
        st.lists(inner), st.tuples(inner, inner), st.tuples(names, inner), st.dictionaries(names, inner)
    ),
)
secret_holders = st.one_of(
    st.sampled_from(SECRET_NAMES).map(lambda name: {name: "hunter2"}),
    st.sampled_from(SECRET_HEADERS).map(lambda name: [(name, b"hunter2")]),
    st.sampled_from(SECRET_NAMES).map(lambda name: {name: {"nested": ["hunter2"]}}),
)
WRAPPINGS: list[Callable[[object], object]] = [
    lambda value: [value],
    lambda value: (1, 2, value),
    lambda value: {"plain": value},
    lambda value: {b"plain": value, b"more": "shown"},
    lambda value: (b"x-plain", value),
    lambda value: ((b"host", b"here"), value),
    lambda value: (value, (b"host", b"here")),
]


def closed_form(rounds: int) -> int:
    """Return what `rounds` steps of x -> ax + c (mod m) make of 0: c (a^n - 1) / (a - 1) (mod m)."""
    below = MULTIPLIER - 1
    return INCREMENT * ((pow(MULTIPLIER, rounds, below * MODULUS) - 1) // below) % MODULUS


def test_a_greeting_is_utf8() -> None:
    """A name in any script is greeted in UTF-8."""
    assert payloads.greeting("Zoë") == b"Hello, Zo\xc3\xab!"


def test_the_document_is_json_of_every_kind() -> None:
    """The fixed document holds a text, an object, an array and a null."""
    document = json.loads(payloads.document())
    assert document["message"] == "Hello from the bare interface!"
    assert document["specifications"] == {"wsgi": "PEP 3333", "asgi": "ASGI 3"}
    assert document["numbers"] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert document["nothing"] is None


def test_json_is_compact_utf8() -> None:
    """JSON has no space between its parts, and no escapes for what UTF-8 can say."""
    assert payloads.as_json({"name": "Zoë", "of": [1, 2]}) == '{"name":"Zoë","of":[1,2]}'.encode()


def test_json_replaces_lone_surrogates() -> None:
    """What UTF-8 can't say becomes a question mark instead of an error."""
    assert payloads.as_json("\udcff") == b'"?"'


@given(st.integers(1, 3000))
def test_burning_does_every_round(rounds: int) -> None:
    """The value is the closed form of the generator, which nobody gets who skips a round."""
    assert json.loads(payloads.burn(rounds)) == {"rounds": rounds, "value": closed_form(rounds)}


def test_burning_does_a_million_rounds() -> None:
    """The closed form holds at the upper limit too."""
    assert json.loads(payloads.burn(1_000_000)) == {"rounds": 1_000_000, "value": closed_form(1_000_000)}


@given(st.integers(1, 1000), st.integers(1, 65_536))
def test_a_chunk_has_exactly_its_size(number: int, size: int) -> None:
    """A chunk of any number and size is that many bytes, one line of text ended by a newline."""
    chunk = payloads.chunk(number, size)
    assert len(chunk) == size
    assert chunk.index(b"\n") == size - 1


def test_a_chunk_says_its_number() -> None:
    """A chunk with room for it starts with its number and is filled up with dots."""
    assert payloads.chunk(12, 13) == b"chunk 12 ...\n"


def test_an_event_has_an_id_and_data() -> None:
    """A server-sent event carries its number as id, and ends with an empty line."""
    assert payloads.event(7) == b"id: 7\ndata: event 7\n\n"


@given(st.integers(0, 300_000))
def test_pieces_make_the_size_asked_for(size: int) -> None:
    """The pieces together have the size asked for, and the byte at offset n is n modulo 256."""
    expected = (bytes(range(256)) * 1200)[:size]
    assert b"".join(payloads.pieces(size)) == expected


@given(st.integers(1, 10**6))
def test_no_piece_is_empty_or_above_64_kib(size: int) -> None:
    """Every piece but the last is 64 KiB, and the last is what remains."""
    *others, last = [len(piece) for piece in payloads.pieces(size)]
    assert set(others) <= {65_536}
    assert 1 <= last <= 65_536


def test_pieces_are_made_one_at_a_time() -> None:
    """The first piece of a gibibyte is there at once: the others aren't made before they are taken."""
    pieces = payloads.pieces(2**30)
    assert len(next(pieces)) == 65_536


def test_the_small_answers() -> None:
    """Each small answer is one JSON object with units in its names."""
    assert payloads.receipt(3, "ab") == b'{"bytes":3,"sha256":"ab"}'
    assert payloads.slept(0.5) == b'{"slept_seconds":0.5}'
    assert payloads.accepted(2.0) == b'{"accepted_seconds":2.0}'
    assert payloads.jobs(2, 1) == b'{"began":2,"finished":1}'
    assert payloads.start("import", "now") == b'{"started_by":"import","started_at":"now"}'


def test_now_is_in_utc_to_the_microsecond() -> None:
    """The time is ISO 8601 with an offset of zero, of the same shape at every moment."""
    now = payloads.now()
    assert datetime.fromisoformat(now).utcoffset() == timedelta(0)
    assert len(now) == len("2026-01-01T00:00:00.000000+00:00")


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_in_an_environ_is_redacted(name: str) -> None:
    """A secret goes by its key in an environ, whatever it is."""
    assert payloads.view({name: "hunter2"}) == {name: "[redacted]"}


@pytest.mark.parametrize("name", SECRET_HEADERS)
def test_a_secret_in_a_scope_is_redacted(name: bytes) -> None:
    """A secret goes by the name in its header pair in a scope."""
    assert payloads.view([(name, b"hunter2")]) == [[repr(name), "[redacted]"]]


@given(secret_holders, st.lists(st.sampled_from(WRAPPINGS), max_size=8))
def test_a_secret_is_redacted_at_any_depth(
    holder: object, wrappings: list[Callable[[object], object]]
) -> None:
    """However a secret is nested, it doesn't show."""
    value = holder
    for wrapped in wrappings:
        value = wrapped(value)
    assert b"hunter2" not in payloads.as_json(payloads.view(value))


@given(anything)
@settings(max_examples=40)
def test_a_view_is_always_json(value: object) -> None:
    """Whatever an environ or a scope holds, its view can be written as JSON and read again."""
    json.loads(payloads.as_json(payloads.view(value)))


def test_plain_values_are_shown_as_they_are() -> None:
    """What JSON can carry is shown unchanged."""
    environ = {"PATH_INFO": "/", "wsgi.version": (1, 0, 1), "wsgi.multithread": True, "client": None}
    assert payloads.view(environ) == {**environ, "wsgi.version": [1, 0, 1]}


def test_bytes_are_shown_as_their_literal() -> None:
    """Bytes look as they would in Python, so that a reader sees that they aren't text."""
    assert payloads.view({b"raw": b"/caf\xc3\xa9"}) == {"raw": r"b'/caf\xc3\xa9'"}


def test_objects_are_shown_as_their_type() -> None:
    """An object is told by its type's name: its repr might tell too much."""
    assert payloads.view({"app": datetime(2000, 1, 1, tzinfo=UTC)}) == {"app": "<datetime.datetime>"}


def test_a_view_ends_at_its_depth() -> None:
    """Nesting beyond the deepest level is an ellipsis, so that a cycle has an end."""
    circle: list[object] = []
    circle.append(circle)
    assert payloads.view(circle) == [[[[[["…"]]]]]]


def test_an_inspection_shows_the_request_and_its_origin() -> None:
    """An inspection holds the request in common words beside the environ or scope, both redacted."""
    body = payloads.inspection({"headers": {"cookie": "hunter2"}}, {"HTTP_COOKIE": "hunter2"})
    assert json.loads(body) == {
        "request": {"headers": {"cookie": "[redacted]"}},
        "native": {"HTTP_COOKIE": "[redacted]"},
    }


def test_secrets_in_pairs_that_are_lists_are_redacted() -> None:
    """ASGI allows a header to be a list of name and value."""
    assert payloads.view([[b"authorization", b"hunter2"]]) == [["b'authorization'", "[redacted]"]]
