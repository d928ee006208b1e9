"""Under which conditions a run was made, and whether what two runs measured may be compared."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import msgspec

from records.run import Run, StackRecord
from records.types import LevelValue

Kind = Literal["machine", "load", "versions", "settings"]
ORDER: tuple[Kind, ...] = get_args(Kind)

OF_THE_RUN_ITSELF = ("contract", "checked")  # what the run found out about a stack, not what it was given
TOLD = 3

MACHINE = ("cpu", "cores", "memory", "kernel")
KINDS: dict[str, Kind] = {
    **dict.fromkeys((*MACHINE, "server cores", "generator cores"), "machine"),
    **dict.fromkeys((f"server's {name}" for name in MACHINE), "machine"),
    **dict.fromkeys(("locust", "geventhttpclient", "load processes"), "load"),
}


class Change(msgspec.Struct, frozen=True):
    """A condition that isn't the same in two runs; `place` is the only one that it is about, where it is one.

    Another machine or load makes figures mean something else. Other versions and settings are what runs are
    compared for.
    """

    kind: Kind
    name: str
    a: str
    b: str
    place: str = ""

    @property
    def forbids(self) -> bool:
        """Whether figures don't compare across it."""
        return self.kind in {"machine", "load"}

    def __str__(self) -> str:
        return f"{self.name} was {self.a}, is {self.b}"


def changes(a: Run, b: Run) -> list[Change]:
    """Return every condition that differs, of all that both runs have: machine first, then load."""
    environments = [_environment(run) for run in (a, b)]
    shared = {stack.name for stack in a.stacks} & {stack.name for stack in b.stacks}
    stacks = [{k: v for s in run.stacks if s.name in shared for k, v in _given(s).items()} for run in (a, b)]
    levels = [level_facts(run) for run in (a, b)]
    places = levels[0].keys() & levels[1].keys()
    loads = [{place: sent for place, sent in level.items() if place in places} for level in levels]
    differing = [
        *(Change(KINDS.get(n, "versions"), n, was, now) for n, was, now in changed(*environments)),
        *(Change("load", place, was, now, place) for place, was, now in changed(*loads)),
        *(Change("settings", n, was, now) for n, was, now in changed(*stacks)),
    ]
    return sorted(differing, key=lambda change: ORDER.index(change.kind))


def forbidding(changes: Sequence[Change], scenario: str, level: LevelValue) -> list[Change]:
    """Return the changes across which a figure of this place doesn't compare."""
    return [c for c in changes if c.forbids and c.place in {"", f"{scenario}@{level}"}]


def comparability(changes: Sequence[Change]) -> str:
    """Say in a sentence whether two runs may be compared."""
    everywhere = [change for change in changes if change.forbids and not change.place]
    if everywhere:
        return f"These runs may not be compared: {summary(everywhere)}."
    if any(change.forbids for change in changes):
        places = ", ".join(change.place for change in changes if change.forbids)
        return f"These runs may be compared, but not in {places}, where the load was another."
    if changes:
        return f"These runs may be compared; what differs may be why: {summary(changes)}."
    return "These runs may be compared: machine, load, versions and settings were the same."


def summary(changes: Sequence[Change]) -> str:
    """Name the first changes and count the others."""
    return shortened([str(change) for change in changes])


def shortened(texts: Sequence[str]) -> str:
    """Name the first and count the others."""
    more = f"; and {len(texts) - TOLD} more" if len(texts) > TOLD else ""
    return "; ".join(texts[:TOLD]) + more


def facts(run: Run) -> dict[str, str]:
    """Return all that has to be the same for the trials of a run to compare, by name."""
    stacks = {
        f"{stack.name}'s {field}": str(value)
        for stack in run.stacks
        for field, value in msgspec.structs.asdict(stack).items()
        if field not in OF_THE_RUN_ITSELF
    }
    plan = {"number of trials": str(run.run.planned_trials)}
    return {**run.environment, **stacks, **level_facts(run), **plan}


def level_facts(run: Run) -> dict[str, str]:
    """Return what was sent for how long, by place."""
    return {
        f"{scenario.name}@{level.level}": f"{level.window_s:g} s of {', '.join(level.sends)}"
        for scenario in run.scenarios
        for level in scenario.levels
    }


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Say of each fact that isn't the same what it was and what it is."""
    return [f"{name} was {was}, is {is_now}" for name, was, is_now in changed(then, now)]


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return each fact that isn't the same: its name, what it was and what it is."""
    return [
        (name, then.get(name, "absent"), now.get(name, "absent"))
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    ]


def _environment(run: Run) -> dict[str, str]:
    processes = run.run.options.processes if run.run.options else 1
    return {**run.environment, "load processes": str(processes)}


def _given(stack: StackRecord) -> dict[str, str]:
    """Return what a stack was given; from which folder its interpreter came doesn't matter."""
    arguments = stack.command.partition(" -m ")[2] or stack.command
    settings = {**stack.settings, "slots": str(stack.slots or "unbounded"), "command": arguments}
    return {f"{stack.name}'s {name}": value for name, value in settings.items()}
