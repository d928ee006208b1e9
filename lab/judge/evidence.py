"""What a run has to say of claims: values by stack, and a rule that lets them decide."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from lab.judge.estimates import highest, stacks_measured, trusted
from records.run import Run
from records.types import Interface, LevelValue

Ruling = Literal["confirmed", "refuted", "depends", "not measured in this run"]
Value = TypeVar("Value")
Place = tuple[str, str, LevelValue]
"""A stack, a scenario and a level: where trials stand."""


@dataclass(frozen=True)
class Outcome:
    """How a rule decides, and where it looked: at trials, or at experiments."""

    ruling: Ruling
    says: str
    places: tuple[Place, ...] = ()
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Values(Generic[Value]):
    """A rule over one value of each stack: which they are, how they decide, and what is said of them.

    Without any the claim isn't measured. `says` has a sentence, or one for each ruling, with the stacks and their
    values for `{}`, each as in `form`. Where they stand: at a level of a `scenario` (`None`: the last), or in
    `experiments`.
    """

    of: Callable[[Run], Mapping[str, Value]]
    ruling: Callable[[Collection[Value]], Ruling]
    says: str | Mapping[Ruling, str]
    form: str = "{}"
    scenario: str = ""
    level: LevelValue | None = None
    experiments: tuple[str, ...] = ()

    def __call__(self, run: Run) -> Outcome | None:
        """Return how the values of a run decide."""
        values = self.of(run)
        if not values:
            return None
        ruling = self.ruling(values.values())
        says = self.says if isinstance(self.says, str) else self.says[ruling]
        level = highest(run, self.scenario) if self.level is None else self.level
        where = places(values, self.scenario, level) if self.scenario else ()
        return Outcome(ruling, says.format(listed(values, self.form)), where, self.experiments)


def figures(
    run: Run, interface: Interface, figure: str, scenario: str, level: LevelValue | None = None
) -> dict[str, float]:
    """Return a figure of each stack that runs an app of that interface natively, where it is known beyond doubt.

    Without a level it is the scenario's last.
    """
    where = highest(run, scenario) if level is None else level
    values = {
        name: trusted(run, name, scenario, where, figure)
        for name in native_stacks_measured(run, scenario, interface)
    }
    return {name: value for name, value in values.items() if value}


def answers(run: Run, experiment: str, interface: Interface) -> dict[str, str]:
    """Return what an experiment says of the stacks that run an app of that interface natively."""
    natives = native(run, interface)
    findings = [each for each in run.capabilities if each.experiment == experiment]
    return {each.stack: each.can for each in findings if each.stack in natives}


def in_progress(run: Run, interface: Interface) -> dict[str, float]:
    """Return how many waiting requests each native stack served at once: Little's law."""
    at_once = {}
    for name in native_stacks_measured(run, "slow-io", interface):
        rate, ceiling, most = (
            trusted(run, name, "slow-io", highest(run, "slow-io"), figure)
            for figure in ("throughput_per_s", "ceiling_per_s", "concurrency")
        )
        if rate and ceiling and most:
            at_once[name] = rate * most / ceiling
    return at_once


def first_bytes(run: Run, interface: Interface) -> dict[str, tuple[float, float]]:
    """Return first byte and whole stream in ms, for one user."""
    firsts = {}
    for name in native_stacks_measured(run, "streaming", interface):
        first, whole = (
            trusted(run, name, "streaming", 1, figure) for figure in ("first_byte_ms_p50", "service_ms_p50")
        )
        if first and whole:
            firsts[name] = (first, whole)
    return firsts


def native_stacks_measured(run: Run, scenario: str, interface: Interface) -> list[str]:
    """Return the stacks that ran an app of that interface natively under a scenario."""
    natives = native(run, interface)
    return [name for name in stacks_measured(run, scenario) if name in natives]


def native(run: Run, interface: Interface) -> set[str]:
    """Return the stacks that run an app of that interface without a bridge, measured or explored."""
    return {stack.name for stack in (*run.stacks, *run.explored) if stack.runs_natively(interface)}


def places(stacks: Iterable[str], scenario: str, level: LevelValue) -> tuple[Place, ...]:
    """Return where trials of these stacks stand."""
    return tuple((stack, scenario, level) for stack in stacks)


def listed(values: Mapping[str, object], form: str = "{}") -> str:
    """Name each stack with its value in that form."""
    return ", ".join(f"{name} {form.format(value)}" for name, value in values.items())
