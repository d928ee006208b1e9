"""Steps in words."""

import pytest

from lab.tell.trace.steps import label, lines, says, visible
from records.trace import Event
from tests.lab.traces import HOSTILE, LOOP, STEERING, passed, wire

BODY = {"type": "http.response.body"}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (wire(0, "client", "bytes", bytes=1, first="b'x'"), ("1 byte", "b'x'")),
        (wire(0, "server", "bytes", bytes=9, head=["HTTP/1.1 200 OK"]), ("9 bytes", "HTTP/1.1 200 OK")),
        (wire(0, "server", "bytes", bytes=9000, reads=3), ("9,000 bytes", "in 3 reads")),
        (wire(0, "client", "bytes", bytes=8, frames=["text frame 'hi'"]), ("8 bytes", "text frame 'hi'")),
        (wire(0, "client", "hang up", after_s=0.25), ("hangs up", "after 0.25 s")),
        (passed(0, "app server", "read", method="read", asked=9), ("read(9)", "")),
        (passed(0, "app server", "read", method="readline", asked=None), ("readline()", "")),
        (passed(0, "server app", "got", bytes=0, first="b''"), ("end of body", "")),
        (
            passed(0, "app server", "start_response", status="200 OK", headers=[1]),
            ("start_response()", "200 OK, 1 header"),
        ),
        (passed(0, "server app", "close", heard=False), ("close()", "the iterable has none")),
        (
            passed(0, "app server", "send", LOOP, event={**BODY, "more_body": True}, bytes=2, first="b'ab'"),
            ("send http.response.body", "2 bytes, b'ab', more to come"),
        ),
        (passed(0, "server app", "received", LOOP, event={"type": "http.disconnect"}), ("http.disconnect", "")),
        (passed(0, "app server", "raise", error="ValueError()"), ("raises", "ValueError()")),
    ],
)  # fmt: skip
def test_a_step_in_words(event: Event, told: tuple[str, str]) -> None:
    """The label says what passes, the words beside it what is in it."""
    assert (label(event), says(event)) == told


def test_heads_and_headers_can_be_opened() -> None:
    """Line by line, bytes without their quotes."""
    headers = [["b'x-a'", "b'1'"], ["set-cookie", "[redacted]"]]
    sent = passed(0, "app server", "send", LOOP, event={"type": "http.response.start", "headers": headers})
    assert lines(sent) == ["x-a: 1", "set-cookie: [redacted]"]
    assert lines(wire(0, "server", "bytes", bytes=1, head=["a", "b"])) == ["a", "b"]


def test_a_terminal_is_not_steered() -> None:
    """Control characters are escaped, other text is left alone."""
    assert visible(f"{STEERING} grüß {HOSTILE}") == f"\\x1b[31mred\\x07 grüß {HOSTILE}"


def test_an_unknown_step_is_told_by_its_name() -> None:
    """A newer tracer's file can still be shown."""
    assert label(wire(0, "client", "sings")) == "sings"
