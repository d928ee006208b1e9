"""Endpoints that wait or work."""

import threading
import time
from collections.abc import Iterable
from http import HTTPStatus

from contract import parameters, payloads
from wsgi_app import requests, responses
from wsgi_app.types import Environ, StartResponse


def sleep(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /sleep?seconds=: wait the way the interface waits, holding this thread."""
    seconds = parameters.SECONDS_OR_TENTH.read(requests.query(environ))
    time.sleep(seconds)
    return responses.answer(environ, start_response, payloads.slept(seconds), payloads.JSON)


def sleep_blocking(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /sleep/blocking?seconds=: no mistake here, a thread may block."""
    seconds = parameters.SECONDS.read(requests.query(environ))
    time.sleep(seconds)
    return responses.answer(environ, start_response, payloads.slept(seconds), payloads.JSON)


def sleep_offloaded(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /sleep/offloaded?seconds=: already in a thread of its own."""
    seconds = parameters.SECONDS.read(requests.query(environ))
    time.sleep(seconds)
    return responses.answer(environ, start_response, payloads.slept(seconds), payloads.JSON)


def cpu(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /cpu?rounds=: pure-Python work that holds the GIL."""
    rounds = parameters.ROUNDS.read(requests.query(environ))
    return responses.answer(environ, start_response, payloads.burn(rounds), payloads.JSON)


def background(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """POST /background?seconds=: answer 202 at once, work on in a thread."""
    seconds = parameters.SECONDS.read(requests.query(environ))
    JOBS.begin()
    threading.Thread(target=_work_on, args=(seconds,), daemon=True).start()
    return responses.answer(
        environ,
        start_response,
        payloads.accepted(seconds),
        payloads.JSON,
        status=HTTPStatus.ACCEPTED,
    )


def background_jobs(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """GET /background: how many jobs of this process began and finished."""
    body = payloads.jobs(JOBS.began, JOBS.finished)
    return responses.answer(environ, start_response, body, payloads.JSON)


def _work_on(seconds: float) -> None:
    time.sleep(seconds)
    JOBS.finish()


class Jobs:
    """Counts of background jobs; many threads count at once, so a lock guards them."""

    def __init__(self) -> None:
        self.began = 0
        self.finished = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Count a job that began."""
        with self._lock:
            self.began += 1

    def finish(self) -> None:
        """Count a job that finished."""
        with self._lock:
            self.finished += 1


JOBS = Jobs()
