"""The names that a person may use of what was measured: those of today's lab, and those of the runs at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.errors import unknown
from lab.judge.figures import FIGURES, PREFIXES
from lab.stacks import find
from loadtests.scenarios import SCENARIOS
from records.run import Run
from records.types import LevelValue


@dataclass(frozen=True)
class Names:
    """The levels of each scenario, in their order, the figures by their full names, and the stacks of runs."""

    scenarios: Mapping[str, Sequence[LevelValue]]
    figures: Sequence[str]
    stacks: frozenset[str] = frozenset()

    def scenario(self, name: str) -> str:
        """Return the name of a scenario; raises UsageError, naming near ones, when there is none."""
        if name not in self.scenarios:
            raise unknown("scenario", name, self.scenarios)
        return name

    def level(self, scenario: str, text: str) -> LevelValue:
        """Return the level of a scenario that is written so; raises UsageError when there is none."""
        levels = {str(level): level for level in self.scenarios[scenario]}
        if text not in levels:
            raise unknown(f"level of {scenario}", text, levels)
        return levels[text]

    def figure(self, name: str) -> str:
        """Return the full name of a figure that is called by it or by a short one; raises UsageError for none."""
        full = SHORT.get(name, name)
        if full not in self.figures:
            raise unknown("figure", name, [*SHORT, *self.figures])
        return full

    def stack(self, name: str) -> str:
        """Return the name of a stack; raises UsageError, naming near ones, when there is none."""
        return name if name in self.stacks else find(name).name


def names_of(runs: Sequence[Run] = ()) -> Names:
    """Return today's names, and after them those that only these runs have."""
    scenarios = {scenario.name: [level.value for level in scenario.levels] for scenario in SCENARIOS.values()}
    for run in runs:
        for record in run.scenarios:
            levels = scenarios.setdefault(record.name, [])
            levels += [level.level for level in record.levels if level.level not in levels]
    measured = (figure for run in runs for trial in run.trials for figure in trial.figures)
    stacks = frozenset(stack.name for run in runs for stack in run.stacks)
    return Names(scenarios, list(dict.fromkeys([*TODAY, *measured])), stacks)


TODAY = (*FIGURES, *(start + name for start in PREFIXES.values() for name in FIGURES))

POINTS = ("p50", "p90", "p99", "max")

SHORT: Mapping[str, str] = {
    "throughput": "throughput_per_s",
    "cpu": "cpu_us_per_request",
    "memory": "memory_mib",
    "growth": "memory_growth_mib",
    "share": "ceiling_share",
    "recovery": "recovered_s",
    "first_byte": "first_byte_ms_p50",
    "gap": "gap_ms_p50",
    **{point: f"corrected_ms_{point}" for point in POINTS},
    **{f"probe_{point}": f"probe_corrected_ms_{point}" for point in POINTS},
}
