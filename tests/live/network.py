"""A network of its own for a test: hosts that are network namespaces, on one bridge."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

NEEDED = "LAB_NEEDS_NETWORKS"  # set where a missing network is a failure, not a skip
ENDED_WITHIN_S = 10


class NoNetwork(Exception):
    """Networks can't be made here."""


def ip(*arguments: str) -> str:
    """Run `ip`; raises NoNetwork with what it says."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNetwork(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


class Host:
    """A host on the network."""

    def __init__(self, namespace: str, address: str) -> None:
        self.namespace = namespace
        self.address = address

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs another there."""
        return ["ip", "netns", "exec", self.namespace, *arguments]

    def pids(self) -> list[str]:
        """Return who still runs there."""
        return ip("netns", "pids", self.namespace).split()


@contextmanager
def network(*names: str) -> Iterator[Mapping[str, Host]]:
    """Make hosts that reach each other and nobody else; on leaving whatever still runs there is ended."""
    prefix = f"lab{os.getpid()}"
    hub, hosts = f"{prefix}-hub", {n: Host(f"{prefix}-{n}", f"10.77.0.{i + 1}") for i, n in enumerate(names)}
    try:
        ip("netns", "add", hub)
        ip("-n", hub, "link", "add", "bridge", "type", "bridge")
        ip("-n", hub, "link", "set", "bridge", "up")
        for name, host in hosts.items():
            join(hub, name, host)
        yield hosts
    finally:
        for host in hosts.values():
            remove(host)
        subprocess.run(["ip", "netns", "del", hub], capture_output=True, check=False)


def join(hub: str, name: str, host: Host) -> None:
    """Make a host and plug it in."""
    ip("netns", "add", host.namespace)
    peer = ("peer", "name", "net", "netns", host.namespace)
    ip("-n", hub, "link", "add", f"to-{name}", "type", "veth", *peer)
    ip("-n", hub, "link", "set", f"to-{name}", "master", "bridge", "up")
    ip("-n", host.namespace, "addr", "add", f"{host.address}/24", "dev", "net")
    for device in ("lo", "net"):
        ip("-n", host.namespace, "link", "set", device, "up")


def remove(host: Host) -> None:
    """Wait until nobody runs on a host any more, end those who do at the deadline, and take it away."""
    try:
        deadline = time.monotonic() + ENDED_WITHIN_S
        while (left := host.pids()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
            os.kill(int(pid), 9)
        ip("netns", "del", host.namespace)
    except (NoNetwork, ProcessLookupError):
        return


def why_not() -> str:
    """Return why no networks can be made here, nothing when they can."""
    if shutil.which("ip") is None:
        return "`ip` is missing: install iproute2"
    if os.geteuid() != 0:
        return "network namespaces need root"
    try:
        with network("probe"):
            return ""
    except NoNetwork as reason:
        return str(reason)


def skip_without_networks() -> None:
    """Skip, saying why, where no networks can be made; where they are needed that is a failure."""
    if reason := why_not():
        if os.environ.get(NEEDED):
            pytest.fail(reason)
        pytest.skip(reason)
