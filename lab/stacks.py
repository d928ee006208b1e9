"""Apps, and the stacks that servers and apps make together."""

import importlib.util
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from lab.errors import unknown
from lab.servers import SERVERS, Server, Settings
from loadtests.scenarios import Waiting
from records.settings import BRIDGE_POOL
from records.types import Interface

COPY = "#2"
ASYNCIO_POOL = min(32, (os.cpu_count() or 1) + 4)  # concurrent.futures.ThreadPoolExecutor, max_workers


@dataclass(frozen=True)
class Command:
    """A command line with the environment variables that it needs."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the line as one would type it."""
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.env.items()]
        return " ".join([*variables, shlex.join(self.argv)])


@dataclass(frozen=True)
class App:
    """One of the callables: `interface` is how it is called, `speaks` what the code behind it speaks.

    Where these differ a `bridge` stands between them, of a kind in BRIDGES.
    """

    name: str
    interface: Interface
    speaks: Interface
    target: str
    bridge: str = ""

    @property
    def bridged(self) -> bool:
        """Whether a2wsgi stands between server and code."""
        return self.interface != self.speaks

    @property
    def form(self) -> str:
        """The name that it has in packages which hold every form of a pair of apps: `wsgi_app`, `wsgi_as_asgi`."""
        return (
            f"{self.speaks}_as_{self.interface}{BRIDGES[self.bridge]}"
            if self.bridged
            else f"{self.speaks}_app"
        )


@dataclass(frozen=True)
class Stack:
    """A server running an app; a `copy` is the same under another name, to be measured against itself."""

    server: Server
    app: App
    copy: bool = False

    @property
    def name(self) -> str:
        """The name everywhere: `uvicorn/asgi`."""
        return f"{self.original}{COPY if self.copy else ''}"

    @property
    def original(self) -> str:
        """The name without the mark of a copy."""
        return f"{self.server.name}/{self.app.name}"

    def command(self, port: int, settings: Settings) -> Command:
        """Return the command that serves this stack at a port of the settings' host."""
        arguments = self.server.arguments(self.app.target, port, settings)
        env = {BRIDGE_POOL: str(settings.threads)} if self._pooled else {}
        return Command((sys.executable, "-m", *arguments), env)

    def slots(self, settings: Settings, waiting: Waiting = "interface") -> int | None:
        """Return how many requests can wait at once in that way, `None` where nothing bounds them.

        What a client waits for holds up nobody else: what it sends meanwhile the kernel takes in.
        An app that speaks ASGI has one event loop in each worker: a blocking call holds all of it, and one that
        is offloaded a thread of asyncio's default pool.
        """
        if waiting == "client":
            return None
        server_slots = self._slots_of_server(settings)
        if waiting == "interface" or self.app.speaks == "wsgi":
            return server_slots
        loops = settings.workers if waiting == "blocking" else settings.workers * ASYNCIO_POOL
        return loops if server_slots is None else min(server_slots, loops)

    def slots_by_waiting(self, settings: Settings) -> dict[str, int | None]:
        """Return the slots for each way of waiting."""
        return {waiting: self.slots(settings, waiting) for waiting in get_args(Waiting)}

    def _slots_of_server(self, settings: Settings) -> int | None:
        if self._pooled or self.server.parallel == "thread":
            return settings.workers * settings.threads
        return settings.workers if self.server.parallel == "worker" else None

    def missing(self) -> str | None:
        """Return the reason why this stack can't run here, `None` when it can."""
        absent = [name for name in self.server.modules if not _installed(name)]
        if not absent:
            return None
        return f"{', '.join(absent)} not installed (`make servers` installs it)"

    def details(self, settings: Settings) -> dict[str, str]:
        """Return every setting that matters, by name."""
        pool = {"bridge pool": str(settings.threads)} if self._pooled else {}
        threads = {"threads": str(settings.threads)} if self.server.parallel == "thread" else {}
        keep_alive = {"keep-alive": f"{settings.keep_alive_s} s"}
        return {
            "workers": str(settings.workers),
            **threads,
            **pool,
            **keep_alive,
            **self.server.notes,
        }

    @property
    def _pooled(self) -> bool:
        return self.app.bridged and self.app.interface == "asgi"


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def across(bridge: str) -> Iterator[App]:
    """Yield both apps across a kind of bridge, each called by the other's interface."""
    for plain, other in (PLAIN, PLAIN[::-1]):
        app = App(f"{plain.name}-{bridge}", other.interface, plain.speaks, target="", bridge=bridge)
        yield replace(app, target=f"bridge:{app.form}")


BRIDGES: dict[str, str] = {"bridged": "", "guarded": "_guarded"}
"""How the names of apps end: of stacks, and in `bridge.kinds.KINDS`, which has the same rows."""

PLAIN = (
    App("wsgi", interface="wsgi", speaks="wsgi", target="wsgi_app:app"),
    App("asgi", interface="asgi", speaks="asgi", target="asgi_app:app"),
)
APPS: dict[str, App] = {
    app.name: app for app in (*PLAIN, *(app for bridge in BRIDGES for app in across(bridge)))
}

DEFAULT_STACKS = (
    "gunicorn-sync/wsgi",
    "gunicorn-gthread/wsgi",
    "uvicorn/asgi",
    "gunicorn-asgi/asgi",
    "uvicorn/wsgi-bridged",
    "gunicorn-gthread/asgi-bridged",
)


def all_stacks() -> Iterator[Stack]:
    """Yield each server with each app that it can call, the default ones first."""
    stacks = [
        Stack(server, app)
        for server in SERVERS.values()
        for app in APPS.values()
        if server.interface == app.interface
    ]
    yield from (find(name) for name in DEFAULT_STACKS)
    yield from (stack for stack in stacks if stack.name not in DEFAULT_STACKS)


def parts(name: str) -> tuple[str, str, bool]:
    """Return the names of a stack's server and app, and whether it is a copy: no other function cuts a name apart."""
    original = name.removesuffix(COPY)
    server, _, app = original.partition("/")
    return server, app, original != name


def find(name: str) -> Stack:
    """Return the stack of that name, or raise UsageError with the nearest ones."""
    server, app, copied = parts(name)
    if not copied and server in SERVERS and app in APPS and SERVERS[server].interface == APPS[app].interface:
        return Stack(SERVERS[server], APPS[app])
    raise unknown("stack", name, [stack.name for stack in all_stacks()])
