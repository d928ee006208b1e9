"""Figures of a trial."""

import pytest

from lab.judge.figures import FIGURES, describe, figured
from loadtests.scenarios import PROBE, TRAFFIC, Flow, Level
from tests.lab import runs

SLEEP = Flow(TRAFFIC, "/sleep", users=20, waits_s=0.1)
ALONE = Level(20, (SLEEP,), 2.0)


def test_throughput_and_share_of_the_ceiling() -> None:
    """Answers over the window, and over what 10 slots allow."""
    reading = runs.reading(traffic=runs.flow({"service": [100.0] * 150}))
    found = figured(reading, ALONE, slots=10).figures
    assert found["throughput_per_s"] == 75
    assert found["ceiling_per_s"] == pytest.approx(100)
    assert found["ceiling_share"] == pytest.approx(0.75)


def test_cpu_is_shared_out_over_all_answers() -> None:
    """CPU per request counts the probe's answers too."""
    level = Level(20, (SLEEP, Flow(PROBE, "/", users=1, rate_per_s=10)), 2.0)
    reading = runs.reading(
        cpu_s=0.3,
        traffic=runs.flow({"service": [1.0] * 100}),
        probe=runs.flow({"service": [1.0] * 50}),
    )
    assert figured(reading, level, None).figures["cpu_us_per_request"] == pytest.approx(2000)


def test_no_answer_gives_no_cpu_per_request() -> None:
    """Nothing answered isn't a request for free."""
    reading = runs.reading(traffic=runs.flow(censored={"corrected": [2000.0], "service": [2000.0]}))
    assert "cpu_us_per_request" not in figured(reading, ALONE, None).figures


def test_probe_figures_are_prefixed() -> None:
    """A probe's latencies stand beside the traffic's under names of their own."""
    level = Level(0, (Flow(PROBE, "/", users=1, rate_per_s=10),), 2.0)
    found = figured(runs.reading(probe=runs.flow({"service": [3.0]})), level, None).figures
    assert found["probe_service_ms_p50"] == pytest.approx(3, rel=0.001)
    assert "service_ms_p50" not in found


def test_lower_bounds_are_named() -> None:
    """Percentiles among the unanswered are known as lower bounds."""
    flow = runs.flow({"service": [1.0]}, {"service": [2000.0] * 9, "corrected": [2000.0] * 9})
    found = figured(runs.reading(traffic=flow), ALONE, 1)
    assert {n for n in found.at_least if n.startswith("service")} == {
        "service_ms_p50",
        "service_ms_p90",
        "service_ms_p99",
        "service_ms_max",
    }


def test_every_figure_is_described() -> None:
    """No trial has a figure without a unit."""
    kinds = {kind: [1.0] for kind in runs.KINDS}
    level = Level(1, (SLEEP, Flow(PROBE, "/", users=1, rate_per_s=10)), 2.0)
    found = figured(runs.reading(traffic=runs.flow(kinds), probe=runs.flow(kinds)), level, 1)
    assert {describe(name).unit != "" for name in found.figures} == {True}
    assert {name.removeprefix("probe_") for name in found.figures} == set(FIGURES)
