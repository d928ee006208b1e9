"""The virtual environment that the verbs of make need: made, brought up to date, or made anew where it is broken.

    .venv/bin/python -I checks/virtual_environment.py check
    python3 -I checks/virtual_environment.py set-up .venv
    python3 -I checks/virtual_environment.py add .venv servers.lock

The last thing that a set-up writes is a receipt, and the first thing that the next one does is to take it away:
whatever ends one midway, no receipt is left, and the environment is made anew. This module knows the standard library
alone, for it runs before anything is installed.
"""

import fcntl
import hashlib
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
RECEIPT = ".ready"
MARK = "pyvenv.cfg"
NEEDED = ("venv", "ensurepip")
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
STOPPED = 130  # as a shell tells of Ctrl-C


class State(IntEnum):
    """What an environment is good for, as the exit code of `check`; any other code means BROKEN, too."""

    CURRENT = 0
    BROKEN = 1
    OUTDATED = 3


class SetupError(Exception):
    """Why there is no environment, in one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument names; the exit code is 0 when the environment may be used."""
    verb, *operands = arguments
    signal.signal(signal.SIGTERM, interrupt)  # or what was started would go on alone
    try:
        return VERBS[verb](*operands)
    except (SetupError, OSError) as error:
        print(f"The virtual environment can't be set up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The set-up was stopped; the next one begins anew.", file=sys.stderr)
        return STOPPED


def interrupt(_signum: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def check() -> State:
    """Return what the environment of the Python that runs this is good for."""
    lab, pip = find_spec("lab"), find_spec("pip")
    if pip is None or lab is None or not Path(lab.origin or "").is_relative_to(ROOT):
        return State.BROKEN
    try:
        place, inputs = (Path(sys.prefix) / RECEIPT).read_text().splitlines()
    except (OSError, ValueError):
        return State.BROKEN
    if place != os.path.realpath(sys.prefix):
        return State.BROKEN  # what is installed in it names the place where it was
    return State.CURRENT if inputs == digest() else State.OUTDATED


def set_up(name: str) -> int:
    """Leave a folder as an environment of what is locked, by the Python that runs this where it must be made."""
    folder = Path(name)
    with alone(folder):
        state = state_of(folder)
        if state == State.BROKEN:
            create(folder)
        if state != State.CURRENT:
            (folder / RECEIPT).unlink(missing_ok=True)
            run(folder, *PIP_INSTALL, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
            run(folder, *PIP_INSTALL, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
            sign(folder)
    return 0


def add(name: str, lock: str) -> int:
    """Install what another file locks into an environment that is current."""
    folder = Path(name)
    with alone(folder):
        (folder / RECEIPT).unlink()
        run(folder, *PIP_INSTALL, "--require-hashes", "-r", str(ROOT / lock))
        sign(folder)
    return 0


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made where there is none, while no other set-up does; wait for one that does."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def state_of(folder: Path) -> State:
    """Return what an environment is good for; one whose Python doesn't even start is broken."""
    command = [str(folder / "bin" / "python"), "-I", __file__, "check"]
    try:
        return State(subprocess.run(command, capture_output=True, check=False).returncode)
    except (OSError, ValueError):
        return State.BROKEN


def create(folder: Path) -> None:
    """Make an environment anew, with pip and nothing else; the Python that runs this may be that of the old one."""
    if lacks := [module for module in NEEDED if find_spec(module) is None]:
        raise SetupError(lacking(lacks[0]))
    import venv  # noqa: PLC0415 - a Python may lack it

    clear(folder)
    (folder / MARK).touch()  # whatever is half made is known for an environment
    print(f"making {folder} with Python {platform.python_version()}", flush=True)
    venv.create(folder, symlinks=True)
    command = [str(folder / "bin" / "python"), "-I", "-m", "ensurepip", "--upgrade", "--default-pip"]
    pip = subprocess.run(command, capture_output=True, text=True, check=False)
    if pip.returncode:
        lines = [line for line in pip.stderr.splitlines() if line.strip()]
        raise SetupError("".join(lines[-1:]) or "ensurepip failed without a reason.")


def clear(folder: Path) -> None:
    """Remove what is in an environment; its mark last, so that a removal that is interrupted can go on."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name == MARK)
    if entries and entries[-1].name != MARK:
        raise SetupError(f"{folder} holds something else, move that away first.")
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def run(folder: Path, *arguments: str) -> None:
    """Run an environment's Python; raises SetupError when that fails."""
    command = [str(folder / "bin" / "python"), *arguments]
    print(shlex.join(command), flush=True)
    if code := subprocess.run(command, check=False).returncode:
        raise SetupError(f"the command above failed (exit code {code}).")


def sign(folder: Path) -> None:
    """Write the receipt: where the environment is, and what was installed."""
    (folder / RECEIPT).write_text(f"{os.path.realpath(folder)}\n{digest()}\n")


def digest() -> str:
    """Return a digest of all that says what is installed."""
    inputs = [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"".join(inputs)).hexdigest()


def lacking(module: str) -> str:
    """Say what to do for a Python that can't make environments."""
    package = "python{}.{}-venv".format(*sys.version_info)
    return (
        f"{sys.executable} (Python {platform.python_version()}) lacks {module}. "
        f"Install it (Debian, Ubuntu: apt install {package}), or name another Python: make setup PYTHON=..."
    )


VERBS: Mapping[str, Callable[..., int]] = {"check": check, "set-up": set_up, "add": add}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
