"""Stacks that run elsewhere, with and without an agent beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.commands.other_machines import targets_of
from lab.errors import TrialFailed, UsageError
from lab.measure.execution import as_trial
from lab.measure.load_generator import Generator
from lab.measure.plan import Task
from lab.measure.reaper import Reaper
from lab.measure.selection import select
from lab.measure.served_stacks import ServedStacks, serving_stacks
from lab.measure.trial import TrialRunner
from lab.remote.agent import Agent
from lab.remote.agent_client import AgentClient
from lab.remote.agent_server import answering
from lab.remote.site import RemoteSite
from lab.servers import Settings
from lab.stacks import find
from loadtests.scenarios import SCENARIOS
from records.run import Options, Trial
from records.types import LevelValue

TOKEN = "of-a-test"  # noqa: S105 - of a test
NAMES = ("uvicorn/asgi", "gunicorn-gthread/wsgi")
METERED = {"cpu_us_per_request", "cpu_cores", "memory_mib", "memory_growth_mib", "background_cores"}


@dataclass(frozen=True)
class Afar:
    """Two stacks with an agent beside them, and a load generator that reaches them."""

    served: ServedStacks
    agent: str
    load: Generator
    logs: Path

    @property
    def targets(self) -> dict[str, str]:
        """Where they answer."""
        return {name: server.url for name, server in self.served.servers.items()}

    def measured(self, scenario: str, level: LevelValue, site: RemoteSite, *names: str) -> list[Trial]:
        """Return the trials of half a second of stacks that run elsewhere."""
        runner = TrialRunner(Settings(), site, self.load, self.logs)
        chosen = SCENARIOS[scenario]
        block = [Task(find(name), chosen, chosen.level(level), 1, 0.5) for name in names or NAMES[:1]]
        outcomes = zip(block, runner.measure(block, block), strict=True)
        return [as_trial(task, each, task.stack.slots_by_waiting(Settings())) for task, each in outcomes]


@pytest.fixture(scope="module")
def afar(reaper: Reaper, load: Generator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Afar]:
    """Serve two stacks that nobody here has started."""
    logs = tmp_path_factory.mktemp("logs")
    with (
        serving_stacks([find(name) for name in NAMES], Settings(), reaper, logs) as served,
        answering(Agent(served, Settings()), TOKEN) as url,
    ):
        yield Afar(served, url, load, logs)


def with_agent(afar: Afar) -> RemoteSite:
    """Return where the stacks are, metered."""
    return RemoteSite(afar.targets, AgentClient(afar.agent, TOKEN))


def test_an_agent_tells_what_a_target_uses(afar: Afar) -> None:
    """CPU and memory come from the agent, of a process that was started anew for the trial."""
    pid = afar.served.servers["uvicorn/asgi"].pid
    (trial,) = afar.measured("slow-io", 10, with_agent(afar))
    assert trial.figures.keys() >= METERED
    assert trial.figures["cpu_us_per_request"] > 1
    assert afar.served.servers["uvicorn/asgi"].pid != pid


def test_without_an_agent_nothing_is_said_of_what_it_uses(afar: Afar) -> None:
    """Answers and latencies are measured; CPU, memory and threads are absent, and the process is the old one."""
    pid = afar.served.servers["uvicorn/asgi"].pid
    (trial,) = afar.measured("slow-io", 10, RemoteSite(afar.targets))
    assert (trial.status, trial.figures["answers"] > 0) == ("ok", True)
    assert METERED & trial.figures.keys() == set()
    assert "cpu_us_per_request" not in trial.seconds
    assert afar.served.servers["uvicorn/asgi"].pid == pid


def test_targets_take_turns(afar: Afar) -> None:
    """Each turn's CPU belongs to the stack whose turn it was."""
    trials = afar.measured("baseline", 500, with_agent(afar), *NAMES)
    assert [len(trial.seconds["cpu_us_per_request"]) for trial in trials] == [5, 5]
    assert [sum(trial.seconds["cpu_us_per_request"]) > 0 for trial in trials] == [True, True]


def test_targets_are_watched_when_everybody_has_left(afar: Afar) -> None:
    """Whether it still answers is seen from here; what it still uses is told by its agent."""
    (trial,) = afar.measured("abandon", 10, with_agent(afar))
    assert {"answered_after_ms", "idle_cores", "threads_left"} <= trial.figures.keys()


def test_contract_is_held_at_the_url(afar: Afar) -> None:
    """A target is checked where it answers; one that speaks another interface is told from what it should be."""
    runner = TrialRunner(Settings(), RemoteSite(afar.targets), afar.load, afar.logs)
    assert runner.check(find("gunicorn-gthread/wsgi")) == []
    swapped = RemoteSite({"gunicorn-sync/wsgi": afar.targets["uvicorn/asgi"]})
    (trial,) = afar.measured("slow-io", 1, swapped, "gunicorn-sync/wsgi")
    assert trial.doubts[0].says.endswith("speaks asgi: it isn't gunicorn-sync/wsgi.")


def test_a_target_that_dies_midway_fails_its_trial(afar: Afar, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its agent says so when the clocks are read, and the trial is told as failed."""
    site = with_agent(afar)
    meter = site.meter

    def killing(*arguments: object) -> object:
        process = afar.served.servers["uvicorn/asgi"].process
        process.kill()
        process.wait()
        return meter(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(site, "meter", killing)
    (trial,) = afar.measured("slow-io", 10, site)
    assert (trial.status, trial.doubts[0].says) == (
        "failed",
        "uvicorn/asgi ended by itself where its agent runs.",
    )


def test_a_target_that_dies_in_turns_fails_alone(afar: Afar, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is measured."""
    site = with_agent(afar)
    meter = site.meter

    def killing(*arguments: object, once: bool) -> object:
        process = afar.served.servers["uvicorn/asgi"].process
        process.kill()
        process.wait()
        return meter(*arguments, once=once)  # type: ignore[arg-type]

    monkeypatch.setattr(site, "meter", killing)
    first, second = afar.measured("baseline", 500, site, *NAMES)
    assert (first.status, first.doubts[0].says) == (
        "failed",
        "uvicorn/asgi ended by itself where its agent runs.",
    )
    assert (second.status, second.figures["answers"] > 0) == ("ok", True)


def test_an_agent_that_goes_away_fails_the_trial_only(afar: Afar) -> None:
    """The run goes on: what it says is the reason of that trial."""
    with answering(Agent(afar.served, Settings()), TOKEN) as url:
        site = RemoteSite(afar.targets, AgentClient(url, TOKEN))
    runner = TrialRunner(Settings(), site, afar.load, afar.logs)
    level = SCENARIOS["slow-io"].level(1)
    (failure,) = runner.measure([Task(find("uvicorn/asgi"), SCENARIOS["slow-io"], level, 1, 0.5)])
    assert isinstance(failure, TrialFailed)
    assert str(failure).startswith(f"The agent at {url} doesn't answer")


def test_what_an_agent_does_not_serve_is_wrong_use(afar: Afar) -> None:
    """A target that it doesn't serve is refused before anything is measured, with what it serves."""
    with pytest.raises(UsageError, match=f"doesn't serve waitress/wsgi: it serves {', '.join(NAMES)}"):
        RemoteSite({"waitress/wsgi": "http://127.0.0.1:1"}, AgentClient(afar.agent, TOKEN))


def test_an_agent_alone_names_all_its_stacks(afar: Afar) -> None:
    """Without targets those of the agent are measured, at the host where it answers."""
    assert targets_of([], afar.agent, TOKEN) == afar.targets


def test_a_run_tells_where_its_stacks_ran(afar: Afar) -> None:
    """The record has the targets, and of the agent's machine what could make another run differ."""
    options = Options(1, 10, targets=afar.targets, agent=afar.agent)
    choice = select("smoke", [], [], NAMES[0], seed=1, options=options)
    run = choice.new_run({"cpu": "here", "server cores": "0"}, with_agent(afar))
    assert [stack.name for stack in run.stacks] == list(NAMES)
    assert run.environment["cpu"] == "here"
    assert run.environment["server cores"] == "elsewhere"
    assert {"server's cpu", "server's cores", "server's python", "server's code"} <= run.environment.keys()
    unmetered = choice.new_run({}, RemoteSite(afar.targets))
    assert unmetered.stacks[0].command == f"started elsewhere, answers at {afar.targets[NAMES[0]]}"
    assert set(unmetered.environment) == {"server cores", "targets"}
