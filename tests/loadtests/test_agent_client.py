"""The agent's client, against the lab's own agent."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import gevent.socket
import pytest

from lab.measure.served_stacks import ServedStacks
from lab.measure.server_process import free_port
from lab.remote.agent import Agent
from lab.remote.agent_server import answering
from lab.servers import Settings
from loadtests.agent_client import AgentClient, AgentError
from tests.loadtests.load_users import open_sockets
from tests.loadtests.resetting_server import MOMENTS, Moment, resetting


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Run the lab's agent beside nobody."""
    nobody = cast("ServedStacks", SimpleNamespace(servers={}))
    agent = Agent(nobody, Settings())
    agent.routes["POST", "/mirror"] = lambda _query, body: body
    with answering(agent, "secret") as url:
        yield url


def test_usage_is_asked_for_with_the_token(url: str) -> None:
    """Who has the token gets the report."""
    assert AgentClient(url, "secret").usage().stacks == {}


def test_body_is_sent(url: str) -> None:
    """What is posted arrives, and its answer comes back as it is."""
    assert AgentClient(url, "secret").ask("POST", "/mirror", b"{}") == b"{}"


def test_refusal_is_told_in_the_agents_words(url: str) -> None:
    """Another token is refused, with the reason."""
    with pytest.raises(AgentError, match=r"^The token is missing or another\.$"):
        AgentClient(url, "wrong").usage()


def test_agent_that_is_gone_is_told() -> None:
    """Nobody at its address is an error of its own, in a sentence."""
    with pytest.raises(AgentError, match=r"^The agent doesn't answer: .*\.$"):
        AgentClient(f"http://127.0.0.1:{free_port()}", "secret").usage()


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_agent_that_is_reset_is_told(moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it comes it is the same error, and while that is known its socket is closed."""
    monkeypatch.setattr("http.client.socket", gevent.socket)
    with resetting(moment) as server:
        before = open_sockets()
        with pytest.raises(AgentError, match=r"^The agent doesn't answer: .*\.$") as error:
            AgentClient(server.host, "secret").usage()
        assert isinstance(error.value.__cause__, ConnectionResetError)
        assert open_sockets() <= before


def test_restart_of_an_unknown_stack_is_refused(url: str) -> None:
    """The agent restarts nothing but what it stands beside."""
    nobody = AgentClient(url, "secret")
    with pytest.raises(AgentError):
        nobody.restart("nginx/asgi")
