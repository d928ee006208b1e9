"""A site of stacks that others have started, told by a made-up agent; tests/live/test_targets.py measures real ones."""

import msgspec
import pytest

from contract.examples import HERE, all_examples
from lab.errors import UsageError
from lab.measure.new_run import stack_record
from lab.measure.server_process import ServerFailed
from lab.remote.agent_client import AgentClient
from lab.remote.site import RemoteServer, RemoteSite
from lab.servers import Settings
from lab.stacks import find
from loadtests.machine import busy_s, machine_id
from records.agent import AgentStack, AgentStacks
from records.usage import Footprint, StackUsage, UsageReport

STACK = find("uvicorn/asgi")
TARGETS = {STACK.name: "http://192.0.2.7:8000"}  # for documentation (RFC 5737): nobody's address
HELD = Footprint(20.0, 15.0, 3)


class MadeUpAgent(AgentClient):
    """Tells of one stack, which is `alive` or not, on a machine of that name; `asked` counts how often."""

    alive = True
    asked = 0
    machine = "another"

    def stacks(self) -> AgentStacks:
        """Tell who is served where."""
        stack = AgentStack("http://127.0.0.1:8000", stack_record(STACK, Settings(threads=7)))
        return AgentStacks([stack], {"cpu": "another", "server cores": "0"})

    def clocks(self) -> UsageReport:
        """Tell every clock."""
        self.asked += 1
        stacks = {STACK.name: StackUsage({1: 0.25}, None, self.alive)}
        return UsageReport(at=1000.0, machine=self.machine, machine_s=5e6, agent_s=2.0, stacks=stacks)

    def usage(self) -> UsageReport:
        """Tell footprints, too."""
        return msgspec.structs.replace(self.clocks(), stacks={STACK.name: StackUsage({}, HELD, alive=True)})

    def restart(self, stack: str) -> AgentStack:
        """Start it anew."""
        assert stack == STACK.name
        self.alive = True
        return self.stacks().stacks[0]


@pytest.fixture
def agent() -> MadeUpAgent:
    """Return an agent whose stack is alive."""
    return MadeUpAgent("http://nowhere", "")


@pytest.fixture
def metered(agent: MadeUpAgent) -> RemoteSite:
    """Return a site with that agent."""
    return RemoteSite(TARGETS, agent)


def server_of(site: RemoteSite, host: str = "192.0.2.7") -> RemoteServer:
    """Return the stack as the site gives it."""
    return RemoteServer(STACK, host, 8000, "", site)


def test_a_stack_is_recorded_as_its_agent_says(metered: RemoteSite) -> None:
    """Settings are the agent's, whatever is said here."""
    assert metered.record(STACK, Settings(threads=3)) == stack_record(STACK, Settings(threads=7))


def test_without_an_agent_a_stack_is_recorded_as_it_was_said() -> None:
    """How it was started isn't known, and that it isn't installed here doesn't matter."""
    record = RemoteSite(TARGETS).record(STACK, Settings(threads=3))
    assert record.command == "started elsewhere, answers at http://192.0.2.7:8000"
    assert (record.skipped, record.settings["workers"]) == (None, "1")


def test_what_an_agent_does_not_serve_is_wrong_use(agent: MadeUpAgent) -> None:
    """It is refused before anything is measured, with what it serves."""
    with pytest.raises(
        UsageError, match=r"^The agent doesn't serve waitress/wsgi: it serves uvicorn/asgi\.$"
    ):
        RemoteSite({"waitress/wsgi": "http://192.0.2.7:8000"}, agent)


def test_both_machines_are_told_apart(metered: RemoteSite) -> None:
    """What is known of theirs stands under names of its own; cores that the agent shares aren't the server's."""
    assert metered.environment({"cpu": "this one", "server cores": "0"}) == {
        "cpu": "this one",
        "server cores": "elsewhere",
        "targets": "uvicorn/asgi=http://192.0.2.7:8000",
        "server's cpu": "another",
    }
    assert metered.machines == [machine_id(), "another"]
    assert RemoteSite(TARGETS).machines == [machine_id()]


def test_apps_see_the_lab_at_an_unknown_address(metered: RemoteSite) -> None:
    """All else that the contract says holds as it does here."""
    afar, here = list(metered.examples()), list(all_examples())
    assert [each.request for each in afar] == [each.request for each in here]
    assert HERE in str(here)
    assert HERE not in str([each.response.members for each in afar])


def test_clocks_are_the_agents(metered: RemoteSite) -> None:
    """Its moment and CPU of the stacks; the agent's own and the other machine's seconds come on top of this one's."""
    clocks = metered.meter([server_of(metered)])()
    assert (clocks.at, clocks.servers, clocks.generator) == (1000.0, [{1: 0.25}], {})
    assert clocks.lab > 2.0
    assert clocks.machine is not None
    assert clocks.machine > 5e6


def test_a_machine_counts_once(metered: RemoteSite, agent: MadeUpAgent) -> None:
    """An agent on this machine counts the same busy seconds."""
    agent.machine = machine_id()
    clocks = metered.meter([server_of(metered)])()
    assert clocks.machine is not None
    assert clocks.machine <= busy_s()


@pytest.mark.parametrize(("host", "known"), [("192.0.2.7", True), ("127.0.0.1", False)])
def test_what_nobody_tells_is_unknown(host: str, *, known: bool) -> None:
    """Without an agent neither the stack's CPU nor, where it runs on this machine, what else keeps that busy."""
    site = RemoteSite(TARGETS)
    server = server_of(site, host)
    clocks = site.meter([server])()
    assert (clocks.servers, clocks.machine is not None) == ([None], known)
    assert server.footprint() is None


def test_an_agent_tells_what_a_stack_holds(metered: RemoteSite) -> None:
    """Its footprint is asked for on its own."""
    assert server_of(metered).footprint() == HELD


def test_that_a_stack_has_ended_is_known_with_the_clocks(metered: RemoteSite, agent: MadeUpAgent) -> None:
    """Under load nobody asks for that alone: what was told last counts."""
    server, agent.alive = server_of(metered), False
    asked = agent.asked
    server.check_whole()
    assert agent.asked == asked
    metered.meter([server])()
    with pytest.raises(ServerFailed, match=r"^uvicorn/asgi ended by itself where its agent runs\.$"):
        server.check_whole()


def test_whether_a_stack_lives_can_be_asked(metered: RemoteSite, agent: MadeUpAgent) -> None:
    """At a moment when nothing is measured."""
    server_of(metered).check_alive()
    agent.alive = False
    with pytest.raises(ServerFailed, match="ended by itself where its agent runs"):
        server_of(metered).check_alive()


def test_what_was_told_before_a_restart_is_forgotten(metered: RemoteSite, agent: MadeUpAgent) -> None:
    """The next trial's stack isn't the one that has ended."""
    agent.alive = False
    metered.report()
    metered.restart(STACK)
    server_of(metered).check_whole()


def test_without_an_agent_only_answers_tell() -> None:
    """Nobody says that a stack has ended, or starts it again."""
    site = RemoteSite(TARGETS)
    site.restart(STACK)
    server_of(site).check_alive()
    server_of(site).check_whole()
