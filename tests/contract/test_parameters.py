"""Query parameters: what is read, what is refused, and how a query is decoded."""

from decimal import Decimal
from http import HTTPStatus
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.parameters import Choice, Integer, Parameter, Query, Seconds, Text, content_length, parse
from contract.problems import Problem

NAME = Text("name", 1, 200)
ROUNDS = Integer("rounds", 1, 1000)
WAIT = Seconds("wait", 10)
WHEN = Choice("when", ("before", "during"))
LIMIT = 1024

out_of_range = st.one_of(st.integers(-(10**18), 0), st.integers(1001, 10**18))
outside_ten_seconds = st.one_of(
    st.decimals(Decimal(-1000), Decimal("-0.001"), places=3),
    st.decimals(Decimal("10.001"), Decimal(1000), places=3),
)
not_a_number = st.text().filter(lambda text: not text.isascii() or text.strip("-.0123456789") != "")
digits = st.text("0123456789", min_size=1, max_size=19)


def sent(name: str, text: str) -> Query:
    """Return the query that a client sends for one parameter."""
    return parse(f"{name}={quote_plus(text)}".encode())


def refusal(parameter: Parameter, query: Query) -> Problem:
    """Return the problem that a parameter raises for a query."""
    with pytest.raises(Problem) as caught:
        parameter.read(query)
    return caught.value


@given(st.text(min_size=1, max_size=200))
def test_every_text_within_its_length_is_read(text: str) -> None:
    """A text of 1 to 200 characters of any script comes back as it was before percent-encoding."""
    assert NAME.read(sent("name", text)) == text


@given(st.integers(1, 1000))
def test_every_integer_in_range_is_read(number: int) -> None:
    """A whole number within its limits comes back as that number."""
    assert ROUNDS.read(sent("rounds", str(number))) == number


@given(st.decimals(0, 10, places=19))
def test_every_decimal_in_range_is_read(seconds: Decimal) -> None:
    """A decimal number of up to 19 places within its limits comes back as the float nearest to it."""
    assert WAIT.read(sent("wait", f"{seconds:f}")) == float(seconds)


@pytest.mark.parametrize("word", ["before", "during"])
def test_every_word_of_a_choice_is_read(word: str) -> None:
    """Each word of a choice comes back as that word."""
    assert WHEN.read(sent("when", word)) == word


@given(st.text(min_size=201, max_size=300))
def test_a_text_that_is_too_long_is_refused(text: str) -> None:
    """A text of more than 200 characters is a problem that names the parameter."""
    assert refusal(NAME, sent("name", text)).members["parameter"] == "name"


def test_an_empty_text_is_refused() -> None:
    """A text of no characters is too short for a low limit of one."""
    assert refusal(NAME, sent("name", "")).members == {
        "parameter": "name",
        "bounds": "1 to 200 characters of UTF-8",
        "came": "",
    }


@given(st.binary(max_size=100).map(lambda raw: raw + b"\xff"))
def test_a_text_that_is_not_utf8_is_refused(raw: bytes) -> None:
    """Percent-encoded bytes that aren't UTF-8 are a problem, never replaced in silence."""
    query = parse(b"name=" + quote_plus(raw).encode())
    assert refusal(NAME, query).members["parameter"] == "name"


@given(out_of_range)
def test_an_integer_out_of_range_is_refused(number: int) -> None:
    """A whole number beyond either limit is a problem that names the parameter and what came."""
    problem = refusal(ROUNDS, sent("rounds", str(number)))
    assert problem.members == {
        "parameter": "rounds",
        "bounds": "a whole number from 1 to 1000",
        "came": str(number),
    }


@given(outside_ten_seconds)
def test_seconds_out_of_range_are_refused(seconds: Decimal) -> None:
    """A decimal number beyond either limit is a problem that names the parameter and what came."""
    assert refusal(WAIT, sent("wait", f"{seconds:f}")).members == {
        "parameter": "wait",
        "bounds": "a decimal number from 0 to 10 seconds",
        "came": f"{seconds:f}",
    }


@given(not_a_number)
def test_what_is_no_number_is_refused(text: str) -> None:
    """Any text that isn't made of ASCII digits is refused by numbers of either kind."""
    assert refusal(ROUNDS, sent("rounds", text)).members["parameter"] == "rounds"
    assert refusal(WAIT, sent("wait", text)).members["parameter"] == "wait"


@pytest.mark.parametrize("text", ["1.0", "1e2", "+1", " 1", "1 ", "1_0", "0x1", "١", "1\n", "--1", "1" * 20])
def test_an_integer_takes_plain_digits_only(text: str) -> None:
    """What Python's int() would take but a person wouldn't write is refused."""
    assert refusal(ROUNDS, sent("rounds", text)).members["came"] == text


@pytest.mark.parametrize("text", ["nan", "inf", "1e1", ".5", "1.", "+1", " 1", "1_0", "٠.٥", "0." + "1" * 20])
def test_seconds_take_plain_decimals_only(text: str) -> None:
    """What Python's float() would take but a person wouldn't write is refused."""
    assert refusal(WAIT, sent("wait", text)).members["came"] == text


@given(st.text().filter(lambda word: word not in {"before", "during"}))
def test_a_word_outside_a_choice_is_refused(word: str) -> None:
    """Every other word is a problem that names the parameter and the words it takes."""
    members = refusal(WHEN, sent("when", word)).members
    assert (members["parameter"], members["bounds"]) == ("when", "before or during")


@pytest.mark.parametrize("parameter", [NAME, ROUNDS, WAIT, WHEN], ids=lambda parameter: parameter.name)
def test_a_missing_parameter_is_refused(parameter: Parameter) -> None:
    """A parameter that didn't come is a problem that says that nothing came."""
    members = refusal(parameter, parse(b"other=1")).members
    assert members == {"parameter": parameter.name, "bounds": parameter.bounds, "came": None}


@pytest.mark.parametrize("parameter", [NAME, ROUNDS, WAIT, WHEN], ids=lambda parameter: parameter.name)
def test_a_repeated_parameter_is_refused(parameter: Parameter) -> None:
    """A parameter that came twice is a problem that shows both values, whatever they are."""
    members = refusal(parameter, {parameter.name: ["1", "1"]}).members
    assert members == {
        "parameter": parameter.name,
        "bounds": f"given once, {parameter.bounds}",
        "came": "1&1",
    }


def test_a_default_stands_in_for_missing_seconds() -> None:
    """Seconds with a default are that default when they didn't come."""
    assert Seconds("wait", 10, default=0.1).read({}) == 0.1


def test_a_default_does_not_stand_in_for_empty_seconds() -> None:
    """Seconds with a default are still refused when they came empty."""
    assert refusal(Seconds("wait", 10, default=0.1), sent("wait", "")).members["came"] == ""


def test_bounds_name_the_unit() -> None:
    """A number that counts something says what in its bounds."""
    assert Integer("size", 0, 9, "bytes").bounds == "a whole number from 0 to 9 bytes"


@given(st.binary())
def test_parse_takes_any_bytes(query_string: bytes) -> None:
    """No query string, however broken, raises: at most it parses to odd names and values."""
    query = parse(query_string)
    assert all(values for values in query.values())


@given(st.lists(st.tuples(st.text(), st.text())))
def test_parse_undoes_urlencode(pairs: list[tuple[str, str]]) -> None:
    """Names and values come back from urllib's encoding, in order, plus signs and percents decoded."""
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert parse(urlencode(pairs).encode()) == expected


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        (b"", {}),
        (b"a", {"a": [""]}),
        (b"a=&b=1", {"a": [""], "b": ["1"]}),
        (b"a=1+2%2B3", {"a": ["1 2+3"]}),
        (b"a=1;b=2", {"a": ["1;b=2"]}),
        (b"&&a=1&", {"a": ["1"]}),
        (b"a=b=c", {"a": ["b=c"]}),
        (b"a=%", {"a": ["%"]}),
        (b"a=%zz", {"a": ["%zz"]}),
        (b"a=%FF", {"a": ["\udcff"]}),
        ("a=é".encode(), {"a": ["é"]}),
    ],
)
def test_parse_follows_the_url_standard(query_string: bytes, expected: Query) -> None:
    """Each part of a form-urlencoded query means what the WHATWG URL Standard says."""
    assert parse(query_string) == expected


def test_no_declared_length_is_none() -> None:
    """A request without Content-Length declares no length."""
    assert content_length(None, LIMIT) is None


@given(st.integers(0, LIMIT))
def test_a_declared_length_within_the_limit_is_read(length: int) -> None:
    """A declared length up to the limit comes back as a number."""
    assert content_length(str(length), LIMIT) == length


@given(st.integers(LIMIT + 1, 10**18))
def test_a_declared_length_above_the_limit_is_too_large(length: int) -> None:
    """A declared length above the limit is 413 before a byte of the body is read."""
    with pytest.raises(Problem) as caught:
        content_length(str(length), LIMIT)
    assert caught.value.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert caught.value.members == {"limit": LIMIT}


@given(st.one_of(not_a_number, st.integers(max_value=-1).map(str), digits.map("{}.0".format)))
def test_what_is_no_length_is_a_bad_request(text: str) -> None:
    """A Content-Length that isn't a whole number of bytes is 400 and named."""
    with pytest.raises(Problem) as caught:
        content_length(text, LIMIT)
    assert caught.value.status is HTTPStatus.BAD_REQUEST
    assert caught.value.members["parameter"] == "Content-Length"
