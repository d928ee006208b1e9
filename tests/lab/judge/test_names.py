"""The names that a person may use."""

import pytest

from lab.errors import UsageError
from lab.judge.figures import FIGURES, describe
from lab.judge.names import SHORT, names_of
from loadtests.scenarios import SCENARIOS
from records.scenario import LevelRecord
from tests.lab import runs


@pytest.mark.parametrize("name", SHORT)
def test_every_short_name_is_of_a_figure(name: str) -> None:
    """No short name leads nowhere."""
    assert describe(names_of().figure(name)) in FIGURES.values()


@pytest.mark.parametrize("name", ["service_ms_p90", "probe_first_byte_ms_max", "after_errors", *FIGURES])
def test_every_full_name_is_known(name: str) -> None:
    """Figures can be named as trials.csv names them, a probe's too."""
    names = names_of()
    assert names.figure(name) == name
    assert name in names.figures


@pytest.mark.parametrize("kind", ["scenario", "figure", "stack"])
def test_what_is_not_there_is_refused(kind: str) -> None:
    """Neither today's lab nor any run has it."""
    with pytest.raises(UsageError, match=f"There is no {kind} 'wishes'"):
        getattr(names_of([runs.run()]), kind)("wishes")


def test_a_level_that_is_not_there_is_refused() -> None:
    """A scenario has the levels that it has."""
    with pytest.raises(UsageError, match="There is no level of slow-io '7'"):
        names_of([runs.run()]).level("slow-io", "7")


def test_what_only_a_run_has_can_be_named() -> None:
    """A scenario, a level, a figure and a stack that are gone go by the names that they had."""
    run = runs.run(
        [runs.trial("gone/wsgi", 50, wishes_per_s=1.0)], [runs.stack("gone/wsgi"), runs.stack("uvicorn/asgi")]
    )
    run.scenarios[0].levels.append(LevelRecord("all", 3.0, []))
    names = names_of([run])
    assert names.stack("gone/wsgi") == "gone/wsgi"
    assert names.figure("wishes_per_s") == "wishes_per_s"
    assert names.level("slow-io", "all") == "all"


def test_todays_levels_come_before_those_of_runs() -> None:
    """A scenario's own order is kept, and no level stands there twice."""
    run = runs.run()
    run.scenarios = [runs.scenario("slow-io", LevelRecord(30, 3.0, []), LevelRecord(50, 3.0, []))]
    own = [level.value for level in SCENARIOS["slow-io"].levels]
    assert list(names_of([run, run]).scenarios["slow-io"]) == [*own, 30]
