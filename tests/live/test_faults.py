"""Servers and loads that fail while they are measured: each leaves a true record and no process."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psutil

from contract.examples import all_examples
from lab.judge.comparisons import sound
from lab.measure.contract_check import broken_promises
from lab.measure.load_generator import Generator
from lab.measure.new_run import new_run
from lab.measure.plan import Profile, Task, plan
from lab.measure.reaper import Reaper
from lab.measure.server_process import serving
from lab.measure.site import LocalSite
from lab.measure.trial import TrialRunner
from lab.saved_runs.folder import read
from lab.servers import Settings
from lab.stacks import Stack, find
from loadtests.scenarios import SCENARIOS
from records.run import Run
from tests.lab.measure.test_execution import Silence, execute

BRIEF = Profile("brief", "for tests", ())


def faulty(name: str, fault: str) -> Stack:
    """Return a stack whose app has a fault."""
    stack = find(name)
    return replace(stack, app=replace(stack.app, target=f"tests.live.faulty:{fault}"))


def baseline(*stacks: Stack) -> list[Task]:
    """Return one short trial of 500 requests a second for each stack."""
    tasks = plan(BRIEF, stacks, [SCENARIOS["baseline"]], seed=1)
    return [task for task in tasks if task.repetition == 1]


def made(tasks: Sequence[Task], folder: Path, reaper: Reaper, load: Generator) -> Run:
    """Make a run of these trials, for real, read what was kept, and see that no process is left."""
    run = new_run(BRIEF, [task.stack for task in tasks], tasks, Settings(), seed=1, machine={})
    (folder / "logs").mkdir()
    before = family()
    execute(run, tasks, TrialRunner(Settings(), LocalSite(reaper), load, folder / "logs"), folder, Silence())
    _, alive = psutil.wait_procs(family() - before, timeout=15)
    assert alive == []
    return read(folder)


def family() -> set[psutil.Process]:
    """Return all that was started by the tests and still runs."""
    return set(psutil.Process().children(recursive=True))


def test_server_that_will_not_start_is_recorded_with_its_log(
    tmp_path: Path, reaper: Reaper, load: Generator
) -> None:
    """A server without its app isn't timed, and its last words are kept."""
    run = made(baseline(faulty("uvicorn/asgi", "missing")), tmp_path, reaper, load)
    (record,) = run.stacks
    assert record.contract[0] == "uvicorn/asgi ended by itself with exit code 3."
    assert 'Attribute "missing" not found in module' in record.contract[-1]
    assert (run.trials, run.run.finished is None) == ([], False)


def test_server_that_dies_under_load_is_a_failed_trial(
    tmp_path: Path, reaper: Reaper, load: Generator
) -> None:
    """A server that ends in the middle of a trial leaves no figure but its exit code."""
    (trial,) = made(baseline(faulty("uvicorn/asgi", "dies")), tmp_path, reaper, load).trials
    assert (trial.status, trial.figures) == ("failed", {})
    assert trial.doubts[0].says == "uvicorn/asgi ended by itself with exit code 7."


def test_worker_that_dies_under_load_is_a_failed_trial(
    tmp_path: Path, reaper: Reaper, load: Generator
) -> None:
    """A server that replaces a dead worker lives on and answers, but what was measured is no figure."""
    (trial,) = made(baseline(faulty("gunicorn-gthread/wsgi", "worker_dies")), tmp_path, reaper, load).trials
    assert (trial.status, trial.figures) == ("failed", {})
    assert trial.doubts[0].says == "gunicorn-gthread/wsgi lost a worker, which ended by itself."
    assert "exited with code 7" in "\n".join(trial.log)


def test_server_that_stops_answering_leaves_lower_bounds(
    tmp_path: Path, reaper: Reaper, load: Generator
) -> None:
    """Requests that were never answered are counted, and what they did to the latencies is a bound."""
    (trial,) = made(baseline(faulty("uvicorn/asgi", "hangs")), tmp_path, reaper, load).trials
    assert trial.figures["censored"] > 0
    assert "unanswered" in [doubt.name for doubt in trial.doubts]
    assert sound([trial], "corrected_ms_p99") == []


def test_server_that_hangs_in_the_check_is_given_up(tmp_path: Path, reaper: Reaper) -> None:
    """One request without an answer ends the check: the other requests would each take as long."""
    stack = faulty("uvicorn/asgi", "greets")
    with serving(stack, Settings(), reaper, log_path=tmp_path / "log") as server:
        server.wait_until_ready()
        broken = list(broken_promises(server, all_examples(), within_s=0.2))
    assert broken[-1].endswith("no answer within 0.2 s; the requests after it weren't tried")
    assert len(broken) == 1


def test_workers_deaf_to_sigterm_end_too(tmp_path: Path, reaper: Reaper) -> None:
    """After the time of grace a server and its workers are killed, whatever they ignore."""
    stack = faulty("gunicorn-sync/wsgi", "deaf")
    with serving(stack, Settings(), reaper, log_path=tmp_path / "log", grace_s=0.1) as server:
        server.wait_until_ready()
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    _, alive = psutil.wait_procs(family, timeout=15)
    assert (len(family), alive) == (2, [])


def test_load_that_locust_refuses_is_a_failed_trial(tmp_path: Path, reaper: Reaper, load: Generator) -> None:
    """A locust that exits leaves a record of what it said, and the next one is started."""
    refused, other = baseline(find("uvicorn/asgi"), find("gunicorn-asgi/asgi"))
    tasks = [replace(refused, level=replace(refused.level, value=7)), other]
    trials = made(tasks, tmp_path, reaper, load).trials
    assert [trial.status for trial in trials] == ["failed", "ok"]
    assert "baseline has no level 7: choose one of 500" in "\n".join(trials[0].log)
