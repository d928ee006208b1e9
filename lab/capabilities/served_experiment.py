"""Where a stack is experimented on: served with an app that notes what it learns, and asked over raw sockets."""

import itertools
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec

from lab.http_client import exchange
from lab.http_client.answer import Answer
from lab.http_client.connection import Connection
from lab.measure.readiness import answer_at, wait_for
from lab.measure.reaper import Reaper
from lab.measure.server_process import READY_WITHIN_S, Serving, serving
from lab.servers import HOST, Settings
from lab.stacks import Stack
from records.experiment import Note
from records.settings import NOTES_FILE

Seen = TypeVar("Seen")
ANSWERS_WITHIN_S = 4.0
GRACE_S = 0.2  # experiments that need more wait by themselves


class ServedExperiment:
    """A stack with its notes; it is started when it is first asked, and again after `renew`."""

    def __init__(self, stack: Stack, settings: Settings, reaper: Reaper, folder: Path) -> None:
        self.stack = stack
        self.settings = settings
        self._reaper = reaper
        self._folder = folder
        self._running = ExitStack()
        self._starting = threading.Lock()
        self._server: Serving | None = None
        self._numbers = itertools.count(1)
        self._starts = itertools.count(1)
        self._notes = folder

    @property
    def speaks_wsgi(self) -> bool:
        """Whether the app behind is a WSGI app."""
        return self.stack.app.speaks == "wsgi"

    @property
    def slots(self) -> int:
        """How many requests can wait at once; ten where nothing bounds them."""
        return self.stack.slots(self.settings) or 10

    @property
    def server(self) -> Serving:
        """The running server."""
        with self._starting:
            if self._server is None:
                self._server = self._started()
            return self._server

    def number(self) -> str:
        """Return a number that no experiment has had yet."""
        return str(next(self._numbers))

    def connected(self, within_s: float = ANSWERS_WITHIN_S) -> Connection:
        """Open a connection, on which nobody waits longer for something to be said."""
        return Connection(HOST, self.server.port, within_s)

    def get(self, target: str, *headers: tuple[str, str], within_s: float = ANSWERS_WITHIN_S) -> Answer:
        """Ask on a connection of its own."""
        with self.connected(within_s) as connection:
            return exchange.ask(connection, "GET", target, headers)

    def notes(self, number: str) -> list[Note]:
        """Return what the app has noted in an experiment so far."""
        if not self._notes.is_file():
            return []
        notes = msgspec.json.Decoder(Note).decode_lines(self._notes.read_bytes())
        return [note for note in notes if note.number == number]

    def noted(self, number: str, *what: str, within_s: float = ANSWERS_WITHIN_S) -> Note | None:
        """Wait for a note of one of these kinds; `None` when there is none in time."""
        return self.until(lambda: next((n for n in self.notes(number) if n.what in what), None), within_s)

    def until(self, look: Callable[[], Seen], within_s: float) -> Seen:
        """Look again and again until what is seen is true, or it has taken too long; return what was seen last."""
        return wait_for(look, within_s)

    def renew(self) -> None:
        """End the server: the next experiment starts another one."""
        self._running.close()
        self._running = ExitStack()
        self._server = None

    def terminate(self) -> None:
        """Ask the server to end, as a deployment does (SIGTERM)."""
        self.server.process.terminate()

    def _started(self) -> Serving:
        place = self._folder / f"{self.stack.name.replace('/', '-')}-{next(self._starts)}"
        self._notes = place.with_suffix(".notes")
        app = replace(self.stack.app, target=f"experiments:{self.stack.app.form}")
        reaper = replace(self._reaper, more={NOTES_FILE: str(self._notes)})
        server = self._running.enter_context(
            serving(
                replace(self.stack, app=app),
                self.settings,
                reaper,
                log_path=place.with_suffix(".log"),
                grace_s=GRACE_S,
            )
        )
        wait_for(
            lambda: answer_at(HOST, server.port, "/", ANSWERS_WITHIN_S), READY_WITHIN_S, server.check_alive
        )
        return server
