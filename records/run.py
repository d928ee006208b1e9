"""A run as it is saved in results.json."""

from typing import Literal

import msgspec

from records.scenario import Figure, ScenarioRecord
from records.types import Interface, LevelValue

SCHEMA = 3  # 1 had numbers alone for levels, 2 was told by the lab's own tables
READABLE = (1, 2, 3)

Verdict = Literal["faster", "slower", "tie"]
Can = Literal["yes", "partly", "no"]
Status = Literal["ok", "failed", "cannot"]


class Doubt(msgspec.Struct, frozen=True):
    """A reason not to trust some figures, with what to do about it; no figures named: all of them.

    A doubt that `discards` keeps those figures out of every comparison. Where it says `at_least` they are lower bounds.
    """

    name: str
    says: str
    advice: str
    figures: list[str] = []
    discards: bool = False
    at_least: bool = False

    def about(self, figure: str) -> bool:
        """Tell whether it is about that figure."""
        return not self.figures or figure in self.figures


class Commands(msgspec.Struct, frozen=True):
    """The two command lines that repeat a trial by hand."""

    server: str
    load: str


class Trial(msgspec.Struct, frozen=True):
    """One stack under one scenario level, once; `log` is the last lines of what failed.

    `copy_of` is the stack that was measured against itself, where this is its trial under another name.
    `seconds` has the figures that are compared for each whole second of the window; where `turns` is true for each
    turn, so that the n-th of every stack of a block were measured in the same round. `histograms` are HDR's own
    compressed encoding, of microseconds, by kind of latency (`probe_` before those of the probe); `traces` have
    (when it was due, its corrected time), in seconds since the window's opening, by flow.
    """

    stack: str
    scenario: str
    level: LevelValue
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
    copy_of: str = ""


class Capability(msgspec.Struct, frozen=True):
    """What an experiment found of a stack: what it asked, whether the stack can, and the evidence in one sentence."""

    experiment: str
    asks: str
    stack: str
    can: Can
    says: str


class Noise(msgspec.Struct, frozen=True):
    """By how much a stack differed from itself on a figure: 0.03 is 3 %."""

    scenario: str
    level: LevelValue
    figure: str
    stack: str
    floor: float


class Comparison(msgspec.Struct, frozen=True):
    """Stack `a` against `b` on a figure: a's over b's, with its interval of 95 %, over so many trials."""

    scenario: str
    level: LevelValue
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

    `interface` is how the server calls the app, `speaks` what the code behind that speaks, and `bridge` the kind of
    what stands between, if anything does: older labs told these two in the name of the app alone. `contract` is what
    it broke of the contract, once it was `checked`; `slots_by_waiting` has the slots by the way in which an app waits.
    """

    name: str
    interface: Interface
    server: str
    app: str
    slots: int | None
    command: str
    settings: dict[str, str]
    skipped: str | None = None
    contract: list[str] = []
    checked: bool = False
    slots_by_waiting: dict[str, int | None] = {}
    speaks: Interface | None = None
    bridge: str = ""

    def runs_natively(self, interface: Interface) -> bool:
        """Tell whether it runs an app of that interface without a bridge."""
        return self.interface == interface and not self.bridge


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


class LoadWorkersRecord(msgspec.Struct, frozen=True):
    """Where load workers find their master, how many it waits for, and for how many seconds."""

    host: str
    port: int
    workers: int
    within_s: float


class Options(msgspec.Struct, frozen=True):
    """What a run was asked for and its other records don't tell.

    `aa`: the baseline against itself; `processes`: of the load generator. `targets` are the URLs of stacks that run
    elsewhere, `agent` that of the agent beside them, where there is one; `load_workers` is there when those of other
    machines took part.
    """

    workers: int
    threads: int
    aa: bool = False
    processes: int = 1
    targets: dict[str, str] = {}
    agent: str = ""
    load_workers: LoadWorkersRecord | None = None


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
    """Everything that is known of a run; `figures` says what each figure is that its trials have.

    `explored` are the stacks on which only experiments were made.
    """

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
    capabilities: list[Capability] = []
    figures: dict[str, Figure] = {}
    explored: list[StackRecord] = []

    def figure(self, name: str) -> Figure:
        """Return what a figure is; one that isn't described goes by its name alone."""
        return self.figures.get(name) or Figure("", "neither", name)


def as_json_text(value: object) -> bytes:
    """Return a value as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
