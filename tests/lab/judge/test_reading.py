"""What processes recorded, taken together."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.judge.reading import Reading, target_of
from lab.judge.statistics import decode
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import PROBE, TRAFFIC, Flow
from records.load import FlowReading, LoadReading, TargetReading, WorkerReading
from records.usage import Usage
from tests.lab import runs

FLOWS = (
    Flow(TRAFFIC, "/stream", users=4, behaviour="stream", chunks=2),
    Flow(PROBE, "/", users=2, traced=True),
)
OPENS_AT, CLOSES_AT = 10.0, 14.0


@dataclass(frozen=True)
class Sent:
    """One request of a user: when it was sent, and how it went."""

    user: int
    sent_at: float
    service_s: float
    error: str | None


requests = st.lists(
    st.builds(
        Sent,
        user=st.integers(0, 5),
        sent_at=st.floats(8.0, 15.0),
        service_s=st.floats(0.001, 3.0),
        error=st.sampled_from([None, None, "HTTPError"]),
    ),
    max_size=30,
)


def recorded(sent: Sequence[Sent], users: Sequence[int], ahead_s: float = 0.0) -> TargetReading:
    """Return what a process recorded of some users' requests, by a clock that is so far ahead."""
    recorder, lanes = Recorder(), [Lane(flow, 0) for flow in FLOWS for _ in range(flow.users)]
    for user in users:
        recorder.join(lanes[user])
    recorder.open(OPENS_AT + ahead_s, CLOSES_AT + ahead_s)
    for each in sent:
        if each.user in users:
            lane, sent_at = lanes[each.user], each.sent_at + ahead_s
            lane.due_at = sent_at
            recorder.sent(lane, sent_at)
            recorder.chunk(lane, sent_at + each.service_s / 2)
            recorder.answered(lane, sent_at + each.service_s, each.service_s, each.error)
    return TargetReading(recorder.close(), ceiling_per_s=10.0 * len(users))


def read(*parts: TargetReading) -> TargetReading:
    """Return what the lab reads of one target that several processes loaded."""
    text = msgspec.json.encode(LoadReading(OPENS_AT, CLOSES_AT, [[part] for part in parts]))
    return target_of(msgspec.json.decode(text, type=LoadReading))


def plain(flow: FlowReading) -> dict[str, object]:
    """Return a flow's record with histograms as their values, and nothing in an order that means nothing."""
    histograms = {
        name: {kind: decode(encoded).tolist() for kind, encoded in getattr(flow, name).items()}
        for name in ("complete", "unanswered")
    }
    seconds = [
        (each.answers, {kind: sorted(values) for kind, values in each.complete.items()})
        for each in flow.seconds
    ]
    return {
        **msgspec.structs.asdict(flow),
        **histograms,
        "seconds": seconds,
        "trace": sorted(flow.trace),
    }


@settings(max_examples=10)
@given(requests, st.lists(st.integers(0, 5), max_size=6, unique=True))
def test_parts_add_up_to_what_one_process_would_have_recorded(sent: list[Sent], first: list[int]) -> None:
    """However the users are shared out, counts, histograms, seconds and traces are exactly those of one process."""
    second = [user for user in range(6) if user not in first]
    shared = read(recorded(sent, first), recorded(sent, second))
    alone = read(recorded(sent, range(6)))
    assert shared.ceiling_per_s == alone.ceiling_per_s
    assert {n: plain(f) for n, f in shared.flows.items()} == {n: plain(f) for n, f in alone.flows.items()}


def test_targets_are_told_apart() -> None:
    """Each target has the parts that belong to it alone."""
    one, two = (TargetReading({TRAFFIC: runs.flow({"service": [1.0] * n})}) for n in (1, 2))
    load = LoadReading(0.0, 1.0, [[one, two], [one, two]])
    assert [target_of(load, number).flows[TRAFFIC].answers for number in (0, 1)] == [2, 4]


def test_a_flow_that_one_process_has_is_kept() -> None:
    """A flow with fewer users than there are processes is missing in some parts and in no sum."""
    probe = TargetReading({PROBE: runs.flow({"service": [3.0]})})
    both = TargetReading({TRAFFIC: runs.flow({"service": [1.0]}), PROBE: runs.flow({"service": [4.0]})})
    merged = target_of(LoadReading(0.0, 1.0, [[probe], [both]]))
    assert {name: flow.answers for name, flow in merged.flows.items()} == {PROBE: 2, TRAFFIC: 1}


def test_usage_adds_up_over_the_window() -> None:
    """What was used in the whole window is what was used in each of its seconds."""
    seconds = [Usage(1.0, 0.25, 0.125, 0.5, 1.0), Usage(0.5, 0.5, 0.25, 0.25, 2.0)]
    reading = msgspec.structs.replace(runs.reading(), usage=seconds)
    assert reading.used == Usage(1.5, 0.75, 0.375, 0.75, 3.0)
    assert reading.window_s == 1.5


@pytest.mark.parametrize(("machine", "background"), [(3.0, 1.125), (1.0, 0.0)])
def test_what_nobody_of_the_lab_used_is_background(machine: float, background: float) -> None:
    """It is the machine's CPU without server, generator and lab; coarse ticks never make it negative."""
    usage = [Usage(1.0, 0.75, 0.375, 0.75, machine)]
    reading: Reading = msgspec.structs.replace(runs.reading(), usage=usage)
    assert reading.background_cpu_s == background


def test_one_unknown_second_makes_the_sum_unknown() -> None:
    """What wasn't told for a part of the window isn't known of the whole."""
    seconds = [Usage(1.0, 0.25, 0.125, 0.5, 1.0), Usage(1.0, None, 0.125, 0.5, 1.0)]
    reading = msgspec.structs.replace(runs.reading(), usage=seconds)
    assert (reading.used.server, reading.used.machine) == (None, 2.0)


def test_background_of_an_unknown_machine_is_unknown() -> None:
    """Where a server that nobody meters shares the machine, nothing can be said of the rest."""
    reading = msgspec.structs.replace(runs.reading(), usage=[Usage(1.0, None, 0.1, 0.1, None)])
    assert reading.background_cpu_s is None


ticks = st.integers(0, 7 * 1024).map(lambda tick: tick / 1024)  # sums of these are exact


@settings(max_examples=10)
@given(
    st.lists(
        st.builds(
            Sent,
            user=st.integers(0, 5),
            sent_at=ticks.map(lambda tick: 8.0 + tick),
            service_s=ticks.map(lambda tick: tick / 2 + 1 / 1024),
            error=st.sampled_from([None, None, "HTTPError"]),
        ),
        max_size=30,
    ),
    st.sampled_from([-1024.0, 0.0, 65536.0]),
)
def test_parts_by_other_clocks_add_up_to_one_record(sent: list[Sent], ahead_s: float) -> None:
    """A worker whose window was translated to its own clock records what it would have by the master's."""
    shared = read(recorded(sent, range(3)), recorded(sent, range(3, 6), ahead_s))
    alone = read(recorded(sent, range(6)))
    assert {n: plain(f) for n, f in shared.flows.items()} == {n: plain(f) for n, f in alone.flows.items()}


def test_workers_elsewhere_are_no_background() -> None:
    """Of a machine that nobody else reads the worker's part is known; what its neighbours use is background."""
    here = Usage(2.0, 0.5, 0.25, 0.0, 1.0)
    worker = WorkerReading("there", 0.5, 0.75, 0.625, name="far", clock_error_s=0.001)
    reading = msgspec.structs.replace(runs.reading(), usage=[here], workers=[worker], machines=["here"])
    assert reading.background_cpu_s == 0.25 + 0.125 * 2
    assert reading.generator_cpu_s == 0.25 + 0.5 * 2


def test_busy_seconds_of_a_machine_count_once() -> None:
    """Two workers in containers of this machine are read with it: only what they used is taken off."""
    here = Usage(1.0, 0.5, 0.25, 0.0, 2.0)
    worker = WorkerReading("here", 0.5, 0.75, 1.75, name="near", clock_error_s=0.001)
    reading = msgspec.structs.replace(runs.reading(), usage=[here], workers=[worker] * 2, machines=["here"])
    assert reading.background_cpu_s == 0.25
