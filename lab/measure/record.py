"""The record of a run before its first trial."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lab.measure.plan import Profile, Task
from lab.run import SCHEMA, LevelRecord, Run, RunRecord, ScenarioRecord, StackRecord
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.scenarios import Flow

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
    return Run(
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
    )


def scenario_records(tasks: Sequence[Task]) -> list[ScenarioRecord]:
    """Return the scenarios of these tasks, each with the levels that are measured."""
    records: dict[str, ScenarioRecord] = {}
    for task in tasks:
        scenario = task.scenario
        record = records.setdefault(
            scenario.name, ScenarioRecord(scenario.name, scenario.question, scenario.unit, [])
        )
        if task.level.value not in [level.level for level in record.levels]:
            sends = [describe(flow) for flow in task.level.flows]
            record.levels.append(LevelRecord(task.level.value, task.window_s, sends))
    return list(records.values())


def describe(flow: Flow) -> str:
    """Say in words what a flow sends."""
    users = f"{flow.users} user{'s' if flow.users != 1 else ''}"
    if flow.rate_per_s is None:
        return f"{flow.name}: GET {flow.target}, {users}, each as soon as it is answered"
    return f"{flow.name}: GET {flow.target}, {flow.rate_per_s:g} a second on a schedule, {users}"
