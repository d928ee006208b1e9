"""What the lab says when an agent doesn't answer, or refuses."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from lab.errors import LabError
from lab.measure.served_stacks import ServedStacks
from lab.remote.agent import Agent
from lab.remote.agent_client import AgentClient
from lab.remote.agent_server import answering
from lab.servers import HOST, Settings

TOKEN = "it-is-a-secret"  # noqa: S105 - of a test


@pytest.fixture
def url() -> Iterator[str]:
    """Let an agent answer beside nobody."""
    nobody = cast("ServedStacks", SimpleNamespace(servers={}))
    with answering(Agent(nobody, Settings()), TOKEN) as url:
        yield url


def test_a_refusal_is_one_sentence(url: str) -> None:
    """Whoever asks with another token reads who refused and why."""
    with pytest.raises(LabError) as refused:
        AgentClient(url, "another").clocks()
    assert str(refused.value) == f"The agent at {url} refuses: The token is missing or another."


def test_nobody_there_is_one_sentence() -> None:
    """An agent that can't be reached is named."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LabError, match=f"The agent at http://{HOST}:{port} doesn't answer"):
        AgentClient(f"http://{HOST}:{port}", TOKEN).clocks()
