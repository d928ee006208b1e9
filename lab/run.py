"""The records of a run, and how they are read and written: results.json, in the lab's words."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec

from lab.errors import LabError, UsageError
from loadtests.scenarios import Value

SCHEMA = 2  # 1 had numbers alone for levels
READABLE = (1, 2)
RESULTS = "results.json"
CALIBRATION = "calibration.json"

Verdict = Literal["faster", "slower", "tie"]
Status = Literal["ok", "failed", "cannot"]


class Doubt(msgspec.Struct, frozen=True):
    """A reason not to trust some figures, with what to do about it; no figures named: all of them.

    A doubt that `discards` keeps those figures out of every comparison.
    """

    name: str
    says: str
    advice: str
    figures: list[str] = []
    discards: bool = False

    def about(self, figure: str) -> bool:
        """Tell whether it is about that figure."""
        return not self.figures or figure in self.figures


class Commands(msgspec.Struct, frozen=True):
    """The two command lines that repeat a trial by hand."""

    server: str
    load: str


class Trial(msgspec.Struct, frozen=True):
    """One stack under one scenario level, once; `log` is the last lines of what failed.

    `seconds` has the figures that are compared for each whole second of the window; where `turns` is true for each
    turn, so that the n-th of every stack of a block were measured in the same round. `histograms` are HDR's own
    compressed encoding, of microseconds, by kind of latency (`probe_` before those of the probe); `traces` have
    (when it was due, its corrected time), in seconds since the window's opening, by flow.
    """

    stack: str
    scenario: str
    level: Value
    repetition: int
    status: Status
    figures: dict[str, float] = {}
    doubts: list[Doubt] = []
    commands: Commands | None = None
    log: list[str] = []
    seconds_measuring: float = 0.0
    seconds: dict[str, list[float]] = {}
    turns: bool = False
    histograms: dict[str, str] = {}
    traces: dict[str, list[tuple[float, float]]] = {}


class Noise(msgspec.Struct, frozen=True):
    """By how much a stack differed from itself on a figure: 0.03 is 3 %."""

    scenario: str
    level: Value
    figure: str
    stack: str
    floor: float


class Comparison(msgspec.Struct, frozen=True):
    """Stack `a` against `b` on a figure: a's over b's, with its interval of 95 %, over so many trials."""

    scenario: str
    level: Value
    figure: str
    a: str
    b: str
    ratio: float
    low: float
    high: float
    verdict: Verdict
    trials: int


class StackRecord(msgspec.Struct, frozen=True):
    """A stack as it ran: `slots` is null where nothing bounds it; `skipped` says why it didn't run.

    `contract` is what it broke of the contract, once it was `checked`; `slots_by_waiting` has the slots by the way in
    which an app waits.
    """

    name: str
    interface: str
    server: str
    app: str
    slots: int | None
    command: str
    settings: dict[str, str]
    skipped: str | None = None
    contract: list[str] = []
    checked: bool = False
    slots_by_waiting: dict[str, int | None] = {}


class LevelRecord(msgspec.Struct, frozen=True):
    """One level of a scenario, with the seconds that each trial of it is measured."""

    level: Value
    window_s: float
    sends: list[str]


class ScenarioRecord(msgspec.Struct, frozen=True):
    """A scenario as it was measured; `theory` says what was expected."""

    name: str
    question: str
    unit: str
    levels: list[LevelRecord]
    theory: str = ""


class CalibrationFigure(msgspec.Struct, frozen=True):
    """One figure of a server whose waiting times are known: theory, measurement, and what is accepted."""

    scenario: str
    figure: str
    theory: float
    measured: float
    low: float
    high: float
    ok: bool


class Calibration(msgspec.Struct, frozen=True):
    """How well the load generator read known waiting times: when, and on which machine."""

    at: str
    machine: dict[str, str]
    figures: list[CalibrationFigure]


class CrewRecord(msgspec.Struct, frozen=True):
    """Where load workers find their master, how many it waits for, and for how many seconds."""

    host: str
    port: int
    workers: int
    within_s: float


class Options(msgspec.Struct, frozen=True):
    """What a run was asked for and its other records don't tell.

    `aa`: the baseline against itself; `processes`: of the load generator. `targets` are the URLs of stacks that run
    elsewhere, `agent` that of the agent beside them, where there is one; `crew` is there when load workers of other
    machines took part.
    """

    workers: int
    threads: int
    aa: bool = False
    processes: int = 1
    targets: dict[str, str] = {}
    agent: str = ""
    crew: CrewRecord | None = None


class RunRecord(msgspec.Struct):
    """When and how the run was made; `finished` is null while it goes on, or when it was cut short.

    `stopped` says what ended it before its end, `resumed` when it went on after that.
    """

    id: str
    started: str
    finished: str | None
    profile: str
    seconds_total: float
    seconds_measuring: float
    seed: int
    planned_trials: int
    stopped: str | None = None
    resumed: list[str] = []
    options: Options | None = None


class Run(msgspec.Struct):
    """Everything that is known of a run."""

    schema: int
    run: RunRecord
    environment: dict[str, str]
    stacks: list[StackRecord]
    scenarios: list[ScenarioRecord]
    trials: list[Trial]
    calibration: Calibration | None = None
    noise: list[Noise] = []
    comparisons: list[Comparison] = []
    baseline: str = ""


def write(run: Run, folder: Path) -> Path:
    """Write results.json in one piece: a reader sees the old one or the new one, never a half."""
    path = folder / RESULTS
    write_whole(path, as_json_text(run))
    return path


def as_json_text(value: object) -> bytes:
    """Return a value as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


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
    """Read a run from its folder or its results.json; raises LabError, saying what is wrong."""
    path = place / RESULTS if place.is_dir() else place
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabError(f"There is no run at {place}: {error.strerror}.") from error
    try:
        run = msgspec.json.decode(content, type=Run)
    except msgspec.DecodeError as error:
        raise LabError(f"{path} isn't a run of this lab: {error}.") from error
    if run.schema not in READABLE:
        raise LabError(f"{path} has schema {run.schema}; this lab reads {SCHEMA}.")
    return run


def folder_of(place: Path) -> Path:
    """Return the folder of a run, named by it or by its results.json, where it really is."""
    return (place if place.is_dir() else place.parent).resolve()


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
