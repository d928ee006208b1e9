"""The folder of a run: results.json, read and written whole, and who may add to it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from lab.errors import LabError, UsageError
from lab.saved_runs.upgrade import upgrade
from records.run import READABLE, SCHEMA, Calibration, Run, as_json_text
from records.upgrade import decode

RESULTS = "results.json"
CALIBRATION = "calibration.json"


def write(run: Run, folder: Path) -> Path:
    """Write results.json in one piece: a reader sees the old one or the new one, never a half."""
    path = folder / RESULTS
    write_whole(path, as_json_text(run))
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file through a neighbour and a rename; raises LabError when the disk won't take it."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise LabError(f"Can't write {path}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def read(place: Path) -> Run:
    """Read a run from its folder or its results.json, one of an earlier schema as if today's lab had saved it.

    Raises LabError, saying what is wrong.
    """
    path = place / RESULTS if place.is_dir() else place
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabError(f"There is no run at {place}: {error.strerror}.") from error
    try:
        run = decode(content)
    except msgspec.DecodeError as error:
        raise LabError(f"{path} isn't a run of this lab: {error}.") from error
    if run.schema not in READABLE:
        raise LabError(f"{path} has schema {run.schema}; this lab reads {SCHEMA}.")
    upgrade(run)
    return run


def folder_of(place: Path) -> Path:
    """Return the folder of a run, named by it or by its results.json, where it really is."""
    return (place if place.is_dir() else place.parent).resolve()


def make_folder(folder: Path) -> Path:
    """Make a folder, and those above it; raises LabError where that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"Can't make {folder}: {error.strerror}; choose another place with --out.") from error
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other lab from making trials in a run's folder; raises LabError when one does already."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise LabError(f"There is no run at {folder}: {error.strerror}.") from error
    try:
        _lock(handle, folder.name)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, name: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"{name} is being made just now by another lab: let it end first.") from None


def read_calibration(out: Path) -> Calibration | None:
    """Read the last calibration beside the runs, `None` where there is none that can be read."""
    try:
        return msgspec.json.decode((out / CALIBRATION).read_bytes(), type=Calibration)
    except (OSError, msgspec.DecodeError):
        return None


def point_latest(folder: Path) -> None:
    """Let `latest` beside the run's folder point at it."""
    partial = folder.with_name("latest.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(folder.name)
    partial.replace(folder.with_name("latest"))
