"""What is made at its first use, in the worker that uses it: threads do not survive a fork."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Makes a thing when it is first called for, and once, whichever thread is first."""

    __slots__ = ("_lock", "_make", "_thing")

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._thing: T | None = None

    def __call__(self) -> T:
        """Return the thing."""
        if self._thing is None:
            with self._lock:
                if self._thing is None:
                    self._thing = self._make()
        return self._thing
