"""The stacks that a verb is to serve, and why they can't be."""

from collections.abc import Sequence

from lab.errors import LabError, UsageError
from lab.measure.server_process import port_taken
from lab.stacks import DEFAULT_STACKS, Stack, find


def choose_stacks(names: Sequence[str] | None, *, every: bool) -> list[Stack]:
    """Return the stacks of these names, and the default ones where `every`; raises UsageError for none."""
    stacks = [find(name) for name in dict.fromkeys([*(names or []), *(DEFAULT_STACKS if every else ())])]
    if not stacks:
        raise UsageError("Name a stack, for example uvicorn/asgi, or say --all for the six default ones.")
    return stacks


def ports_from(first_port: int, count: int) -> list[int]:
    """Return so many consecutive ports; 0 for each when the first may be any."""
    return [first_port and first_port + place for place in range(count)]


def refuse_missing(stacks: Sequence[Stack]) -> None:
    """Raise LabError for a stack that isn't installed."""
    for stack in stacks:
        if reason := stack.missing():
            raise LabError(f"{stack.name} can't be served: {reason}.")


def refuse_taken(ports: Sequence[int], host: str, option: str = "--port") -> None:
    """Raise LabError for a port that is taken, which another `option` mends; 0 never is."""
    for port in ports:
        if port and port_taken(port, host):
            raise LabError(f"Port {port} is taken: choose others with {option}, or any with {option} 0.")
