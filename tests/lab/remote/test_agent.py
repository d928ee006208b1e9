"""What an agent tells of the stacks that it stands beside."""

import os
from collections.abc import Iterator

import pytest

from contract.examples import Request
from lab.measure.contract_check import ask
from lab.measure.reaper import Reaper
from lab.measure.served_stacks import ServedStacks, serving_stacks
from lab.remote.agent import Agent
from lab.remote.agent_client import AgentClient
from lab.remote.agent_server import answering
from lab.servers import Settings
from lab.stacks import find

TOKEN = "it-is-a-secret"  # noqa: S105 - of a test
STACK = "uvicorn/asgi"


@pytest.fixture(scope="module")
def served(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedStacks]:
    """Serve one stack."""
    with serving_stacks([find(STACK)], Settings(), reaper, tmp_path_factory.mktemp("logs")) as served:
        yield served


@pytest.fixture(scope="module")
def client(served: ServedStacks) -> Iterator[AgentClient]:
    """Ask the agent beside it with its token."""
    with answering(Agent(served, Settings()), TOKEN) as url:
        yield AgentClient(url, TOKEN)


def test_it_says_who_is_served_where(client: AgentClient, served: ServedStacks) -> None:
    """Each stack comes with its URL and its record, and with the machine that all are on."""
    answer = client.stacks()
    assert [(each.url, each.record.name) for each in answer.stacks] == [(served.servers[STACK].url, STACK)]
    assert answer.environment["cores"] == str(os.cpu_count())


def test_cpu_counts_up_with_requests(client: AgentClient, served: ServedStacks) -> None:
    """Between two readings the clocks went on by what the requests took; the agent's own is no part of it."""
    before = client.clocks()
    for _ in range(5):
        ask(served.servers[STACK].port, Request("GET", "/cpu?rounds=100000"))
    after = client.clocks()
    used = sum(after.stacks[STACK].cpu_s.values()) - sum(before.stacks[STACK].cpu_s.values())
    assert 0.01 < used < after.at - before.at
    assert after.machine == before.machine
    assert after.agent_s > before.agent_s


def test_clocks_weigh_nothing(client: AgentClient) -> None:
    """Footprints take long to read: they come only with the usage."""
    assert client.clocks().stacks[STACK].footprint is None
    footprint = client.usage().stacks[STACK].footprint
    assert footprint is not None
    assert footprint.pss_mib > 1
    assert footprint.threads >= 1


def test_a_restart_gives_another_process_at_the_same_url(client: AgentClient, served: ServedStacks) -> None:
    """The stack answers again, as another process."""
    before, pid = client.stacks().stacks[0].url, served.servers[STACK].pid
    again = client.restart(STACK)
    assert (again.url, served.servers[STACK].pid != pid) == (before, True)
    assert ask(served.servers[STACK].port, Request("GET", "/")).status == 200


def test_a_dead_stack_is_said_to_be_dead(client: AgentClient, served: ServedStacks) -> None:
    """What it used is gone with it: it is told as dead, and a restart brings it back."""
    served.servers[STACK].process.kill()
    served.servers[STACK].process.wait()
    assert client.clocks().stacks[STACK].alive is False
    client.restart(STACK)
    assert client.clocks().stacks[STACK].alive is True
