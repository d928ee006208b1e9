"""SIGINT and SIGTERM to `lab compare` at distinct moments, and what is left then."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from lab.saved_runs.folder import read
from tests.live.processes import LAB, SHORT, LabProcess, lab, started

Moment = Callable[[LabProcess, Path], object]


def loading(process: LabProcess, _: Path) -> bool:
    """It has taken signals over, and imports the rest of itself."""
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def checking(process: LabProcess, _: Path) -> bool:
    """It holds the stack to the contract."""
    return "contract: uvicorn/asgi" in process.says


def starting(process: LabProcess, _: Path) -> bool:
    """It starts the server of a trial."""
    return "uvicorn/asgi slow-io@10" in process.says


def loaded(_: LabProcess, out: Path) -> bool:
    """A locust was started."""
    return any(out.glob("*/logs/*.fifo"))


def from_nothing(folder: Path, *arguments: str) -> AbstractContextManager[LabProcess]:
    """Start the lab command by a Python of its own, which has all of it to import."""
    return started([*LAB, *arguments], folder)


@pytest.mark.parametrize(
    ("moment", "signum", "exit_code"),
    [
        (loading, signal.SIGINT, 130),
        (loading, signal.SIGTERM, 143),
        (checking, signal.SIGINT, 130),
        (starting, signal.SIGTERM, 143),
        (loaded, signal.SIGINT, 130),
    ],
)
def test_signal_ends_the_lab_in_order(
    tmp_path: Path, moment: Moment, signum: signal.Signals, exit_code: int
) -> None:
    """Whenever it comes, the exit code is the signal's, the record is whole and no process is left."""
    out = tmp_path / "results"
    begin = from_nothing if moment is loading else lab
    with begin(tmp_path, *SHORT, "--out", str(out)) as process:
        process.wait_until(lambda: moment(process, out))
        process.process.send_signal(signum)
        assert process.end() == exit_code
        assert process.left_behind() == []
        assert "Traceback" not in process.says
    stopped = [read(folder).run.stopped for folder in out.glob("20*")]
    assert stopped == ([] if moment is loading else [signum.name])


@pytest.fixture
def unread() -> Iterator[int]:
    """Give a pipe that is full and that nobody reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"-" * 4096)
    os.set_blocking(writing, True)
    yield writing
    os.close(reading)
    os.close(writing)


def test_signal_while_it_tells_keeps_the_finished_run(tmp_path: Path, unread: int) -> None:
    """A lab that is stopped while it prints, to a reader who doesn't read, has kept everything."""
    with lab(tmp_path, *SHORT, "--out", str(tmp_path), stdout=unread) as process:
        process.wait_until((tmp_path / "latest" / "trials.csv").exists)
        process.process.send_signal(signal.SIGTERM)
        assert process.end() == 143
        assert process.left_behind() == []
    run = read(tmp_path / "latest")
    assert ([trial.status for trial in run.trials], run.run.finished is None) == (["ok"], False)
