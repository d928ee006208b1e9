"""Stacks in runs of older labs: what their records lack is filled in from names, once, when a run is read."""

from collections.abc import Iterable, Mapping

import msgspec

from lab.stacks import parts
from records.run import Run, StackRecord, Trial
from records.types import Interface


def fill_fields(run: Run) -> None:
    """Let a run tell by fields what it tells by names alone; one that has the fields stays as it is."""
    run.stacks = [_filled(record) for record in run.stacks]
    run.trials = [_marked(trial) for trial in run.trials]
    names = {record.name for record in (*run.stacks, *run.explored)}
    run.explored += _unlisted(each.stack for each in run.capabilities if each.stack not in names)


def _filled(record: StackRecord) -> StackRecord:
    """Return a stack with what its app speaks, and the bridge to it."""
    if record.speaks is not None:
        return record
    _, speaks, bridge = APPS.get(record.app, (record.interface, record.interface, ""))
    return msgspec.structs.replace(record, speaks=speaks, bridge=bridge)


def _marked(trial: Trial) -> Trial:
    """Return a trial that says whether its stack is a copy."""
    server, app, copied = parts(trial.stack)
    return (
        msgspec.structs.replace(trial, copy_of=f"{server}/{app}") if copied and not trial.copy_of else trial
    )


def _unlisted(names: Iterable[str]) -> list[StackRecord]:
    """Return records of stacks of which a run has nothing but their names."""
    records = []
    for name in dict.fromkeys(names):
        server, app, _ = parts(name)
        if app in APPS:
            interface, speaks, bridge = APPS[app]
            records.append(
                StackRecord(name, interface, server, app, None, "", {}, speaks=speaks, bridge=bridge)
            )
    return records


APPS: Mapping[str, tuple[Interface, Interface, str]] = {
    "wsgi": ("wsgi", "wsgi", ""),
    "asgi": ("asgi", "asgi", ""),
    "wsgi-bridged": ("asgi", "wsgi", "bridged"),
    "asgi-bridged": ("wsgi", "asgi", "bridged"),
    "wsgi-guarded": ("asgi", "wsgi", "guarded"),
    "asgi-guarded": ("wsgi", "asgi", "guarded"),
}
"""The apps of labs that didn't write these fields: interface, what is spoken behind it, and the bridge."""
