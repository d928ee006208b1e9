"""The twins' sources, as they are shown."""

import pytest

from lab.commands.source_excerpts import excerpt, excerpts, handler_at
from loadtests.scenarios import SCENARIOS
from records.scenario import ScenarioRecord
from tests.lab import runs


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_shows_both_twins(scenario: str) -> None:
    """Each endpoint that is loaded is shown as it is written for both interfaces, in files of the same name."""
    pairs = excerpts(runs.scenario(scenario))
    assert pairs
    for wsgi, asgi in pairs:
        assert wsgi.module.removeprefix("wsgi_app") == asgi.module.removeprefix("asgi_app")
        assert wsgi.source.startswith("def ")
        assert asgi.source.startswith("async def ")


def test_a_path_that_is_gone_shows_nothing() -> None:
    """A run of an older lab is told without what is gone."""
    assert excerpts(ScenarioRecord("old", "?", "", [], paths=["/gone"])) == []


def test_handler_is_found_by_its_path() -> None:
    """A path that nobody answers has none."""
    assert (handler_at("/sleep/blocking"), handler_at("/nowhere")) == ("waiting.sleep_blocking", "")


def test_missing_handler_is_none() -> None:
    """Where a function is gone there is nothing to show."""
    assert excerpt("wsgi_app", "basics.gone") is None
