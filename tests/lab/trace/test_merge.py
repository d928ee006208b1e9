"""One time line of what both sides noted."""

from pathlib import Path

import msgspec

from lab.trace.merge import calls_since, lanes_of, lifespan_of, read_journal, time_line, unfinished
from lab.trace.wire import Wire
from records.trace import JournalLine


def line(at_s: float, step: str, call: str = "1-1", **details: object) -> JournalLine:
    """Return a line as a witness writes it."""
    return JournalLine(at_s, "server", "app", "asgi", step, call, 1, "MainThread", 2, "Task-1", details)


LIFE = [line(1, "scope", "1-1", scope={"type": "lifespan"}), line(9, "return", "1-1")]
BEFORE = [line(2, "scope", "1-2", scope={"type": "http"}), line(6, "return", "1-2")]
ASKED = [line(5, "scope", "1-3", scope={"type": "http"}), line(7, "return", "1-3")]
LINES = sorted([*LIFE, *BEFORE, *ASKED], key=lambda each: each.at_s)


def test_half_a_line_is_left_for_later(tmp_path: Path) -> None:
    """A server may be writing while it is read."""
    path = tmp_path / "trace.jsonl"
    whole = [msgspec.json.encode(each) for each in ASKED]
    path.write_bytes(b"\n".join([*whole, whole[0][:20]]))
    assert read_journal(path) == ASKED


def test_no_file_is_no_lines(tmp_path: Path) -> None:
    """An app that was never called wrote none."""
    assert read_journal(tmp_path / "nothing") == []


def test_calls_before_the_client_are_left_out() -> None:
    """The request that asked whether the server is ready isn't traced, even where it ended late."""
    assert calls_since(LINES, 4) == ASKED


def test_the_servers_life_is_apart() -> None:
    """From its scope to its end."""
    assert lifespan_of(LINES) == LIFE


def test_calls_without_an_end_are_named() -> None:
    """WSGI ends with close, ASGI with return, raise or cancel."""
    pulled = JournalLine(1, "server", "app", "wsgi", "return", "1-4", 1, "T", 2, None, {})
    assert unfinished([*ASKED[:1], pulled]) == ["1-3", "1-4"]
    assert unfinished(ASKED) == []


def test_both_sides_share_a_clock() -> None:
    """Milliseconds count from the client's first step."""
    wire = Wire()
    wire.sent("connect")
    merged = time_line([line(wire.began_s + 1, "scope"), line(wire.began_s - 1, "scope")], wire)
    assert [event.step for event in merged] == ["scope", "connect", "scope"]
    assert [merged[0].at_ms, merged[2].at_ms] == [-1000, 1000]


def test_a_bridge_that_was_not_called_has_its_lane() -> None:
    """A request that the server itself refuses shows where it would have gone."""
    assert lanes_of([], bridged=True) == ["client", "server", "bridge", "app"]
    assert lanes_of([], bridged=False) == ["client", "server", "app"]
