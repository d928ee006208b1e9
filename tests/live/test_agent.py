"""`lab agent`, as a person or a script runs it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from lab.remote.agent_client import AgentClient
from tests.live.test_serve import ended

WITHIN_S = 20
AGENT = "import typer; from lab.commands.agent import agent; from lab.signals import stoppable\n"
QUICK = f"{AGENT}with stoppable(): typer.run(agent)"  # the verb alone: it starts two seconds sooner
GIVEN = "from-the-environment"


@contextmanager
def lab_agent(*arguments: str, token: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run `lab agent --json` at free ports and end it."""
    command = [sys.executable, "-c", QUICK, "--json", "--port", "0", "--first-port", "0", *arguments]
    process = subprocess.Popen(
        command,
        env={**os.environ, "LAB_AGENT_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def announced(process: subprocess.Popen[str]) -> tuple[int, dict[str, str]]:
    """Read the pid of the one stack and what is said of the agent."""
    assert process.stdout is not None
    row, agent = (json.loads(process.stdout.readline()) for _ in range(2))
    return row["pid"], agent


def test_it_serves_answers_and_ends_with_all_it_started() -> None:
    """A made-up token opens it; Ctrl-C ends the agent and its stacks, with exit code 0 and without a warning."""
    with lab_agent("uvicorn/asgi") as process:
        pid, agent = announced(process)
        assert AgentClient(agent["agent"], agent["token"]).clocks().stacks["uvicorn/asgi"].cpu_s[pid] > 0
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0
        assert ended([pid])
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_killed_it_leaves_nothing_and_a_given_token_is_never_told() -> None:
    """The token of the environment opens it and isn't printed; even SIGKILL ends the stacks."""
    with lab_agent("uvicorn/asgi", token=GIVEN) as process:
        pid, agent = announced(process)
        assert "token" not in agent
        assert AgentClient(agent["agent"], GIVEN).clocks().stacks["uvicorn/asgi"].alive
        assert psutil.pid_exists(pid)
        process.kill()
        assert ended([pid])
