"""Where events are written down: a line of JSON each, in the file that LAB_TRACE names, or on stderr.

Times are of `time.monotonic`, one clock for all processes of a machine. A line is one write to a file opened to append,
so threads and workers share it without a lock. Secrets are redacted before anything is written.
"""

import asyncio
import json
import os
import threading
import time
from contextlib import suppress
from functools import cache
from itertools import count

import msgspec

from contract import payloads
from records.settings import TRACE_FILE
from records.trace import JournalLine, Lane
from records.types import Interface

FIRST_BYTES = 40  # of a body are shown


_numbers = count(1)


class Call:
    """One call of an app: `caller` is who called (a server or a bridge), `callee` who was called."""

    def __init__(self, interface: Interface, caller: Lane, callee: Lane) -> None:
        self.interface = interface
        self.caller = caller
        self.callee = callee
        self.name = f"{os.getpid()}-{next(_numbers)}"

    def to_app(self, step: str, **details: object) -> None:
        """Note what passes from the caller to the callee."""
        self._note(self.caller, self.callee, step, details)

    def to_server(self, step: str, **details: object) -> None:
        """Note what passes from the callee to its caller."""
        self._note(self.callee, self.caller, step, details)

    def _note(self, source: Lane, target: Lane, step: str, details: dict[str, object]) -> None:
        line = JournalLine(
            at_s=time.monotonic(),
            source=source,
            target=target,
            interface=self.interface,
            step=step,
            call=self.name,
            pid=os.getpid(),
            thread=threading.current_thread().name,
            thread_id=threading.get_ident(),
            task=task_name(),
            details={name: payloads.view(value, DEPTH) for name, value in details.items()},
        )
        text = json.dumps(msgspec.structs.asdict(line), ensure_ascii=False)  # takes lone surrogates, too
        with suppress(OSError):  # a full disk is no reason to break the app
            os.write(output(), text.encode("utf-8", "replace") + b"\n")


DEPTH = payloads.DEEPEST_VIEW + 2


def task_name() -> str | None:
    """Return the name of the asyncio task that runs here, `None` where no event loop does."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    return task.get_name() if task else None


def piece(data: bytes) -> dict[str, object]:
    """Return how large a piece of a body is, and how it begins."""
    return {"bytes": len(data), "first": data[:FIRST_BYTES]}


@cache
def output() -> int:
    """Return the descriptor to write to; it is opened once, and a fork shares it."""
    path = os.environ.get(TRACE_FILE)
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if path else 2
