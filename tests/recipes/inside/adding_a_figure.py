"""A figure that was added by its recipe."""

import msgspec

from lab.judge.descriptions import describe_figures
from lab.judge.figures import describe, work_out_figures
from lab.judge.names import names_of
from lab.tell.run import csv, markdown
from loadtests.scenarios import PROBE, TRAFFIC, Flow, Level
from records.run import Run
from records.scenario import ColumnRecord, Figure
from tests.lab import runs

NAME = "censored_share"
LEVEL = Level(50, (Flow(TRAFFIC, "/sleep", users=50), Flow(PROBE, "/", users=1, rate_per_s=20)), 2.0)


def measured() -> Run:
    """Return a run of one trial in which a quarter of the requests had no answer."""
    sent = runs.flow({"service": [10.0] * 30}, {"corrected": [900.0] * 10})
    reading = runs.reading(traffic=sent, probe=runs.flow({"service": [1.0] * 10}))
    run = runs.run([runs.trial("uvicorn/asgi", 50, **work_out_figures(reading, LEVEL, {}).figures)])
    column = ColumnRecord("never answered, %", NAME, 50)
    run.scenarios = [msgspec.structs.replace(run.scenarios[0], columns=[column])]
    run.figures = {}
    describe_figures(run)
    return run


def test_it_follows_from_what_a_trial_brought_in() -> None:
    """Of each flow; and from nothing nothing does."""
    figures = measured().trials[0].figures
    assert (figures[NAME], figures[f"probe_{NAME}"]) == (0.25, 0.0)
    assert (
        NAME
        not in work_out_figures(
            runs.reading(traffic=runs.flow()), Level(50, LEVEL.flows[:1], 2.0), {}
        ).figures
    )


def test_it_is_described() -> None:
    """Unit, direction and what it says stand in the run."""
    assert measured().figures[NAME] == Figure(
        "1", "lower", "unanswered when the window closed, of what was due"
    )
    assert describe(f"probe_{NAME}").unit == "1"


def test_it_can_be_named() -> None:
    """By whoever writes a rule or asks for its history."""
    assert names_of().figure(f"probe_{NAME}") == f"probe_{NAME}"


def test_it_stands_in_the_csv_and_in_a_table() -> None:
    """With its unit."""
    run = measured()
    assert f"uvicorn/asgi,slow-io,50,1,ok,{NAME},1,0.25," in csv.trials(run).splitlines()
    assert "\n| uvicorn/asgi | 25 |\n" in markdown.report(run)
