"""A master, two load workers and the servers, each in a network namespace: what stands in for four machines."""

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

from lab.saved_runs.folder import read
from records.load import LoadReading
from records.run import Trial
from tests.live.network import Host, network, skip_without_networks

WITHIN_S = 60
TOKEN = {"LAB_AGENT_TOKEN": "between-namespaces"}
VERBS = "import typer; from lab.commands import agent, load_worker; from lab.signals import stoppable\n"
QUICK = VERBS + "with stoppable(): typer.run({})"  # one verb alone: it starts two seconds sooner
HOSTS = ("master", "one", "two", "servers")
STACKS = ("uvicorn/asgi", "gunicorn-gthread/wsgi")


@dataclass(frozen=True)
class Machines:
    """Four hosts: an agent runs on the last, load workers on the two before it."""

    hosts: Mapping[str, Host]
    workers: Mapping[str, subprocess.Popen[bytes]]
    folder: Path

    def said(self, host: str) -> str:
        """Return what was said on a host so far."""
        return (self.folder / host).read_text()

    def locust(self, worker: str) -> psutil.Process:
        """Return the locust that works for a load worker just now."""
        tree = psutil.Process(self.workers[worker].pid).children(recursive=True)
        starter = next(each for each in tree if "loadtests.forkserver" in each.cmdline())
        return starter.children()[0]


def wait_until(seen: Callable[[], object], process: subprocess.Popen[bytes], said: Callable[[], str]) -> None:
    """Wait until something is seen; it fails when the process ends before, or at the deadline."""
    deadline = time.monotonic() + WITHIN_S
    while not seen():
        assert process.poll() is None, said()
        assert time.monotonic() < deadline, said()
        time.sleep(0.02)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Start an agent with two stacks on one host, and a load worker on two."""
    skip_without_networks()
    folder = tmp_path_factory.mktemp("machines")
    with network(*HOSTS) as hosts, ExitStack() as running:

        def start(host: str, verb: str, *arguments: str) -> subprocess.Popen[bytes]:
            command = hosts[host].command(sys.executable, "-c", QUICK.format(verb), *arguments)
            with (folder / host).open("wb") as log:
                process = subprocess.Popen(command, env=os.environ | TOKEN, stdout=log, stderr=log)
            running.callback(process.wait, WITHIN_S)
            running.callback(process.send_signal, signal.SIGINT)
            return process

        agent = start("servers", "agent.agent", *STACKS, "--host", hosts["servers"].address, "--json")
        to_master = ["load_worker.load_worker", "--master", hosts["master"].address]
        made = Machines(hosts, {name: start(name, *to_master) for name in ("one", "two")}, folder)
        wait_until(lambda: '"agent"' in made.said("servers"), agent, lambda: made.said("servers"))
        yield made


@pytest.fixture(scope="module")
def out(machines: Machines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure slow-io on both stacks, and kill the second host's locust midway in the first trial."""
    out, master = tmp_path_factory.mktemp("results"), machines.hosts["master"]
    what = ["--profile", "smoke", "--scenario", "slow-io", "--out", str(out)]
    there = ["--agent", f"http://{machines.hosts['servers'].address}:8900"]
    leads = ["--load-master", "--load-host", master.address, "--expect-workers", "2"]
    command = master.command(sys.executable, "-m", "lab", "compare", *what, *there, *leads)
    with (machines.folder / "master").open("wb") as log:
        lab = subprocess.Popen(command, env=os.environ | TOKEN, stdout=log, stderr=log)
    results = out / "latest" / "results.json"
    try:
        wait_until(lambda: machines.said("two").count("measuring"), lab, lambda: machines.said("master"))
        machines.locust("two").kill()
        wait_until(
            lambda: results.exists() and read(results).run.finished, lab, lambda: machines.said("master")
        )
    finally:
        lab.send_signal(signal.SIGTERM)
        lab.wait(WITHIN_S)
    return out


@pytest.fixture
def trials(out: Path) -> list[Trial]:
    """Return the trials in their order."""
    return read(out / "latest").trials


def parts(out: Path, trial: Trial) -> list[int]:
    """Return how many answers each worker told of a trial."""
    name = f"slow-io-10-1.{trial.stack.replace('/', '+')}.load.json"
    told = msgspec.json.decode((out / "latest" / "logs" / name).read_bytes(), type=LoadReading)
    return [targets[0].flows["traffic"].answers for targets in told.parts]


def test_a_worker_that_dies_midway_is_a_doubt(out: Path, trials: list[Trial]) -> None:
    """The trial keeps the other's part under a doubt that discards every figure."""
    trial = trials[0]
    lost = next(doubt for doubt in trial.doubts if doubt.name == "worker-lost")
    assert (lost.says, lost.discards, lost.figures) == (
        "1 of 2 load workers were lost before they had told their part",
        True,
        [],
    )
    assert (trial.status, trial.figures["load_workers"]) == ("ok", 1)
    assert parts(out, trial) == [trial.figures["answers"]]


def test_workers_of_two_hosts_load_the_servers_of_a_third(
    machines: Machines, out: Path, trials: list[Trial]
) -> None:
    """Both have their part, though one was killed in the trial before; counts add up, and CPU comes by the agent."""
    trial = trials[1]
    answers = parts(out, trial)
    assert (trial.status, trial.figures["load_workers"], trial.figures["errors"]) == ("ok", 2, 0)
    assert [count > 0 for count in answers] == [True, True]
    assert sum(answers) == trial.figures["answers"]
    assert trial.figures["cpu_us_per_request"] > 1
    assert trial.figures["memory_mib"] > 1
    assert "worker-lost" not in {doubt.name for doubt in trial.doubts}
    assert [machines.said(worker).count("slow-io@10: 5 users") for worker in ("one", "two")] == [2, 2]


def test_machines_warn_of_where_they_listen(machines: Machines, out: Path) -> None:
    """Agent and master listen where others reach them, and say so once."""
    assert out.exists()
    assert [machines.said(host).count("Warning: ") for host in ("servers", "master")] == [1, 1]
