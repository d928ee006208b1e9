"""Under which conditions runs were made."""

import msgspec
import pytest

from lab.judge.conditions import Change, changes, comparability, differences, forbidding, shortened
from records.run import Options, Run, StackRecord
from records.scenario import LevelRecord
from tests.lab import runs


def made_on(**machine: str) -> Run:
    """Return a run with this environment beside the usual one."""
    run = runs.run()
    run.environment = {**run.environment, **machine}
    return run


def with_stack(record: StackRecord) -> Run:
    """Return a run of one stack."""
    return runs.run(stacks=[record])


def test_the_same_conditions_have_no_change() -> None:
    """Two runs that were made alike may be compared, and the sentence says so."""
    found = changes(runs.run(), runs.run())
    assert found == []
    assert comparability(found) == (
        "These runs may be compared: machine, load, versions and settings were the same."
    )


@pytest.mark.parametrize(
    ("name", "kind", "forbids"),
    [
        ("cpu", "machine", True),
        ("kernel", "machine", True),
        ("server cores", "machine", True),
        ("locust", "load", True),
        ("python", "versions", False),
        ("uvicorn", "versions", False),
        ("code", "versions", False),
    ],
)
def test_a_change_of_the_environment_has_its_kind(name: str, kind: str, *, forbids: bool) -> None:
    """Another machine or instrument forbids comparing, another version is what runs are compared for."""
    (found,) = changes(made_on(**{name: "1"}), made_on(**{name: "2"}))
    assert (found.kind, found.forbids, str(found)) == (kind, forbids, f"{name} was 1, is 2")


def test_what_one_run_doesn_t_have_is_absent() -> None:
    """A package that was installed in one run only is a change."""
    (found,) = changes(runs.run(), made_on(granian="2.0"))
    assert str(found) == "granian was absent, is 2.0"


def test_settings_of_stacks_in_both_runs_are_named() -> None:
    """More threads are a change of that stack, with its slots."""
    then = runs.stack("waitress/wsgi", slots=10, settings={"threads": "10"})
    now = runs.stack("waitress/wsgi", slots=50, settings={"threads": "50"})
    found = changes(with_stack(then), with_stack(now))
    assert [str(change) for change in found] == [
        "waitress/wsgi's threads was 10, is 50",
        "waitress/wsgi's slots was 10, is 50",
    ]
    assert {change.kind for change in found} == {"settings"}


def test_a_stack_that_one_run_lacks_is_no_change() -> None:
    """What isn't compared needn't be alike."""
    assert changes(with_stack(runs.stack("waitress/wsgi")), with_stack(runs.stack("uvicorn/asgi"))) == []


def test_the_folder_of_the_interpreter_is_no_change() -> None:
    """The same command from another checkout's environment is the same."""
    then, now = (
        runs.stack("uvicorn/asgi", command=f"/{place}/bin/python -m uvicorn") for place in ("a", "b")
    )
    assert changes(with_stack(then), with_stack(now)) == []


def test_another_window_forbids_its_place_alone() -> None:
    """A level that was measured for longer isn't compared; the others are."""
    longer = runs.run()
    longer.scenarios = [
        msgspec.structs.replace(
            longer.scenarios[0],
            levels=[LevelRecord(1, 3.0, ["traffic: one"]), LevelRecord(50, 9.0, ["traffic: fifty"])],
        )
    ]
    found = changes(runs.run(), longer)
    assert forbidding(found, "slow-io", 50) == found
    assert forbidding(found, "slow-io", 1) == []
    assert comparability(found) == (
        "These runs may be compared, but not in slow-io@50, where the load was another."
    )


def test_another_number_of_load_processes_is_another_load() -> None:
    """Two generators are another instrument than one."""
    run = runs.run()
    run.run.options = Options(1, 10, processes=2)
    (found,) = changes(runs.run(), run)
    assert (found.kind, str(found)) == ("load", "load processes was 1, is 2")


def test_another_machine_is_told_before_anything_else() -> None:
    """The sentence names what forbids comparing, not what may have been meant."""
    found = changes(made_on(cpu="fast", python="3.11"), made_on(cpu="slow", python="3.12"))
    assert comparability(found) == "These runs may not be compared: cpu was fast, is slow."


def test_other_versions_may_be_why() -> None:
    """What may explain a difference is named."""
    found = changes(made_on(uvicorn="1"), made_on(uvicorn="2"))
    assert comparability(found) == (
        "These runs may be compared; what differs may be why: uvicorn was 1, is 2."
    )


def test_many_changes_are_counted() -> None:
    """Three are named, the others counted."""
    assert shortened(["a", "b", "c", "d", "e"]) == "a; b; c; and 2 more"


def test_differences_say_what_was_and_what_is() -> None:
    """Every fact that isn't the same is told with both of its values."""
    assert differences({"a": "1", "b": "2"}, {"b": "3", "c": "4"}) == [
        "a was 1, is absent",
        "b was 2, is 3",
        "c was absent, is 4",
    ]


def test_a_change_of_a_place_is_not_about_others() -> None:
    """A load that differs in one place forbids nothing elsewhere."""
    change = Change("load", "slow-io@1", "x", "y", "slow-io@1")
    assert forbidding([change], "slow-io", 10) == []
