"""This machine as a place where stacks run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.examples import all_examples
from lab.measure.new_run import stack_record
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving
from lab.measure.site import LocalSite
from lab.servers import Settings
from lab.stacks import find
from loadtests.machine import machine_id

STACK = find("uvicorn/asgi")


@pytest.fixture(scope="module")
def server(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Serve a stack together with others, on a site that has one core for it."""
    core = min(os.sched_getaffinity(0))
    log_path = tmp_path_factory.mktemp("logs") / "log"
    with LocalSite(reaper, [core]).serving(STACK, Settings(), log_path, together=True) as server:
        yield server


def test_servers_that_start_together_use_every_core_until_they_are_ready(server: Serving) -> None:
    """Nothing is measured meanwhile; then each is held to the server's cores."""
    assert os.sched_getaffinity(server.pid) == os.sched_getaffinity(0)
    server.wait_until_ready()
    assert os.sched_getaffinity(server.pid) == {min(os.sched_getaffinity(0))}


def test_server_on_its_own_starts_on_its_cores(reaper: Reaper, tmp_path: Path) -> None:
    """It may be started while another one is loaded, whose cores it leaves alone."""
    core = min(os.sched_getaffinity(0))
    with LocalSite(reaper, [core]).serving(STACK, Settings(), tmp_path / "log") as server:
        assert server.command_line.startswith(f"taskset --cpu-list {core} ")


def test_clocks_are_those_of_the_servers_and_of_the_generator(server: Serving, reaper: Reaper) -> None:
    """Each server has the pids of its process tree, the generator that of its own."""
    clocks = LocalSite(reaper).meter([server, server], os.getpid())()
    assert [next(iter(each or {})) for each in clocks.servers] == [server.pid] * 2
    assert os.getpid() in clocks.generator
    assert LocalSite(reaper).meter([server])().generator == {}


def test_trees_are_looked_up_anew_unless_once_is_enough(
    server: Serving, reaper: Reaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two turns there is no time for it."""
    anew, once = (LocalSite(reaper).meter([server], once=once) for once in (False, True))
    monkeypatch.setattr("lab.measure.site.tree", lambda _: [])
    assert [list(once().servers[0] or {}), list(anew().servers[0] or {})] == [[server.pid], []]


def test_it_is_known_as_the_lab_itself(reaper: Reaper) -> None:
    """Its record, environment, machine and the contract's examples are as they are."""
    site = LocalSite(reaper)
    assert site.record(STACK, Settings(threads=7)) == stack_record(STACK, Settings(threads=7))
    assert site.environment({"cpu": "this one"}) == {"cpu": "this one"}
    assert site.machines == [machine_id()]
    assert list(site.examples()) == list(all_examples())
