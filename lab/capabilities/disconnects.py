"""Clients that go before they have their answer: who is told, when, and what is left of them?"""

import time
from dataclasses import dataclass
from functools import cache

from lab.capabilities.findings import Finding, in_ms, no, partly, whether, yes
from lab.capabilities.served_experiment import ServedExperiment
from lab.http_client.request import head
from lab.measure.process_tree import tree
from lab.measure.process_usage import cpu_times
from records.experiment import Note
from records.usage import cpu_s_since

CHUNKS, INTERVAL_S = 72, 0.05
LASTS_S = CHUNKS * INTERVAL_S
LEAVERS = 10
SOON_S = 1.5
WATCHED_S = 0.4
BUSY = 0.5
UPLOAD = 100_000


@dataclass(frozen=True)
class AbandonedStream:
    """What became of a stream whose client left after its first chunk."""

    left_at: float
    ended: Note | None
    chunks: int
    wasted: int

    @property
    def after_s(self) -> float:
        """How long after its client the app ended."""
        return self.ended.at - self.left_at if self.ended else 0.0


def tells_while_writing(served: ServedExperiment) -> Finding:
    """A client leaves a stream after its first chunk: when does the app stop, after how many more chunks?"""
    stream = leave_midway(served)
    chunks = f"{stream.wasted} wasted chunk{'' if stream.wasted == 1 else 's'}"
    if stream.ended is None:
        return no(f"after {chunks} it stood still, and was never told why")
    if stream.chunks == CHUNKS:
        return no(f"all chunks that were left were made for nobody: {chunks}, {in_ms(stream.after_s)}")
    sentence = f"it stopped after {in_ms(stream.after_s)} and {chunks}"
    return yes(sentence) if stream.after_s < SOON_S else partly(sentence)


def cleans_up(served: ServedExperiment) -> Finding:
    """The same client: is the app's clean-up (close() of its iterator, `finally` of its coroutine) run at all?"""
    stream = leave_midway(served)
    what = "close()" if served.speaks_wsgi else "`finally`"
    if stream.ended is None:
        served.renew()
        return no(f"{what} was not run within {LASTS_S + SOON_S:.1f} s")
    return yes(f"{what} was run {in_ms(stream.after_s)} after the client had gone")


@cache
def leave_midway(served: ServedExperiment) -> AbandonedStream:
    """Leave a stream after its first chunk, and wait for what becomes of it: once for each server."""
    number = served.number()
    leave(served, number, CHUNKS)
    left_at = time.monotonic()
    ending = served.noted(number, "closed", within_s=LASTS_S + SOON_S)
    chunks = [note for note in served.notes(number) if note.what == "chunk"]
    return AbandonedStream(left_at, ending, len(chunks), sum(note.at > left_at for note in chunks))


def tells_while_waiting(served: ServedExperiment) -> Finding:
    """A client leaves while the app waits for something else: can the app know?"""
    number = served.number()
    with served.connected() as connection:
        connection.send(head("GET", f"/wait?number={number}&seconds=1.2"))
        served.noted(number, "waiting")
        left_at = time.monotonic()
    ending = served.noted(number, "gone", "waited")
    if ending is None:
        return no("the app neither heard of it nor finished")
    if ending.what == "gone":
        return yes(f"an app that listens knows after {in_ms(ending.at - left_at)}")
    reason = "WSGI has nothing to listen to" if served.speaks_wsgi else "it listened, and heard nothing"
    return no(f"the app waited to its end: {reason}")


def survives_abandoned_streams(served: ServedExperiment) -> Finding:
    """Ten clients leave a stream each: is the next one answered?"""
    for _ in range(LEAVERS):
        leave(served, served.number(), chunks=200)
    answer = served.get("/", within_s=SOON_S)
    served.renew()
    return whether(answer.whole, f"after {LEAVERS} clients had left streams of 10 s, GET / got {answer}")


def ends_aborted_uploads(served: ServedExperiment) -> Finding:
    """A client leaves in the middle of its upload: does the app's reading end, and does anything stay busy?"""
    number = served.number()
    with served.connected() as connection:
        connection.send(
            head("POST", f"/body?number={number}", (("Content-Length", str(UPLOAD)),)) + b"x" * 5000
        )
        served.noted(number, "read", within_s=SOON_S)
    ending = served.noted(number, "broken", "end", within_s=SOON_S)
    busy = busy_cores(served)
    served.renew()
    how = how_ended(ending)
    if busy > BUSY:
        return no(f"{how}, and {busy:.0%} of a core stays busy")
    if ending is None:
        return no(how)
    return partly(how) if ending.what == "end" else yes(how)


def how_ended(ending: Note | None) -> str:
    """Say how the app's reading ended."""
    if ending is None:
        return f"the app was still reading {SOON_S:g} s later"
    if ending.what == "end":
        return f"the app took it for a clean end after {ending.facts['total']} of {UPLOAD} bytes"
    return f"reading ended with {ending.facts['error']}"


def busy_cores(served: ServedExperiment) -> float:
    """Return how many cores the server's processes use while nobody asks anything."""
    pids = tree(served.server.pid)
    before, began = cpu_times(pids), time.monotonic()
    time.sleep(WATCHED_S)
    return cpu_s_since(cpu_times(pids), before) / (time.monotonic() - began)


def leave(served: ServedExperiment, number: str, chunks: int) -> None:
    """Leave a stream after its first chunk."""
    with served.connected(within_s=SOON_S) as connection:
        connection.send(head("GET", f"/stream?number={number}&chunks={chunks}&interval={INTERVAL_S}"))
        connection.first_bytes()
