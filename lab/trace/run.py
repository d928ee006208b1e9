"""One request on real servers, one stack after the other."""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.errors import LabError
from lab.measure.reaper import Reaper, reaping
from lab.measure.server_process import ServerFailed, serving
from lab.servers import Settings
from lab.stacks import APPS, Command, Stack
from lab.trace import client, websocket
from lab.trace.merge import calls_since, events_of, lanes_of, lifespan_of, read_journal, time_line, unfinished
from lab.trace.request import Request
from records.settings import TRACE_FILE
from records.trace import StackTrace, Trace

GRACE_S = 2.0  # for the server to end by itself: lifespan.shutdown is part of its life
SETTLED_WITHIN_S = 3.0  # for calls to end after the client is done
LOOKED_FOR_S = 0.3  # for a call to begin when the client left at once
EXAMPLE_PORT = 8000

DEFAULT_STACKS = (
    "gunicorn-gthread/wsgi",
    "uvicorn/asgi",
    "uvicorn/wsgi-bridged",
    "gunicorn-gthread/asgi-bridged",
)

Say = Callable[[str], None]


def trace(stacks: Sequence[Stack], request: Request, settings: Settings, say: Say) -> Trace:
    """Return the request's trace on each stack; `say` is told which one is started.

    Raises LabError when a stack can't run, its server doesn't start or ends by itself.
    """
    for stack in stacks:
        if reason := stack.missing():
            raise LabError(f"{stack.name} can't be traced: {reason}.")
    started = datetime.now(UTC).isoformat(timespec="seconds")
    traces = []
    with reaping() as reaper, TemporaryDirectory(prefix="lab-trace-") as folder:
        for number, stack in enumerate(stacks):
            say(stack.name)
            try:
                traces.append(trace_stack(stack, request, settings, reaper, Path(folder) / str(number)))
            except ServerFailed as failed:
                last = f" It said last: {failed.log[-1]}" if failed.log else ""
                raise LabError(f"{failed}{last}") from failed
    return Trace(request.asked, traces, environment(), started)


def trace_stack(stack: Stack, request: Request, settings: Settings, reaper: Reaper, base: Path) -> StackTrace:
    """Return the request's trace on one stack; `base` is the path, but for its ending, of what is kept meanwhile.

    The server answers a first request before: what is made at the first call, as a bridge is, isn't part of it.
    """
    notes = base.with_suffix(".jsonl")
    converse = client.converse if request.texts is None else websocket.converse
    traced_stack = with_witness(stack)
    with serving(
        traced_stack,
        settings,
        reaper,
        log_path=base.with_suffix(".log"),
        grace_s=GRACE_S,
        env={TRACE_FILE: str(notes)},
    ) as server:
        server.wait_until_ready()
        wire = converse(server.port, request)
        settle(notes, wire.began_s, LOOKED_FOR_S if request.hang_up_after_s is not None else 0.0)
        watched_ms = wire.now_ms
    lines = read_journal(notes)
    calls = [line for line in calls_since(lines, wire.began_s) if wire.ms(line.at_s) <= watched_ms]
    return StackTrace(
        stack.name,
        command(traced_stack, settings),
        lanes_of(lines, bridged=stack.app.bridged),
        time_line(calls, wire),
        [event for line in lifespan_of(lines) for event in events_of(line, wire)],
        unfinished(calls),
        watched_ms,
    )


def with_witness(stack: Stack) -> Stack:
    """Return the stack with its app's traced form; an app that isn't the lab's is traced by itself or not at all."""
    if stack.app not in APPS.values():
        return stack
    return replace(stack, app=replace(stack.app, target=f"tracing:{stack.app.form}"))


def settle(notes: Path, began_s: float, at_least_s: float) -> None:
    """Wait until every call has ended, or long enough to say that one goes on."""
    now_s = time.monotonic()
    while time.monotonic() < now_s + SETTLED_WITHIN_S:
        calls = calls_since(read_journal(notes), began_s)
        if not unfinished(calls) and time.monotonic() >= now_s + at_least_s:
            return
        time.sleep(0.01)


def command(stack: Stack, settings: Settings) -> str:
    """Return the line that serves the traced stack by hand."""
    plain = stack.command(EXAMPLE_PORT, settings)
    return str(Command(("python", *plain.argv[1:]), {**plain.env, TRACE_FILE: "trace.jsonl"}))


def environment() -> dict[str, str]:
    """Return what ran it: versions of Python and of the parts that speak the interfaces."""
    parts = ("gunicorn", "uvicorn", "a2wsgi")
    system = {"python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
    return {**system, **{part: version(part) for part in parts}}
