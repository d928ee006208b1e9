"""What a dashboard is given, and what it records of a load that was driven by hand."""

import msgspec

from records.load import TargetReading
from records.usage import UsageReport


class DashboardStack(msgspec.Struct, frozen=True):
    """A stack: where it answers, its slots by way of waiting (null: unbounded), and how the report draws it."""

    name: str
    url: str
    slots: dict[str, int | None]
    colour: str
    dash: tuple[int, ...]


class AgentAddress(msgspec.Struct, frozen=True):
    """Where an agent answers whoever has its token."""

    url: str
    token: str


class DashboardSetup(msgspec.Struct, frozen=True):
    """The stacks that are served, in their order, and the agent that tells what they use and restarts them."""

    stacks: tuple[DashboardStack, ...]
    agent: AgentAddress


class UsageSample(msgspec.Struct, frozen=True):
    """What an agent reported at one moment, and the CPU seconds that the load generator had used by then."""

    report: UsageReport
    generator_s: float


class RecordedLoad(msgspec.Struct, frozen=True):
    """A load that has ended: what was sent, when, by how many users of each stack, and what came of it.

    Times are seconds of the monotonic clock; `usage` was sampled every second.
    """

    scenario: str
    began_at: float
    closed_at: float
    probes_per_s: float
    users: dict[str, int]
    targets: dict[str, TargetReading]
    usage: list[UsageSample]
