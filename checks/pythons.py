"""The lab under each Python from 3.11 on that is on this machine.

    make pythons
    make pythons PYTHONS='python3.12 /opt/python3.14/bin/python3'

Each gets a virtual environment of its own below .pythons/, which is there already the next time, and in it the tests
that start no process and a smoke run up to its report. All are tried at once, for much of it is waiting; what each
wrote is kept in a log beside its environment.
"""

import asyncio
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pythons"
SET_UP = str(ROOT / "checks" / "virtual_environment.py")
PURE_TESTS = ("-m", "pytest", "-q", "-m", "pure", "-p", "no:cacheprovider")
SMOKE_RUN = ("compare", "--profile", "smoke")
OLDEST = 11  # of 3.11, as in `requires-python`
PROBE = (
    "import platform, sys; print(platform.python_implementation(), platform.python_version(), sys.executable)"
)
PROBED = re.compile(r"CPython (3\.(\d+)\.\S+) (.+)\n")
CLASSIFIER = re.compile(r"Programming Language :: Python :: 3\.(\d+)")
STEP_PAGE = "GITHUB_STEP_SUMMARY"  # on which a smoke run would look like a result
LINES = 30
STOPPED = 130  # as a shell tells of Ctrl-C

Steps = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Python:
    """An interpreter: where it is, its version, such as 3.12.1, and the 12 of that."""

    path: str
    version: str
    minor: int


@dataclass(frozen=True)
class Trial:
    """Which steps were taken with a Python, in order, and whether each passed."""

    python: Python
    passed: Mapping[str, bool]

    def __str__(self) -> str:
        outcomes = [f"{step} {'passed' if passed else 'FAILED'}" for step, passed in self.passed.items()]
        return f"Python {self.python.version} ({self.python.path}): {', '.join(outcomes)}"


def main(named: Sequence[str]) -> int:
    """Try the Pythons that are named, or else those that are here; return 1 when one failed, 2 for a wrong name."""
    identities = {name: identity(name) for name in named}
    if wrong := [name for name, python in identities.items() if python is None]:
        print(f"{wrong[0]} is no CPython from 3.{OLDEST} on.", file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    try:
        trials = asyncio.run(try_pythons([python for python in identities.values() if python] or here()))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return STOPPED
    print(*trials, sep="\n")
    if absent := sorted(promised() - {trial.python.minor for trial in trials}):
        print("not tried:", ", ".join(f"Python 3.{minor}" for minor in absent))
    return 0 if trials and all(all(trial.passed.values()) for trial in trials) else 1


def here() -> list[Python]:
    """Return the first of each python3.N on this machine that runs, on PATH before pyenv's, the oldest first."""
    commands = [*on_path(os.environ.get("PATH", "")), *in_pyenv(pyenv_root()), sys.executable]
    pythons = [python for command in commands if (python := identity(command))]
    firsts = {python.minor: python for python in reversed(pythons)}
    return [firsts[minor] for minor in sorted(firsts)]


def identity(command: str) -> Python | None:
    """Return which Python a command runs; None when it runs none, as most of pyenv's shims, or none from 3.11 on."""
    try:
        probe = subprocess.run([command, "-I", "-c", PROBE], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = PROBED.fullmatch(probe.stdout)
    return Python(match[3], match[1], int(match[2])) if match and int(match[2]) >= OLDEST else None


def on_path(path: str) -> Iterator[str]:
    """Return each python3.N in the folders of a PATH, in their order."""
    for folder in path.split(os.pathsep):
        yield from in_folder(Path(folder))


def in_pyenv(root: Path) -> Iterator[str]:
    """Return each python3.N that pyenv installed below its root, the newest first."""
    versions = [version for version in root.glob("versions/*") if re.fullmatch(r"3\.\d+\.\d+", version.name)]
    for version in sorted(
        versions, key=lambda folder: [int(n) for n in folder.name.split(".")], reverse=True
    ):
        yield from in_folder(version / "bin")


def in_folder(folder: Path) -> list[str]:
    """Return each python3.N in a folder."""
    return [
        str(file) for file in sorted(folder.glob("python3.*")) if re.fullmatch(r"python3\.\d+", file.name)
    ]


def pyenv_root() -> Path:
    """Return where pyenv keeps what it installs."""
    return Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()


def promised() -> set[int]:
    """Return the N of each Python 3.N that the project's classifiers name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {int(match[1]) for line in project["classifiers"] if (match := CLASSIFIER.fullmatch(line))}


async def try_pythons(pythons: Iterable[Python]) -> list[Trial]:
    """Try all at once; SIGTERM ends them as Ctrl-C does."""
    trials = asyncio.gather(*(try_python(python, steps_of(python), FOLDER) for python in pythons))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, trials.cancel)
    return await trials


async def try_python(python: Python, steps: Steps, folder: Path) -> Trial:
    """Take the steps, the first of which the others need; a failed one's last lines are shown at once."""
    passed: dict[str, bool] = {}
    log = folder / f"{python.version}.log"
    log.write_bytes(b"")
    for step, command in steps.items():
        start = log.stat().st_size
        passed[step] = await succeeds(command, log)
        print(
            f"Python {python.version}: {step} {'passed' if passed[step] else f'FAILED, see {log}'}",
            flush=True,
        )
        if not passed[step]:
            print(
                *log.read_bytes()[start:].decode(errors="replace").splitlines()[-LINES:], sep="\n", flush=True
            )
        if not next(iter(passed.values())):
            break
    return Trial(python, passed)


async def succeeds(command: Sequence[str], log: Path) -> bool:
    """Run a command, which writes to a log and ends with this; tell whether it succeeded."""
    environment = {name: value for name, value in os.environ.items() if name != STEP_PAGE}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def steps_of(python: Python) -> Steps:
    """Return what is run with a Python, by name; the environment that runs this serves for its own Python."""
    own = python.version == platform.python_version()
    environment = Path(sys.prefix) if own else FOLDER / python.version
    results = FOLDER / f"{python.version}-results"
    shutil.rmtree(results, ignore_errors=True)
    there, new = (
        [sys.executable, "-I", SET_UP, "check"],
        [python.path, "-I", SET_UP, "set-up", str(environment)],
    )
    return {
        "set-up": there if own else new,
        "tests": [str(environment / "bin" / "python"), *PURE_TESTS],
        "smoke run": [str(environment / "bin" / "lab"), *SMOKE_RUN, "--out", str(results)],
        "report": ["test", "-s", str(results / "latest" / "report.html")],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
