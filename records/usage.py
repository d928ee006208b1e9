"""What processes and machines use: CPU seconds, memory, threads."""

import msgspec

CpuSeconds = dict[int, float]
"""CPU seconds used so far, by pid."""


class Footprint(msgspec.Struct, frozen=True):
    """What a server's process tree holds: memory with shared pages counted in shares, its anonymous part, threads."""

    pss_mib: float
    own_mib: float
    threads: int


class Usage(msgspec.Struct, frozen=True):
    """CPU seconds used in one second of the window, or one turn, `at` being how long it was.

    `machine` is what all cores were busy for; it counts in ticks of 10 ms, the others in nanoseconds. What nobody
    tells is null: `server` of a stack that runs elsewhere without an agent, `machine` where that shares this one.
    """

    at: float
    server: float | None
    generator: float
    lab: float
    machine: float | None


class StackUsage(msgspec.Struct, frozen=True):
    """The CPU seconds that each process of a stack has used so far, and what they hold; `alive` while it runs.

    The footprint is null where only the clocks were asked for.
    """

    cpu_s: CpuSeconds
    footprint: Footprint | None
    alive: bool


class UsageReport(msgspec.Struct, frozen=True):
    """What every stack of an agent uses, `at` being the agent's monotonic clock.

    `machine_s` is for how many seconds all cores were busy, `agent_s` how many of them the agent itself used;
    `machine` is the same for all that count those seconds alike.
    """

    at: float
    machine: str
    machine_s: float
    agent_s: float
    stacks: dict[str, StackUsage]

    def cores_since(self, before: "UsageReport | None") -> dict[str, float]:
        """Return how many cores each stack has used since an earlier report, nothing without one."""
        if before is None or self.at <= before.at:
            return {}
        return {
            name: cpu_s_since(usage.cpu_s, before.stacks[name].cpu_s) / (self.at - before.at)
            for name, usage in self.stacks.items()
            if name in before.stacks
        }


def cpu_s_since(now: CpuSeconds, before: CpuSeconds) -> float:
    """Return the CPU seconds used by processes since an earlier look; one born in between counts from zero."""
    return sum(used - before.get(pid, 0.0) for pid, used in now.items())
