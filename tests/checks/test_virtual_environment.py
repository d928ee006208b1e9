"""The virtual environment that make sets up, and how it is mended."""

import ast
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.virtual_environment import MARK, RECEIPT, State, alone, state_of
from tests.checks.interpreters import of_version, without
from tests.checks.trees import ROOT, SET_UP, WITHIN_S, interrupt, make, outcome, tree

UNKNOWN = f"nothing==1 --hash=sha256:{'0' * 64}\n"
STOPPED = "The set-up was stopped; the next one begins anew."


@dataclass(frozen=True)
class Interrupted:
    """A set-up that Ctrl-C ended as soon as there was a Python: what it wrote, and what it left."""

    tree: Path
    wrote: str
    left: State


def state(tree: Path) -> State:
    """Return what the environment of a tree is good for."""
    command = [str(tree / ".venv/bin/python"), "-I", str(tree / SET_UP), "check"]
    return State(subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode)


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Keep a file or folder elsewhere for a while."""
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


@contextmanager
def holding(path: Path, text: str) -> Iterator[None]:
    """Let a file hold another text for a while."""
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    """Press Ctrl-C when the environment has a Python, and no pip yet."""
    folder = tree(tmp_path_factory.mktemp("a tree"))
    process, deadline = make(folder, "setup"), time.monotonic() + WITHIN_S
    while not (folder / ".venv/bin/python").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    interrupt(process)
    _, wrote = outcome(process)
    (folder / ".venv/old").touch()
    return Interrupted(folder, wrote, state(folder))


@pytest.fixture(scope="module")
def both(interrupted: Interrupted) -> Sequence[tuple[int, str]]:
    """Set up what was interrupted twice at once, by its own Python; return exit code and text of each."""
    folder = interrupted.tree / ".venv"
    with alone(folder):
        own = f"PYTHON={folder / 'bin/python'}"
        processes = [make(interrupted.tree, "setup", own) for _ in range(2)]
        wait_for_waiting(folder, len(processes))
    return [outcome(process) for process in processes]


def wait_for_waiting(folder: Path, count: int) -> None:
    """Return when so many processes wait for the lock of a folder (proc(5), /proc/locks)."""
    waiting = re.compile(rf"-> FLOCK .*:{folder.stat().st_ino} ")
    deadline = time.monotonic() + WITHIN_S
    while len(waiting.findall(Path("/proc/locks").read_text())) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def current(interrupted: Interrupted, both: Sequence[tuple[int, str]]) -> Path:
    """Return a tree that is set up, with a file of ours in its environment."""
    assert [code for code, _ in both] == [0, 0]
    (interrupted.tree / ".venv/ours").touch()
    return interrupted.tree


def test_ctrl_c_ends_a_set_up_in_one_sentence(interrupted: Interrupted) -> None:
    """There is no traceback, and what is left counts for nothing."""
    first, second, *_ = interrupted.wrote.splitlines()
    assert (first, second) == (f"making .venv with Python {platform.python_version()}", STOPPED)
    assert "Traceback" not in interrupted.wrote
    assert interrupted.left is State.BROKEN


def test_what_was_interrupted_is_made_anew_by_one_of_two(
    interrupted: Interrupted, both: Sequence[tuple[int, str]]
) -> None:
    """Two that come at once don't disturb each other: the second waits, and finds it done.

    `python3` may be the environment's own, where it is activated.
    """
    assert [code for code, _ in both] == [0, 0]
    assert sorted(text.count("making .venv") for _, text in both) == [0, 1]
    assert state(interrupted.tree) is State.CURRENT
    assert not (interrupted.tree / ".venv/old").exists()


def test_a_current_environment_is_left_alone(current: Path) -> None:
    """What is set up already costs no word."""
    assert outcome(make(current, "setup", "PYTHON=/no/python")) == (0, "")


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_another_lock_makes_it_outdated(current: Path, name: str) -> None:
    """What is installed is known by the text of the lock and of the project, not by their dates."""
    text = (current / name).read_text()
    with holding(current / name, f"{text}# more\n"):
        assert state(current) is State.OUTDATED
    assert state(current) is State.CURRENT


@pytest.mark.parametrize("text", ["", "/\n", "/\nno digest\n"])
def test_a_receipt_of_something_else_is_none(current: Path, text: str) -> None:
    """An empty one, as older Makefiles left, or one of another place."""
    with holding(current / ".venv" / RECEIPT, text):
        assert state(current) is State.BROKEN


@pytest.mark.parametrize("path", [f".venv/{RECEIPT}", f".venv/{MARK}", "lab"])
def test_what_is_needed_breaks_it_by_its_absence(current: Path, path: str) -> None:
    """Without its receipt, its mark or what it serves, an environment is broken."""
    with away(current / path):
        assert state(current) is State.BROKEN


def test_an_environment_without_pip_is_broken(current: Path) -> None:
    """Nothing could be added to it."""
    (pip,) = (current / ".venv/lib").glob("python3.*/site-packages/pip")
    with away(pip):
        assert state(current) is State.BROKEN


def test_a_tree_that_was_moved_is_broken(current: Path) -> None:
    """Its programs name the place where they were made."""
    moved = current.rename(current.with_name("moved"))
    try:
        assert state(moved) is State.BROKEN
    finally:
        moved.rename(current)


def test_what_is_outdated_is_brought_up_to_date_in_place(current: Path) -> None:
    """A change of the lock keeps what is there."""
    (current / "requirements.lock").write_text("# another\n")
    assert outcome(make(current, "setup"))[0] == 0
    assert (state(current), (current / ".venv/ours").exists()) == (State.CURRENT, True)


def test_servers_are_added(current: Path) -> None:
    """`make servers` installs what its lock says, and the environment stays current."""
    (current / "servers.lock").write_text("")
    assert outcome(make(current, "servers"))[0] == 0
    assert (state(current), (current / ".venv/ours").exists()) == (State.CURRENT, True)


def test_what_can_not_be_added_leaves_it_broken(current: Path) -> None:
    """Nobody knows what a failed installation has left."""
    (current / "servers.lock").write_text(UNKNOWN)
    code, text = outcome(make(current, "servers"))
    assert (code, state(current)) == (2, State.BROKEN)
    assert "can't be set up: the command above failed (exit code 1)." in text


@pytest.mark.parametrize("python", ["nothing", "a folder", "no program"])
def test_an_environment_whose_python_does_not_start_is_broken(tmp_path: Path, python: str) -> None:
    """The Python that it was made of may have been removed since."""
    path = tmp_path / "bin/python"
    path.parent.mkdir()
    {"nothing": lambda: None, "a folder": path.mkdir, "no program": path.touch}[python]()
    assert state_of(tmp_path) is State.BROKEN


def test_it_needs_the_standard_library_alone() -> None:
    """It runs before anything is installed."""
    tree = ast.parse((ROOT / SET_UP).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == set()


def test_a_python_without_ensurepip_is_one_sentence(tmp_path: Path) -> None:
    """Debian's has none unless python3-venv is installed, and the sentence says so."""
    python = without("ensurepip", tmp_path / "python")
    code, text = outcome(make(tree(tmp_path / "tree"), "setup", f"PYTHON={python}"))
    version = platform.python_version()
    sentence = (
        f"The virtual environment can't be set up: {python} (Python {version}) lacks ensurepip. Install it (Debian, "
        f"Ubuntu: apt install python{version.rpartition('.')[0]}-venv), or name another Python: make setup PYTHON=..."
    )
    assert (code, text.splitlines()[0]) == (2, sentence)
    assert list((tmp_path / "tree/.venv").iterdir()) == []


def test_an_older_python_is_one_sentence(tmp_path: Path) -> None:
    """It says which one it was, and what to do."""
    python = of_version(tmp_path / "python3.10", (3, 10, 13))
    code, text = outcome(make(tree(tmp_path / "tree"), "setup", f"PYTHON={python}"))
    assert code == 2
    assert text.startswith("The lab needs Python 3.11 or newer, and ")
    assert " is 3.10: install a newer one and name it, for instance make setup PYTHON=python3.13\n" in text
    assert not (tmp_path / "tree/.venv").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """VENV may name any folder by mistake."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").touch()
    code, text = outcome(make(tree(tmp_path / "tree"), "setup", f"VENV={tmp_path / 'mine'}"))
    sentence = f"{tmp_path / 'mine'} holds something else, move that away first."
    assert (code, text.splitlines()[0]) == (2, f"The virtual environment can't be set up: {sentence}")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter"]
