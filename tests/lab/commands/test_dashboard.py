"""What the dashboard's parts are told by the lab; tests/live runs it."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from lab.commands import dashboard
from lab.commands.dashboard import Judging
from lab.errors import LabError
from lab.measure.dashboard_locust import PageAddress, check_alive
from lab.measure.served_stacks import ServedStacks
from lab.measure.server_process import Serving
from lab.saved_runs.folder import read
from lab.servers import Settings
from lab.stacks import Command, find
from lab.tell.charts.palette import looks
from records.dashboard import AgentAddress, DashboardSetup, RecordedLoad
from records.load import TargetReading
from tests.lab import runs

STACKS = ("gunicorn-sync/wsgi", "uvicorn/asgi", "uvicorn/wsgi-bridged")


def served() -> ServedStacks:
    """Return a fleet whose servers nobody started."""
    process = cast("subprocess.Popen[bytes]", None)
    servers = {
        name: Serving(find(name), 9000 + number, Command(()), process, None)
        for number, name in enumerate(STACKS)
    }
    return cast("ServedStacks", SimpleNamespace(servers=servers))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8100"),
        ("localhost", "http://localhost:8100"),
        ("0.0.0.0", "http://127.0.0.1:8100"),  # noqa: S104 - told, not bound
        ("", "http://127.0.0.1:8100"),
        ("192.0.2.1", "http://192.0.2.1:8100"),
        ("::1", "http://[::1]:8100"),
        ("::", "http://[::1]:8100"),
    ],
)
def test_place_names_an_address_that_can_be_opened(host: str, url: str) -> None:
    """Where it listens everywhere loopback is told; an IPv6 address stands in brackets (RFC 3986)."""
    assert PageAddress(host, 8100).url == url


def test_locust_reads_the_setup(tmp_path: Path) -> None:
    """Names, addresses, slots, colours and dashes arrive in the order of the stacks, with the agent."""
    path = tmp_path / "setup.json"
    path.write_bytes(
        msgspec.json.encode(dashboard.setup_of(served(), Settings(threads=4), "http://127.0.0.1:1", "secret"))
    )
    setup = msgspec.json.decode(path.read_bytes(), type=DashboardSetup)
    assert [entry.name for entry in setup.stacks] == list(STACKS)
    assert [entry.url for entry in setup.stacks] == [f"http://127.0.0.1:{9000 + n}" for n in range(3)]
    assert [entry.slots["interface"] for entry in setup.stacks] == [1, None, 4]
    drawn = looks(runs.stack(name) for name in STACKS)
    assert [(entry.colour, entry.dash) for entry in setup.stacks] == [
        (look.colour, look.dash) for look in drawn.values()
    ]
    assert setup.agent == AgentAddress("http://127.0.0.1:1", "secret")


def test_locust_that_said_nothing_is_told(tmp_path: Path) -> None:
    """A log that was never written doesn't hide the end."""
    ended = cast("subprocess.Popen[bytes]", SimpleNamespace(poll=lambda: -9))
    with pytest.raises(LabError, match=r"^Locust ended by itself with exit code -9: it said nothing\.$"):
        check_alive(ended, tmp_path / "locust.log")


def test_locusts_last_line_says_why(tmp_path: Path) -> None:
    """What it said last is in the sentence."""
    log_path = tmp_path / "locust.log"
    log_path.write_text("first\nlast\n")
    ended = cast("subprocess.Popen[bytes]", SimpleNamespace(poll=lambda: 1))
    with pytest.raises(LabError, match=r"with exit code 1: last$"):
        check_alive(ended, log_path)


def test_record_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """What isn't a record is refused in a sentence."""
    judging = Judging([find(name) for name in STACKS], Settings(), tmp_path)
    with pytest.raises(LabError, match=r"^That isn't a record of a load: "):
        judging.results({}, b"{}")


@pytest.fixture
def record() -> bytes:
    """Return the record of a load in which nobody was asked."""
    nothing = {name: TargetReading({}) for name in STACKS}
    return msgspec.json.encode(
        RecordedLoad("starvation", 100.0, 104.0, 10.0, dict.fromkeys(STACKS, 0), nothing, [])
    )


def test_results_are_kept_where_runs_are(tmp_path: Path, record: bytes) -> None:
    """What is downloaded is in a folder of its own, too, for `lab report` and `lab diff`."""
    results = Judging([find(name) for name in STACKS], Settings(), tmp_path).results({}, record)
    (folder,) = tmp_path.iterdir()
    run = read(folder)
    assert ((folder / "results.json").read_bytes(), folder.name) == (results, run.run.id)
    assert [stack.name for stack in run.stacks] == list(STACKS)


def test_results_that_cannot_be_kept_are_told(tmp_path: Path, record: bytes) -> None:
    """Where --out can't hold a run it says why."""
    out = tmp_path / "file"
    out.touch()
    with pytest.raises(LabError, match=rf"^Can't keep the run in {out}/live-.*: Not a directory\.$"):
        Judging([find(name) for name in STACKS], Settings(), out).results({}, record)
