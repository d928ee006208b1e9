"""Several stacks served at once, each of which can be ended and started again at its port."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lab.errors import unknown
from lab.measure.reaper import Reaper
from lab.measure.server_process import Serving, serving
from lab.servers import Settings
from lab.stacks import Stack

GRACE_S = 1.0


class ServedStacks:
    """What is served, by the names of stacks, in their order."""

    def __init__(self, settings: Settings, reaper: Reaper, logs: Path) -> None:
        self._settings = settings
        self._reaper = reaper
        self._logs = logs
        self._running: dict[str, tuple[Serving, ExitStack]] = {}

    @property
    def servers(self) -> Mapping[str, Serving]:
        """The servers by the names of their stacks."""
        return {name: server for name, (server, _) in self._running.items()}

    def start(self, stack: Stack, port: int = 0) -> Serving:
        """Start a stack without waiting for it; port 0 takes a free one."""
        running = ExitStack()
        log_path = self._logs / f"{stack.name.replace('/', '-')}.log"
        server = running.enter_context(
            serving(stack, self._settings, self._reaper, port=port, log_path=log_path, grace_s=GRACE_S)
        )
        self._running[stack.name] = (server, running)
        return server

    def restart(self, name: str) -> Serving:
        """End a stack and start it again at its port; raises UsageError for one that isn't served."""
        if name not in self._running:
            raise unknown("served stack", name, self._running)
        server, running = self._running[name]
        running.close()
        again = self.start(server.stack, server.port)
        again.wait_until_ready()
        return again

    def close(self) -> None:
        """End all of them, asking each before any is waited for."""
        for server, _ in self._running.values():
            server.process.terminate()
        for _, running in self._running.values():
            running.close()
        self._running.clear()


@contextmanager
def serving_stacks(
    stacks: Sequence[Stack], settings: Settings, reaper: Reaper, logs: Path, port: int = 0
) -> Iterator[ServedStacks]:
    """Serve stacks at consecutive ports, at free ones for port 0, and wait until each answers."""
    served = ServedStacks(settings, reaper, logs)
    try:
        for place, stack in enumerate(stacks):
            served.start(stack, port and port + place)
        for server in served.servers.values():
            server.wait_until_ready()
        yield served
    finally:
        served.close()
