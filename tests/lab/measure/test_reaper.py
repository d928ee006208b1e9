"""Nothing outlives the lab."""

import subprocess
import sys

import psutil

LAB_THAT_STARTS_CHILDREN = """
import subprocess, sys, time
from lab.measure.reaper import reaping
sleeper = "import time; time.sleep(600)"
parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleeper!r}]).wait()"
with reaping() as reaper:
    for _ in range(3):
        subprocess.Popen([sys.executable, "-c", parent], env=reaper.env, start_new_session=True)
    print(reaper.token, flush=True)
    time.sleep(600)
"""


def carrying(token: str) -> list[psutil.Process]:
    """Return the processes that inherited a token."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("LAB_REAPER") == token:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_killing_the_lab_ends_children_and_theirs() -> None:
    """After SIGKILL of the lab no process that it started is left, whatever session it is in."""
    lab = subprocess.Popen(
        [sys.executable, "-c", LAB_THAT_STARTS_CHILDREN], stdout=subprocess.PIPE, text=True
    )
    assert lab.stdout is not None
    token = lab.stdout.readline().strip()
    while len(carrying(token)) < 6:
        pass
    children = carrying(token)
    lab.kill()
    lab.communicate()
    gone, alive = psutil.wait_procs(children, timeout=15)
    assert (len(gone), alive) == (6, [])
