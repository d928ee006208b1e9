"""Runs as earlier labs saved them, in today's shape: what was renamed since, and what was known by its name."""

import msgspec

from records.run import SCHEMA, Doubt, LoadWorkersRecord, Options, Run, Trial


def decode(content: bytes) -> Run:
    """Return the run in results.json; its `schema` is still the one that it was saved with.

    What schema 3 says of scenarios and figures an earlier run lacks. Raises msgspec.DecodeError.
    """
    run = msgspec.json.decode(content, type=Run)
    if run.schema >= SCHEMA:
        return run
    run.trials = [_with_bounds(trial) for trial in run.trials]
    if run.run.options is not None:
        run.run.options = _with_load_workers(run.run.options, content)
    return run


class _OldOptions(msgspec.Struct):
    """The options that have another name today."""

    crew: LoadWorkersRecord | None = None


class _OldRunRecord(msgspec.Struct):
    options: _OldOptions


class _OldRun(msgspec.Struct):
    run: _OldRunRecord


def _with_load_workers(options: Options, content: bytes) -> Options:
    old = msgspec.json.decode(content, type=_OldRun).run.options
    return msgspec.structs.replace(options, load_workers=old.crew)


def _with_bounds(trial: Trial) -> Trial:
    return msgspec.structs.replace(trial, doubts=[_with_bound(doubt) for doubt in trial.doubts])


def _with_bound(doubt: Doubt) -> Doubt:
    return msgspec.structs.replace(doubt, at_least=True) if doubt.name == UNANSWERED else doubt


UNANSWERED = "unanswered"
"""The doubt whose figures are lower bounds: until schema 3 its name alone said so."""
