"""The load generator, driven for real against a server that does nothing else."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from lab.errors import LabError
from lab.judge.reading import target_of
from lab.measure import load_generator as loads
from lab.measure.load_generator import Generator, Load, LoadFailed, LoadSpec, WorkersMissing, generator
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, free_port, serving
from lab.measure.site import LocalSite
from lab.measure.window_usage import usage_by_second
from lab.servers import Settings
from lab.stacks import find
from records.load import Window, WorkersArrived
from records.run import LoadWorkersRecord

URLS = ("http://127.0.0.1:8001", "http://127.0.0.1:8002")


@pytest.fixture(scope="module")
def server(reaper: Reaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Serve what is loaded."""
    log_path = tmp_path_factory.mktemp("logs") / "server.log"
    with serving(find("uvicorn/asgi"), Settings(), reaper, log_path=log_path) as server:
        server.wait_until_ready()
        yield server


def test_by_hand_command_needs_nothing_of_the_lab() -> None:
    """What is told for repeating by hand is locust's own command line."""
    command = str(LoadSpec("slow-io", 50, 3.0, URLS[:1], seed=7, warm_up_s=10.0).by_hand())
    assert "-m locust -f " in command
    assert command.endswith(
        f"--host {URLS[0]} --scenario slow-io --level 50 --window 3 --warm-up 10 --seed 7 --result load.json"
    )


def test_targets_that_take_turns_are_all_named() -> None:
    """One load goes to several servers, the first of which is locust's host."""
    command = str(LoadSpec("baseline", 500, 3.0, URLS).by_hand())
    assert f"--host {URLS[0]} " in command
    assert f"--targets {URLS[0]},{URLS[1]} " in command


def test_several_processes_are_locusts_own() -> None:
    """More than one process is asked for by locust's own argument, one isn't."""
    assert "--processes 3" in str(LoadSpec("baseline", 500, 3.0, URLS[:1], processes=3).by_hand())
    assert "--processes" not in str(LoadSpec("baseline", 500, 3.0, URLS[:1]).by_hand())


def test_steady_load_sends_what_it_promises(
    load: Generator, server: Serving, reaper: Reaper, tmp_path: Path
) -> None:
    """Of an open loop of 500 a second 400 are due in ten turns of 80 ms; each is answered, or known not to be."""
    with load.loading(LoadSpec("baseline", 500, 1.0, (server.url,)), tmp_path / "trial") as locust:
        window = locust.window(server.check_alive)
        read = LocalSite(reaper).meter([server], locust.pid)
        usage = usage_by_second(read, server.check_whole, window)
        report = locust.report()
    flow = target_of(report).flows["traffic"]
    assert (report.opened_at, report.closed_at) == (window.opens_at, window.closes_at)
    assert (flow.due, flow.errors) == (400, {})
    assert flow.answers + flow.censored >= flow.due
    assert sum(second.answers for second in flow.seconds) == flow.answers
    assert [(second.server or 0) > 0 for second in usage] == [True]
    assert [second.generator > 0 for second in usage] == [True]


def failing(load: Generator, spec: LoadSpec, stem: Path) -> LoadFailed:
    """Return how a load fails."""
    with load.loading(spec, stem) as locust, pytest.raises(LoadFailed) as failure:
        locust.window(lambda: None)
    return failure.value


def test_locust_that_will_not_start_is_told_with_its_log(load: Generator, tmp_path: Path) -> None:
    """A load that locust refuses is a failure with what locust said."""
    failure = failing(load, LoadSpec("baseline", 7, 1.0, ("http://127.0.0.1:9",)), tmp_path / "trial")
    assert str(failure) == "The load generator ended before it had measured."
    assert "baseline has no level 7: choose one of 500" in "\n".join(failure.log)


@pytest.fixture
def at_work(load: Generator, server: Serving, tmp_path: Path) -> Iterator[Load]:
    """Give a locust whose window of half a second has been announced."""
    with load.loading(LoadSpec("baseline", 500, 0.5, (server.url,)), tmp_path / "trial") as locust:
        locust.window(server.check_alive)
        yield locust


def killed(locust: Load) -> None:
    """Kill it."""
    os.kill(locust.pid, signal.SIGKILL)


def frozen(locust: Load) -> None:
    """Stop it without ending it."""
    os.kill(locust.pid, signal.SIGSTOP)


def babbling(locust: Load) -> None:
    """Let its result be cut short."""
    locust.result.write_text('{"opened_at": 1.0, "clo')


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (killed, "The load generator ended before it had measured."),
        (frozen, "The load generator reported nothing within 1 s of its window."),
        (babbling, "The load generator wrote no result that can be read (Input data was truncated)."),
    ],
)
def test_locust_that_fails_in_its_window_is_told(
    at_work: Load, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Load], None], says: str
) -> None:
    """A load without a result is a failure, whichever way it came to that."""
    monkeypatch.setattr(loads, "REPORTS_WITHIN_S", 1.0)
    fault(at_work)
    with pytest.raises(LoadFailed) as failure:
        at_work.report()
    assert str(failure.value) == says


def test_locust_without_a_place_for_its_result_says_why(
    at_work: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure's log has what locust said about it."""
    monkeypatch.setattr(loads, "REPORTS_WITHIN_S", 1.0)
    at_work.result.with_name(at_work.result.name + ".partial").mkdir()
    with pytest.raises(LoadFailed) as failure:
        at_work.report()
    assert "IsADirectoryError" in "\n".join(failure.value.log)


def test_frozen_locust_ends_with_its_trial(load: Generator, tmp_path: Path) -> None:
    """A locust that answers to nothing is gone when its trial is over."""
    spec = LoadSpec("baseline", 500, 0.5, ("http://127.0.0.1:9",))
    with load.loading(spec, tmp_path / "trial") as locust:
        process = psutil.Process(locust.pid)
        process.suspend()
    process.wait(timeout=15)
    assert not process.is_running()


def test_lost_fork_server_ends_the_run(reaper: Reaper, tmp_path: Path) -> None:
    """When no locust can be started any more that isn't the fault of a trial: everything ends, in one sentence."""
    others = set(psutil.Process().children())
    with generator(reaper, [], tmp_path) as load:
        (starter,) = set(psutil.Process().children()) - others
        starter.kill()
        spec = LoadSpec("baseline", 500, 0.5, ("http://127.0.0.1:9",))
        with pytest.raises(LabError, match="can't be started any more: its fork server ended") as error:
            load.loading(spec, tmp_path / "trial").__enter__()
    assert not isinstance(error.value, LoadFailed)


def test_nothing_of_an_earlier_locust_is_told(load: Generator, tmp_path: Path) -> None:
    """A trial that is made again, after a run was resumed, has a log of its own."""
    (tmp_path / "trial.load.log").write_text("said by another")
    failure = failing(load, LoadSpec("baseline", 7, 1.0, ("http://127.0.0.1:9",)), tmp_path / "trial")
    assert "said by another" not in failure.log


def test_a_load_of_other_machines_waits_for_its_workers() -> None:
    """By hand it is locust's own master: where it listens, and for how many it waits."""
    load_workers = LoadWorkersRecord("10.0.0.1", 5557, 2, 60.0)
    spec = LoadSpec("slow-io", 10, 1.0, URLS[:1], processes=3, load_workers=load_workers)
    command = str(spec.by_hand())
    assert "--master --master-bind-host 10.0.0.1 --master-bind-port 5557 --expect-workers 2" in command
    assert "--processes" not in command


def test_workers_that_do_not_come_end_the_wait_in_one_sentence(load: Generator, tmp_path: Path) -> None:
    """Nobody is waited for longer than was said, and what to do is told."""
    load_workers = LoadWorkersRecord("127.0.0.1", free_port(), 2, within_s=0.2)
    spec = LoadSpec("slow-io", 1, 0.5, ("http://127.0.0.1:9",), load_workers=load_workers)
    with load.loading(spec, tmp_path / "trial") as locust, pytest.raises(WorkersMissing) as missing:
        locust.gather(load_workers, lambda: None, lambda _: None)
    assert str(missing.value) == (
        "0 of 2 load workers came within 0.2 s: start them on the other machines with "
        f"lab load-worker --master HOST --port {load_workers.port}, HOST being this one."
    )


def test_who_is_waited_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is announced while others are missing is said, and the window is read behind it."""
    monkeypatch.setattr(loads, "QUIET_S", 0.0)
    fifo, said = tmp_path / "fifo", list[str]()
    os.mkfifo(fifo)
    handle = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    window = Window(1.0, 3.0, 4)
    os.write(handle, msgspec.json.Encoder().encode_lines([WorkersArrived(1), WorkersArrived(2), window]))
    locust = Load(os.getpid(), handle, tmp_path / "trial")
    locust.gather(LoadWorkersRecord("10.0.0.1", 5557, 2, 60.0), lambda: None, said.append)
    assert said == ["load workers: 1 of 2 at 10.0.0.1:5557, waiting for the others"]
    assert locust.window(lambda: None) == window
    os.close(handle)
