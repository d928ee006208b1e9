"""A doubt that was added by its recipe."""

import msgspec

from lab.judge.doubts import doubts
from lab.judge.figures import work_out_figures
from lab.tell.run import csv, markdown
from loadtests.scenarios import TRAFFIC, Flow, Level
from records.run import Doubt
from tests.lab import runs

NAME = "long-tail"
LEVEL = Level(50, (Flow(TRAFFIC, "/", users=1000, rate_per_s=500),), 2.0)


def raised(*milliseconds: float) -> list[Doubt]:
    """Return the doubts about answers that took so long."""
    reading = runs.reading(traffic=runs.flow({"service": list(milliseconds)}))
    return [
        doubt for doubt in doubts(reading, LEVEL, work_out_figures(reading, LEVEL, {})) if doubt.name == NAME
    ]


def test_a_reading_that_deserves_it_raises_it() -> None:
    """It says by which figures, and which it is about."""
    (doubt,) = raised(*[1.0] * 900, *[40.0] * 100)
    assert doubt.says == "p99 is 40 times the median"
    assert doubt.figures == ["service_ms_max", "service_ms_p50", "service_ms_p90", "service_ms_p99"]


def test_a_reading_that_does_not_deserve_it_raises_nothing() -> None:
    """A tail that is near is none, and neither is no answer at all."""
    assert (raised(*[1.0] * 900, *[10.0] * 100), raised()) == ([], [])


def test_it_is_told() -> None:
    """By a letter in the table, with its advice below, and by name in trials.csv."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=100.0)])
    (doubt,) = raised(*[1.0] * 900, *[40.0] * 100)
    run.trials[0].doubts.append(msgspec.structs.replace(doubt, figures=["throughput_per_s"]))
    assert f",throughput_per_s,requests/s,100.0,{NAME}\n" in csv.trials(run)
    assert f"{NAME}: look for what stops the server now and then" in markdown.report(run)
