"""What goes wrong in ways that a person can mend: told in one sentence, never as a traceback."""

import difflib
from collections.abc import Iterable


class LabError(Exception):
    """An error whose message says what is wrong and what to do; `exit_code` is the command's."""

    exit_code = 1


class TrialFailed(LabError):
    """A server or a load didn't do its part; `log` is what it said last."""

    def __init__(self, message: str, log: Iterable[str]) -> None:
        super().__init__(message)
        self.log = list(log)


class Cannot(TrialFailed):
    """A stack was asked for what a scenario needs, and hasn't got it: its answer is the evidence."""

    def __init__(self, message: str) -> None:
        super().__init__(message, [])


class UsageError(LabError):
    """The command was asked for something that isn't there."""

    exit_code = 2


def unknown(kind: str, name: str, names: Iterable[str]) -> UsageError:
    """Say that there is no such thing, which ones are near, and how to see them all."""
    choices = list(names)
    near = difflib.get_close_matches(name, choices, n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(choices)}."
    return UsageError(f"There is no {kind} {name!r}: {advice}")
