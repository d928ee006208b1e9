"""Going on with a run: what is kept, what is made, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.errors import TrialFailed, UsageError
from lab.measure.plan import Task
from lab.measure.reaper import Reaper
from lab.measure.resume import remaining_tasks, reopen
from lab.measure.selection import select
from lab.measure.site import LocalSite
from lab.saved_runs.folder import read, write
from lab.signals import Stopped
from records.run import Options, Run
from tests.lab.measure.test_execution import FakeTrialMaker, Silence, execute

SAVED = Path(__file__).parent.parent.parent / "data" / "runs"
HERE = LocalSite(Reaper())
MACHINE = {"python": "CPython 3.11", "uvloop": "1.0"}
CHOICE = select("smoke", [], [], "uvicorn/asgi", seed=1, options=Options(1, 10))


class CountingBench(FakeTrialMaker):
    """Remembers which stacks it checked."""

    def __init__(self, fails: Callable[[Task], TrialFailed | None] = lambda _: None) -> None:
        super().__init__(fails)
        self.checked: list[str] = []

    def check(self, stack: object) -> list[str]:
        """Find nothing wrong."""
        self.checked.append(str(getattr(stack, "name", "")))
        return []


def stopped(folder: Path) -> Run:
    """Make a run that was stopped when its third scenario began."""
    run = CHOICE.new_run(MACHINE, HERE)
    third = list(dict.fromkeys(task.scenario.name for task in CHOICE.tasks()))[2]

    def stop(task: Task) -> None:
        if task.scenario.name == third:
            raise Stopped(2)

    runner = CountingBench(stop)
    with pytest.raises(Stopped):
        execute(run, CHOICE.tasks(), runner, folder, Silence())
    return read(folder)


def resumed(folder: Path, runner: FakeTrialMaker) -> Run:
    """Go on with the run in a folder."""
    run = read(folder)
    tasks = remaining_tasks(run, reopen(run, MACHINE, HERE).tasks())
    execute(run, tasks, runner, folder, Silence())
    return read(folder)


def names(run: Run) -> list[tuple[str, str, object]]:
    """Return which trials a run has."""
    return [(trial.stack, trial.scenario, trial.level) for trial in run.trials]


def test_resumed_run_has_every_trial_of_the_plan_once(tmp_path: Path) -> None:
    """What was measured is kept and the rest follows, in the order of the plan."""
    before = stopped(tmp_path)
    run = resumed(tmp_path, FakeTrialMaker())
    assert run.trials[: len(before.trials)] == before.trials
    assert names(run) == [(t.stack.name, t.scenario.name, t.level.value) for t in CHOICE.tasks()]


def test_resumed_run_is_finished(tmp_path: Path) -> None:
    """Nothing of the stop is left but when the run went on."""
    stopped(tmp_path)
    run = resumed(tmp_path, FakeTrialMaker())
    assert (run.run.stopped, run.run.finished is None, len(run.run.resumed)) == (None, False, 1)


def test_only_what_is_left_is_measured(tmp_path: Path) -> None:
    """A trial that the run has, failed ones too, isn't made again."""
    before = stopped(tmp_path)
    runner = FakeTrialMaker()
    resumed(tmp_path, runner)
    assert sum(map(len, runner.blocks)) == len(CHOICE.tasks()) - len(before.trials)


def test_contract_isn_t_checked_twice(tmp_path: Path) -> None:
    """What a stack was found to keep or to break stays found."""
    stopped(tmp_path)
    runner = CountingBench()
    resumed(tmp_path, runner)
    assert runner.checked == []


def test_stack_that_wasn_t_checked_yet_is(tmp_path: Path) -> None:
    """A run stopped while it checked goes on with checking."""
    run = CHOICE.new_run(MACHINE, HERE)
    runner = CountingBench()
    check = runner.check

    def interrupted(stack: object) -> list[str]:
        if runner.checked:
            raise Stopped(2)
        return check(stack)

    runner.check = interrupted  # type: ignore[method-assign] # the second check is stopped
    with pytest.raises(Stopped):
        execute(run, CHOICE.tasks(), runner, tmp_path, Silence())
    again = CountingBench()
    resumed(tmp_path, again)
    assert [*runner.checked, *again.checked] == [stack.name for stack in CHOICE.stacks]


def test_comparisons_are_made_again(tmp_path: Path) -> None:
    """Verdicts of a resumed run come from all its trials."""
    before = stopped(tmp_path)
    run = resumed(tmp_path, FakeTrialMaker())
    assert len({c.scenario for c in run.comparisons}) > len({c.scenario for c in before.comparisons}) > 0


def test_seconds_add_up(tmp_path: Path) -> None:
    """The time that a run took is that of all its parts."""
    before = stopped(tmp_path)
    before.run.seconds_total = 1000.0
    write(before, tmp_path)
    run = resumed(tmp_path, FakeTrialMaker())
    assert run.run.seconds_total > 1000.0
    assert run.run.seconds_measuring > before.run.seconds_measuring


def test_finished_run_is_refused(tmp_path: Path) -> None:
    """There is nothing to go on with."""
    stopped(tmp_path)
    run = resumed(tmp_path, FakeTrialMaker())
    with pytest.raises(UsageError, match="is finished: nothing of it is left to measure"):
        reopen(run, MACHINE, HERE)


@pytest.mark.parametrize(
    ("machine", "says"),
    [
        ({**MACHINE, "python": "CPython 3.12"}, "python was CPython 3.11, is CPython 3.12."),
        ({"python": "CPython 3.11"}, "uvloop was 1.0, is absent."),
        ({**MACHINE, "granian": "2.0"}, "granian was absent, is 2.0."),
    ],
)
def test_other_environment_is_refused(tmp_path: Path, machine: dict[str, str], says: str) -> None:
    """Trials that wouldn't compare aren't made, and the error names what changed."""
    with pytest.raises(UsageError, match=says):
        reopen(stopped(tmp_path), machine, HERE)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("stacks", 0, "skipped"), "no server", "gunicorn-gthread/wsgi's skipped was no server, is None"),
        (("stacks", 0, "command"), "serve", "gunicorn-gthread/wsgi's command was serve, is "),
        (("scenarios", 0, "levels", 0, "window_s"), 99.0, "@.* was 99 s of .*, is "),
        (("run", "planned_trials"), 99, "number of trials was 99, is "),
    ],
)
def test_other_plan_is_refused(tmp_path: Path, path: tuple[str | int, ...], value: object, says: str) -> None:
    """Stacks and scenarios that aren't what they were are a change too."""
    stopped(tmp_path)
    record = json.loads((tmp_path / "results.json").read_text())
    place = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    (tmp_path / "results.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match=says):
        reopen(read(tmp_path), MACHINE, HERE)


def test_many_changes_are_told_in_one_sentence(tmp_path: Path) -> None:
    """Three changes are named and the others counted."""
    run = stopped(tmp_path)
    with pytest.raises(
        UsageError, match=r": a was absent, is 1; b was absent, is 2; c was absent, is 3; and 1 more\.$"
    ):
        reopen(run, {**MACHINE, "a": "1", "b": "2", "c": "3", "d": "4"}, HERE)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("schema-1-smoke", "it was made by a lab that didn't keep its settings"),
        ("schema-2-smoke", "its trials would not compare: code was [0-9a-f]+, is another"),
    ],
)
def test_a_run_of_an_earlier_lab_does_not_go_on(name: str, says: str) -> None:
    """It is told, but another lab's trials would not be of the same run: one sentence says so."""
    run = read(SAVED / f"{name}.json")
    run.run.finished = None
    with pytest.raises(UsageError, match=f"can't go on.*{says}"):
        reopen(run, run.environment | {"code": "another"}, HERE)
