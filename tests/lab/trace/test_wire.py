"""The wire, without secrets."""

from itertools import pairwise

import pytest

from lab.trace.client import parts
from lab.trace.request import request
from lab.trace.wire import MOST_READS, Heads, Wire

ANSWER = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=hush;\r\n\tpath=/hush\r\nx-a: 1\r\n\r\nbody\r\nCookie: not a header\r\n"


def fed(*pieces: bytes) -> tuple[list[str], bytes]:
    """Return all lines and all of the body of an answer that comes in these pieces."""
    heads, lines, body = Heads(), list[str](), b""
    for piece in pieces:
        more, rest = heads.feed(piece)
        lines += more
        body += rest
    return lines, body


WHOLE = (
    ["HTTP/1.1 200 OK", "Set-Cookie: [redacted]", "[redacted]", "x-a: 1"],
    b"body\r\nCookie: not a header\r\n",
)


def test_a_head_is_taken_apart_from_its_body() -> None:
    """Secret headers are redacted, also where they go on in the next line; the body is left alone."""
    assert fed(ANSWER) == WHOLE


@pytest.mark.parametrize("cut", range(1, len(ANSWER)))
def test_no_cut_shows_half_a_secret(cut: int) -> None:
    """Wherever the network cuts an answer in two, the same is told."""
    assert fed(ANSWER[:cut], ANSWER[cut:]) == WHOLE


def test_an_interim_answer_is_followed_by_another_head() -> None:
    """100 Continue has no body."""
    assert fed(b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER) == (["HTTP/1.1 100 Continue", *WHOLE[0]], WHOLE[1])


def test_a_slow_body_is_sent_after_its_head() -> None:
    """Each piece an interval after the one before."""
    planned = list(parts(request("/upload", data="nine here", slow_body="3x0.1"), 80))
    assert [part.data for part in planned][1:] == [b"nin", b"e h", b"ere"]
    assert [round(after.due_s - before.due_s, 6) for before, after in pairwise(planned)] == [0.1] * 3


def test_what_is_sent_is_whole_and_what_is_told_is_not() -> None:
    """The secret goes on the wire and nowhere else."""
    (part,) = parts(request("/", headers=["Cookie: hush"]), 80)
    assert b"Cookie: hush\r\n" in part.data
    assert "hush" not in str(part.details)


def test_many_reads_are_added_up() -> None:
    """A gigabyte doesn't fill the trace."""
    wire = Wire()
    for _ in range(MOST_READS + 5):
        wire.came_bytes([], b"x" * 10, 10)
    assert len(wire.events) == MOST_READS + 1
    assert wire.events[-1].details == {"bytes": 50, "reads": 5}
