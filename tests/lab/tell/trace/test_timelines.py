"""Rows of a time line."""

from lab.tell.trace.timelines import (
    bytes_of,
    fold_quick_sends,
    letter_meanings,
    letters_of,
    rows,
    shortened,
    sites,
    still_running,
)
from tests.lab import traces
from tests.lab.traces import LOOP, passed


def test_rows_are_in_the_order_of_time_around_the_servers_life() -> None:
    """What the server does before and after the request stands before and after it."""
    steps = [row.event.at_ms for row in rows(traces.asgi(), 100)]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (-9.0, 90.0)


def test_quick_returns_of_send_are_left_out() -> None:
    """A send that returned at once is told once."""
    assert "sent" not in [row.event.step for row in rows(traces.asgi(), 100)]


def test_a_send_that_waited_is_told_twice() -> None:
    """Back-pressure shows as a return of its own."""
    slow = [passed(0, "app server", "send", LOOP), passed(9, "server app", "sent", LOOP)]
    assert [event.step for event in fold_quick_sends(slow)] == ["send", "sent"]


def test_a_return_belongs_to_its_own_task() -> None:
    """Two tasks that send at once don't take each other's returns."""
    both = [
        passed(0, "app server", "send", LOOP),
        passed(1, "app server", "send", traces.LISTENER),
        passed(2, "server app", "sent", LOOP),
        passed(9, "server app", "sent", traces.LISTENER),
    ]
    assert [(event.step, event.at_ms) for event in fold_quick_sends(both)] == [
        ("send", 0),
        ("send", 1),
        ("sent", 9),
    ]


def test_pauses_are_told_from_twenty_milliseconds_on() -> None:
    """Shorter ones would only be noise."""
    paused = [(row.event.step, row.pause_ms) for row in rows(traces.wsgi(), 100) if row.pause_ms]
    assert paused == [("item", 100.0)]


def test_a_lane_runs_from_call_to_close() -> None:
    """The app's lane is thick while its call is in progress."""
    running = [row.event.step for row in rows(traces.wsgi(), 100) if "app" in row.running]
    assert (running[0], running[-1]) == ("environ", "close")


def test_a_call_without_end_runs_on() -> None:
    """What never ended is still running in the last row."""
    assert rows(traces.bridged(), 100)[-1].running == {"app"}


def test_the_servers_life_makes_no_lane_run() -> None:
    """It always does: only requests are told."""
    assert rows(traces.asgi(), 100)[0].running == frozenset()


def test_letters_stand_for_process_thread_and_task() -> None:
    """Those of the request come first."""
    assert letter_meanings(traces.asgi()) == [
        ("a", "pid 20, MainThread, Task-4"),
        ("b", "pid 20, MainThread, Task-5"),
        ("c", "pid 20, MainThread, Task-1"),
    ]
    assert letters_of(traces.wsgi()) == {traces.POOL: "a"}


def test_long_time_lines_lose_their_middle() -> None:
    """The first two thirds and the last third stay, and the gap is counted."""
    made = shortened(rows(traces.wsgi(), 100), 6)
    assert [row.event.step for row in made] == [
        "connect",
        "bytes",
        "environ",
        "start_response",
        "close",
        "closed",
    ]
    assert [row.skipped for row in made] == [0, 0, 0, 0, 6, 0]


def test_sites_are_the_requests_calls() -> None:
    """The server's own life isn't one; through a bridge they say who called whom."""
    assert [site.says for site in sites(traces.trace().stacks)] == [
        "gunicorn-gthread/wsgi",
        "uvicorn/asgi",
        "uvicorn/wsgi-bridged, server to bridge",
        "uvicorn/wsgi-bridged, bridge to app",
    ]


def test_a_call_that_never_ended_is_a_sentence() -> None:
    """It counts from when the client was done."""
    says = ["The app's call was still running 3.0 s after the client was done."]
    assert still_running(traces.bridged()) == says


def test_bytes_are_those_of_the_wire() -> None:
    """What passed between server and app isn't added."""
    assert bytes_of(traces.wsgi()) == (40, 60)
