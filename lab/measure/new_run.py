"""The record of a run before its first trial."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lab.judge.descriptions import describe_figures, scenario_record
from lab.measure.plan import Profile, Task
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.scenarios import BEHAVIOURS, Flow
from records.run import SCHEMA, Run, RunRecord, StackRecord
from records.scenario import LevelRecord, ScenarioRecord
from records.types import LevelValue

EXAMPLE_PORT = 8000


def new_run(
    profile: Profile,
    stacks: Sequence[Stack],
    tasks: Sequence[Task],
    settings: Settings,
    *,
    seed: int,
    machine: dict[str, str],
) -> Run:
    """Return a run that has measured nothing yet."""
    started = datetime.now(UTC)
    run = Run(
        schema=SCHEMA,
        run=RunRecord(
            id=started.strftime("%Y-%m-%dT%H-%M-%S-%f")[:-3],
            started=started.isoformat(timespec="seconds"),
            finished=None,
            profile=profile.name,
            seconds_total=0.0,
            seconds_measuring=0.0,
            seed=seed,
            planned_trials=len(tasks),
        ),
        environment=machine,
        stacks=[stack_record(stack, settings) for stack in stacks],
        scenarios=scenario_records(tasks),
        trials=[],
    )
    describe_figures(run)
    return run


def stack_record(stack: Stack, settings: Settings) -> StackRecord:
    """Return a stack as it will run."""
    return StackRecord(
        name=stack.name,
        interface=stack.server.interface,
        server=stack.server.name,
        app=stack.app.name,
        slots=stack.slots(settings),
        command=str(stack.command(EXAMPLE_PORT, settings)),
        settings=stack.details(settings),
        skipped=stack.missing(),
        slots_by_waiting=stack.slots_by_waiting(settings),
        speaks=stack.app.speaks,
        bridge=stack.app.bridge,
    )


def scenario_records(tasks: Sequence[Task]) -> list[ScenarioRecord]:
    """Return the scenarios of these tasks, each with the levels that are measured."""
    levels: dict[str, dict[LevelValue, LevelRecord]] = {}
    for task in tasks:
        sends = [describe(flow) for flow in task.level.flows]
        record = LevelRecord(task.level.value, task.window_s, sends)
        levels.setdefault(task.scenario.name, {}).setdefault(task.level.value, record)
    cards = {task.scenario.name: task.scenario for task in tasks}
    return [scenario_record(card, list(levels[name].values())) for name, card in cards.items()]


def describe(flow: Flow) -> str:
    """Say in words what a flow sends."""
    sends = f"{flow.name}: {flow.method} {flow.target}"
    users = f"{flow.users} user{'s' if flow.users != 1 else ''}"
    at = "at random" if flow.arrivals == "poisson" else "on a schedule"
    says = f", {BEHAVIOURS[flow.behaviour].says}"
    if flow.of_ceiling is not None:
        return f"{sends}, {flow.of_ceiling:g} times the ceiling {at}, {users}"
    if flow.rate_per_s is not None:
        return f"{sends}, {flow.rate_per_s:g} a second {at}, {users}{says if flow.behaviour != 'ask' else ''}"
    return f"{sends}, {users}{says}"
