"""Waiting until something that was started is ready: look again and again, until a deadline."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from contract.conformance import INTERFACE
from lab.addresses import authority
from lab.http_client import exchange
from lab.http_client.answer import Answer
from lab.http_client.connection import Connection
from lab.servers import HOST

LOOK_EVERY_S = 0.01
ANSWERS_WITHIN_S = 1.0  # one request, not the start

Result = TypeVar("Result")


def wait_for(look: Callable[[], Result], within_s: float, check: Callable[[], None] = lambda: None) -> Result:
    """Look until what is seen is true, or it has taken too long; return what was seen last.

    Before each look `check` is called, which raises when there is nothing to wait for any more.
    """
    deadline = time.monotonic() + within_s
    while True:
        check()
        if (result := look()) or time.monotonic() >= deadline:
            return result
        time.sleep(LOOK_EVERY_S)


def answer_at(host: str, port: int, target: str = "/", within_s: float = ANSWERS_WITHIN_S) -> Answer | None:
    """Ask once; return a whole answer, `None` without one in time."""
    with suppress(OSError), Connection(host, port, within_s) as connection:
        answer = exchange.ask(connection, "GET", target, [("Host", authority(host, port))], within_s=within_s)
        return answer if answer.whole else None
    return None


def interface_of(port: int, host: str = HOST) -> str | None:
    """Ask for / and return which interface the app says it speaks, `None` without an answer."""
    answer = answer_at(host, port)
    return dict(answer.headers).get(INTERFACE) if answer else None
