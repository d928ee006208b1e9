"""A disk that fills up, and the run that goes on when there is room again."""

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.saved_runs.folder import RESULTS, read
from tests.live.processes import SHORT, lab

TWO_TRIALS = (*SHORT, "--scenario", "streaming")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk that has room for eight files."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=256k,nr_inodes=8", "none", str(place)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"only root may mount a disk: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_run_goes_on_when_the_disk_has_room_again(tmp_path: Path) -> None:
    """A disk that is full after the first trial ends the run in a sentence; --resume makes the second one."""
    folder = tmp_path / "latest"
    with lab(tmp_path, *TWO_TRIALS, "--out", str(tmp_path)) as process:
        process.wait_until(lambda: (folder / RESULTS).exists() and read(folder).trials)
        size = (folder / RESULTS).stat().st_size
        resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (size, size))
        assert process.end() == 1
        assert process.says.endswith(f"lab: Can't write {folder.resolve() / RESULTS}: File too large.\n")
        assert process.left_behind() == []
    before = read(folder)
    assert ([trial.status for trial in before.trials], before.run.finished) == (["ok"], None)
    with lab(tmp_path, "compare", "--resume", str(folder)) as process:
        assert process.end() == 0
    after = read(folder)
    assert after.trials[0] == before.trials[0]
    assert [trial.status for trial in after.trials] == ["ok", "ok"]
    assert after.run.finished is not None


def test_disk_without_room_for_a_log_ends_the_run_in_a_sentence(tmp_path: Path, tiny_disk: Path) -> None:
    """Not only results.json may find the disk full."""
    with lab(tmp_path, *SHORT, "--out", str(tiny_disk)) as process:
        assert process.end() == 1
        assert process.left_behind() == []
        last = process.says.splitlines()[-1]
        assert "Traceback" not in process.says
    assert last.startswith("lab: ")
    assert last.endswith("No space left on device.")
    assert [read(folder).trials for folder in tiny_disk.glob("20*")] == [[]]


def test_output_that_finds_no_room_is_a_sentence(tmp_path: Path) -> None:
    """What is printed to a full disk ends in a sentence too."""
    with Path("/dev/full").open("wb") as full, lab(tmp_path, "stacks", stdout=full.fileno()) as process:
        assert process.end() == 1
        assert process.says == "lab: No space left on device.\n"
