"""A claim that was added by its recipe."""

from pathlib import Path

import msgspec
import pytest

from lab.judge.claims import Claim, claims
from lab.saved_runs.folder import write
from records.run import Doubt, Run
from records.scenario import LevelRecord
from tests.lab import runs
from tests.lab.commands.in_process import lab

CLAIM = "An event loop holds connections for nothing"


def measured(**kib: float) -> Run:
    """Return a run in which a connection that says nothing took so much memory, by server."""
    trials = [
        msgspec.structs.replace(
            runs.trial(f"{server}/asgi", 1, memory_kib_per_connection=value),
            scenario="idle",
            level="kept-alive",
        )
        for server, value in kib.items()
    ]
    run = runs.run(trials, [runs.stack(trial.stack) for trial in trials] or None)
    run.scenarios = [runs.scenario("idle", LevelRecord("kept-alive", 1.0, []))]
    return run


def ruled(run: Run) -> Claim:
    """Return what a run says of the claim."""
    return next(claim for claim in claims(run) if claim.claim == CLAIM)


@pytest.mark.parametrize(
    ("kib", "ruling"),
    [
        ({"uvicorn": 0.5, "hypercorn": 0.6}, "confirmed"),
        ({"uvicorn": 20.0, "hypercorn": 30.0}, "refuted"),
        ({"uvicorn": 0.5, "hypercorn": 30.0}, "depends"),
        ({}, "not measured in this run"),
    ],
)
def test_figures_decide(kib: dict[str, float], ruling: str) -> None:
    """Those that refute it turn it, and without any it is left open."""
    assert ruled(measured(**kib)).ruling == ruling


def test_figures_in_doubt_decide_nothing() -> None:
    """What a doubt discards is neither for nor against it."""
    run = measured(uvicorn=20.0)
    run.trials[0].doubts.append(Doubt("machine-busy", "busy", "wait", discards=True))
    assert ruled(run).ruling == "not measured in this run"


def test_a_report_rules_on_it(tmp_path: Path) -> None:
    """`lab report` of a saved run has the claim, its ruling, its sentence and the trial that it rests on."""
    run = measured(uvicorn=20.0)
    write(run, tmp_path)
    reported = lab("report", str(tmp_path))
    assert reported.returncode == 0, reported.stderr
    page = (tmp_path / "report.html").read_text()
    assert CLAIM in page
    assert "A connection that says nothing takes uvicorn/asgi 20 KiB." in page
    assert list(ruled(run).evidence) == run.trials
