"""Whether an answer is the one that an example demands."""

from dataclasses import replace

import pytest

from contract.conformance import Answer, differences
from contract.examples import Example, get, head_of, holding, streamed, whole

PLAIN = get("/", whole(b"hello"))
HEADERS = (
    ("content-type", "text/plain; charset=utf-8"),
    ("content-length", "5"),
    ("x-lab-interface", "wsgi"),
)
CONFORMING = Answer(200, HEADERS, b"hello")

NESTED = get("/json", holding({"request": {"path": "/json", "port": ...}, "count": 1}))
JSON_BODY = b'{"request":{"path":"/json","port":1},"count":1}'
JSON_HEADERS = (("content-type", "application/json"), ("x-lab-interface", "wsgi"))


def told(example: Example, answer: Answer) -> list[str]:
    """Return how an answer of a WSGI app differs."""
    return list(differences(example, answer, "wsgi"))


def of_json(body: bytes) -> Answer:
    """Return an answer with this JSON and its length."""
    return Answer(200, (*JSON_HEADERS, ("content-length", str(len(body)))), body)


def test_a_conforming_answer_differs_in_nothing() -> None:
    """An answer with the status, headers and body of the example conforms."""
    assert told(PLAIN, CONFORMING) == []


def test_the_order_of_headers_does_not_matter() -> None:
    """Headers conform in any order."""
    assert told(PLAIN, replace(CONFORMING, headers=tuple(reversed(HEADERS)))) == []


@pytest.mark.parametrize("name", ["connection", "date", "keep-alive", "server", "transfer-encoding"])
def test_a_header_of_the_server_is_no_difference(name: str) -> None:
    """Headers that are the server's business are passed over."""
    assert told(PLAIN, replace(CONFORMING, headers=(*HEADERS, (name, "anything")))) == []


def test_another_status_is_the_only_difference_told() -> None:
    """An answer of another kind is told by its status; its headers and body would only repeat that."""
    answer = Answer(500, (), b"broken", broke_off=True)
    assert told(PLAIN, answer) == ["status 500, not 200"]


def test_a_missing_header_is_told() -> None:
    """A header that the example demands and that didn't come is a difference."""
    (difference,) = told(PLAIN, replace(CONFORMING, headers=HEADERS[1:]))
    assert difference == (
        "headers [('content-length', '5'), ('x-lab-interface', 'wsgi')], not [('content-length', '5'), "
        "('content-type', 'text/plain; charset=utf-8'), ('x-lab-interface', 'wsgi')]"
    )


@pytest.mark.parametrize(
    "headers",
    [
        (*HEADERS, ("x-more", "1")),
        (*HEADERS, HEADERS[0]),
        (*HEADERS[:2], ("x-lab-interface", "asgi")),
        (("Content-Type", "text/plain; charset=utf-8"), *HEADERS[1:]),
    ],
    ids=["unasked", "repeated", "another interface", "not in lower case"],
)
def test_headers_that_are_not_the_same_are_told(headers: tuple[tuple[str, str], ...]) -> None:
    """Headers differ when one is unasked for, repeated, of another value or of another spelling."""
    (difference,) = told(PLAIN, replace(CONFORMING, headers=headers))
    assert difference.startswith("headers [")


def test_another_body_is_told() -> None:
    """A body of other bytes is a difference that shows both."""
    assert told(PLAIN, replace(CONFORMING, body=b"olleh")) == ["body b'olleh', not b'hello'"]


def test_a_long_body_is_told_in_short() -> None:
    """A body of more than a hundred bytes is shown by its first sixty and its length."""
    (difference,) = told(PLAIN, replace(CONFORMING, body=b"x" * 101))
    assert difference == f"body b'{'x' * 60}'… (101 bytes), not b'hello'"


def test_a_body_that_broke_off_is_told() -> None:
    """A body that should have ended and broke off is a difference, even with all its bytes."""
    assert told(PLAIN, replace(CONFORMING, broke_off=True)) == ["the body broke off"]


def test_a_body_that_should_have_broken_off_is_told() -> None:
    """A body that should have broken off and ended is a difference: the client can't see the failure."""
    example = Example(PLAIN.request, replace(PLAIN.response, breaks_off=True))
    assert told(example, CONFORMING) == ["the body ended as if all were well"]


def test_every_difference_is_told() -> None:
    """Differences in headers, ending and body are told together."""
    answer = Answer(200, (), b"", broke_off=True)
    kinds = [difference.split()[0] for difference in told(PLAIN, answer)]
    assert kinds == ["headers", "the", "body"]


def test_a_stream_has_no_length() -> None:
    """A content-length where the example has none is a difference."""
    (difference,) = told(get("/stream", streamed(b"hello")), CONFORMING)
    assert difference.startswith("headers [")


def test_members_conform_in_any_company() -> None:
    """JSON conforms when it holds what the example names, with anything where that says `...`."""
    body = b'{"request":{"path":"/json","port":1},"count":1,"more":2}'
    assert told(NESTED, of_json(body)) == []


@pytest.mark.parametrize(
    ("body", "difference"),
    [
        (b'{"request":{"path":"/json","port":1}}', "body has no count"),
        (b'{"request":{"path":"/json"},"count":1}', "body.request has no port"),
        (b'{"request":{"path":"/","port":1},"count":1}', "body.request.path is '/', not '/json'"),
        (b'{"request":[],"count":1}', "body.request is [], not an object"),
        (b"not JSON", "body is b'not JSON', not an object"),
    ],
)
def test_a_member_that_differs_is_told_by_its_place(body: bytes, difference: str) -> None:
    """A member that is missing or of another value is told with the path to it."""
    assert told(NESTED, of_json(body)) == [difference]


def test_json_needs_a_length() -> None:
    """An answer of which only members are known must still declare how long it is."""
    (difference,) = told(NESTED, Answer(200, JSON_HEADERS, JSON_BODY))
    assert f"not [('content-length', '{len(JSON_BODY)}'), " in difference


def test_json_needs_the_right_length() -> None:
    """A declared length that the body doesn't have is a difference."""
    headers = (*JSON_HEADERS, ("content-length", "999"))
    assert len(told(NESTED, Answer(200, headers, JSON_BODY))) == 1


def test_the_head_of_json_has_no_body() -> None:
    """A HEAD is answered with a length and no body, whatever the GET would hold."""
    assert told(head_of(NESTED), of_json(b"")) == []


def test_the_head_of_json_with_a_body_is_told() -> None:
    """A HEAD that is answered with a body differs."""
    assert told(head_of(NESTED), of_json(b"{}")) == ["body b'{}', not b''"]
