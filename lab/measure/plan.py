"""What a run measures, in which order, and for how long: pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.errors import unknown
from lab.stacks import DEFAULT_STACKS, Stack, all_stacks, find
from loadtests.scenarios import SCENARIOS, Level, Scenario
from records.types import LevelValue

SECONDS_AROUND_A_TRIAL = 1.0  # starting the server, the shortest warm-up, ending both


@dataclass(frozen=True)
class Profile:
    """How thorough a run is; of each scenario it measures the levels that name it.

    A scenario without such a level is left out, and measured at all of them when it is asked for by name.

    What the stacks can do is explored first where it `explores`.

    In the scenarios of `against_itself` the baseline is measured twice, under two names: the noise floor.
    """

    name: str
    says: str
    stacks: tuple[str, ...]
    repetitions: float = 1
    stretch: float = 1.0
    against_itself: tuple[str, ...] = ()
    explores: bool = True


@dataclass(frozen=True)
class Task:
    """One trial to be made."""

    stack: Stack
    scenario: Scenario
    level: Level
    repetition: int
    window_s: float

    def __str__(self) -> str:
        return f"{self.stack.name} {self.place}"

    @property
    def place(self) -> str:
        """The scenario and level: `slow-io@50`."""
        return f"{self.scenario.name}@{self.level.value}"

    @property
    def block(self) -> tuple[str, LevelValue, int]:
        """The block that it belongs to: one trial of each stack."""
        return self.scenario.name, self.level.value, self.repetition

    @property
    def seconds(self) -> float:
        """About how long it takes, the server's start included."""
        return self.window_s + SECONDS_AROUND_A_TRIAL


def plan(
    profile: Profile,
    stacks: Sequence[Stack],
    scenarios: Sequence[Scenario],
    seed: int,
    baseline: Stack | None = None,
) -> list[Task]:
    """Return the trials: scenario by scenario, level by level, in blocks of all stacks, each block shuffled."""
    shuffle = random.Random(seed).shuffle
    tasks = []
    for scenario in scenarios:
        for level in levels(profile, scenario):
            for repetition in range(1, repetitions(profile, level) + 1):
                block = [*stacks, *copies(profile, scenario, baseline)]
                shuffle(block)
                window_s = level.window_s * profile.stretch
                tasks += [Task(stack, scenario, level, repetition, window_s) for stack in block]
    return tasks


def blocks(tasks: Sequence[Task]) -> list[list[Task]]:
    """Return the tasks in the groups in which they are measured: those that take turns together, others alone."""
    grouped: list[list[Task]] = []
    for task in tasks:
        if task.level.turns and grouped and grouped[-1][0].block == task.block:
            grouped[-1].append(task)
        else:
            grouped.append([task])
    return grouped


def copies(profile: Profile, scenario: Scenario, baseline: Stack | None) -> list[Stack]:
    """Return the copy of the baseline where it is to be measured against itself."""
    if baseline is None or scenario.name not in profile.against_itself:
        return []
    return [replace(baseline, copy=True)]


def repetitions(profile: Profile, level: Level) -> int:
    """Return how often a profile measures a level: as often as that repeats, or so many times as often."""
    return max(1, round(profile.repetitions * level.repetitions))


def levels(profile: Profile, scenario: Scenario) -> tuple[Level, ...]:
    """Return the levels at which a profile measures a scenario."""
    return scenario.of_profile(profile.name) or scenario.levels


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "smoke",
            "two stacks, one level of each scenario, under a minute: does it run?",
            ("gunicorn-gthread/wsgi", "uvicorn/asgi"),
            repetitions=0.25,
            stretch=0.5,
            explores=False,
        ),
        Profile(
            "quick",
            "six stacks, the most telling scenarios, about six minutes",
            DEFAULT_STACKS,
            against_itself=("baseline",),
        ),
        Profile(
            "full",
            "every installed stack, every level three times, windows three times as long",
            tuple(stack.name for stack in all_stacks()),
            repetitions=3,
            stretch=3.0,
            against_itself=tuple(SCENARIOS),
        ),
    )
}


def stacks_of(profile: Profile, names: Sequence[str]) -> list[Stack]:
    """Return the stacks named, or the profile's own."""
    return [find(name) for name in dict.fromkeys(names or profile.stacks)]


def against_itself(profile: Profile, stack: str) -> Profile:
    """Return the profile for measuring one stack against itself in every scenario."""
    return replace(profile, stacks=(stack,), against_itself=tuple(SCENARIOS))


def baseline_of(name: str, stacks: Sequence[Stack]) -> Stack:
    """Return the stack to compare with: the one named, or the first where that isn't measured."""
    stack = find(name)
    return stack if stack in stacks else stacks[0]


def scenarios_of(profile: Profile, names: Sequence[str]) -> list[Scenario]:
    """Return the scenarios named, or the profile's own."""
    for name in names:
        if name not in SCENARIOS:
            raise unknown("scenario", name, SCENARIOS)
    own = [scenario.name for scenario in SCENARIOS.values() if scenario.of_profile(profile.name)]
    return [SCENARIOS[name] for name in dict.fromkeys(names or own)]
