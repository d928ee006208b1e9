"""Waking up on time.

gevent's timers are rounded up to whole milliseconds by its event loop, which is more than a fast answer takes.
The kernel's timerfd (timerfd_create(2)) becomes readable at the nanosecond; Python has it from 3.13 on, so it is
called through libc.
"""

import ctypes
import os
import sys
import time

import gevent
from gevent.socket import wait_read

_ABSOLUTE = 1  # TFD_TIMER_ABSTIME


class Timespec(ctypes.Structure):
    """`struct timespec` of time.h."""

    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class Itimerspec(ctypes.Structure):
    """`struct itimerspec` of timerfd_settime(2)."""

    _fields_ = (("interval", Timespec), ("value", Timespec))


class Timer:
    """Lets one greenlet sleep until a moment of the monotonic clock."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._fd = -1
        if self._libc is not None:
            self._fd = self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)

    def sleep_until(self, moment: float) -> None:
        """Let other greenlets run until `moment`; return at once when it has passed."""
        if moment <= time.monotonic():
            return
        if self._libc is None or self._fd < 0:
            gevent.sleep(moment - time.monotonic())
            return
        seconds = int(moment)
        value = Timespec(seconds, int((moment - seconds) * 1e9))
        self._libc.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(Itimerspec(Timespec(0, 0), value)), None)
        wait_read(self._fd)
        os.read(self._fd, 8)

    def close(self) -> None:
        """Give the timer back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
