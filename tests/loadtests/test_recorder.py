"""What is kept of the load. Times are plain numbers: nothing here waits or measures."""

import json
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import Flow

CLOSED = Flow("traffic", "/", users=1)
OPEN = Flow("traffic", "/", users=1, rate_per_s=1000)  # one request each millisecond
STREAM = Flow("traffic", "/stream", users=1, chunks=3)

Report = dict[str, Any]


def recording(*flows: Flow) -> tuple[Recorder, list[Lane]]:
    """Return a recorder whose window goes from 10 s to 20 s, with a lane for each flow."""
    recorder = Recorder()
    lanes = [Lane(flow, 0) for flow in flows]
    for lane in lanes:
        recorder.join(lane)
    recorder.open(10.0, 20.0)
    return recorder, lanes


def closed(recorder: Recorder, flow: str = "traffic") -> Report:
    """Close the window; return what came of a flow in all, with histograms in microseconds."""
    report: Report = json.loads(json.dumps(recorder.close()))["flows"][flow]
    del report["seconds"], report["closed"]
    for section in ("complete", "unanswered"):
        report[section] = {kind: values for kind, h in report[section].items() if (values := microseconds(h))}
    return report


def microseconds(encoded: str) -> list[int]:
    """Return the recorded values of an encoded histogram; below 2048 they are exact."""
    recorded = HdrHistogram.decode(encoded.encode()).get_recorded_iterator()
    return [item.value_iterated_to for item in recorded for _ in range(item.count_at_value_iterated_to)]


def test_a_request_answered_in_the_window_counts() -> None:
    """It counts once, with its service time, its time since it was due, and the lag of the generator."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, 12.0)
    recorder.sent(lane, 12.0005)
    recorder.answered(lane, 12.0015, 0.001, None)
    assert closed(recorder) == {
        "answers": 1,
        "errors": {},
        "censored": 0,
        "complete": {"service": [1000], "corrected": [1500], "lag": [500]},
        "unanswered": {},
    }


def test_lag_is_not_the_stall_of_the_server() -> None:
    """A request that was due while the last one still ran is late by the server, not by the generator."""
    recorder, (lane,) = recording(OPEN)
    recorder.due(lane, 12.0)
    recorder.sent(lane, 12.0)
    recorder.answered(lane, 12.0012, 0.0012, None)
    recorder.due(lane, 12.001)
    recorder.sent(lane, 12.0015)
    recorder.answered(lane, 12.0018, 0.0003, None)
    recorder.due(lane, 21.0)
    assert closed(recorder)["complete"] == {"service": [300, 1200], "corrected": [800, 1200], "lag": [1, 300]}


def test_a_request_answered_before_the_window_leaves_no_trace() -> None:
    """Warming up isn't measured: only the lane knows that it has been answered."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, 9.0)
    recorder.sent(lane, 9.0)
    recorder.answered(lane, 9.999, 0.999, None)
    assert lane.answers == 1
    assert closed(recorder) == {
        "answers": 0,
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
    assert (lane.answers, recorder.tallies["traffic"].answers) == (1, 0)


@pytest.mark.parametrize(("now", "answers"), [(10.0, 1), (20.0, 0)], ids=["opening", "closing"])
def test_the_window_includes_its_start_and_not_its_end(now: float, answers: int) -> None:
    """An answer at the opening counts, one at the closing doesn't."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, now - 0.001)
    recorder.sent(lane, now - 0.001)
    recorder.answered(lane, now, 0.001, None)
    assert closed(recorder)["answers"] == answers


def test_a_request_sent_before_the_window_counts_when_it_is_answered_in_it() -> None:
    """What matters is when the answer came; the time is that of the whole request."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, 9.9995)
    recorder.sent(lane, 9.9995)
    recorder.answered(lane, 10.0005, 0.001, None)
    assert closed(recorder)["complete"] == {"service": [1000], "corrected": [1000], "lag": [1]}


def test_an_unanswered_request_counts_with_its_age() -> None:
    """A request without an answer at the close is censored: it took its age at least."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, 19.9985)
    recorder.sent(lane, 19.999)
    assert closed(recorder) == {
        "answers": 0,
        "errors": {},
        "censored": 1,
        "complete": {},
        "unanswered": {"service": [1000], "corrected": [1500]},
    }


def test_an_answer_after_the_close_leaves_the_request_censored() -> None:
    """An answer that comes when the window has closed changes nothing."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, 19.999)
    recorder.sent(lane, 19.999)
    recorder.answered(lane, 20.001, 0.002, None)
    report = closed(recorder)
    assert (report["answers"], report["censored"], lane.answers) == (0, 1, 0)
    assert report["unanswered"]["corrected"] == [1000]


def test_an_idle_user_of_a_closed_loop_is_not_censored() -> None:
    """A user of a closed loop that has been answered and hasn't sent again owes nothing."""
    recorder, (lane,) = recording(CLOSED)
    recorder.due(lane, 19.998)
    recorder.sent(lane, 19.998)
    recorder.answered(lane, 19.999, 0.001, None)
    assert closed(recorder)["censored"] == 0


def test_a_stalled_lane_counts_each_request_that_is_due_behind() -> None:
    """In an open loop the stall of one request is the wait of all that were due meanwhile."""
    recorder, (lane,) = recording(OPEN)
    recorder.due(lane, 19.9985)
    recorder.sent(lane, 19.9985)
    assert closed(recorder) == {
        "answers": 0,
        "errors": {},
        "censored": 2,
        "complete": {},
        "unanswered": {"service": [1500], "corrected": [500, 1500]},
    }


def test_a_request_that_was_never_sent_is_censored_too() -> None:
    """A request of an open loop that was due and not even sent has waited since it was due."""
    recorder, (lane,) = recording(OPEN)
    recorder.due(lane, 19.9995)
    report = closed(recorder)
    assert (report["censored"], report["unanswered"]) == (1, {"corrected": [500]})


def test_a_request_that_is_due_after_the_close_is_not_censored() -> None:
    """An open loop owes nothing that isn't due yet."""
    recorder, (lane,) = recording(OPEN)
    recorder.due(lane, 20.0005)
    report = closed(recorder)
    assert (report["censored"], report["unanswered"]) == (0, {})


def test_errors_are_counted_by_kind_and_keep_out_of_the_latencies() -> None:
    """A quick error must not make a server look fast."""
    recorder, (lane,) = recording(CLOSED)
    for error in ("HTTPError", "ConnectionError", "HTTPError"):
        recorder.due(lane, 12.0)
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
    recorder.due(lane, 12.0)
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
        recorder.due(lane, start)
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
    recorder.due(lane, 19.999)
    recorder.sent(lane, 19.999)
    recorder.chunk(lane, 19.9995)
    report = closed(recorder)
    assert report["complete"] == {"first_byte": [500]}
    assert report["unanswered"] == {"service": [1000], "corrected": [1000]}


def test_times_are_kept_within_the_histogram() -> None:
    """What is shorter than a microsecond counts as one, what is longer than ten minutes as ten minutes."""
    recorder, (lane,) = recording(CLOSED)
    for service_s in (0.0, 100_000.0):
        recorder.due(lane, 12.0)
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
        recorder.due(lane, 12.0)
        recorder.sent(lane, 12.0)
        recorder.answered(lane, 12.001, 0.001, None)
    flows = json.loads(json.dumps(recorder.close()))["flows"]
    assert {name: tally["answers"] for name, tally in flows.items()} == {"traffic": 2, "probe": 1}


def test_the_report_tells_its_window() -> None:
    """The report says when the window opened and closed, by the monotonic clock."""
    recorder, _ = recording(CLOSED)
    report = recorder.close()
    assert (report["opened_at"], report["closed_at"]) == (10.0, 20.0)


def test_answers_are_counted_by_second_too() -> None:
    """Each second of the window keeps its own answers and corrected times."""
    recorder, (lane,) = recording(CLOSED)
    for answered_at in (10.5, 12.25, 12.75):
        recorder.due(lane, answered_at - 0.001)
        recorder.sent(lane, answered_at - 0.001)
        recorder.answered(lane, answered_at, 0.001, None)
    seconds = recorder.close()["flows"]["traffic"]["seconds"]  # type: ignore[index] # JSON's terms
    assert [second["answers"] for second in seconds] == [1, 0, 2]
    assert microseconds(seconds[2]["complete"]["corrected"]) == [1000, 1000]


def test_answers_that_close_their_connection_are_counted() -> None:
    """Connection churn is measured, not assumed of a server."""
    recorder, (lane,) = recording(CLOSED)
    for closes in (True, True, False):
        recorder.sent(lane, 12.0)
        recorder.answered(lane, 12.001, 0.001, None, closes=closes)
    assert recorder.tallies["traffic"].closed == 2
