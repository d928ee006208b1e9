"""Going on with a run that was stopped or cut short: the rest of the same plan, in the same environment."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lab.errors import UsageError
from lab.judge.conditions import differences, facts, shortened
from lab.measure.plan import Task
from lab.measure.selection import Selection, chosen_for
from lab.measure.site import Site
from records.run import Run


def reopen(run: Run, machine: dict[str, str], site: Site) -> Selection:
    """Make a run ready to go on and return what it was to measure.

    Raises UsageError when it is finished, when its settings weren't kept, or when anything is different now.
    """
    if run.run.finished is not None:
        raise UsageError(f"{run.run.id} is finished: nothing of it is left to measure.")
    selection = chosen_for(run)
    refuse_changes(run, selection.new_run(machine, site))
    run.run.stopped = None
    run.run.resumed.append(datetime.now(UTC).isoformat(timespec="seconds"))
    run.noise, run.comparisons = [], []
    return selection


def remaining_tasks(run: Run, tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks of which the run has no trial."""
    measured = {(trial.stack, trial.scenario, trial.level, trial.repetition) for trial in run.trials}
    return [t for t in tasks if (t.stack.name, t.scenario.name, t.level.value, t.repetition) not in measured]


def refuse_changes(then: Run, now: Run) -> None:
    """Raise UsageError, naming what changed, when a run made now would not be the same."""
    changes = differences(facts(then), facts(now))
    if changes:
        raise UsageError(
            f"{then.run.id} can't go on, for its trials would not compare: {shortened(changes)}."
        )
