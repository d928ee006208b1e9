"""Rules that raise doubts, each on and off."""

from dataclasses import replace

import msgspec
import pytest

from lab.judge.doubts import doubts
from lab.judge.figures import work_out_figures
from lab.judge.reading import Aftermath, Reading
from loadtests.scenarios import AFTER, PROBE, TRAFFIC, Flow, Level
from records.load import FlowReading, SecondReading, WorkerReading
from records.run import Doubt
from records.usage import Usage
from tests.lab import runs

CLOSED = Flow(TRAFFIC, "/sleep", users=10, waits_s=0.1)
OPEN = Flow(TRAFFIC, "/", users=10, rate_per_s=500)


def raised(came: FlowReading, flow: Flow = CLOSED, slots: int | None = 10) -> dict[str, Doubt]:
    """Return the doubts about two seconds of a flow, by name."""
    reading, level = runs.reading(traffic=came), Level(1, (flow,), 2.0)
    return {
        doubt.name: doubt
        for doubt in doubts(reading, level, work_out_figures(reading, level, {"interface": slots}))
    }


def answered(count: int, lag_ms: float = 0.1) -> FlowReading:
    """Return a flow of answers in 10 ms."""
    return runs.flow({"service": [10.0] * count, "corrected": [10.0] * count, "lag": [lag_ms] * count})


def test_many_answers_below_the_ceiling_raise_nothing() -> None:
    """A sound trial has no doubts."""
    assert raised(answered(1000), OPEN) == {}


def test_errors_doubt_every_figure() -> None:
    """Failed requests cast doubt on all that was measured, and are told by kind."""
    doubt = raised(runs.flow({"service": [1.0] * 600}, errors={"Timeout": 3}), OPEN)["errors"]
    assert (doubt.says, doubt.figures) == ("of the traffic requests 3 Timeout", [])


def test_few_answers_doubt_only_the_tail() -> None:
    """A hundred answers are enough for p90 and too few for p99."""
    doubt = raised(answered(100))["too-few-samples"]
    assert doubt.figures == ["corrected_ms_p99", "lag_ms_p99", "service_ms_p99"]


def test_throughput_at_its_ceiling_measures_arithmetic() -> None:
    """Ninety percent of what is possible says nothing of speed."""
    assert raised(answered(181))["ceiling-reached"].figures == ["throughput_per_s"]
    assert "ceiling-reached" not in raised(answered(179))


def test_late_generator_is_told() -> None:
    """A generator late by more than 2 ms and 5 % has timed itself."""
    assert "generator-bound" in raised(answered(1000, lag_ms=2.5), OPEN)
    assert "generator-bound" not in raised(answered(1000, lag_ms=1.5), OPEN)


def test_unanswered_requests_make_lower_bounds() -> None:
    """Percentiles that lie among the unanswered are named as lower bounds."""
    flow = runs.flow({"service": [10.0] * 600}, {"service": [2000.0] * 60, "corrected": [2000.0] * 60})
    doubt = raised(flow, OPEN)["unanswered"]
    assert {"service_ms_p99", "service_ms_max"} <= set(doubt.figures)
    assert "service_ms_p50" not in doubt.figures


def test_no_answer_at_all_is_told() -> None:
    """A window without one answer is a doubt about everything, not a zero."""
    doubt = raised(runs.flow(censored={"corrected": [2000.0], "service": [2000.0]}))["no-answers"]
    assert doubt.figures == []


def raised_by(generator: float = 0.1, machine: float = 0.7) -> set[str]:
    """Return the names of the doubts about a sound flow when so many CPU seconds were used in two."""
    level = Level(1, (OPEN,), 2.0)
    usage = [Usage(1.0, 0.25, generator / 2, 0.005, machine / 2)] * 2
    reading = msgspec.structs.replace(runs.reading(traffic=answered(1000)), usage=usage)
    return {doubt.name for doubt in doubts(reading, level, work_out_figures(reading, level, {}))}


def test_breathless_generator_is_told() -> None:
    """More than 70 % of a core is more than one generator can time well."""
    assert raised_by(generator=1.5, machine=2.1) == {"generator-bound"}
    assert raised_by(generator=1.3, machine=1.9) == set()


def test_a_generator_breathless_for_a_second_is_told() -> None:
    """One second in which the generator was too busy spoils the latencies of all flows, and not the CPU."""
    level = Level(1, (OPEN,), 2.0)
    usage = [Usage(1.0, 0.25, cores, 0.005, cores + 0.25) for cores in (0.1, 0.9)]
    reading = msgspec.structs.replace(runs.reading(traffic=answered(1000)), usage=usage)
    (doubt,) = doubts(reading, level, work_out_figures(reading, level, {}))
    assert (doubt.name, doubt.discards) == ("generator-bound", True)
    assert {name.rpartition("_")[0] for name in doubt.figures} == {"corrected_ms", "service_ms"}


def test_busy_machine_is_told() -> None:
    """What neither server, generator nor lab used is somebody else's."""
    assert raised_by(machine=1.0) == {"machine-busy"}


def test_missed_rate_is_told() -> None:
    """Fewer answers than were to be sent, and none open, is another load than was asked for."""
    for answers, missed in ((950, True), (995, False)):
        came = msgspec.structs.replace(answered(answers), due=1000)
        assert ("rate-missed" in raised(came, OPEN)) is missed


@pytest.mark.parametrize(
    ("settled", "flow", "told"), [(False, CLOSED, True), (True, CLOSED, False), (False, OPEN, False)]
)
def test_a_queue_that_had_not_filled_up_is_told(settled: bool, flow: Flow, told: bool) -> None:  # noqa: FBT001 - a row
    """Latencies of a closed loop are too short until all users were answered once; a schedule has no queue."""
    reading = runs.reading(traffic=answered(1000))
    reading = msgspec.structs.replace(
        reading, target=msgspec.structs.replace(reading.target, settled=settled)
    )
    level = Level(1, (flow,), 2.0)
    found = {doubt.name: doubt for doubt in doubts(reading, level, work_out_figures(reading, level, {}))}
    assert ("unsettled" in found) is told
    assert not told or ("service_ms_p50" in found["unsettled"].figures and found["unsettled"].discards)


def test_closed_connections_are_told() -> None:
    """A stack without keep-alive pays for connecting, and its CPU figure says so."""
    churning = msgspec.structs.replace(answered(1000), closed=1000)
    assert raised(churning, OPEN)["connection-churn"].figures == ["cpu_us_per_request"]


def names_of(counts: list[int], flow: Flow, last_s: float = 1.0) -> set[str]:
    """Return the names of the doubts about a flow with so many answers in each second, the last so long."""
    seconds = [SecondReading(count) for count in counts]
    came = msgspec.structs.replace(answered(sum(counts)), seconds=seconds)
    reading = runs.of_flows({TRAFFIC: came}, seconds=len(counts))
    usage = [*reading.usage[:-1], msgspec.structs.replace(reading.usage[-1], at=last_s)]
    reading = msgspec.structs.replace(reading, usage=usage, loaded_s=len(counts) - 1 + last_s)
    level = Level(1, (flow,), float(len(counts)))
    return {doubt.name for doubt in doubts(reading, level, work_out_figures(reading, level, {}))}


def test_unsteady_answers_are_told() -> None:
    """Seconds that differ by more than a tenth are no steady state."""
    assert "unstable" in names_of([1000, 500, 1000], Flow(TRAFFIC, "/", users=300))
    assert "unstable" not in names_of([1000, 980, 1000], Flow(TRAFFIC, "/", users=300))


def test_a_second_that_is_not_whole_is_not_unsteady() -> None:
    """A window of three and a half seconds ends with half as many answers as before."""
    assert "unstable" not in names_of([1000, 980, 1000, 500], Flow(TRAFFIC, "/", users=300), last_s=0.5)


def test_a_rate_that_is_meant_to_change_is_not_unsteady() -> None:
    """An overload begins and ends within the window, and sends more than can be answered."""
    overload = Flow(TRAFFIC, "/", users=300, of_ceiling=1.5)
    assert {"unstable", "rate-missed"} & names_of([1000, 500, 1000], overload) == set()


def test_littles_law_is_checked() -> None:
    """Throughput times mean time must be the number of users."""
    sleeping = Flow(TRAFFIC, "/sleep", users=5, waits_s=0.01)
    assert "littles-law" not in raised(answered(1000), sleeping)
    assert "littles-law" in raised(answered(1000), Flow(TRAFFIC, "/sleep", users=10, waits_s=0.01))


def test_connections_of_their_own_are_no_churn() -> None:
    """Where each request is to come on a new connection nobody is surprised that it is closed."""
    churning = msgspec.structs.replace(answered(1000), closed=1000)
    assert raised(churning, replace(OPEN, behaviour="connect")) == {}


@pytest.mark.parametrize("way", ["idle", "silent"])
def test_idle_connections_that_were_closed_are_told(way: str) -> None:
    """Fewer connections at the end than users is a server that doesn't keep them."""
    flow = Flow(TRAFFIC, "/", users=10, behaviour=way)
    assert raised(msgspec.structs.replace(runs.flow(), held=10), flow) == {}
    doubt = raised(msgspec.structs.replace(runs.flow(), held=9), flow)["connections-closed"]
    assert (doubt.figures, doubt.discards) == (["memory_kib_per_connection"], False)


@pytest.mark.parametrize("way", ["idle", "silent", "download"])
def test_what_does_not_end_need_not_be_answered(way: str) -> None:
    """No answer is no doubt where none is meant to come."""
    assert "no-answers" not in raised(runs.flow(), Flow(TRAFFIC, "/", users=10, behaviour=way))


def test_recovery_that_was_not_seen_is_a_lower_bound() -> None:
    """A server that is still slow when the window closes recovers later than that."""
    after = Flow(AFTER, "/", users=10, of_ceiling=0.5, from_s=1.0)
    flow = runs.flow({"service": [10.0] * 600, "corrected": [10.0] * 600}, {"corrected": [900.0]})
    reading, level = runs.of_flows({AFTER: flow}), Level(1, (after,), 2.0)
    found = {doubt.name: doubt for doubt in doubts(reading, level, work_out_figures(reading, level, {}))}
    assert "recovered_s" in found["unanswered"].figures


def afterwards(cpu_s: float, answered_ms: float | None) -> dict[str, Doubt]:
    """Return the doubts about a sound trial, two seconds after which the server had done this."""
    left = Aftermath(2.0, cpu_s, runs.AFTER, answered_ms)
    reading = msgspec.structs.replace(runs.reading(traffic=answered(1000)), aftermath=left)
    level = Level(1, (OPEN,), 2.0)
    return {doubt.name: doubt for doubt in doubts(reading, level, work_out_figures(reading, level, {}))}


def test_a_server_that_was_broken_is_told() -> None:
    """A server that answers nobody once everybody has left is a finding about all that was measured."""
    doubt = afterwards(0.0, None)["stopped-answering"]
    assert (doubt.figures, doubt.discards) == ([], False)
    assert afterwards(0.0, 3.0) == {}


def test_work_for_clients_that_have_left_is_told() -> None:
    """More than 2 % of a core is more than a heartbeat."""
    assert afterwards(0.05, 3.0)["work-left-behind"].figures == ["idle_cores"]
    assert afterwards(0.03, 3.0) == {}


def test_doubts_name_figures_of_their_flow_alone() -> None:
    """Few answers of the probe, or after an overload, say nothing of the traffic's tail."""
    flows = {TRAFFIC: answered(1000), PROBE: answered(40), AFTER: answered(600)}
    probe = Flow(PROBE, "/", users=1, rate_per_s=20)
    level = Level(1, (OPEN, probe, Flow(AFTER, "/", users=1, rate_per_s=300)), 2.0)
    reading = runs.of_flows(flows)
    (doubt,) = doubts(reading, level, work_out_figures(reading, level, {}))
    assert doubt.name == "too-few-samples"
    assert {name.partition("_")[0] for name in doubt.figures} == {"probe"}


def by_workers(lost: int, *cores: float) -> tuple[Reading, Level]:
    """Return a sound trial loaded by workers of other machines that used so many cores, with so many lost."""
    workers = [WorkerReading(f"there-{n}", c, c, c, f"far-{n}", 0.0005 * n) for n, c in enumerate(cores)]
    reading = msgspec.structs.replace(runs.reading(traffic=answered(1000)), workers=workers, lost=lost)
    return reading, Level(1, (OPEN,), 2.0)


def test_a_lost_worker_discards_the_trial() -> None:
    """Nobody knows what it sent: every figure of the trial is doubted and discarded."""
    reading, level = by_workers(1, 0.1, 0.1)
    (doubt,) = doubts(reading, level, work_out_figures(reading, level, {}))
    assert (doubt.name, doubt.figures, doubt.discards) == ("worker-lost", [], True)
    assert doubt.says == "1 of 3 load workers were lost before they had told their part"


def test_workers_that_all_told_their_part_are_no_doubt() -> None:
    """Two workers with half a core each are no breathless one."""
    reading, level = by_workers(0, 0.5, 0.5)
    figures = work_out_figures(reading, level, {})
    assert doubts(reading, level, figures) == []
    assert (figures.figures["load_workers"], figures.figures["clock_error_ms"]) == (2, 0.5)


def test_the_busiest_worker_may_be_breathless() -> None:
    """One worker that was too busy spoils what it timed, however idle the others were."""
    reading, level = by_workers(0, 0.1, 0.9)
    assert [doubt.name for doubt in doubts(reading, level, work_out_figures(reading, level, {}))] == [
        "generator-bound"
    ]
