"""What a run measures, and in which order."""

from collections import Counter

import pytest

from lab.errors import UsageError
from lab.measure.plan import (
    PROFILES,
    Profile,
    baseline_of,
    blocks,
    levels,
    plan,
    scenarios_of,
    stacks_of,
)
from lab.stacks import DEFAULT_STACKS, find
from loadtests.scenarios import SCENARIOS, Scenario
from records.types import LevelValue

THREE = Profile("three", "for tests", DEFAULT_STACKS, repetitions=3)
STACKS = [find(name) for name in DEFAULT_STACKS]
SLOW_IO = [SCENARIOS["slow-io"]]
(BASELINE,) = SCENARIOS["baseline"].levels


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


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_levels_name_profiles_that_exist(scenario: Scenario) -> None:
    """Each level is measured in some profile, and in none that isn't there."""
    for level in scenario.levels:
        assert set(level.profiles) <= set(PROFILES)
        assert level in levels(PROFILES["full"], scenario)


def of_profile(name: str, *scenarios: str) -> Counter[tuple[str, LevelValue]]:
    """Return how often a profile measures which level with one stack, all its own scenarios or those named."""
    profile = PROFILES[name]
    tasks = plan(profile, STACKS[:1], scenarios_of(profile, scenarios), seed=1)
    return Counter((task.scenario.name, task.level.value) for task in tasks)


def test_smoke_measures_each_of_its_scenarios_once() -> None:
    """The shortest profile has one level of each scenario that it doesn't leave out, cost in two blocks."""
    assert {name: count for (name, _), count in of_profile("smoke").items() if count > 1} == {"baseline": 2}
    assert len({name for name, _ in of_profile("smoke")}) == len(of_profile("smoke")) == 6


def test_quick_is_six_stacks_times_seven_scenarios() -> None:
    """The default profile measures the six default stacks under the most telling scenarios."""
    quick = PROFILES["quick"]
    tasks = plan(quick, stacks_of(quick, []), scenarios_of(quick, []), seed=1)
    assert len({(t.stack.name, t.scenario.name) for t in tasks}) == 42


def test_full_leaves_nothing_out() -> None:
    """The longest profile measures every scenario at every level, three times as often as it repeats."""
    every = {
        (scenario.name, level.value): 3 * level.repetitions
        for scenario in SCENARIOS.values()
        for level in scenario.levels
    }
    assert of_profile("full") == every


@pytest.mark.parametrize("profile", ["smoke", "quick"])
def test_what_a_profile_leaves_out_can_be_asked_for(profile: str) -> None:
    """A scenario without levels in a profile is measured at all of them when it is named."""
    assert of_profile(profile, "cpu") == {("cpu", 1): 1, ("cpu", 4): 1}
    assert "cpu" not in {name for name, _ in of_profile(profile)}


def test_what_takes_turns_is_measured_as_one_block() -> None:
    """All stacks of a repetition are up together where they take turns, each on its own elsewhere."""
    tasks = plan(THREE, STACKS, [SCENARIOS["baseline"], *SLOW_IO], seed=1)
    made = blocks(tasks)
    assert [task for block in made for task in block] == tasks
    assert [len(block) for block in made] == [6] * 3 * BASELINE.repetitions + [1] * (6 * 4 * 3)
    assert {len({task.block for task in block}) for block in made} == {1}


def test_a_copy_takes_turns_with_its_original() -> None:
    """A stack that is measured against itself stands in the same block under both names."""
    profile = Profile("aa", "", (), against_itself=("baseline",))
    tasks = plan(profile, STACKS[:2], [SCENARIOS["baseline"]], seed=1, baseline=STACKS[0])
    assert [sorted(task.stack.name for task in block) for block in blocks(tasks)] == [
        ["gunicorn-gthread/wsgi", "gunicorn-sync/wsgi", "gunicorn-sync/wsgi#2"]
    ] * BASELINE.repetitions


def test_stacks_left_out_leave_the_blocks_whole() -> None:
    """A stack that isn't measured is missing in its blocks and doesn't break them up."""
    tasks = [t for t in plan(THREE, STACKS, [SCENARIOS["baseline"]], seed=1) if t.stack != STACKS[2]]
    assert [len(block) for block in blocks(tasks)] == [5] * 3 * BASELINE.repetitions


def test_nothing_to_measure_is_no_block() -> None:
    """Without tasks there are no blocks."""
    assert blocks([]) == []


def test_unknown_scenario_is_refused() -> None:
    """A mistyped scenario is answered with what was probably meant."""
    with pytest.raises(UsageError, match="There is no scenario 'slowio': did you mean slow-io"):
        scenarios_of(THREE, ["slowio"])
