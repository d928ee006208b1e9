"""Every experiment on real servers: verdicts that follow from the interfaces, and those that FACTS of servers say."""

from pathlib import Path

import pytest

from lab.capabilities.experiments import EXPERIMENTS, ExperimentContext, explore
from lab.measure.reaper import reaping
from lab.servers import Settings
from lab.stacks import find
from records.run import Capability

STACKS = (
    "gunicorn-gthread/wsgi",
    "uvicorn/asgi",
    "uvicorn/wsgi-bridged",
    "gunicorn-gthread/asgi-bridged",
    "uvicorn/wsgi-guarded",
    "gunicorn-gthread/asgi-guarded",
)
EXPECTED = {
    "streams-responses": ("yes", "yes", "yes", "yes", "yes", "yes"),
    "reads-body": ("yes", "yes", "yes", "no", "yes", "no"),
    "chunked-body": ("yes", "yes", "yes", "no", "yes", "yes"),
    "slow-body": ("no", "yes", "no", "no", "no", "no"),
    "gone-writing": ("yes", "no", "no", "no", "yes", "yes"),
    "cleans-up": ("yes", "yes", "yes", "no", "yes", "yes"),
    "gone-waiting": ("no", "yes", "no", "no", "no", "no"),
    "abandoned": ("yes", "yes", "no", "yes", "yes", "yes"),
    "aborted-upload": ("partly", "yes", "partly", "no", "yes", "yes"),
    "after-response": ("partly", "yes", "partly", "partly", "partly", "partly"),
    "own-scope": ("yes", "yes", "yes", "yes", "yes", "yes"),
    "hooks": ("no", "yes", "no", "no", "no", "yes"),
    "state": ("no", "yes", "no", "no", "no", "yes"),
    "websocket": ("no", "yes", "no", "no", "no", "no"),
    "http2": ("no", "no", "no", "no", "no", "no"),
    "events": ("yes", "yes", "yes", "yes", "yes", "yes"),
    "trailers": ("no", "no", "no", "no", "no", "no"),
    "continue": ("no", "yes", "yes", "no", "yes", "no"),
    "error-before": ("yes", "yes", "yes", "yes", "yes", "yes"),
    "error-midway": ("yes", "yes", "yes", "yes", "yes", "yes"),
    "contextvars": ("partly", "yes", "yes", "yes", "yes", "yes"),
    "at-once": ("partly", "yes", "partly", "partly", "partly", "partly"),
    "half-closed": ("yes", "no", "no", "yes", "no", "yes"),
    "head": ("yes", "yes", "yes", "yes", "yes", "yes"),
    "graceful": ("yes", "yes", "yes", "yes", "yes", "yes"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Capability]:
    """Make every experiment on six stacks, once."""
    folder: Path = tmp_path_factory.mktemp("notes")
    with reaping() as reaper:
        context = ExperimentContext(Settings(), reaper, folder)
        return explore([find(name) for name in STACKS], list(EXPERIMENTS.values()), context, lambda _: None)


def test_every_expectation_is_of_an_experiment() -> None:
    """In the order of the rows."""
    assert [name for name in EXPERIMENTS if name in EXPECTED] == list(EXPECTED)


def test_every_experiment_comes_to_its_end(found: list[Capability]) -> None:
    """A row of which nothing is expected yet is held to this: on no stack an error is its finding."""
    assert [each for each in found if each.says.startswith("the experiment ended with")] == []


RACES = {("error-midway", "gunicorn-gthread/asgi-bridged")}
"""a2wsgi tells an app's end from its error now and then too late: whether it did is the finding, not the test's."""


@pytest.mark.parametrize("name", EXPECTED)
def test_experiment_finds_what_is_known(found: list[Capability], name: str) -> None:
    """On gthread, uvicorn, both bridges as they come and guarded; when a server learns something this says so."""
    told = [each for each in found if each.experiment == name]
    known = [
        (each.can, expected)
        for each, expected in zip(told, EXPECTED[name], strict=True)
        if (name, each.stack) not in RACES
    ]
    assert [can for can, _ in known] == [expected for _, expected in known], [each.says for each in told]


def test_every_finding_has_its_evidence(found: list[Capability]) -> None:
    """No word without a sentence, in the order of the rows, then of the stacks."""
    assert [(each.experiment, each.stack) for each in found] == [
        (name, s) for name in EXPERIMENTS for s in STACKS
    ]
    assert all(len(each.says) > 5 for each in found)
