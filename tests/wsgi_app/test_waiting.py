"""Waiting and working: background jobs and their counts."""

import json
import threading
import time
from collections.abc import Iterator

import pytest

import wsgi_app
from contract.examples import Request
from tests.clients import call_wsgi
from wsgi_app import waiting

DEADLINE_S = 10


class Gate:
    """Stands in for the time module: whoever sleeps waits until the gate is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.asked: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Note the wait, then wait for the gate."""
        self.asked.append(seconds)
        assert self.opened.wait(DEADLINE_S)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Return a closed gate for jobs counted from zero; open it at the end, so that no thread stays behind."""
    gate = Gate()
    before = set(threading.enumerate())
    monkeypatch.setattr(waiting, "time", gate)
    monkeypatch.setattr(waiting, "JOBS", waiting.Jobs())
    yield gate
    gate.opened.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(DEADLINE_S)


class Hesitant(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other: int) -> "Hesitant":
        """Add, after everybody else has had a turn."""
        time.sleep(0)
        return Hesitant(int(self) + other)


def counted() -> object:
    """Return what GET /background answers."""
    return json.loads(call_wsgi(wsgi_app.app, Request("GET", "/background")).body)


def start_job() -> threading.Thread:
    """Start a job of ten seconds, and return the thread that works on it."""
    before = set(threading.enumerate())
    answer = call_wsgi(wsgi_app.app, Request("POST", "/background?seconds=10"))
    assert (answer.status, answer.body) == (202, b'{"accepted_seconds":10.0}')
    (thread,) = set(threading.enumerate()) - before
    return thread


def test_the_answer_comes_before_the_job_is_done(gate: Gate) -> None:
    """POST /background answers 202 while its job still waits, and the job counts as begun."""
    thread = start_job()
    assert thread.is_alive()
    assert not gate.opened.is_set()
    assert counted() == {"began": 1, "finished": 0}


def test_a_job_is_counted_when_it_is_done(gate: Gate) -> None:
    """GET /background counts a job as finished once it has waited for as long as was asked."""
    thread = start_job()
    gate.opened.set()
    thread.join(DEADLINE_S)
    assert counted() == {"began": 1, "finished": 1}
    assert gate.asked == [10.0]


def test_a_job_does_not_keep_the_process_alive(gate: Gate) -> None:
    """A job's thread is a daemon: a server that stops doesn't wait for it."""
    thread = start_job()
    assert thread.daemon
    assert not gate.opened.is_set()


def test_a_refused_job_does_not_begin(gate: Gate) -> None:
    """A job with a bad parameter is refused before it is counted."""
    assert call_wsgi(wsgi_app.app, Request("POST", "/background?seconds=11")).status == 400
    assert counted() == {"began": 0, "finished": 0}
    assert gate.asked == []


@pytest.mark.parametrize("path", ["/sleep", "/sleep/blocking", "/sleep/offloaded"])
def test_every_sleep_holds_its_own_thread(gate: Gate, path: str) -> None:
    """Whatever it is called, a WSGI sleep is one time.sleep of the seconds asked for."""
    gate.opened.set()
    answer = call_wsgi(wsgi_app.app, Request("GET", f"{path}?seconds=2.5"))
    assert answer.body == b'{"slept_seconds":2.5}'
    assert gate.asked == [2.5]


def test_jobs_of_many_threads_are_counted_exactly() -> None:
    """Eight threads that begin and finish a hundred jobs each make eight hundred of both."""
    jobs = waiting.Jobs()
    jobs.began = jobs.finished = Hesitant(0)

    def work() -> None:
        for _ in range(100):
            jobs.begin()
            jobs.finish()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert (jobs.began, jobs.finished) == (800, 800)
