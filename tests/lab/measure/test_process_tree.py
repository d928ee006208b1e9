"""Who belongs to a process: its children, theirs, and nobody else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.measure import process_tree
from lab.measure.process_tree import children, tree

WAITING = "import sys; print(flush=True); sys.stdin.read()"
PARENT = (
    "import subprocess, sys, threading;"
    f"start = lambda: subprocess.Popen([sys.executable, '-c', {WAITING!r}]).wait();"
    "threading.Thread(target=start).start()"
)
GRANDPARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {PARENT!r}]).wait()"


@pytest.fixture(scope="module")
def grandparent() -> Iterator[int]:
    """Run a process whose child starts another one in a thread of its own; all end with their input."""
    process = subprocess.Popen(
        [sys.executable, "-c", GRANDPARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


def test_descendants_follow_the_process(grandparent: int) -> None:
    """Each stands behind its parent, those that a thread has started too."""
    (parent,) = children(grandparent)
    (child,) = children(parent)
    assert tree(grandparent) == [grandparent, parent, child]
    assert tree(parent) == [parent, child]
    assert children(child) == set()


def test_it_is_the_same_where_no_list_of_children_is_kept(
    grandparent: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then every process is asked for its parent."""
    before = tree(grandparent)
    monkeypatch.setattr(process_tree, "Path", lambda _: tmp_path)
    assert tree(grandparent) == before


@pytest.mark.parametrize("listed", [True, False])
def test_a_process_that_is_gone_has_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, listed: bool
) -> None:
    """Neither itself nor a child is left."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    if not listed:
        monkeypatch.setattr(process_tree, "Path", lambda _: tmp_path)
    assert (tree(gone.pid), children(gone.pid)) == ([], set())
