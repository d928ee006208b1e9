"""The tests again and again while every core is busy with something else: what isn't green every time is named.

    make stress
    make stress ARGS='--whole 1 --close 5 tests/loadtests'

The whole suite runs three times, and what talks to servers and clocks twenty times. What each round wrote is kept in a
log below .stress/. The exit code is 1 when a round wasn't green, 2 for a wrong call.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.measure.reaper import reaping

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".stress"
WHOLE, CLOSE = 3, 20
CLOSE_FOLDERS = ("tests/loadtests", "tests/lab/measure", "tests/live")
BUSY = "while True: pass"
GREEN, SOME_FAILED, STOPPED = 0, 1, 130
LAST_FAILED = Path("v") / "cache" / "lastfailed"  # pytest's own, below its cache_dir


@dataclass(frozen=True)
class Round:
    """One run of pytest over some folders, all of them when none is named."""

    name: str
    folders: tuple[str, ...]

    def command(self, cache: Path) -> list[str]:
        """Return the command line; the ids of the tests that failed stand below `cache` when it has ended."""
        pytest = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"]
        return [*pytest, "-o", f"cache_dir={cache}", *self.folders]


def main(arguments: Sequence[str]) -> int:
    """Run every round, say how each ended, and name at the end what was not green every time."""
    options = parser().parse_args(arguments)
    rounds = list(rounds_of(options.whole, options.close, options.folders or CLOSE_FOLDERS))
    LOGS.mkdir(exist_ok=True)
    try:
        with busy_cores(options.busy):
            reds = [red for each in rounds for red in set(run_round(each))]
    except KeyboardInterrupt:
        return STOPPED
    print(*summary(Counter(reds), len(rounds)), sep="\n")
    return 1 if reds else 0


def rounds_of(whole: int, close: int, folders: Sequence[str]) -> Iterator[Round]:
    """Yield the rounds: the whole suite first, then these folders."""
    yield from (Round(f"whole-{number}", ()) for number in range(1, whole + 1))
    yield from (Round(f"close-{number}", tuple(folders)) for number in range(1, close + 1))


def run_round(each: Round) -> list[str]:
    """Run a round, print how it ended, and return what failed in it."""
    began = time.monotonic()
    reds = failed_in(each)
    outcome = f"{len(reds)} failed" if reds else "green"
    print(f"{each.name}: {outcome}, {time.monotonic() - began:.0f} s", flush=True)
    return reds


def failed_in(each: Round) -> list[str]:
    """Run a round; return the ids of its tests that failed, or a line of its own for one that ended otherwise."""
    with (
        tempfile.TemporaryDirectory(prefix="lab-stress-") as cache,
        (LOGS / f"{each.name}.log").open("wb") as log,
    ):
        process = subprocess.run(each.command(Path(cache)), cwd=ROOT, stdout=log, stderr=log, check=False)
        last_failed = Path(cache) / LAST_FAILED
        ids: list[str] = list(json.loads(last_failed.read_text())) if last_failed.exists() else []
    ended_otherwise = process.returncode not in {GREEN, SOME_FAILED} or (
        process.returncode == SOME_FAILED and not ids
    )
    return [*ids, f"{each.name} ended with exit code {process.returncode}"] if ended_otherwise else ids


@contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """Keep so many cores busy; what does so ends with the block, and with this process, however that ends."""
    with reaping() as reaper, ExitStack() as running:
        for _ in range(count):
            process = running.enter_context(subprocess.Popen([sys.executable, "-c", BUSY], env=reaper.env))
            running.callback(process.kill)
        yield


def summary(reds: Counter[str], rounds: int) -> Iterable[str]:
    """Yield a line for each test that was not green every time, the most frequent first."""
    if not reds:
        yield f"green every time: {rounds} rounds"
    for name, times in reds.most_common():
        yield f"not green in {times} of {rounds} rounds: {name}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    lines = (__doc__ or "").splitlines()
    command = argparse.ArgumentParser(
        prog="make stress",
        description=lines[0],
        epilog="Example: make stress ARGS='--whole 1 --close 5 tests/loadtests'",
    )
    command.add_argument(
        "folders", nargs="*", help=f"looked at closely; by default {' '.join(CLOSE_FOLDERS)}"
    )
    command.add_argument("--whole", type=int, default=WHOLE, help="rounds of the whole suite (3)")
    command.add_argument("--close", type=int, default=CLOSE, help="rounds of the folders (20)")
    command.add_argument("--busy", type=int, default=os.cpu_count() or 1, help="cores to keep busy (all)")
    return command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
