"""The next trial's server, started while this trial warms up: between two windows nothing waits for it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Self

from lab.errors import TrialFailed
from lab.measure.plan import Task
from lab.measure.site import Server

Start = Callable[[Task], AbstractContextManager[Server]]


class Prestart:
    """At most one server that stands ready; use it as a context manager, which ends that server."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._task: Task | None = None
        self._server: Server | None = None
        self._failure: TrialFailed | None = None

    def prepare(self, task: Task, start: Start) -> None:
        """Start the server of a task and wait until it is ready; that it isn't is told when its turn comes."""
        self.close()
        self._task = task
        try:
            self._server = self._running.enter_context(start(task))
            self._server.wait_until_ready()
        except TrialFailed as failure:
            self._failure = failure

    @contextmanager
    def server(self, task: Task, start: Start) -> Iterator[Server]:
        """Serve a task, by the server that stands ready for it or by a new one; raises ServerFailed."""
        if self._task is not task:
            self.prepare(task, start)
        server, failure = self._server, self._failure
        with self._running.pop_all():
            self._task = self._server = self._failure = None
            if failure or server is None:
                raise failure or TrialFailed(f"{task} was not started.", [])
            yield server

    def close(self) -> None:
        """End the server that stands ready."""
        self._task = self._server = self._failure = None
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
