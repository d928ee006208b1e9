"""What an app notes while it is experimented on: a line of JSON each."""

from typing import Any

import msgspec


class Note(msgspec.Struct, frozen=True):
    """What was noted: in which experiment, what, when (seconds of the monotonic clock), and with which facts."""

    number: str
    what: str
    at: float
    facts: dict[str, Any] = {}
