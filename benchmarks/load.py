"""What recording costs the load generator: the lab's users against a bare FastHttpUser, in the same run.

    make bench-load

Eight users ask uvicorn/asgi for / as fast as they can, for two seconds each, in turns: the lab's users, who time
and record each request, and users who record nothing. The lab's must reach 90 % of the others' rate.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import bootstrap

from lab.judge.reading import LoadReading
from lab.measure.cores import take_cores
from lab.measure.leash import Leash, leash
from lab.measure.load import Order
from lab.measure.process import Serving, pinned, serving
from lab.servers import Settings
from lab.stacks import Command, find
from loadtests.calibrations import FLAT_OUT
from loadtests.scenarios import TRAFFIC

(LEVEL,) = FLAT_OUT.levels
TURNS = 10
REQUIRED = 0.9
BARE_USER = Path(__file__).with_name("bare_user.py")


def main() -> int:
    """Print both rates; the exit code is 1 when recording costs more than a tenth."""
    server_cores, own_cores = take_cores()
    lab_s, bare_s = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        leash() as held,
        serving(find("uvicorn/asgi"), Settings(), held, cores=server_cores) as server,
    ):
        server.wait_until_ready()
        result = Path(folder) / "result.json"
        for _ in track(range(TURNS), console=Console(stderr=True)):
            lab_s.append(recorded_per_s(server, held, own_cores, result))
            bare_s.append(bare_per_s(server, held, own_cores, result))
    ratios = np.array(lab_s) / np.array(bare_s)
    interval = bootstrap((ratios,), np.median, rng=1).confidence_interval
    table = Table("bare user, /s", "the lab's user, /s", "ratio", "95 % interval", "required")
    table.add_row(
        f"{np.median(bare_s):,.0f}",
        f"{np.median(lab_s):,.0f}",
        f"{np.median(ratios):.3f}",
        f"{interval.low:.3f} to {interval.high:.3f}",
        f"{REQUIRED}",
    )
    Console().print(table)
    return int(np.median(ratios) < REQUIRED)


def recorded_per_s(server: Serving, held: Leash, cores: list[int], result: Path) -> float:
    """Return the rate of the lab's users."""
    order = Order(FLAT_OUT.name, LEVEL.value, LEVEL.window_s, (server.url,))
    run_locust(order.arguments(result), held, cores)
    report = msgspec.json.decode(result.read_bytes(), type=LoadReading)
    return report.target().flows[TRAFFIC].answers / (report.closed_at - report.opened_at)


def bare_per_s(server: Serving, held: Leash, cores: list[int], result: Path) -> float:
    """Return the rate of users who record nothing."""
    users = str(LEVEL.users)
    arguments = ["-f", str(BARE_USER), "--headless", "--only-summary", "--loglevel", "ERROR", "-u", users]
    arguments += [
        "-r",
        users,
        "--host",
        server.url,
        "--window",
        f"{LEVEL.window_s:g}",
        "--result",
        str(result),
    ]
    run_locust(arguments, held, cores)
    return float(msgspec.json.decode(result.read_bytes())["requests_per_s"])


def run_locust(arguments: list[str], held: Leash, cores: list[int]) -> None:
    """Run a locust to its end; raises CalledProcessError when it fails."""
    command = pinned(Command((sys.executable, "-m", "locust", *arguments)), cores)
    subprocess.run(command.argv, env=held.env, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
