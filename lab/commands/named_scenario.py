"""A scenario by its name."""

from lab.errors import unknown
from loadtests.scenarios import SCENARIOS


def known_scenario(name: str) -> str:
    """Return the name of a scenario; raises UsageError, naming near ones, when there is none."""
    if name not in SCENARIOS:
        raise unknown("scenario", name, SCENARIOS)
    return name
