"""What is kept of the load. Times are plain numbers: nothing here waits or measures."""

from dataclasses import replace
from math import inf
from typing import Any

import msgspec
import numpy as np
import pytest
from hdrh.histogram import HdrHistogram

from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import Flow
from loadtests.schedule import Turns

CLOSED = Flow("traffic", "/", users=1)
OPEN = Flow("traffic", "/", users=1, rate_per_s=1000)  # one request each millisecond
STREAM = Flow("traffic", "/stream", users=1, behaviour="stream", chunks=3)
DOWNLOAD = Flow("traffic", "/bytes", users=1, behaviour="download", chunks=1)
IDLE = Flow("traffic", "/", users=1, behaviour="idle")

APART = ("seconds", "closed", "bytes", "held", "trace")  # each has tests of its own

Report = dict[str, Any]


def recording(*flows: Flow) -> tuple[Recorder, list[Lane]]:
    """Return a recorder whose window goes from 10 s to 20 s, with a lane for each flow."""
    recorder = Recorder()
    lanes = [Lane(flow, 0) for flow in flows]
    for lane in lanes:
        recorder.join(lane)
    recorder.open(10.0, 20.0)
    return recorder, lanes


def scheduled(*times: float) -> tuple[Recorder, Lane]:
    """Return such a recorder with a lane of an open loop whose requests are due at these times."""
    recorder, (lane,) = recording(OPEN)
    lane.times = iter(times)
    lane.advance(0.0)
    return recorder, lane


def answer(
    recorder: Recorder, lane: Lane, sent_at: float, service_s: float, error: str | None = None
) -> None:
    """Send a request on a lane and answer it."""
    recorder.sent(lane, sent_at)
    recorder.answered(lane, sent_at + service_s, service_s, error)


def told(recorder: Recorder, flow: str = "traffic") -> Report:
    """Close the window; return what came of a flow, as JSON has it."""
    report: Report = msgspec.to_builtins(recorder.close())[flow]
    return report


def closed(recorder: Recorder) -> Report:
    """Close the window; return what came of the traffic in all, with histograms in microseconds."""
    report = told(recorder)
    for name in APART:
        del report[name]
    for section in ("complete", "unanswered"):
        report[section] = {kind: values for kind, h in report[section].items() if (values := microseconds(h))}
    return report


def microseconds(encoded: str) -> list[int]:
    """Return the recorded values of an encoded histogram; below 2048 they are exact."""
    histogram = HdrHistogram.decode(encoded.encode())
    counts = np.asarray(histogram.counts)
    seen = [int(index) for index in np.flatnonzero(counts)]
    values = [histogram.get_highest_equivalent_value(histogram.get_value_from_index(i)) for i in seen]
    return [value for value, index in zip(values, seen, strict=True) for _ in range(counts[index])]


def test_a_request_answered_in_the_window_counts() -> None:
    """It counts once, with its service time, its time since it was due, and the lag of the generator."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = 12.0
    recorder.sent(lane, 12.0005)
    recorder.answered(lane, 12.0015, 0.001, None)
    assert closed(recorder) == {
        "answers": 1,
        "due": 1,
        "errors": {},
        "censored": 0,
        "complete": {"service": [1000], "corrected": [1500], "lag": [500]},
        "unanswered": {},
    }


def test_lag_is_not_the_stall_of_the_server() -> None:
    """A request that was due while the last one still ran is late by the server, not by the generator."""
    recorder, lane = scheduled(12.0, 12.001, 21.0)
    recorder.sent(lane, 12.0)
    recorder.answered(lane, 12.0012, 0.0012, None)
    recorder.sent(lane, 12.0015)
    recorder.answered(lane, 12.0018, 0.0003, None)
    assert closed(recorder)["complete"] == {"service": [300, 1200], "corrected": [800, 1200], "lag": [1, 300]}


def test_a_request_answered_before_the_window_leaves_no_trace() -> None:
    """Warming up isn't measured: only the lane knows that it has been answered."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = 9.0
    recorder.sent(lane, 9.0)
    recorder.answered(lane, 9.999, 0.999, None)
    assert lane.answers == 1
    assert closed(recorder) == {
        "answers": 0,
        "due": 0,
        "errors": {},
        "censored": 0,
        "complete": {},
        "unanswered": {},
    }


def test_without_a_window_only_answers_are_counted() -> None:
    """Before `open` is called every time is before the window."""
    recorder, lane = Recorder(), Lane(CLOSED, 0)
    recorder.join(lane)
    recorder.sent(lane, 1.0)
    recorder.answered(lane, 2.0, 1.0, None)
    assert (lane.answers, told(recorder)["answers"]) == (1, 0)


@pytest.mark.parametrize(("now", "answers"), [(10.0, 1), (20.0, 0)], ids=["opening", "closing"])
def test_the_window_includes_its_start_and_not_its_end(now: float, answers: int) -> None:
    """An answer at the opening counts, one at the closing doesn't."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = now - 0.001
    recorder.sent(lane, now - 0.001)
    recorder.answered(lane, now, 0.001, None)
    assert closed(recorder)["answers"] == answers


def test_a_request_sent_before_the_window_counts_when_it_is_answered_in_it() -> None:
    """What matters is when the answer came; the time is that of the whole request."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = 9.9995
    recorder.sent(lane, 9.9995)
    recorder.answered(lane, 10.0005, 0.001, None)
    assert closed(recorder)["complete"] == {"service": [1000], "corrected": [1000], "lag": [1]}


def test_an_unanswered_request_counts_with_its_age() -> None:
    """A request without an answer at the close is censored: it took its age at least."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = 19.9985
    recorder.sent(lane, 19.999)
    assert closed(recorder) == {
        "answers": 0,
        "due": 1,
        "errors": {},
        "censored": 1,
        "complete": {},
        "unanswered": {"service": [1000], "corrected": [1500]},
    }


def test_an_answer_after_the_close_leaves_the_request_censored() -> None:
    """An answer that comes when the window has closed changes nothing."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = 19.999
    recorder.sent(lane, 19.999)
    recorder.answered(lane, 20.001, 0.002, None)
    report = closed(recorder)
    assert (report["answers"], report["censored"], lane.answers) == (0, 1, 0)
    assert report["unanswered"]["corrected"] == [1000]


def test_an_idle_user_of_a_closed_loop_is_not_censored() -> None:
    """A user of a closed loop that has been answered and hasn't sent again owes nothing."""
    recorder, (lane,) = recording(CLOSED)
    lane.due_at = 19.998
    recorder.sent(lane, 19.998)
    recorder.answered(lane, 19.999, 0.001, None)
    assert closed(recorder)["censored"] == 0


def test_a_stalled_lane_counts_each_request_that_is_due_behind() -> None:
    """In an open loop the stall of one request is the wait of all that were due meanwhile."""
    recorder, lane = scheduled(19.9985, 19.9995, 20.0005)
    recorder.sent(lane, 19.9985)
    assert closed(recorder) == {
        "answers": 0,
        "due": 2,
        "errors": {},
        "censored": 2,
        "complete": {},
        "unanswered": {"service": [1500], "corrected": [500, 1500]},
    }


def test_a_request_that_was_never_sent_is_censored_too() -> None:
    """A request of an open loop that was due and not even sent has waited since it was due."""
    recorder, _ = scheduled(19.9995, 20.0005)
    report = closed(recorder)
    assert (report["censored"], report["unanswered"]) == (1, {"corrected": [500]})


def test_a_request_that_is_due_after_the_close_is_not_censored() -> None:
    """An open loop owes nothing that isn't due yet."""
    recorder, _ = scheduled(20.0005)
    report = closed(recorder)
    assert (report["censored"], report["due"], report["unanswered"]) == (0, 0, {})


def test_errors_are_counted_by_kind_and_keep_out_of_the_latencies() -> None:
    """A quick error must not make a server look fast."""
    recorder, (lane,) = recording(CLOSED)
    for error in ("HTTPError", "ConnectionError", "HTTPError"):
        lane.due_at = 12.0
        recorder.sent(lane, 12.0)
        recorder.answered(lane, 12.0001, 0.0001, error)
    report = closed(recorder)
    assert report["errors"] == {"HTTPError": 2, "ConnectionError": 1}
    assert (report["answers"], report["complete"]) == (0, {})


def test_an_error_answers_a_lane() -> None:
    """A user whose request failed isn't waiting any more, so it isn't censored."""
    recorder, (lane,) = recording(CLOSED)
    recorder.sent(lane, 12.0)
    recorder.answered(lane, 12.001, 0.001, "HTTPError")
    assert (lane.answers, lane.sent_at, lane.free_at) == (1, None, 12.001)
    assert closed(recorder)["censored"] == 0


def test_an_answer_to_nothing_is_passed_over() -> None:
    """An answer on a lane that has nothing under way leaves no trace."""
    recorder, (lane,) = recording(CLOSED)
    recorder.answered(lane, 12.0, 1.0, None)
    assert (lane.answers, closed(recorder)["answers"]) == (0, 0)


def test_a_stream_has_a_first_byte_and_gaps() -> None:
    """The first chunk counts from the sending, each other one from the chunk before."""
    recorder, (lane,) = recording(STREAM)
    lane.due_at = 12.0
    recorder.sent(lane, 12.0)
    for at in (12.0005, 12.0015, 12.0027):
        recorder.chunk(lane, at)
    recorder.answered(lane, 12.0027, 0.0027, None)
    complete = closed(recorder)["complete"]
    assert (complete["first_byte"], complete["gap"]) == ([500], [1000, 1200])


def test_the_next_stream_starts_anew() -> None:
    """The first chunk of a stream isn't a gap since the last chunk of the stream before."""
    recorder, (lane,) = recording(STREAM)
    for start in (12.0, 13.0):
        lane.due_at = start
        recorder.sent(lane, start)
        recorder.chunk(lane, start + 0.0005)
        recorder.answered(lane, start + 0.0005, 0.0005, None)
    complete = closed(recorder)["complete"]
    assert complete["first_byte"] == [500, 500]
    assert "gap" not in complete


def test_chunks_outside_the_window_leave_no_trace() -> None:
    """Chunks count when they come in the window; the gap that reaches into it counts as a whole."""
    recorder, (lane,) = recording(STREAM)
    recorder.sent(lane, 9.999)
    for at in (9.9995, 10.0005, 20.0):
        recorder.chunk(lane, at)
    assert closed(recorder)["complete"] == {"gap": [1000]}


def test_a_chunk_on_an_idle_lane_leaves_no_trace() -> None:
    """A chunk for which nothing was sent belongs to no request."""
    recorder, (lane,) = recording(STREAM)
    recorder.chunk(lane, 12.0)
    assert closed(recorder)["complete"] == {}


def test_a_stream_that_has_begun_has_no_unanswered_first_byte() -> None:
    """A stream that is censored after its first chunk has a first byte already."""
    recorder, (lane,) = recording(STREAM)
    lane.due_at = 19.999
    recorder.sent(lane, 19.999)
    recorder.chunk(lane, 19.9995)
    report = closed(recorder)
    assert report["complete"] == {"first_byte": [500]}
    assert report["unanswered"] == {"service": [1000], "corrected": [1000]}


def test_times_are_kept_within_the_histogram() -> None:
    """What is shorter than a microsecond counts as one, what is longer than ten minutes as ten minutes."""
    recorder, (lane,) = recording(CLOSED)
    for service_s in (0.0, 100_000.0):
        lane.due_at = 12.0
        recorder.sent(lane, 12.0)
        recorder.answered(lane, 12.0, service_s, None)
    least, most = closed(recorder)["complete"]["service"]
    assert least == 1
    assert most == pytest.approx(600_000_000, rel=1e-3)


def test_flows_are_kept_apart() -> None:
    """Each flow has a tally of its own; lanes of the same flow share one."""
    probe = Flow("probe", "/", users=1)
    recorder, lanes = recording(CLOSED, CLOSED, probe)
    for lane in lanes:
        lane.due_at = 12.0
        recorder.sent(lane, 12.0)
        recorder.answered(lane, 12.001, 0.001, None)
    flows = msgspec.to_builtins(recorder.close())
    assert {name: tally["answers"] for name, tally in flows.items()} == {"traffic": 2, "probe": 1}


def test_answers_are_counted_by_second_too() -> None:
    """Each second of the window keeps its own answers and corrected times."""
    recorder, (lane,) = recording(CLOSED)
    for answered_at in (10.5, 12.25, 12.75):
        lane.due_at = answered_at - 0.001
        recorder.sent(lane, answered_at - 0.001)
        recorder.answered(lane, answered_at, 0.001, None)
    assert told(recorder)["seconds"] == [
        {"answers": 1, "complete": {"corrected": [1000]}},
        {"answers": 0, "complete": {}},
        {"answers": 2, "complete": {"corrected": [1000, 1000]}},
    ]


def test_answers_that_close_their_connection_are_counted() -> None:
    """Connection churn is measured, not assumed of a server."""
    recorder, (lane,) = recording(CLOSED)
    for closes in (True, True, False):
        recorder.sent(lane, 12.0)
        recorder.answered(lane, 12.001, 0.001, None, closes=closes)
    assert told(recorder)["closed"] == 2


def test_what_was_due_counts_whatever_came_of_it() -> None:
    """An open loop's requests are due by its schedule: answered, failed, sent or not even that."""
    recorder, lane = scheduled(*(10.0 + n for n in range(-2, 15)))
    for _ in range(4):
        answer(recorder, lane, lane.due_at, 0.1, "HTTPError" if lane.due_at == 11.0 else None)
    recorder.sent(lane, lane.due_at)
    report = closed(recorder)
    assert (report["due"], report["answers"], report["errors"], report["censored"]) == (
        10,
        1,
        {"HTTPError": 1},
        8,
    )


def test_what_was_due_before_the_window_is_not_due_in_it() -> None:
    """A request that was due before counts as answered when its answer comes in the window, not as due."""
    recorder, lane = scheduled(9.9, 30.0)
    answer(recorder, lane, 9.9, 0.2)
    report = closed(recorder)
    assert (report["due"], report["answers"]) == (0, 1)


def test_a_schedule_that_is_over_leaves_nothing_due() -> None:
    """After the last time of its schedule a lane is never due again."""
    recorder, lane = scheduled(12.0)
    answer(recorder, lane, 12.0, 0.1)
    assert lane.due_at == inf
    assert closed(recorder)["censored"] == 0


def test_a_closed_loop_is_due_when_it_is_answered() -> None:
    """The next request of a closed loop is due at once."""
    recorder, (lane,) = recording(CLOSED)
    answer(recorder, lane, 12.0, 0.5)
    assert lane.due_at == 12.5


@pytest.mark.parametrize(("stays_open", "held"), [(True, 1), (False, 0)])
def test_connections_that_stand_open_at_the_end_are_held(*, stays_open: bool, held: int) -> None:
    """A connection counts when it stands at the close, not when the server has ended it before."""
    recorder, (lane,) = recording(IDLE)
    recorder.holds(lane, open_=True)
    if not stays_open:
        recorder.holds(lane, open_=False)
    assert (told(recorder)["held"], lane.answers) == (held, 1)


def test_a_connection_that_never_stood_is_answered_too() -> None:
    """That there is none to hold is an answer, and nobody waits for another."""
    recorder, (lane,) = recording(IDLE)
    recorder.holds(lane, open_=False)
    assert (told(recorder)["held"], lane.answers) == (0, 1)


def test_bytes_count_when_they_are_read_in_the_window() -> None:
    """Of a body that doesn't end what is read before the opening and from the closing on is left out."""
    recorder, (lane,) = recording(DOWNLOAD)
    for at, count in ((9.9, 1), (10.0, 10), (19.9, 100), (20.0, 1000)):
        recorder.received(lane, at, count)
    assert told(recorder)["bytes"] == 110


@pytest.mark.parametrize("way", ["download", "idle", "silent"])
def test_what_never_ends_is_not_censored(way: str) -> None:
    """A request that isn't meant to be answered in the window isn't a request without an answer."""
    recorder, (lane,) = recording(Flow("traffic", "/", users=1, behaviour=way))
    lane.due_at = 12.0
    recorder.sent(lane, 12.0)
    report = closed(recorder)
    assert (report["censored"], report["due"], report["unanswered"]) == (0, 0, {})


def test_a_download_that_has_not_begun_waits_for_its_first_byte() -> None:
    """Nobody is answered at once because nobody waits for the end: the first byte is censored."""
    recorder, (lane,) = recording(DOWNLOAD)
    recorder.sent(lane, 19.999)
    assert closed(recorder)["unanswered"] == {"first_byte": [1000]}


def test_an_upload_on_its_way_has_no_first_byte_to_wait_for() -> None:
    """The pieces of an upload are sent, not read: its answer alone is censored."""
    recorder, (lane,) = recording(Flow("traffic", "/upload", users=1, behaviour="upload", chunks=10))
    lane.due_at = 19.999
    recorder.sent(lane, 19.999)
    assert closed(recorder)["unanswered"] == {"service": [1000], "corrected": [1000]}


def test_messages_on_their_way_have_no_first_byte_to_wait_for() -> None:
    """What a WebSocket hasn't brought back yet is censored as a whole."""
    recorder, (lane,) = recording(Flow("traffic", "/ws/echo", users=1, behaviour="websocket", chunks=10))
    lane.due_at = 19.999
    recorder.sent(lane, 19.999)
    assert closed(recorder)["unanswered"] == {"service": [1000], "corrected": [1000]}


def test_a_traced_flow_keeps_each_latency() -> None:
    """A trace has when each request was due, after the opening, and its corrected time; before that nothing."""
    recorder, lanes = recording(replace(CLOSED, traced=True), replace(CLOSED, name="other"))
    for lane in lanes:
        for due_at in (9.0, 10.5, 12.0):
            lane.due_at = due_at
            answer(recorder, lane, due_at + 0.25, 0.5)
    flows = recorder.close()
    assert flows["traffic"].trace == [(0.5, 0.75), (2.0, 0.75)]
    assert flows["other"].trace == []


def test_turns_are_kept_by_the_round_in_which_a_request_was_due() -> None:
    """Where targets take turns an answer that comes in another's turn still belongs to its own."""
    recorder, lane = Recorder(Turns(targets=2, seed=0)), Lane(CLOSED, 0)
    recorder.join(lane)
    recorder.open(10.0, 20.0)
    for due_at, service_s in ((10.02, 0.001), (10.19, 0.03), (10.41, 0.002)):
        lane.due_at = due_at
        answer(recorder, lane, due_at, service_s)
    assert told(recorder)["seconds"] == [
        {"answers": 2, "complete": {"corrected": [1000, 30000]}},
        {"answers": 0, "complete": {}},
        {"answers": 1, "complete": {"corrected": [2000]}},
    ]


def test_an_answer_from_before_the_window_belongs_to_its_first_round() -> None:
    """What was due before the opening and is answered after it counts in the round that is on."""
    recorder, lane = Recorder(Turns(targets=2, seed=0)), Lane(CLOSED, 0)
    recorder.join(lane)
    recorder.open(10.0, 20.0)
    lane.due_at = 9.99
    answer(recorder, lane, 9.99, 0.02)
    assert [each["answers"] for each in told(recorder)["seconds"]] == [1]
