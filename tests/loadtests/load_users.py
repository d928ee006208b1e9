"""Users as a load has them, each of which a test lets send one request at a time."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import gevent
import pytest

from loadtests.client_behaviours import FUNCTIONS
from loadtests.recorder import Lane, Recorder
from loadtests.scenarios import Flow
from tests.loadtests.resetting_server import LINES, SIZE

if TYPE_CHECKING:
    from loadtests.lane_user import LaneUser


@dataclass
class LoadUser:
    """A user and its lane, and what locust's request events said was wrong: `None` where nothing was."""

    user: "LaneUser"
    lane: Lane
    errors: list[Exception | None]

    def send(self) -> None:
        """Send one request, or hold one connection until it ends."""
        FUNCTIONS[self.lane.flow.behaviour](self.user, self.lane)

    @property
    def recorded(self) -> dict[str, int]:
        """The errors that were recorded, by name."""
        return dict(self.user.recorder.tallies[self.lane.flow.name].errors)


NewUser = Callable[[str, str], LoadUser]


def unpatched(module: str) -> ModuleType:
    """Import a module that imports locust, which otherwise patches the whole process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")
        return import_module(module)


def load_user(behaviour: str, host: str) -> LoadUser:
    """Return a user of a server that has sent nothing yet, and whose window is open."""
    users = unpatched("loadtests.users")
    environment, errors = unpatched("locust.env").Environment(), list[Exception | None]()
    environment.events.request.add_listener(users.on_request)
    environment.events.request.add_listener(lambda exception, **_: errors.append(exception))
    user = type("User", (users.LaneUser,), {"host": host})(environment)
    user.recorder, lane = Recorder(), Lane(flow_of(behaviour), 0)
    user.recorder.join(lane)
    user.recorder.open(time.monotonic(), time.monotonic() + 1000)
    return LoadUser(user, lane, errors)


def flow_of(behaviour: str) -> Flow:
    """Return a flow of one user."""
    return Flow("traffic", "/", users=1, behaviour=behaviour, chunks=LINES, piece=SIZE)


def open_sockets() -> set[str]:
    """Return every socket that this process has open, once gevent has closed those that it is to close."""
    gevent.sleep(0)
    names = set[str]()
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # another thread has just closed it
            names.add(str(file.readlink()))
    return {name for name in names if name.startswith("socket:")}
