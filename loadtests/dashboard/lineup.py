"""Who takes part: the stacks as whoever started them wrote them down, and the agent beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loadtests.dashboard.agent_client import Agent


@dataclass(frozen=True)
class Entry:
    """A stack: where it answers, its slots by way of waiting (`None`: unbounded), and how the report draws it."""

    name: str
    url: str
    slots: Mapping[str, int | None]
    colour: str
    dash: tuple[int, ...]


@dataclass(frozen=True)
class Lineup:
    """All stacks in their order, and the agent that tells what they use and restarts them."""

    stacks: tuple[Entry, ...]
    agent: Agent


def read_lineup(path: Path) -> Lineup:
    """Read a lineup from its JSON file."""
    told = json.loads(path.read_text())
    stacks = tuple(Entry(**entry) for entry in told["stacks"])
    return Lineup(stacks, Agent(**told["agent"]))
