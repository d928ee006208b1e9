"""Waiting and working: what overlaps, and background jobs with their counts."""

import asyncio
import json
import threading
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

import asgi_app
from asgi_app import waiting
from asgi_app.types import Message
from contract.conformance import Answer
from contract.examples import Request
from tests.clients import Connection, call_asgi, scope_of

DEADLINE_S = 10


class Told(Connection):
    """A connection that adds to a story shared with others when its answer starts."""

    def __init__(self, name: str, story: list[str]) -> None:
        super().__init__()
        self.name = name
        self.story = story

    async def send(self, message: Message) -> None:
        """Tell of the start of the answer."""
        if message["type"] == "http.response.start":
            self.story.append(f"{self.name} answered")
        await super().send(message)


def story_of(targets: Sequence[str]) -> list[str]:
    """Ask for all targets at once, on one loop; return when each request began and was answered, in order."""
    story: list[str] = []

    async def ask_as(name: str, target: str) -> None:
        connection = Told(name, story)
        story.append(f"{name} began")
        await asgi_app.app(scope_of(Request("GET", target)), connection.receive, connection.send)

    async def ask_for_all() -> None:
        names = ["first", "second", "third"]
        await asyncio.gather(*[ask_as(name, target) for name, target in zip(names, targets, strict=False)])

    asyncio.run(ask_for_all())
    return story


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> waiting.Jobs:
    """Return the app's jobs, counted from zero."""
    fresh = waiting.Jobs()
    monkeypatch.setattr(waiting, "JOBS", fresh)
    return fresh


async def ask(method: str, target: str) -> Answer:
    """Return the answer to one request."""
    connection = Connection()
    await asgi_app.app(scope_of(Request(method, target)), connection.receive, connection.send)
    return connection.answer


def test_sleeping_leaves_the_loop_free() -> None:
    """A request that comes second and asks for less is answered first: both sleep at once."""
    assert story_of(["/sleep?seconds=0.05", "/sleep?seconds=0"]) == [
        "first began",
        "second began",
        "second answered",
        "first answered",
    ]


def test_blocking_does_not_overlap() -> None:
    """The second request only begins when the first one has been answered: the whole loop slept."""
    assert story_of(["/sleep/blocking?seconds=0.01", "/sleep/blocking?seconds=0"]) == [
        "first began",
        "first answered",
        "second began",
        "second answered",
    ]


def test_blocking_holds_up_who_does_not_block() -> None:
    """A request that sleeps well can't even begin before the blocking one has been answered."""
    assert story_of(["/sleep/blocking?seconds=0.01", "/sleep?seconds=0"]) == [
        "first began",
        "first answered",
        "second began",
        "second answered",
    ]


def test_offloading_overlaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three requests block in threads of their own at once: each of them waits until all three do."""
    together = threading.Barrier(3)
    monkeypatch.setattr(waiting, "time", SimpleNamespace(sleep=lambda _: together.wait(DEADLINE_S)))
    story = story_of(["/sleep/offloaded?seconds=1"] * 3)
    assert not together.broken
    assert story[:3] == ["first began", "second began", "third began"]
    assert sorted(story[3:]) == ["first answered", "second answered", "third answered"]


def test_working_does_not_overlap() -> None:
    """Work in Python holds the loop like blocking does."""
    assert story_of(["/cpu?rounds=1000", "/"]) == [
        "first began",
        "first answered",
        "second began",
        "second answered",
    ]


def test_the_answer_comes_before_the_job_is_done(jobs: waiting.Jobs) -> None:
    """POST /background answers 202 while its job still waits."""

    async def begin() -> tuple[Answer, int]:
        return await ask("POST", "/background?seconds=10"), jobs.finished

    answer, finished = asyncio.run(begin())
    assert (answer.status, answer.body) == (202, b'{"accepted_seconds":10.0}')
    assert (jobs.began, finished) == (1, 0)


def test_jobs_are_counted_while_they_wait(jobs: waiting.Jobs) -> None:
    """GET /background tells of jobs that began and haven't finished."""

    async def begin_and_count() -> Answer:
        await ask("POST", "/background?seconds=10")
        await ask("POST", "/background?seconds=10")
        return await ask("GET", "/background")

    assert json.loads(asyncio.run(begin_and_count()).body) == {"began": 2, "finished": 0}
    assert jobs.began == 2


def test_jobs_are_counted_when_they_are_done(jobs: waiting.Jobs) -> None:
    """GET /background counts each job once it has waited for as long as was asked."""

    async def finish_and_count() -> Answer:
        await ask("POST", "/background?seconds=0")
        await ask("POST", "/background?seconds=0")
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        return await ask("GET", "/background")

    assert json.loads(asyncio.run(finish_and_count()).body) == {"began": 2, "finished": 2}
    assert jobs.finished == 2


def test_a_refused_job_does_not_begin(jobs: waiting.Jobs) -> None:
    """A job with a bad parameter is refused before it is counted."""
    assert call_asgi(asgi_app.app, Request("POST", "/background?seconds=11")).status == 400
    assert (jobs.began, jobs.finished) == (0, 0)
