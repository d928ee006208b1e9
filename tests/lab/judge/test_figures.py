"""Figures of a trial."""

from dataclasses import replace

import msgspec
import pytest

from lab.judge.figures import FIGURES, by_second, describe, judged_flows, work_out_figures
from lab.judge.reading import Aftermath, Reading
from loadtests.scenarios import AFTER, CEILING, PROBE, TRAFFIC, Flow, Level
from records.load import FlowReading, SecondReading, WorkerReading
from records.usage import Footprint, Usage
from tests.lab import runs

SLEEP = Flow(TRAFFIC, "/sleep", users=20, waits_s=0.1)
ALONE = Level(20, (SLEEP,), 2.0)
DOWNLOAD = Level(1, (Flow(TRAFFIC, "/bytes", users=1, behaviour="download"),), 2.0)
ECHO = Level("flat-out", (Flow(TRAFFIC, "/ws/echo", users=50, behaviour="websocket", chunks=100),), 2.0)
OVERLOAD = Level(
    150,
    (
        Flow(CEILING, "/cpu", users=8, to_s=0.0),
        Flow(TRAFFIC, "/cpu", users=400, of_ceiling=1.5, to_s=5.0),
        Flow(AFTER, "/cpu", users=100, of_ceiling=0.5, from_s=5.0, traced=True),
    ),
    10.0,
)


def test_throughput_and_share_of_the_ceiling() -> None:
    """Answers over the window, and over what 10 slots allow."""
    reading = runs.reading(traffic=runs.flow({"service": [100.0] * 150}))
    found = work_out_figures(reading, ALONE, {"interface": 10}).figures
    assert found["throughput_per_s"] == 75
    assert found["ceiling_per_s"] == pytest.approx(100)
    assert found["ceiling_share"] == pytest.approx(0.75)


def test_messages_are_counted_one_by_one() -> None:
    """Where a hundred messages are under way together an answer is a hundred messages."""
    found = work_out_figures(runs.reading(traffic=runs.flow({"service": [1.0] * 150})), ECHO, {}).figures
    assert (found["throughput_per_s"], found["messages_per_s"]) == (75, 7500)
    assert found["cpu_us_per_message"] == pytest.approx(found["cpu_us_per_request"] / 100)


def test_cpu_is_shared_out_over_all_answers() -> None:
    """CPU per request counts the probe's answers too."""
    level = Level(20, (SLEEP, Flow(PROBE, "/", users=1, rate_per_s=10)), 2.0)
    reading = runs.reading(
        cpu_s=0.3,
        traffic=runs.flow({"service": [1.0] * 100}),
        probe=runs.flow({"service": [1.0] * 50}),
    )
    assert work_out_figures(reading, level, {}).figures["cpu_us_per_request"] == pytest.approx(2000)


def test_no_answer_gives_no_cpu_per_request() -> None:
    """Nothing answered isn't a request for free."""
    reading = runs.reading(traffic=runs.flow(censored={"corrected": [2000.0], "service": [2000.0]}))
    assert "cpu_us_per_request" not in work_out_figures(reading, ALONE, {}).figures


def test_probe_figures_are_prefixed() -> None:
    """A probe's latencies stand beside the traffic's under names of their own."""
    level = Level(0, (Flow(PROBE, "/", users=1, rate_per_s=10),), 2.0)
    found = work_out_figures(runs.reading(probe=runs.flow({"service": [3.0]})), level, {}).figures
    assert found["probe_service_ms_p50"] == pytest.approx(3, rel=0.001)
    assert "service_ms_p50" not in found


def test_lower_bounds_are_named() -> None:
    """Percentiles among the unanswered are known as lower bounds."""
    flow = runs.flow({"service": [1.0]}, {"service": [2000.0] * 9, "corrected": [2000.0] * 9})
    found = work_out_figures(runs.reading(traffic=flow), ALONE, {"interface": 1})
    assert {n for n in found.at_least if n.startswith("service")} == {
        "service_ms_p50",
        "service_ms_p90",
        "service_ms_p99",
        "service_ms_max",
    }


def test_offered_is_what_was_due() -> None:
    """An open loop offers what its schedule said, answered or not; random arrivals aren't their mean rate."""
    level = Level(0, (Flow(PROBE, "/", users=1, rate_per_s=10),), 2.0)
    flow = runs.flow({"service": [3.0] * 13}, {"corrected": [10.0] * 2}, {"HTTPError": 1})
    assert work_out_figures(runs.reading(probe=flow), level, {}).figures["probe_offered_per_s"] == 8


def test_a_closed_loop_offers_nothing() -> None:
    """It sends when it is answered: there is no rate to keep."""
    found = work_out_figures(runs.reading(traffic=runs.flow({"service": [100.0]})), ALONE, {}).figures
    assert "offered_per_s" not in found
    assert "little_share" in found


def test_the_busiest_second_of_the_generator_is_told() -> None:
    """A generator can be out of breath for a second without using much in all."""
    usage = [Usage(1.0, 0.1, generator, 0.0, 1.0) for generator in (0.1, 0.9, 0.2)]
    usage.append(Usage(0.5, 0.1, 0.3, 0.0, 1.0))
    reading = msgspec.structs.replace(runs.reading(traffic=runs.flow({"service": [1.0]})), usage=usage)
    found = work_out_figures(reading, ALONE, {}).figures
    assert found["generator_cores_max"] == 0.9
    assert found["generator_cores"] == pytest.approx(1.5 / 3.5)


def test_memory_is_after_the_load_and_growth_since_before() -> None:
    """Memory is the tree's share in all, growth what it took of its own."""
    found = work_out_figures(runs.reading(traffic=runs.flow({"service": [1.0]})), ALONE, {}).figures
    assert (found["memory_mib"], found["memory_growth_mib"]) == (25.0, 4.0)


@pytest.mark.parametrize("way", ["idle", "silent"])
def test_held_connections_share_the_growth_of_memory(way: str) -> None:
    """Four MiB for 512 connections that stand open are 8 KiB each."""
    idle = Level(way, (Flow(TRAFFIC, "/", users=512, behaviour=way),), 2.0)
    came = msgspec.structs.replace(runs.flow(), held=512)
    found = work_out_figures(runs.reading(traffic=came), idle, {}).figures
    assert (found["held"], found["memory_kib_per_connection"]) == (512.0, 8.0)
    assert {"answers", "throughput_per_s"} & set(found) == set()


def test_no_connection_held_is_no_memory_for_each() -> None:
    """Where every connection was closed there is nothing to divide by."""
    idle = Level("idle", (Flow(TRAFFIC, "/", users=5, behaviour="idle"),), 2.0)
    found = work_out_figures(runs.reading(traffic=runs.flow()), idle, {}).figures
    assert found["held"] == 0.0
    assert "memory_kib_per_connection" not in found


def test_what_slow_readers_got_is_a_rate() -> None:
    """Three MiB read in two seconds are 1.5 MiB a second, of a body that isn't an answer yet."""
    came = msgspec.structs.replace(runs.flow(), bytes=3 * 1024 * 1024)
    found = work_out_figures(runs.reading(traffic=came), DOWNLOAD, {}).figures
    assert found["received_mib_per_s"] == 1.5
    assert {"held", "answers"} & set(found) == set()


def test_nothing_received_is_told_as_such() -> None:
    """A download that brought nothing is a rate of zero, not a connection that wasn't held."""
    found = work_out_figures(runs.reading(traffic=runs.flow()), DOWNLOAD, {}).figures
    assert found["received_mib_per_s"] == 0.0
    assert "held" not in found


def test_the_aftermath_is_told() -> None:
    """Once everybody has left: CPU of a core, threads beyond those before, and how soon an answer came."""
    left = Aftermath(2.0, 0.5, Footprint(30.0, 20.0, threads=13), answered_ms=7.5)
    reading = msgspec.structs.replace(runs.reading(traffic=runs.flow({"service": [1.0]})), aftermath=left)
    found = work_out_figures(reading, ALONE, {}).figures
    assert found["idle_cores"] == 0.25
    assert found["threads_left"] == 10.0
    assert found["answered_after_ms"] == 7.5


def test_no_answer_afterwards_is_no_time() -> None:
    """A server that doesn't answer any more has no time to an answer, least of all 0."""
    left = Aftermath(2.0, 0.5, Footprint(30.0, 20.0, threads=13), answered_ms=None)
    reading = msgspec.structs.replace(runs.reading(traffic=runs.flow({"service": [1.0]})), aftermath=left)
    assert "answered_after_ms" not in work_out_figures(reading, ALONE, {}).figures


def overloaded(
    trace: list[tuple[float, float]], stuck_ms: list[float] | None = None
) -> tuple[Reading, Level]:
    """Return ten seconds, five of overload and five after it, with what was asked afterwards."""
    seconds = [SecondReading(30) for _ in range(5)] + [SecondReading(10)] * 3
    during = msgspec.structs.replace(runs.flow({"service": [1.0] * 180}), seconds=seconds)
    after = runs.flow({"service": [1.0] * len(trace)}, {"corrected": stuck_ms or []})
    flows = {
        CEILING: runs.flow(),
        TRAFFIC: during,
        AFTER: msgspec.structs.replace(after, trace=trace),
    }
    reading = runs.of_flows(flows, seconds=10)
    target = msgspec.structs.replace(reading.target, ceiling_per_s=40.0)
    return msgspec.structs.replace(reading, target=target), OVERLOAD


def test_an_overload_is_measured_while_it_is_on() -> None:
    """Answers that come after an overload aren't its throughput; the ceiling is the one that was seen."""
    found = work_out_figures(*overloaded([]), {"interface": 1}).figures
    assert found["throughput_per_s"] == 30.0
    assert (found["ceiling_per_s"], found["ceiling_share"]) == (40.0, 0.75)


def test_finding_the_ceiling_is_no_figure_of_the_trial() -> None:
    """The flow that finds the ceiling is over when the window opens."""
    assert [flow.name for flow in judged_flows(OVERLOAD, 13.0)] == [TRAFFIC, AFTER]


def test_recovery_lasts_until_the_last_slow_request() -> None:
    """It is over with the last request that was due after the overload and still took long."""
    reading, level = overloaded([(5.0, 2.0), (6.0, 0.9), (7.5, 0.2), (8.0, 0.02), (9.0, 0.03)])
    found = work_out_figures(reading, level, {})
    assert found.figures["recovered_s"] == 2.5
    assert "recovered_s" not in found.at_least


def test_fast_from_the_start_has_recovered_at_once() -> None:
    """Where no request after the overload was slow there was nothing to recover from."""
    reading, level = overloaded([(5.0, 0.01), (6.0, 0.01)])
    assert work_out_figures(reading, level, {}).figures["recovered_s"] == 0.0


def test_recovery_that_was_not_seen_is_a_lower_bound() -> None:
    """Requests that still wait when the window closes say that it isn't over."""
    reading, level = overloaded([(5.0, 0.01)], stuck_ms=[900.0])
    found = work_out_figures(reading, level, {})
    assert found.figures["recovered_s"] == 5.0
    assert "recovered_s" in found.at_least


def test_figures_of_what_comes_afterwards_are_prefixed() -> None:
    """Those who ask after an overload have latencies under names of their own."""
    found = work_out_figures(*overloaded([(5.0, 0.01)]), {}).figures
    assert found["after_answers"] == 1
    assert found["answers"] == 180


def seconds_of(*answers: int) -> FlowReading:
    """Return a flow with so many answers in each second, or turn: in a millisecond each."""
    seconds = [SecondReading(n, {"corrected": [1000] * n} if n else {}) for n in answers]
    return msgspec.structs.replace(runs.flow({"service": [1.0] * sum(answers)}), seconds=seconds)


def test_figures_by_second_are_those_of_whole_seconds() -> None:
    """What is left of a window after its whole seconds isn't compared, nor a second without an answer."""
    usage = [Usage(at, 0.5, 0.1, 0.0, 1.0) for at in (1.0, 1.0, 0.9996, 0.5)]
    reading = msgspec.structs.replace(runs.reading(traffic=seconds_of(100, 0, 50, 7)), usage=usage)
    found = by_second(reading, ALONE)
    assert found["throughput_per_s"] == [100, 0, 50]
    assert found["cpu_us_per_request"] == pytest.approx([5000, 10000])
    assert found["corrected_ms_p50"] == [1.0, 1.0]


@pytest.mark.parametrize(
    "figure",
    [
        "cpu_us_per_request",
        "throughput_per_s",
        "corrected_ms_p50",
    ],
)
def test_figures_by_turn_keep_their_place(figure: str) -> None:
    """Where stacks take turns the n-th value is that of the n-th turn, 0 where nothing was answered."""
    usage = [Usage(0.1, 0.01, 0.01, 0.0, 0.1)] * 4
    reading = msgspec.structs.replace(runs.reading(traffic=seconds_of(10, 0, 20, 40)), usage=usage)
    values = by_second(reading, replace(ALONE, turns=True))[figure]
    assert [value > 0 for value in values] == [True, False, True, True]


def test_the_rate_in_turns_is_that_while_requests_were_due() -> None:
    """Forty answers in each of ten turns of 80 ms, one second apart, are 500 a second."""
    usage = [Usage(0.1, 0.01, 0.01, 0.0, 0.1)] * 10
    reading = msgspec.structs.replace(runs.reading(traffic=seconds_of(*[40] * 10)), usage=usage, loaded_s=0.8)
    level = Level(500, (Flow(TRAFFIC, "/", users=20, rate_per_s=500),), 1.0, turns=True)
    found = work_out_figures(reading, level, {}).figures
    assert found["throughput_per_s"] == found["offered_per_s"] == 500
    assert found["cpu_cores"] == pytest.approx(0.1)


def test_every_figure_is_described() -> None:
    """No trial has a figure without a unit, and no figure is described that none has."""
    kinds = {kind: [1.0] for kind in runs.KINDS}
    probed = Level(1, (SLEEP, Flow(PROBE, "/", users=1, rate_per_s=10)), 2.0)
    left = Aftermath(1.0, 0.0, runs.AFTER, answered_ms=1.0)
    full = runs.reading(traffic=runs.flow(kinds), probe=runs.flow(kinds))
    received, held = (msgspec.structs.replace(runs.flow(), **{name: 1}) for name in ("bytes", "held"))
    far = WorkerReading("there", 0.5, 0.5, 0.5, name="far", clock_error_s=0.001)
    trials = [
        (msgspec.structs.replace(full, aftermath=left, workers=[far]), probed),
        (runs.reading(traffic=received), DOWNLOAD),
        (runs.reading(traffic=held), Level("idle", (Flow(TRAFFIC, "/", users=1, behaviour="idle"),), 2.0)),
        overloaded([(5.0, 0.01)]),
        (runs.reading(traffic=runs.flow(kinds)), ECHO),
    ]
    names = {name for trial in trials for name in work_out_figures(*trial, {"interface": 1}).figures}
    assert {describe(name).unit != "" for name in names} == {True}
    assert {name.removeprefix("probe_").removeprefix("after_") for name in names} == set(FIGURES)


def test_a_figure_of_nothing_is_a_key_error() -> None:
    """A name that no trial has is no figure, with a prefix or without."""
    for name in ("wishes", "probe_wishes"):
        with pytest.raises(KeyError):
            describe(name)


def test_what_nobody_tells_is_absent() -> None:
    """Without an agent a stack that runs elsewhere has no CPU, memory or threads: absent, never 0."""
    unmetered = [Usage(1.0, None, 0.1, 0.0, None)] * 2
    left = Aftermath(1.0, None, None, answered_ms=7.5)
    reading = msgspec.structs.replace(
        runs.reading(traffic=seconds_of(40, 60)), usage=unmetered, before=None, after=None, aftermath=left
    )
    found = work_out_figures(reading, ALONE, {}).figures
    absent = ("cpu_us_per_request", "cpu_cores", "background_cores", "memory_mib", "memory_growth_mib")
    assert {*absent, "threads_left", "idle_cores"} & found.keys() == set()
    assert found["answered_after_ms"] == 7.5
    assert "cpu_us_per_request" not in by_second(reading, ALONE)


def test_memory_that_nobody_tells_is_not_shared_out() -> None:
    """Connections that stood open have no memory each when nobody weighed the server."""
    level = Level(3, (Flow(TRAFFIC, "/", users=3, behaviour="idle"),), 2.0)
    held = msgspec.structs.replace(runs.flow(), held=3)
    reading = msgspec.structs.replace(runs.reading(traffic=held), before=None, after=None)
    found = work_out_figures(reading, level, {}).figures
    assert found["held"] == 3
    assert "memory_kib_per_connection" not in found
