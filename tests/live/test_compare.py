"""`lab compare`, for real: the smoke profile, and a run that is killed."""

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

from lab.measure.reaper import TOKEN
from lab.saved_runs.folder import read

LAB = [sys.executable, "-m", "lab"]


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
    """SIGKILL halfway leaves a readable results.json and nothing running."""
    command = [*LAB, "compare", "--profile", "smoke", "--scenario", "slow-io", "--out", str(tmp_path)]
    lab = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    results = tmp_path / "latest" / "results.json"
    deadline = time.monotonic() + 60
    while not (results.exists() and json.loads(results.read_text())["trials"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    token = next(filter(None, (child.environ().get(TOKEN) for child in psutil.Process(lab.pid).children())))
    lab.kill()
    lab.wait()
    while leashed(token) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leashed(token) == []
    assert [trial.status for trial in read(tmp_path / "latest").trials] == ["ok"]


def leashed(token: str) -> list[int]:
    """Return the processes that carry the token of a lab."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(TOKEN) == token:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
