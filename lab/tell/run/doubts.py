"""Doubts as a reader wants them: each kind once, with where it was raised."""

from collections.abc import Sequence
from dataclasses import dataclass

from records.run import Doubt, Trial


@dataclass(frozen=True)
class RaisedDoubt:
    """A doubt and where it was raised."""

    doubt: Doubt
    places: list[str]


def group_doubts(trials: Sequence[Trial]) -> list[RaisedDoubt]:
    """Return each kind of doubt once, with the trials that it was raised about and what it said there."""
    kinds: dict[tuple[str, str], tuple[Doubt, list[str]]] = {}
    for trial in trials:
        for doubt in trial.doubts:
            _, places = kinds.setdefault((doubt.name, doubt.advice), (doubt, []))
            number = f" #{trial.repetition}" if trial.repetition > 1 else ""
            places.append(f"{trial.stack} {trial.scenario}@{trial.level}{number}: {doubt.says}")
    return [RaisedDoubt(doubt, places) for _, (doubt, places) in sorted(kinds.items())]
