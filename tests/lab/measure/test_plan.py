"""What a run measures, and in which order."""

from collections import Counter

import pytest

from lab.errors import UsageError
from lab.measure.plan import (
    PROFILES,
    Profile,
    baseline_of,
    levels,
    plan,
    scenarios_of,
    stacks_of,
)
from lab.stacks import DEFAULT_STACKS, find
from loadtests.scenarios import SCENARIOS

THREE = Profile("three", "for tests", DEFAULT_STACKS, repetitions=3)
STACKS = [find(name) for name in DEFAULT_STACKS]
SLOW_IO = [SCENARIOS["slow-io"]]


def test_every_stack_meets_every_level_in_every_repetition() -> None:
    """No combination is left out or made twice."""
    tasks = plan(THREE, STACKS, SLOW_IO, seed=1)
    counted = Counter((t.stack.name, t.level.value, t.repetition) for t in tasks)
    assert (len(counted), set(counted.values())) == (6 * 4 * 3, {1})


def test_a_block_holds_each_stack_once() -> None:
    """Drift of the machine falls on all stacks of a block alike."""
    tasks = plan(THREE, STACKS, SLOW_IO, seed=1)
    blocks = [{t.stack.name for t in tasks[start : start + 6]} for start in range(0, len(tasks), 6)]
    assert blocks == [set(DEFAULT_STACKS)] * 12


def test_order_follows_from_the_seed() -> None:
    """The same seed gives the same order, another seed another."""
    first, again, other = ([t.stack.name for t in plan(THREE, STACKS, SLOW_IO, s)] for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_profile_stretches_windows() -> None:
    """A longer profile measures each level longer."""
    (level,) = SCENARIOS["baseline"].levels
    tasks = plan(Profile("long", "", (), stretch=3.0), STACKS[:1], [SCENARIOS["baseline"]], seed=1)
    assert {task.window_s for task in tasks} == {3 * level.window_s}


def test_baseline_is_measured_against_itself_where_the_profile_says() -> None:
    """Each block of such a scenario holds the baseline twice, under two names."""
    profile = Profile("aa", "", (), against_itself=("baseline",))
    tasks = plan(profile, STACKS[:2], [SCENARIOS["baseline"], *SLOW_IO], seed=1, baseline=STACKS[0])
    copies = {t.scenario.name: t.stack.name for t in tasks if t.stack.copy}
    assert copies == {"baseline": "gunicorn-sync/wsgi#2"}


def test_baseline_that_is_not_measured_gives_way_to_the_first() -> None:
    """There is always something to compare with."""
    assert baseline_of("gunicorn-gthread/wsgi", STACKS) == find("gunicorn-gthread/wsgi")
    assert baseline_of("waitress/wsgi", STACKS) == STACKS[0]


def test_smoke_names_levels_that_exist() -> None:
    """A profile's choice of levels is a choice among the scenario's."""
    chosen = {name: len(levels(PROFILES["smoke"], scenario)) for name, scenario in SCENARIOS.items()}
    assert chosen == dict.fromkeys(SCENARIOS, 1)


def test_quick_is_six_stacks_times_four_scenarios() -> None:
    """The default profile measures the six default stacks under all scenarios."""
    tasks = plan(PROFILES["quick"], stacks_of(PROFILES["quick"], []), scenarios_of([]), seed=1)
    assert len({(t.stack.name, t.scenario.name) for t in tasks}) == 24


def test_unknown_scenario_is_refused() -> None:
    """A mistyped scenario is answered with what was probably meant."""
    with pytest.raises(UsageError, match="There is no scenario 'slowio': did you mean slow-io"):
        scenarios_of(["slowio"])
