"""Endpoints that wait or work."""

import asyncio
import time
from http import HTTPStatus

from asgi_app import requests, responses
from asgi_app.types import Receive, Scope, Send
from contract import parameters, payloads


async def sleep(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /sleep?seconds=: wait the way the interface waits, leaving the event loop free."""
    seconds = parameters.SECONDS_OR_TENTH.read(requests.query(scope))
    await asyncio.sleep(seconds)
    await responses.answer(scope, send, payloads.slept(seconds), payloads.JSON)


async def sleep_blocking(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /sleep/blocking?seconds=: the classic mistake, the whole event loop waits."""
    seconds = parameters.SECONDS.read(requests.query(scope))
    time.sleep(seconds)  # noqa: ASYNC251 - the mistake is what this endpoint is for
    await responses.answer(scope, send, payloads.slept(seconds), payloads.JSON)


async def sleep_offloaded(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /sleep/offloaded?seconds=: the mistake mended, a thread of asyncio's pool waits."""
    seconds = parameters.SECONDS.read(requests.query(scope))
    await asyncio.to_thread(time.sleep, seconds)
    await responses.answer(scope, send, payloads.slept(seconds), payloads.JSON)


async def cpu(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /cpu?rounds=: pure-Python work that holds the GIL, and the event loop with it."""
    rounds = parameters.ROUNDS.read(requests.query(scope))
    await responses.answer(scope, send, payloads.burn(rounds), payloads.JSON)


async def background(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /background?seconds=: answer 202 at once, work on in a task."""
    seconds = parameters.SECONDS.read(requests.query(scope))
    JOBS.begin(asyncio.create_task(_work_on(seconds)))
    await responses.answer(
        scope,
        send,
        payloads.accepted(seconds),
        payloads.JSON,
        status=HTTPStatus.ACCEPTED,
    )


async def background_jobs(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /background: how many jobs of this process began and finished."""
    body = payloads.jobs(JOBS.began, JOBS.finished)
    await responses.answer(scope, send, body, payloads.JSON)


async def _work_on(seconds: float) -> None:
    await asyncio.sleep(seconds)
    JOBS.finish()


class Jobs:
    """Counts of background jobs; one thread counts, so no lock.

    The event loop keeps only weak references to its tasks: `_running` holds them until they are done.
    """

    def __init__(self) -> None:
        self.began = 0
        self.finished = 0
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, job: asyncio.Task[None]) -> None:
        """Count a job that began."""
        self.began += 1
        self._running.add(job)
        job.add_done_callback(self._running.discard)

    def finish(self) -> None:
        """Count a job that finished."""
        self.finished += 1


JOBS = Jobs()
