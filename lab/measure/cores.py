"""Which cores the server runs on, and which the generator and the lab."""

import os
from collections.abc import Sequence


def take_cores() -> tuple[list[int], list[int]]:
    """Share the cores out and hold this process to the generator's; return the server's and those."""
    available = sorted(os.sched_getaffinity(0))
    server_cores, generator_cores = split_cores(available)
    os.sched_setaffinity(0, generator_cores or available)
    return server_cores, generator_cores


def split_cores(available: Sequence[int]) -> tuple[list[int], list[int]]:
    """Share the cores out: the first half to the server, the rest to the generator; one core serves both."""
    half = len(available) // 2
    return (list(available[:half]), list(available[half:])) if half else ([], [])
