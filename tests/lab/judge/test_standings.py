"""How stacks stand against the baseline."""

import msgspec
import pytest

from lab.judge.standings import Standing, headlines, standing, standings
from loadtests.scenarios import SCENARIOS
from records.run import Comparison, Doubt, Run, Trial
from tests.lab import runs

RATE = "throughput_per_s"
BASELINE = "gunicorn-sync/wsgi"


def run_of(*trials: Trial) -> Run:
    """Return a run against gunicorn-sync/wsgi."""
    run = runs.run([runs.trial(BASELINE, 50, throughput_per_s=10.0), *trials])
    run.baseline = BASELINE
    return run


def of(run: Run, stack: str = "uvicorn/asgi") -> Standing:
    """Return a stack's standing in slow-io."""
    (found,) = standings(run)[stack]
    return found


def test_the_headline_that_leads_stands_first() -> None:
    """The others follow in the order of the run: how many users are served at once is what most people ask."""
    assert list(headlines(runs.every_scenario())) == ["slow-io", *(n for n in SCENARIOS if n != "slow-io")]


def test_level_that_was_not_measured_gives_way() -> None:
    """A run without 200 users is judged by its last level."""
    assert {scenario: each.level for scenario, each in headlines(run_of()).items()} == {"slow-io": 50}


@pytest.mark.parametrize("verdict", ["faster", "slower", "tie"])
def test_standing_is_the_verdict(verdict: str) -> None:
    """What the comparison says stands in the cell, with its interval."""
    run = run_of(runs.trial("uvicorn/asgi", 50, throughput_per_s=500.0))
    compared = Comparison("slow-io", 50, RATE, "uvicorn/asgi", BASELINE, 50.0, 45.0, 55.0, "tie", 2)
    run.comparisons = [msgspec.structs.replace(compared, verdict=verdict)]
    assert (of(run).word, of(run).says) == (verdict, "50.00 (45.00 to 55.00)")


def test_baseline_stands_as_itself() -> None:
    """It isn't compared with itself."""
    assert of(run_of(), BASELINE).word == "baseline"


def test_what_broke_cannot() -> None:
    """A stack that failed or stopped answering can't, and the evidence is said."""
    doubt = Doubt("stopped-answering", "nobody was answered", "")
    broken = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[doubt])
    assert (of(run_of(broken)).word, of(run_of(broken)).says) == ("cannot", "nobody was answered")


def test_discarded_figure_is_doubted() -> None:
    """No verdict is made of it."""
    doubt = Doubt("machine-busy", "", "", discards=True)
    doubted = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[doubt])
    assert of(run_of(doubted)).word == "doubted"


def test_missing_trials_are_not_measured() -> None:
    """An empty cell says so."""
    assert of(run_of()).word == "not measured"


@pytest.mark.parametrize(
    ("ours", "bound", "word"),
    [(9000.0, True, "slower"), (100.0, True, "not compared"), (9000.0, False, "not compared")],
)
def test_lower_bound_beyond_the_baseline_is_slower(ours: float, bound: bool, word: str) -> None:  # noqa: FBT001 - a row
    """At least nine seconds is slower than a second, whatever it was in the end; at least 0.1 s says nothing."""
    figure = "probe_corrected_ms_p50"
    doubts = [Doubt("unanswered", "", "", [figure], at_least=True)] if bound else []
    theirs = msgspec.structs.replace(
        runs.trial(BASELINE, 20, probe_corrected_ms_p50=1000.0), scenario="starvation"
    )
    mine = msgspec.structs.replace(
        runs.trial("uvicorn/asgi", 20, probe_corrected_ms_p50=ours), scenario="starvation", doubts=doubts
    )
    run = run_of(theirs, mine)
    headline = SCENARIOS["starvation"].headline
    assert headline is not None
    assert standing(run, "uvicorn/asgi", "starvation", headline).word == word
