"""Ctrl-C and SIGTERM, as an exception that ends the lab in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class Stopped(BaseException):
    """Somebody asked the lab to end; `exit_code` is what the shell expects of that signal."""

    def __init__(self, signum: int) -> None:
        self.reason = signal.Signals(signum).name
        self.exit_code = EXIT_CODES[signal.Signals(signum)]
        super().__init__(self.reason)


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise Stopped at the first signal; further ones change nothing, the lab is ending already.

    A hang-up that is ignored, as under nohup, stays ignored.
    """

    def stop(signum: int, _frame: FrameType | None) -> None:
        for name in EXIT_CODES:
            signal.signal(name, signal.SIG_IGN)
        raise Stopped(signum)

    nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    heeded = [name for name in EXIT_CODES if not (nohup and name == signal.SIGHUP)]
    before = {name: signal.signal(name, stop) for name in heeded}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
