"""A master, two load workers and the servers, each in a network namespace: what stands in for four machines."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil
import pytest

from lab.judge.reading import LoadReading
from lab.run import Run, read
from tests.live.network import Host, network, skip_without_networks

WITHIN_S = 60
TOKEN = {"LAB_AGENT_TOKEN": "between-namespaces"}
QUICK = (
    "from lab.signals import stoppable; from lab.elsewhere import ELSEWHERE\nwith stoppable(): ELSEWHERE()"
)
HOSTS = ("master", "one", "two", "servers")


@dataclass(frozen=True)
class Machines:
    """Four hosts: an agent runs on the last, load workers on the two before it."""

    hosts: Mapping[str, Host]
    workers: Mapping[str, subprocess.Popen[bytes]]
    folder: Path

    def said(self, worker: str) -> str:
        """Return what a load worker has said so far."""
        return (self.folder / worker).read_text()

    def locust(self, worker: str) -> psutil.Process:
        """Return the locust that works for a load worker just now."""
        tree = psutil.Process(self.workers[worker].pid).children(recursive=True)
        starter = next(each for each in tree if "loadtests.forkserver" in each.cmdline())
        return starter.children()[0]

    def compared(self, out: Path, *arguments: str, meanwhile: Callable[[], None] = lambda: None) -> Run:
        """Let the master measure slow-io and return the run as soon as it is finished."""
        master = self.hosts["master"]
        leads = ["--load-master", "--load-host", master.address, "--expect-workers", "2"]
        what = ["--profile", "smoke", "--scenario", "slow-io", "--out", str(out)]
        command = master.command(sys.executable, "-m", "lab", "compare", *what, *leads, *arguments)
        said = self.folder / "master"
        with said.open("wb") as log:
            lab = subprocess.Popen(command, env=os.environ | TOKEN, stdout=log, stderr=log)
        try:
            meanwhile()
            results = out / "latest" / "results.json"
            wait_until(lambda: results.exists() and read(results).run.finished, lab, said)
            return read(results)
        finally:
            lab.send_signal(signal.SIGTERM)
            lab.wait(WITHIN_S)


def wait_until(seen: Callable[[], object], process: subprocess.Popen[bytes], said: Path) -> None:
    """Wait until something is seen; it fails when the process ends before, or at the deadline."""
    deadline = time.monotonic() + WITHIN_S
    while not seen():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.02)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Start an agent with a stack on one host, and a load worker on two."""
    skip_without_networks()
    folder = tmp_path_factory.mktemp("machines")
    with network(*HOSTS) as hosts, ExitStack() as running:

        def start(host: str, *arguments: str) -> subprocess.Popen[bytes]:
            command = hosts[host].command(sys.executable, "-c", QUICK, *arguments)
            with (folder / host).open("wb") as log:
                process = subprocess.Popen(command, env=os.environ | TOKEN, stdout=log, stderr=log)
            running.callback(process.wait, WITHIN_S)
            running.callback(process.send_signal, signal.SIGINT)
            return process

        bound = ["--host", hosts["servers"].address, "--json"]
        agent = start("servers", "agent", "uvicorn/asgi", *bound)
        to_master = ["load-worker", "--master", hosts["master"].address]
        workers = {name: start(name, *to_master) for name in ("one", "two")}
        wait_until(lambda: '"agent"' in (folder / "servers").read_text(), agent, folder / "servers")
        yield Machines(hosts, workers, folder)


def test_workers_of_two_hosts_load_the_servers_of_a_third(machines: Machines, tmp_path: Path) -> None:
    """Both have their part, the counts add up to the trial's, and the agent tells what the servers used."""
    run = machines.compared(tmp_path, "--agent", f"http://{machines.hosts['servers'].address}:8900")
    (trial,) = run.trials
    assert "worker-lost" not in {doubt.name for doubt in trial.doubts}
    assert (trial.status, trial.figures["load_workers"], trial.figures["errors"]) == ("ok", 2, 0)
    assert trial.figures["cpu_us_per_request"] > 1
    assert trial.figures["memory_mib"] > 1
    assert trial.figures["clock_error_ms"] < 100
    answers = [part[0].flows["traffic"].answers for part in load(tmp_path).parts]
    assert [count > 0 for count in answers] == [True, True]
    assert sum(answers) == trial.figures["answers"]
    assert [machines.said(worker).count("slow-io@10: 5 users") for worker in ("one", "two")] == [1, 1]


def test_a_worker_that_dies_midway_is_a_doubt(machines: Machines, tmp_path: Path) -> None:
    """The trial keeps the other's part under a doubt that discards it; without an agent nothing is said of CPU."""
    before = machines.said("two").count("measuring")

    def kill_one() -> None:
        process, log = machines.workers["two"], machines.folder / "two"
        wait_until(lambda: machines.said("two").count("measuring") > before, process, log)
        machines.locust("two").kill()

    target = f"uvicorn/asgi=http://{machines.hosts['servers'].address}:8000"
    run = machines.compared(tmp_path, "--target", target, meanwhile=kill_one)
    (trial,) = run.trials
    lost = next(doubt for doubt in trial.doubts if doubt.name == "worker-lost")
    assert (lost.says, lost.discards, lost.figures) == (
        "1 of 2 load workers were lost before they had told their part",
        True,
        [],
    )
    assert (trial.status, trial.figures["load_workers"], len(load(tmp_path).parts)) == ("ok", 1, 1)
    assert {"cpu_us_per_request", "cpu_cores", "memory_mib"} & trial.figures.keys() == set()
    assert machines.workers["two"].poll() is None


def load(out: Path) -> LoadReading:
    """Return what the load of a run's only trial brought in."""
    (result,) = (out / "latest" / "logs").glob("*.load.json")
    return msgspec.convert(json.loads(result.read_text()), LoadReading)
