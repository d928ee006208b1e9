"""Rules that raise doubts, each on and off."""

import msgspec

from lab.judge.doubts import doubts
from lab.judge.figures import figured
from lab.judge.reading import FlowReading, LoadReading, Reading, SecondReading, Usage
from lab.run import Doubt
from loadtests.scenarios import TRAFFIC, Flow, Level
from tests.lab import runs

CLOSED = Flow(TRAFFIC, "/sleep", users=10, waits_s=0.1)
OPEN = Flow(TRAFFIC, "/", users=10, rate_per_s=500)


def raised(came: FlowReading, flow: Flow = CLOSED, slots: int | None = 10) -> dict[str, Doubt]:
    """Return the doubts about two seconds of a flow, by name."""
    reading, level = runs.reading(traffic=came), Level(1, (flow,), 2.0)
    return {doubt.name: doubt for doubt in doubts(reading, level, figured(reading, level, slots))}


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
    level, usage = Level(1, (OPEN,), 2.0), Usage(at=102.0, server=0.5, lab=0.01, machine=machine)
    load = LoadReading(100.0, 102.0, {TRAFFIC: answered(1000)}, cpu_s=generator)
    reading = Reading(load, [usage], 25.0)
    return {doubt.name for doubt in doubts(reading, level, figured(reading, level, None))}


def test_breathless_generator_is_told() -> None:
    """More than 70 % of a core is more than one generator can time well."""
    assert raised_by(generator=1.5, machine=2.1) == {"generator-bound"}
    assert raised_by(generator=1.3, machine=1.9) == set()


def test_busy_machine_is_told() -> None:
    """What neither server, generator nor lab used is somebody else's."""
    assert raised_by(machine=1.0) == {"machine-busy"}


def test_missed_rate_is_told() -> None:
    """Fewer answers than were to be sent, and none open, is another load than was asked for."""
    assert "rate-missed" in raised(answered(950), OPEN)
    assert "rate-missed" not in raised(answered(995), OPEN)


def test_closed_connections_are_told() -> None:
    """A stack without keep-alive pays for connecting, and its CPU figure says so."""
    churning = msgspec.structs.replace(answered(1000), closed=1000)
    assert raised(churning, OPEN)["connection-churn"].figures == ["cpu_us_per_request"]


def test_unsteady_answers_are_told() -> None:
    """Seconds that differ by more than a tenth are no steady state."""
    level = Level(1, (Flow(TRAFFIC, "/", users=300),), 3.0)

    def names(counts: list[int]) -> set[str]:
        seconds = [SecondReading(count) for count in counts]
        flow = msgspec.structs.replace(answered(sum(counts)), seconds=seconds)
        usage = Usage(at=103.0, server=0.5, lab=0.01, machine=0.6)
        reading = Reading(LoadReading(100.0, 103.0, {TRAFFIC: flow}), [usage], 25.0)
        return {doubt.name for doubt in doubts(reading, level, figured(reading, level, None))}

    assert "unstable" in names([1000, 500, 1000])
    assert "unstable" not in names([1000, 980, 1000])


def test_littles_law_is_checked() -> None:
    """Throughput times mean time must be the number of users."""
    sleeping = Flow(TRAFFIC, "/sleep", users=5, waits_s=0.01)
    assert "littles-law" not in raised(answered(1000), sleeping)
    assert "littles-law" in raised(answered(1000), Flow(TRAFFIC, "/sleep", users=10, waits_s=0.01))
