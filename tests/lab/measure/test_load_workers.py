"""Load workers that nobody leads."""

from pathlib import Path

import psutil
import pytest

from lab.measure.load_generator import Generator
from lab.measure.load_workers import Master, MasterGone, follow, started_workers
from lab.measure.server_process import free_port
from lab.servers import HOST


def test_workers_wait_for_a_master_no_longer_than_they_said(load: Generator, tmp_path: Path) -> None:
    """It ends in one sentence, and no locust is left."""
    master = Master(HOST, free_port(), patience_s=0.2)
    with started_workers(load, master, tmp_path, 2) as workers:
        with pytest.raises(MasterGone, match=f"^No master answered at {HOST}:{master.port} for 0.2 s"):
            follow(workers, master, lambda _: None)
        left = [psutil.Process(worker.pid) for worker in workers]
    assert psutil.wait_procs(left, timeout=10)[1] == []


def test_a_worker_that_has_ended_is_started_again(load: Generator, tmp_path: Path) -> None:
    """After each load, and after it was killed, another takes its place."""
    master = Master(HOST, free_port(), patience_s=0.3)
    with started_workers(load, master, tmp_path, 1) as (worker,):
        first = psutil.Process(worker.pid)
        first.kill()
        first.wait(10)
        with pytest.raises(MasterGone):
            follow([worker], master, lambda _: None)
        assert worker.pid != first.pid
        assert worker.lives


def test_what_a_worker_does_is_told_once(load: Generator, tmp_path: Path) -> None:
    """That it has connected is no news; what it loads is, and only the first time it is asked for."""
    with started_workers(load, Master(HOST, free_port(), patience_s=1.0), tmp_path, 1) as (worker,):
        assert not worker.connected
        with (tmp_path / "0.told").open("a") as told:
            told.write("connected\nslow-io@10: 5 users\n")
        assert worker.connected
        assert [worker.news(), worker.news()] == [["slow-io@10: 5 users"], []]


def test_a_master_that_has_gone_is_no_error(load: Generator, tmp_path: Path) -> None:
    """When a run is over its workers end after a while, saying why."""
    master, said = Master(HOST, free_port(), patience_s=0.2), list[str]()
    with started_workers(load, master, tmp_path, 1) as (worker,):
        (tmp_path / "0.told").write_text("connected\n")
        psutil.Process(worker.pid).kill()
        follow([worker], master, said.append)
    assert said == [f"no master at {HOST}:{master.port} for 0.2 s: nothing is left to do"]
