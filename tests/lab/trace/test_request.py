"""What can be asked for, and how it is refused."""

import pytest

from lab.errors import UsageError
from lab.trace.request import header, request, slowness, target, veiled


def test_a_body_makes_a_post() -> None:
    """The method needn't be named."""
    assert (request("/").method, request("/echo", data="x").method) == ("GET", "POST")


def test_headers_that_a_request_needs_are_added() -> None:
    """The connection ends with the answer; the body's length is told."""
    sent = request("/echo", data="four", headers=["X-A: 1"]).sent_headers(80)
    assert sent == [
        ("host", "127.0.0.1:80"),
        ("user-agent", "lab-trace"),
        ("connection", "close"),
        ("content-length", "4"),
        ("X-A", "1"),
    ]


def test_a_given_header_stands_for_the_needed_one() -> None:
    """Nobody's Host is sent twice."""
    sent = request("/", headers=["Host: example.org"]).sent_headers(80)
    assert [name for name, _ in sent if name.lower() == "host"] == ["Host"]


@pytest.mark.parametrize(("pieces", "sizes"), [("3x0.1", [3, 3, 3]), ("2x0", [5, 4]), ("20x1", [1] * 9)])
def test_a_slow_body_goes_in_pieces(pieces: str, sizes: list[int]) -> None:
    """As many as asked, or one a byte."""
    asked = request("/upload", data="nine here", slow_body=pieces)
    assert [len(piece) for piece in asked.body_pieces()] == sizes


def test_a_path_may_hold_anything_that_a_url_does() -> None:
    """What is beyond ASCII is percent-encoded, what is encoded already is left alone."""
    assert target("/hello?name=J%C3%BCrgen&x=ü") == "/hello?name=J%C3%BCrgen&x=%C3%BC"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"path": "stream"}, "A path begins with a slash: did you mean /stream?"),
        ({"path": "/a b"}, "has a space or a control character"),
        ({"path": "/", "method": "GE T"}, "is no method"),
        ({"path": "/", "headers": ["no colon"]}, "begins no header"),
        ({"path": "/", "headers": ["bad name: x"]}, "begins no header"),
        ({"path": "/", "headers": ["X-A: 1\r\nX-B: 2"]}, "a line break"),
        ({"path": "/", "headers": ["X-A: ☃"]}, "beyond latin-1"),
        ({"path": "/", "slow_body": "3x1"}, "--slow-body needs a body"),
        ({"path": "/", "data": "x", "slow_body": "3"}, "isn't PIECESxSECONDS"),
        ({"path": "/ws", "texts": ["hi"], "data": "x"}, "leave out --method and --data"),
    ],
)
def test_wrong_use_is_one_sentence(arguments: dict[str, object], says: str) -> None:
    """It says what is wrong before any server is started."""
    with pytest.raises(UsageError) as refused:
        request(**arguments)  # type: ignore[arg-type]
    assert says in str(refused.value)


def test_a_secret_in_the_wrong_place_is_not_repeated_whole() -> None:
    """A token without its header's name ends up in nobody's log."""
    with pytest.raises(UsageError) as refused:
        header("s" * 99)
    assert "s" * 40 not in str(refused.value)


def test_pieces_and_seconds() -> None:
    """3x0.1 is three, a tenth of a second apart."""
    assert slowness("3x0.1") == (3, 0.1)


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "Set-Cookie", "Proxy-Authorization", "X-Api-Key", "X-Auth-Token"]
)
def test_secret_headers_are_veiled(name: str) -> None:
    """Whatever their case."""
    assert veiled([(name, "hush"), ("Accept", "*/*")]) == [(name, "[redacted]"), ("Accept", "*/*")]


def test_the_record_has_no_secrets() -> None:
    """What is kept of a request can be shown to anybody."""
    assert "hush" not in repr(request("/", headers=["Cookie: hush"]).asked)
