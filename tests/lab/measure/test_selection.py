"""What is to be measured, and that a record tells it again."""

import pytest

from lab.errors import UsageError
from lab.measure.plan import PROFILES
from lab.measure.reaper import Reaper
from lab.measure.selection import chosen_for, select
from lab.measure.site import LocalSite
from lab.servers import Settings
from records.run import Options
from tests.lab import runs

ONCE = Options(workers=1, threads=10)


def test_names_become_what_they_stand_for() -> None:
    """Stacks, scenarios and baseline are found by name."""
    choice = select("smoke", ["uvicorn/asgi"], ["slow-io"], "uvicorn/asgi", seed=1, options=ONCE)
    assert [str(task) for task in choice.tasks()] == ["uvicorn/asgi slow-io@10"]


def test_no_names_are_the_profile() -> None:
    """Without names the profile's stacks are measured under all of its scenarios."""
    choice = select("smoke", [], [], "uvicorn/asgi", seed=1, options=ONCE)
    assert [stack.name for stack in choice.stacks] == list(PROFILES["smoke"].stacks)


def test_options_reach_every_stack() -> None:
    """Workers and threads are what the stacks are given."""
    choice = select("smoke", [], [], "uvicorn/asgi", seed=1, options=Options(3, 7))
    assert choice.settings == Settings(workers=3, threads=7)


def test_unknown_profile_is_refused() -> None:
    """A mistyped profile is answered with what was probably meant."""
    with pytest.raises(UsageError, match="There is no profile 'smok': did you mean smoke"):
        select("smok", [], [], "uvicorn/asgi", seed=1, options=ONCE)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("options", [ONCE, Options(workers=2, threads=5, aa=True)])
def test_record_of_a_run_tells_its_plan(profile: str, options: Options) -> None:
    """From the record of a run the same trials are planned again, in the same order."""
    choice = select(profile, [], ["slow-io", "baseline"], "uvicorn/asgi", seed=5, options=options)
    again = chosen_for(choice.new_run({}, LocalSite(Reaper())))
    assert (again.tasks(), again.settings, again.baseline) == (
        choice.tasks(),
        choice.settings,
        choice.baseline,
    )


def test_record_without_settings_is_refused() -> None:
    """A run of a lab that kept no settings can't be planned again."""
    with pytest.raises(UsageError, match="made-up can't go on: it was made by a lab that didn't keep"):
        chosen_for(runs.run())
