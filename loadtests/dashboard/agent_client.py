"""The agent beside the servers, asked over HTTP: what of its answers the dashboard reads."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import msgspec

ANSWERS_WITHIN_S = 30.0


class AgentError(Exception):
    """The agent can't be reached, or refuses; the message says which."""


class Footprint(msgspec.Struct, frozen=True):
    """What a process tree holds."""

    pss_mib: float
    own_mib: float
    threads: int


class StackUsage(msgspec.Struct, frozen=True):
    """The CPU seconds that each process of a stack has used so far, and what they hold; `alive` while it runs."""

    cpu_s: dict[int, float]
    footprint: Footprint
    alive: bool


class UsageReport(msgspec.Struct, frozen=True):
    """What every stack uses, `at` being the agent's monotonic clock.

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
            name: cpu_since(told.cpu_s, before.stacks[name].cpu_s) / (self.at - before.at)
            for name, told in self.stacks.items()
            if name in before.stacks
        }


def cpu_since(now: Mapping[int, float], before: Mapping[int, float]) -> float:
    """Return the CPU seconds used by processes since an earlier look; one born in between counts from zero."""
    return sum(used - before.get(pid, 0.0) for pid, used in now.items())


@dataclass(frozen=True)
class Agent:
    """An agent at a URL, for whoever has its token."""

    url: str
    token: str

    def usage(self) -> UsageReport:
        """Ask what every stack uses."""
        return msgspec.json.decode(self.ask("GET", "/usage"), type=UsageReport)

    def restart(self, stack: str) -> None:
        """Have a stack ended and started again."""
        self.ask("POST", f"/restart?stack={quote(stack)}")

    def ask(self, method: str, target: str, body: bytes = b"") -> bytes:
        """Return the body of an answer; raises AgentError when there is none, or a refusal."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWERS_WITHIN_S)
        try:
            with closing(connection):
                connection.request(method, target, body, {"Authorization": f"Bearer {self.token}"})
                response = connection.getresponse()
                content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise AgentError(f"The agent doesn't answer: {error}.") from error
        if response.status != http.client.OK:
            raise AgentError(msgspec.json.decode(content)["detail"])
        return content
