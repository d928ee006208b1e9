"""`lab agent`, as a person or a script runs it."""

import signal
from pathlib import Path

import psutil

from lab.remote.agent_client import AgentClient
from tests.live.processes import LabProcess, lab
from tests.live.test_serve import announced, ended

GIVEN = "from-the-environment"
AGENT = ("agent", "uvicorn/asgi", "--json", "--port", "0", "--first-port", "0")


def token(text: str) -> dict[str, str]:
    """Return the environment that gives the agent its token."""
    return {"LAB_AGENT_TOKEN": text}


def started(process: LabProcess) -> tuple[int, dict[str, str]]:
    """Wait for what is announced: the pid of the one stack, and what is said of the agent."""
    row, agent = announced(process, 2)
    return int(str(row["pid"])), {name: str(value) for name, value in agent.items()}


def test_it_serves_answers_and_ends_with_all_it_started(tmp_path: Path) -> None:
    """A made-up token opens it; Ctrl-C ends the agent and its stacks, with exit code 0 and without a warning."""
    with lab(tmp_path, *AGENT, env=token("")) as process:
        pid, agent = started(process)
        assert AgentClient(agent["agent"], agent["token"]).clocks().stacks["uvicorn/asgi"].cpu_s[pid] > 0
        process.process.send_signal(signal.SIGINT)
        assert process.end() == 0
        assert ended([pid])
        assert process.says == ""


def test_killed_it_leaves_nothing_and_a_given_token_is_never_told(tmp_path: Path) -> None:
    """The token of the environment opens it and isn't printed; even SIGKILL ends the stacks."""
    with lab(tmp_path, *AGENT, env=token(GIVEN)) as process:
        pid, agent = started(process)
        assert "token" not in agent
        assert AgentClient(agent["agent"], GIVEN).clocks().stacks["uvicorn/asgi"].alive
        assert psutil.pid_exists(pid)
        process.process.kill()
        assert ended([pid])
