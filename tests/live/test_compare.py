"""`lab compare`, for real: the smoke profile, and a run that is killed."""

import subprocess
from pathlib import Path

from lab.saved_runs.folder import RESULTS, read
from tests.live.processes import LAB, lab

FOUR_TRIALS = ("compare", "--profile", "smoke", "--scenario", "slow-io", "--scenario", "streaming")


def test_smoke_run_measures_everything(tmp_path: Path) -> None:
    """A smoke run has every trial ok, its figures within arithmetic, and its reports written."""
    command = [*LAB, "compare", "--profile", "smoke", "--out", str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
    folder = tmp_path / "latest"
    run = read(folder)
    assert [trial.status for trial in run.trials] == ["ok"] * 14
    slow_io = [trial for trial in run.trials if trial.scenario == "slow-io"]
    assert [trial.figures["answers"] > 0 for trial in slow_io] == [True, True]
    assert [trial.figures["ceiling_share"] < 1.1 for trial in slow_io] == [True, True]
    assert sorted(path.name for path in folder.iterdir()) == [
        "capabilities.csv",
        "charts",
        "comparisons.csv",
        "logs",
        "report.html",
        "report.md",
        "results.json",
        "trials.csv",
    ]
    assert f"Report: {folder.resolve() / 'report.html'}" in done.stdout


def test_killed_run_leaves_its_trials_and_no_process(tmp_path: Path) -> None:
    """SIGKILL midway leaves a readable results.json with what was measured, and nothing running."""
    folder = tmp_path / "latest"
    with lab(tmp_path, *FOUR_TRIALS, "--out", str(tmp_path)) as process:
        process.wait_until(lambda: (folder / RESULTS).exists() and read(folder).trials)
        process.process.kill()
        assert process.left_behind() == []
    run = read(folder)
    assert {trial.status for trial in run.trials} == {"ok"}
    assert (len(run.trials) < run.run.planned_trials, run.run.finished) == (True, None)
