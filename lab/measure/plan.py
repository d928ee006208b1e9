"""What a run measures, in which order, and for how long: pure."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.errors import unknown
from lab.stacks import DEFAULT_STACKS, Stack, all_stacks, find
from loadtests.scenarios import SCENARIOS, Level, Scenario

SECONDS_AROUND_A_TRIAL = 1.2  # starting the server, the shortest warm-up, ending both
LEVELS_OF_SMOKE: dict[str, tuple[int, ...]] = {
    "baseline": (500,),
    "slow-io": (10,),
    "starvation": (30,),
    "streaming": (1,),
}


@dataclass(frozen=True)
class Profile:
    """How thorough a run is; a scenario that `levels` doesn't name is measured at all of them."""

    name: str
    says: str
    stacks: tuple[str, ...]
    repetitions: int = 1
    stretch: float = 1.0
    levels: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One trial to be made."""

    stack: Stack
    scenario: Scenario
    level: Level
    repetition: int
    window_s: float

    def __str__(self) -> str:
        return f"{self.stack.name} {self.scenario.name}@{self.level.value}"

    @property
    def seconds(self) -> float:
        """About how long it takes, the server's start included."""
        return self.window_s + SECONDS_AROUND_A_TRIAL


def plan(profile: Profile, stacks: Sequence[Stack], scenarios: Sequence[Scenario], seed: int) -> list[Task]:
    """Return the trials: scenario by scenario, level by level, in blocks of all stacks, each block shuffled."""
    shuffle = random.Random(seed).shuffle
    tasks = []
    for scenario in scenarios:
        for level in levels(profile, scenario):
            for repetition in range(1, profile.repetitions + 1):
                block = list(stacks)
                shuffle(block)
                window_s = level.window_s * profile.stretch
                tasks += [Task(stack, scenario, level, repetition, window_s) for stack in block]
    return tasks


def levels(profile: Profile, scenario: Scenario) -> tuple[Level, ...]:
    """Return the levels at which a profile measures a scenario."""
    chosen = profile.levels.get(scenario.name)
    return scenario.levels if chosen is None else tuple(scenario.level(v) for v in chosen)


def split_cores(available: Sequence[int]) -> tuple[list[int], list[int]]:
    """Share the cores out: the first half to the server, the rest to the generator; one core serves both."""
    half = len(available) // 2
    return (list(available[:half]), list(available[half:])) if half else ([], [])


def available_cores() -> list[int]:
    """Return the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0))


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "smoke",
            "two stacks, one level of each scenario, under a minute: does it run?",
            ("gunicorn-gthread/wsgi", "uvicorn/asgi"),
            stretch=0.5,
            levels=LEVELS_OF_SMOKE,
        ),
        Profile("quick", "six stacks, every level once, under five minutes", DEFAULT_STACKS),
        Profile(
            "full",
            "every installed stack, every level three times, windows three times as long",
            tuple(stack.name for stack in all_stacks()),
            repetitions=3,
            stretch=3.0,
        ),
    )
}


def stacks_of(profile: Profile, names: Sequence[str]) -> list[Stack]:
    """Return the stacks named, or the profile's own."""
    return [find(name) for name in dict.fromkeys(names or profile.stacks)]


def scenarios_of(names: Sequence[str]) -> list[Scenario]:
    """Return the scenarios named, or all."""
    for name in names:
        if name not in SCENARIOS:
            raise unknown("scenario", name, SCENARIOS)
    return [SCENARIOS[name] for name in dict.fromkeys(names or SCENARIOS)]
