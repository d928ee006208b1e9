"""What an experiment finds."""

from dataclasses import dataclass

from records.run import Can


@dataclass(frozen=True)
class Finding:
    """Whether it can, with its evidence in one sentence: times, bytes, events."""

    can: Can
    says: str


def yes(says: str) -> Finding:
    """It can."""
    return Finding("yes", says)


def no(says: str) -> Finding:
    """It can't."""
    return Finding("no", says)


def partly(says: str) -> Finding:
    """It can, with a reservation."""
    return Finding("partly", says)


def whether(holds: bool, says: str) -> Finding:  # noqa: FBT001 - the question itself
    """It can if something holds."""
    return yes(says) if holds else no(says)


def in_ms(seconds: float) -> str:
    """Return a time in milliseconds, with a decimal below ten."""
    ms = seconds * 1000
    return f"{ms:.1f} ms" if abs(ms) < 10 else f"{ms:.0f} ms"  # noqa: PLR2004 - two digits
