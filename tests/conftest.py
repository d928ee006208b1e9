"""What tests of many folders share."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from lab.commands.job_summary import VARIABLE
from lab.measure.load_generator import Generator, generator
from lab.measure.reaper import Reaper, reaping
from tests.file_costs import FileCosts
from tests.live.forked import FORK_SERVER
from tests.purity import Purity


def pytest_configure(config: pytest.Config) -> None:
    """Hold pure tests to starting no process, tell which files took longest, and let a busy machine take its time."""
    settings.register_profile("lab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("lab")
    config.pluginmanager.register(Purity())
    config.pluginmanager.register(FileCosts())


@pytest.fixture(scope="session")
def reaper() -> Iterator[Reaper]:
    """Start children that end with the tests, whatever happens."""
    with reaping() as reaper:
        yield reaper


@pytest.fixture(scope="session")
def load(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generator]:
    """Run a load generator's fork server, which each locust of a test comes from."""
    with generator(reaper, [], tmp_path_factory.mktemp("load")) as load:
        yield load


@pytest.fixture(scope="session", autouse=True)
def _fork_server() -> Iterator[None]:
    """End what starts labs when the last test has ended."""
    yield
    FORK_SERVER.end()


@pytest.fixture(autouse=True)
def _same_cores() -> Iterator[None]:
    """Give the process its cores back: `lab compare` holds itself to some of them."""
    cores = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, cores)


@pytest.fixture(autouse=True)
def _no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what tests tell off the page of the step that runs them."""
    monkeypatch.delenv(VARIABLE, raising=False)
