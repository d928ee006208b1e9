"""The whole pipeline in milliseconds, with a maker of trials that has no servers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lab.errors import Cannot, TrialFailed
from lab.judge.comparisons import judge
from lab.measure.execution import TrialMaker, Watcher, check_stacks, keep_run, make_trials
from lab.measure.load_generator import LoadFailed
from lab.measure.new_run import new_run
from lab.measure.plan import PROFILES, Task, plan, scenarios_of, stacks_of
from lab.measure.server_process import ServerFailed
from lab.measure.trial import Measured
from lab.saved_runs.folder import read
from lab.servers import Settings
from lab.signals import Stopped
from lab.stacks import Stack, find
from loadtests.scenarios import SCENARIOS, TRAFFIC
from records.run import Commands, Run, Trial
from tests.lab import runs

SMOKE = PROFILES["smoke"]


class FakeTrialMaker:
    """Measures every trial alike, but for what `fails` returns or raises and `check` finds."""

    def __init__(
        self,
        fails: Callable[[Task], TrialFailed | None] = lambda _: None,
        broken: dict[str, list[str]] | None = None,
    ) -> None:
        self.fails = fails
        self.broken = broken or {}
        self.blocks: list[list[str]] = []
        self.announced: list[list[str]] = []

    def check(self, stack: Stack) -> list[str]:
        """Find what was told beforehand."""
        return self.broken.get(stack.name, [])

    def measure(self, block: Sequence[Task], following: Sequence[Task] = ()) -> list[Measured | TrialFailed]:
        """Bring in a hundred answers for each flow of each trial."""
        self.announced.append([str(task) for task in following])
        self.blocks.append([str(task) for task in block])
        return [self.fails(task) or self.brought_in(task) for task in block]

    def brought_in(self, task: Task) -> Measured:
        """Return a hundred answers for each flow."""
        flows = {flow.name: runs.flow({"service": [100.0] * 100}) for flow in task.level.flows}
        return Measured(runs.of_flows(flows), Commands("serve", "load"))


class Silence:
    """Watches without a word."""

    def tell_check(self, stack: Stack) -> None:
        """Ignore it."""

    def tell_block(self, block: Sequence[Task]) -> None:
        """Ignore it."""

    def tell_trial(self, task: Task, trial: Trial) -> None:
        """Ignore it."""


def execute(run: Run, tasks: Sequence[Task], maker: TrialMaker, folder: Path, watcher: Watcher) -> None:
    """Check, measure and judge a run, as `lab compare` does."""
    with keep_run(run, folder):
        check_stacks(run, tasks, maker, watcher)
        make_trials(run, tasks, maker, folder, watcher)
        judge(run)


def made(folder: Path, runner: FakeTrialMaker) -> Run:
    """Make a smoke run without servers and read what was kept."""
    stacks = stacks_of(SMOKE, [])
    tasks = plan(SMOKE, stacks, scenarios_of(SMOKE, []), seed=1)
    run = new_run(SMOKE, stacks, tasks, Settings(), seed=1, machine={})
    try:
        execute(run, tasks, runner, folder, Silence())
    finally:
        saved = read(folder)
    return saved


def test_a_copys_trials_say_whose_they_are(tmp_path: Path) -> None:
    """The baseline against itself stands under a second name, with the first one beside it."""
    stack = find("uvicorn/asgi")
    profile = replace(SMOKE, against_itself=("baseline",))
    tasks = plan(profile, [stack], [SCENARIOS["baseline"]], seed=1, baseline=stack)
    run = new_run(profile, [stack], tasks, Settings(), seed=1, machine={})
    execute(run, tasks, FakeTrialMaker(), tmp_path, Silence())
    copies = {trial.stack: trial.copy_of for trial in run.trials}
    assert copies == {"uvicorn/asgi": "", "uvicorn/asgi#2": "uvicorn/asgi"}


def test_every_trial_is_made_and_kept(tmp_path: Path) -> None:
    """A run that goes well has all its trials, their figures and an end."""
    run = made(tmp_path, FakeTrialMaker())
    assert [trial.status for trial in run.trials] == ["ok"] * 14
    assert {"answers", "throughput_per_s", "cpu_us_per_request", "memory_mib"} <= set(run.trials[-1].figures)
    assert run.run.finished is not None


def test_every_figure_is_described(tmp_path: Path) -> None:
    """Whoever reads results.json knows unit and direction of each figure that a trial has."""
    run = made(tmp_path, FakeTrialMaker())
    assert {figure for trial in run.trials for figure in trial.figures} <= set(run.figures)


def test_measured_seconds_add_up(tmp_path: Path) -> None:
    """Seconds measuring are the windows of the trials."""
    assert made(tmp_path, FakeTrialMaker()).run.seconds_measuring == pytest.approx(14 * 2.0)


@pytest.mark.parametrize(
    "failure", [ServerFailed("it died", ["last words"]), LoadFailed("it died", ["last words"])]
)
def test_failed_trial_is_recorded_and_the_rest_goes_on(tmp_path: Path, failure: TrialFailed) -> None:
    """A server or load that fails leaves a record with its log, no figure, and the next trial is made."""
    run = made(tmp_path, FakeTrialMaker(lambda task: failure if task.scenario.name == "slow-io" else None))
    failed = [trial for trial in run.trials if trial.status == "failed"]
    assert [(trial.scenario, trial.figures, trial.log) for trial in failed] == [
        ("slow-io", {}, ["last words"])
    ] * 2
    assert len(run.trials) == 14


def test_what_a_stack_cannot_is_recorded_as_that(tmp_path: Path) -> None:
    """A stack that hasn't got what a scenario needs leaves its answer, no figure, and no failure."""
    runner = FakeTrialMaker(
        lambda task: Cannot("it answered 501") if task.scenario.name == "slow-io" else None
    )
    found = [trial for trial in made(tmp_path, runner).trials if trial.status == "cannot"]
    assert [(t.scenario, t.figures, [d.says for d in t.doubts]) for t in found] == [
        ("slow-io", {}, ["it answered 501"])
    ] * 2


def test_stack_that_breaks_the_contract_is_not_timed(tmp_path: Path) -> None:
    """A stack that answers wrong is reported and costs no time."""
    runner = FakeTrialMaker(broken={"uvicorn/asgi": ["GET /: status 500, not 200"]})
    run = made(tmp_path, runner)
    assert [record.contract for record in run.stacks] == [[], ["GET /: status 500, not 200"]]
    assert {trial.stack for trial in run.trials} == {"gunicorn-gthread/wsgi"}


def test_stopping_keeps_what_was_measured(tmp_path: Path) -> None:
    """Ctrl-C halfway keeps every trial made so far and says why there are no more."""

    def stop(task: Task) -> None:
        if task.scenario.name == "starvation":
            raise Stopped(2)

    with pytest.raises(Stopped):
        made(tmp_path, FakeTrialMaker(stop))
    run = read(tmp_path)
    assert (len(run.trials), run.run.stopped, run.run.finished) == (6, "SIGINT", None)


def test_results_are_readable_after_every_trial(tmp_path: Path) -> None:
    """While the run goes on results.json always holds all trials made so far, those in turns together."""
    seen: list[int] = []

    def look(_: Task) -> None:
        seen.append(len(read(tmp_path).trials))

    made(tmp_path, FakeTrialMaker(look))
    assert seen == [0, 0, 2, 2, *range(4, 14)]


def test_stacks_that_take_turns_are_measured_together(tmp_path: Path) -> None:
    """One call gets both stacks where they take turns, and one of them elsewhere."""
    runner = FakeTrialMaker()
    run = made(tmp_path, runner)
    assert [len(block) for block in runner.blocks] == [2, 2] + [1] * 10
    assert {trial.scenario for trial in run.trials if trial.turns} == {"baseline"}


def test_one_that_fails_in_turns_leaves_the_other(tmp_path: Path) -> None:
    """Of stacks that take turns each has its own outcome."""
    failure = ServerFailed("it died", [])
    runner = FakeTrialMaker(lambda task: failure if str(task) == "uvicorn/asgi baseline@500" else None)
    run = made(tmp_path, runner)
    assert {trial.stack: trial.status for trial in run.trials if trial.scenario == "baseline"} == {
        "uvicorn/asgi": "failed",
        "gunicorn-gthread/wsgi": "ok",
    }


def test_slots_are_those_of_the_way_of_waiting(tmp_path: Path) -> None:
    """In the scenario that blocks the event loop has one slot, the threads have all of theirs."""
    run = made(tmp_path, FakeTrialMaker())
    (traffic,) = [f for f in SCENARIOS["blocking"].level("blocking").flows if f.name == TRAFFIC]
    ceilings = {t.stack: t.figures["ceiling_per_s"] for t in run.trials if t.scenario == "blocking"}
    assert {stack: ceiling * traffic.waits_s for stack, ceiling in ceilings.items()} == pytest.approx(
        {"uvicorn/asgi": 1.0, "gunicorn-gthread/wsgi": 10.0}
    )


def test_a_trial_keeps_what_its_percentiles_were_made_of(tmp_path: Path) -> None:
    """Histograms are kept by kind, the probe's under its prefix, and no empty ones."""
    run = made(tmp_path, FakeTrialMaker())
    kept = {trial.scenario: set(trial.histograms) for trial in run.trials}
    assert kept["slow-io"] == {"service"}
    assert kept["starvation"] == {"service", "probe_service"}
