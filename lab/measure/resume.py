"""Going on with a run that was stopped or cut short: the rest of the same plan, in the same environment."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from lab.errors import UsageError
from lab.measure.choice import Choice, chosen_for
from lab.measure.plan import Task
from lab.run import Run

TOLD = 3
OF_THE_RUN_ITSELF = ("contract", "checked")  # what the run found out about a stack, not what it was given


def reopen(run: Run, machine: dict[str, str]) -> Choice:
    """Make a run ready to go on and return what it was to measure.

    Raises UsageError when it is finished, when its settings weren't kept, or when anything is different now.
    """
    if run.run.finished is not None:
        raise UsageError(f"{run.run.id} is finished: nothing of it is left to measure.")
    choice = chosen_for(run)
    refuse_changes(run, choice.new_run(machine))
    run.run.stopped = None
    run.run.resumed.append(datetime.now(UTC).isoformat(timespec="seconds"))
    run.noise, run.comparisons = [], []
    return choice


def left(run: Run, tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks of which the run has no trial."""
    made = {(trial.stack, trial.scenario, trial.level, trial.repetition) for trial in run.trials}
    return [t for t in tasks if (t.stack.name, t.scenario.name, t.level.value, t.repetition) not in made]


def refuse_changes(then: Run, now: Run) -> None:
    """Raise UsageError, naming what changed, when a run made now would not be the same."""
    changes = differences(facts(then), facts(now))
    if changes:
        told = "; ".join(changes[:TOLD])
        more = f"; and {len(changes) - TOLD} more" if len(changes) > TOLD else ""
        raise UsageError(f"{then.run.id} can't go on, for its trials would not compare: {told}{more}.")


def facts(run: Run) -> dict[str, str]:
    """Return all that has to be the same for the trials of a run to compare, by name."""
    stacks = {
        f"{stack.name}'s {field}": str(value)
        for stack in run.stacks
        for field, value in msgspec.structs.asdict(stack).items()
        if field not in OF_THE_RUN_ITSELF
    }
    levels = {
        f"{scenario.name}@{level.level}": f"{level.window_s:g} s of {', '.join(level.sends)}"
        for scenario in run.scenarios
        for level in scenario.levels
    }
    return {**run.environment, **stacks, **levels, "number of trials": str(run.run.planned_trials)}


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Say of each fact that isn't the same what it was and what it is."""
    return [
        f"{name} was {then.get(name, 'absent')}, is {now.get(name, 'absent')}"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    ]
