"""An answer, put together."""

import pytest

from lab.http_client.answer import Answer, AnswerReader
from lab.http_client.piece import Piece


def read(*pieces: bytes) -> Answer:
    """Return the answer that these pieces make, received a second apart from 1 on."""
    reader = AnswerReader()
    for second, piece in enumerate(pieces, start=1):
        reader.receive(Piece(second, piece))
    return reader.answer()


def test_whole_answer_is_whole() -> None:
    """Status, headers in lower case and in their order, twice where they came twice, and the body."""
    answer = read(b"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-Lab: 1\r\nx-lab: \xfc\r\n\r\nhi")
    assert (answer.status, answer.status_line, answer.body, answer.whole) == (
        200,
        "HTTP/1.1 200 Fine",
        b"hi",
        True,
    )
    assert answer.headers == (("content-length", "2"), ("x-lab", "1"), ("x-lab", "ü"))


def test_pieces_of_the_body_have_their_times() -> None:
    """As they were received, without the framing around them."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = read(head + b"2\r\nhi\r\n", b"2\r\nho\r\n", b"0\r\n\r\n")
    assert answer.pieces == (Piece(1, b"hi"), Piece(2, b"ho"))


def test_fields_behind_the_body_are_trailers() -> None:
    """They end the last chunk (RFC 9112, section 7.1.2)."""
    answer = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Lab: behind\r\n\r\n")
    assert (answer.trailers, answer.whole) == ((("x-lab", "behind"),), True)


def test_interim_answers_are_noted() -> None:
    """They come before the answer itself (RFC 9110, section 15.2)."""
    answer = read(
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"
    )
    assert (answer.interim, answer.status, answer.whole) == ((103, 100), 413, True)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(200, ended="whole"), "200"),
        (Answer(200, ended="closed"), "200, broken off"),
        (Answer(200, ended="malformed"), "200, broken off"),
        (Answer(took_s=1.23), "no answer within 1.2 s"),
        (Answer(ended="closed"), "no answer, but a closed connection"),
        (Answer(ended="reset"), "no answer, but a closed connection"),
        (Answer(ended="malformed"), "an answer that isn't HTTP"),
    ],
)
def test_answer_is_said_in_a_few_words(answer: Answer, says: str) -> None:
    """What stands in a finding's sentence."""
    assert str(answer) == says


def test_how_it_ended_is_the_bytes_to_say() -> None:
    """Who reads an answer says how it was given up; an end that was received stands."""
    whole = AnswerReader()
    whole.receive(Piece(1, b"HTTP/1.1 204 No Content\r\n\r\n"))
    given_up = AnswerReader().answer("reset", "because")
    assert (whole.answer("reset", "because").ended, whole.answer("reset", "because").why) == ("whole", "")
    assert (given_up.ended, given_up.why) == ("reset", "because")
