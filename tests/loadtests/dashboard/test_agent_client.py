"""The agent as the dashboard asks it, against the lab's own agent."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.judge.reading import Footprint as LabsFootprint
from lab.measure.served_stacks import ServedStacks
from lab.measure.server_process import free_port
from lab.remote import agent as labs
from lab.servers import Settings
from loadtests.dashboard.agent_client import Agent, AgentError, Footprint, StackUsage, UsageReport, cpu_since

HELD = Footprint(20.0, 15.0, 3)
SECONDS = st.floats(0, 1e6)


def report(at: float, **cpu_s: dict[int, float]) -> UsageReport:
    """Return a report of what stacks have used by then."""
    return UsageReport(
        at, "here", 0.0, 0.0, {name: StackUsage(used, HELD, alive=True) for name, used in cpu_s.items()}
    )


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Run the lab's agent beside nobody."""
    nobody = cast("ServedStacks", SimpleNamespace(servers={}))
    agent = labs.Agent(nobody, Settings())
    agent.routes["POST", "/mirror"] = lambda _query, body: body
    with labs.answering(agent, "secret") as found:
        yield found


def test_usage_is_read_as_the_lab_writes_it() -> None:
    """What the lab's agent encodes is decoded with every field."""
    told = labs.UsageReport(
        1.0, "here", 2.0, 0.5, {"a/b": labs.StackUsage({7: 0.5}, LabsFootprint(20.0, 15.0, 3), alive=True)}
    )
    read = msgspec.json.decode(msgspec.json.encode(told), type=UsageReport)
    assert read == UsageReport(1.0, "here", 2.0, 0.5, {"a/b": StackUsage({7: 0.5}, HELD, alive=True)})


def test_cores_are_cpu_over_time() -> None:
    """One second of CPU in two seconds is half a core."""
    assert report(12.0, a={1: 4.0, 2: 1.0}).cores_since(report(10.0, a={1: 3.5, 2: 0.5})) == {"a": 0.5}


def test_first_report_knows_no_cores() -> None:
    """Usage is what lies between two looks."""
    assert report(12.0, a={1: 4.0}).cores_since(None) == {}


def test_report_of_the_same_moment_knows_no_cores() -> None:
    """In no time nothing can be said."""
    assert report(12.0, a={1: 4.0}).cores_since(report(12.0, a={1: 4.0})) == {}


def test_stack_that_is_new_has_no_cores_yet() -> None:
    """What was started in between has had one look."""
    assert report(12.0, a={1: 1.0}, b={2: 1.0}).cores_since(report(11.0, a={1: 0.5})) == {"a": 0.5}


def test_process_born_in_between_counts_from_zero() -> None:
    """A restarted server's clock begins anew; what its forerunner used isn't taken back."""
    assert cpu_since({9: 0.25}, {7: 100.0}) == 0.25


@given(before=st.dictionaries(st.integers(1, 9), SECONDS), more=st.dictionaries(st.integers(1, 9), SECONDS))
def test_cpu_is_never_negative(before: dict[int, float], more: dict[int, float]) -> None:
    """Whatever processes come and go, clocks that only go forward give no negative usage."""
    now = {pid: before.get(pid, 0.0) + used for pid, used in more.items()}
    assert cpu_since(now, before) >= 0


def test_usage_is_asked_for_with_the_token(url: str) -> None:
    """Who has the token gets the report."""
    assert Agent(url, "secret").usage().stacks == {}


def test_body_is_sent(url: str) -> None:
    """What is posted arrives, and its answer comes back as it is."""
    assert Agent(url, "secret").ask("POST", "/mirror", b"{}") == b"{}"


def test_refusal_is_told_in_the_agents_words(url: str) -> None:
    """Another token is refused, with the reason."""
    with pytest.raises(AgentError, match=r"^The token is missing or another\.$"):
        Agent(url, "wrong").usage()


def test_agent_that_is_gone_is_told() -> None:
    """Nobody at its address is an error of its own, in a sentence."""
    with pytest.raises(AgentError, match=r"^The agent doesn't answer: .*\.$"):
        Agent(f"http://127.0.0.1:{free_port()}", "secret").usage()


def test_restart_of_an_unknown_stack_is_refused(url: str) -> None:
    """The agent restarts nothing but what it stands beside."""
    nobody = Agent(url, "secret")
    with pytest.raises(AgentError):
        nobody.restart("nginx/asgi")
