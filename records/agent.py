"""What an agent beside servers answers, with `records.usage`."""

import msgspec

from records.run import StackRecord


class AgentStack(msgspec.Struct, frozen=True):
    """A stack that an agent stands beside."""

    url: str
    record: StackRecord


class AgentStacks(msgspec.Struct, frozen=True):
    """Every stack that an agent stands beside, and the machine that it is on."""

    stacks: list[AgentStack]
    environment: dict[str, str]


class Refusal(msgspec.Struct, frozen=True):
    """Why an agent doesn't do what it was asked."""

    detail: str
