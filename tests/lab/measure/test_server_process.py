"""Processes with a deadline, a log and an end."""

import os
import socket
import sys
from pathlib import Path

import psutil
import pytest

from lab.measure.reaper import TOKEN, Reaper
from lab.measure.server_process import (
    ServerFailed,
    Serving,
    free_port,
    last_lines,
    pinned,
    serving,
    start_process,
)
from lab.servers import HOST, Settings
from lab.stacks import Command, find

PARENT_AND_CHILD = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, flush=True); time.sleep(600)"
)
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(600)"
)


def python(code: str) -> Command:
    """Return a command that runs Python code."""
    return Command((sys.executable, "-c", code))


def said(log: Path) -> str:
    """Wait for the first line of a log."""
    while not log.exists() or "\n" not in log.read_text():
        pass
    return log.read_text().strip()


def test_leaving_ends_children_of_the_child(reaper: Reaper, tmp_path: Path) -> None:
    """The whole process group ends, not only the process that was started."""
    with start_process(python(PARENT_AND_CHILD), reaper, tmp_path / "log"):
        grandchild = psutil.Process(int(said(tmp_path / "log")))
    grandchild.wait(timeout=10)
    assert not grandchild.is_running()


def test_leaving_ends_a_process_that_ignores_sigterm(reaper: Reaper, tmp_path: Path) -> None:
    """A process that won't end by itself is killed after its time of grace."""
    with start_process(python(DEAF), reaper, tmp_path / "log", grace_s=0.1) as process:
        said(tmp_path / "log")
    assert process.returncode == -9


def test_leaving_by_an_exception_ends_the_process(reaper: Reaper) -> None:
    """Whatever happens inside, the process ends."""
    with (
        pytest.raises(RuntimeError),
        start_process(python("import time; time.sleep(600)"), reaper) as process,
    ):
        raise RuntimeError
    assert process.returncode is not None


def test_children_carry_the_token_of_the_reaper(reaper: Reaper, tmp_path: Path) -> None:
    """A child can be found by what it inherited."""
    with start_process(python(DEAF), reaper, tmp_path / "log") as process:
        said(tmp_path / "log")  # until it runs there is no environment to be read
        assert psutil.Process(process.pid).environ()[TOKEN] == reaper.token


def test_children_inherit_no_settings_of_servers_or_locust(
    reaper: Reaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that would change what is measured are kept from children."""
    for name in ("LOCUST_USERS", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", "UVICORN_WORKERS"):
        monkeypatch.setenv(name, "7")
    names = ("LOCUST", "WEB_", "GUNICORN", "UVICORN")
    assert [name for name in reaper.env if name.startswith(names)] == []


def serving_that(code: str, reaper: Reaper, log: Path) -> tuple[str, list[str]]:
    """Wait for a made-up server that runs `code`; return how it failed."""
    stack, command = find("uvicorn/asgi"), python(code)
    with start_process(command, reaper, log) as process:
        server = Serving(stack, free_port(), command, process, log)
        with pytest.raises(ServerFailed) as failure:
            server.wait_until_ready(within_s=1)
    return str(failure.value), failure.value.log


def test_server_that_will_not_start_is_told_with_its_log(reaper: Reaper, tmp_path: Path) -> None:
    """A server that ends before it answers is a failure with its last words."""
    says, log = serving_that("import sys; print('no such app'); sys.exit(3)", reaper, tmp_path / "log")
    assert (says, log) == ("uvicorn/asgi ended by itself with exit code 3.", ["no such app"])


def test_server_that_never_answers_is_given_up(reaper: Reaper, tmp_path: Path) -> None:
    """A server that stays silent is a failure at the deadline."""
    says, _ = serving_that("import time; time.sleep(600)", reaper, tmp_path / "log")
    assert says == "uvicorn/asgi gave no answer within 1 s of its start."


ACCEPTS_AND_SAYS_NOTHING = (
    "import socket, sys, time;"
    "server = socket.create_server(('127.0.0.1', int(sys.argv[1])));"
    "held = [server.accept() for _ in range(1000)]"
)


def test_server_that_accepts_and_says_nothing_is_given_up(reaper: Reaper, tmp_path: Path) -> None:
    """A connection is no answer: such a server is a failure at the deadline too."""
    port = free_port()
    command = Command((sys.executable, "-c", ACCEPTS_AND_SAYS_NOTHING, str(port)))
    with start_process(command, reaper, tmp_path / "log") as process:
        server = Serving(find("uvicorn/asgi"), port, command, process, tmp_path / "log")
        with pytest.raises(ServerFailed, match="uvicorn/asgi gave no answer within 1 s of its start"):
            server.wait_until_ready(within_s=1)


def test_taken_port_is_a_failure_with_its_reason(reaper: Reaper, tmp_path: Path) -> None:
    """A server that finds its port taken says so in the failure's log."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with (
            serving(find("uvicorn/asgi"), Settings(), reaper, port=port, log_path=tmp_path / "log") as server,
            pytest.raises(ServerFailed, match="uvicorn/asgi ended by itself with exit code 3") as failure,
        ):
            server.wait_until_ready()
    assert "address already in use" in "\n".join(failure.value.log)


def test_nothing_of_an_earlier_process_is_told(reaper: Reaper, tmp_path: Path) -> None:
    """A log holds what this process said, not one of the same name before it."""
    (tmp_path / "log").write_text("said by another\n")
    with start_process(python("print('said by me', flush=True)"), reaper, tmp_path / "log") as process:
        process.wait()
    assert last_lines(tmp_path / "log") == ["said by me"]


def test_pinned_command_says_so() -> None:
    """Holding a command to cores shows in the command that a person can repeat."""
    assert str(pinned(Command(("serve",)), [1, 2])) == "taskset --cpu-list 1,2 serve"


def test_no_cores_leave_the_command_alone() -> None:
    """Where cores are shared nothing is held to any."""
    assert pinned(Command(("serve",)), []) == Command(("serve",))


def test_last_lines_of_a_log(tmp_path: Path) -> None:
    """Only the end of a log is kept, and bytes that aren't text don't hurt."""
    (tmp_path / "log").write_bytes(b"one\ntwo\n\xffthree\n")
    assert last_lines(tmp_path / "log", 2) == ["two", "\N{REPLACEMENT CHARACTER}three"]
    assert last_lines(tmp_path / "missing") == []


def test_pinning_holds(reaper: Reaper, tmp_path: Path) -> None:
    """A pinned process runs on the cores it was given."""
    core = min(os.sched_getaffinity(0))
    command = pinned(python("import os; print(os.sched_getaffinity(0), flush=True)"), [core])
    with start_process(command, reaper, tmp_path / "log"):
        assert said(tmp_path / "log") == f"{{{core}}}"
