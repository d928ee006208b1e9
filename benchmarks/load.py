"""What recording costs the load generator: the lab's users against a bare FastHttpUser, in the same run.

    make bench-load

Eight users ask uvicorn/asgi for / as fast as they can, for two seconds each, in turns: the lab's users, who time
and record each request, and users who record nothing. The lab's must reach 90 % of the others' rate.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import bootstrap

from lab.judge.reading import target_of
from lab.measure.cores import take_cores
from lab.measure.load_generator import Generator, LoadSpec, generator
from lab.measure.reaper import reaping
from lab.measure.server_process import serving
from lab.servers import Settings
from lab.stacks import find
from loadtests.calibrations import FLAT_OUT
from loadtests.scenarios import TRAFFIC

(LEVEL,) = FLAT_OUT.levels
TURNS = 12
REQUIRED = 0.9
BARE_USER = Path(__file__).with_name("bare_user.py")


@dataclass(frozen=True)
class BareSpec(LoadSpec):
    """Asks for users who record nothing."""

    def arguments(self, result: Path | str) -> list[str]:
        """Return locust's arguments."""
        users = str(LEVEL.users)
        return [
            *("-f", str(BARE_USER), "--headless", "--only-summary", "--loglevel", "WARNING"),
            *("-u", users, "-r", users, "--host", self.urls[0]),
            *("--window", f"{self.window_s:g}", "--result", str(result)),
        ]


def main() -> int:
    """Print both rates; the exit code is 1 when recording costs more than a tenth."""
    server_cores, own_cores = take_cores()
    rates: dict[type[LoadSpec], list[float]] = {LoadSpec: [], BareSpec: []}
    with tempfile.TemporaryDirectory() as name, reaping() as reaper:
        folder = Path(name)
        server_log = folder / "server.log"
        with (
            generator(reaper, own_cores, folder) as load,
            serving(
                find("uvicorn/asgi"), Settings(), reaper, log_path=server_log, cores=server_cores
            ) as server,
        ):
            server.wait_until_ready()
            for turn in track(range(TURNS), console=Console(stderr=True)):
                for kind in list(rates)[:: 1 if turn % 2 else -1]:
                    spec = kind(FLAT_OUT.name, LEVEL.value, LEVEL.window_s, (server.url,))
                    rates[kind].append(rate_per_s(load, spec, folder / "load"))
    lab, bare = (np.array(values) for values in rates.values())
    ratios = lab / bare
    interval = bootstrap((ratios,), np.median, rng=1).confidence_interval
    table = Table("bare user, /s", "the lab's user, /s", "ratio", "95 % interval", "required")
    table.add_row(
        f"{np.median(bare):,.0f}",
        f"{np.median(lab):,.0f}",
        f"{np.median(ratios):.3f}",
        f"{interval.low:.3f} to {interval.high:.3f}",
        f"{REQUIRED}",
    )
    Console().print(table)
    return int(np.median(ratios) < REQUIRED)


def rate_per_s(load: Generator, spec: LoadSpec, stem: Path) -> float:
    """Return how many requests a second the users of a load sent."""
    with load.loading(spec, stem) as locust:
        report = locust.report(spec.window_s)
    return target_of(report).flows[TRAFFIC].answers / (report.closed_at - report.opened_at)


if __name__ == "__main__":
    sys.exit(main())
