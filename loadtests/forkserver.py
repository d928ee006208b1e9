"""Starts locust in a few milliseconds instead of a second: a process that has imported it and forks.

Each line on stdin is a `StartLocust`, the answer on stdout a `LocustStarted` (`records/load.py`), both in JSON. The
child is what `python -m locust ARGV` would be, in a session of its own, with its output in the log.
"""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import locust.main
import msgspec
from gevent.os import fork_gevent

from records.load import LocustStarted, StartLocust


def serve() -> None:
    """Fork a locust for each line until stdin ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # locust's own objects are never garbage: a collection that walks them stalls the clock by ms
    for line in sys.stdin:
        start = msgspec.json.decode(line, type=StartLocust)
        pid = fork_gevent()
        if pid == 0:
            become_locust(start.argv, start.log)
        sys.stdout.write(msgspec.json.encode(LocustStarted(pid)).decode() + "\n")
        sys.stdout.flush()


def become_locust(argv: Sequence[str], log: str) -> NoReturn:
    """Turn this process into a locust of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for source, target in ((nowhere, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    sys.argv = ["locust", *argv]
    locust.main.main()
    sys.exit()


if __name__ == "__main__":
    serve()
