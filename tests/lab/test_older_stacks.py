"""Stacks of runs that were made before records had all of their fields."""

import msgspec
import pytest

from lab.measure.new_run import stack_record
from lab.older_stacks import fill_fields
from lab.servers import Settings
from lab.stacks import Stack, all_stacks
from records.run import Capability, Run, StackRecord
from tests.lab import runs


def older(record: StackRecord) -> StackRecord:
    """Return a record as older labs wrote it."""
    return msgspec.structs.replace(record, speaks=None, bridge="")


@pytest.mark.parametrize("stack", list(all_stacks()), ids=lambda stack: stack.name)
def test_every_stack_is_told_by_its_name(stack: Stack) -> None:
    """What the lab writes today is what it reads out of an older record."""
    now = stack_record(stack, Settings())
    run = runs.run(stacks=[older(now)])
    fill_fields(run)
    assert run.stacks == [now]


def test_an_app_that_nobody_knows_is_taken_for_a_native_one() -> None:
    """It speaks what it is called by, as far as anybody can tell."""
    run = runs.run(stacks=[older(runs.stack("uvicorn/shop"))])
    fill_fields(run)
    assert (run.stacks[0].speaks, run.stacks[0].bridge) == ("asgi", "")


def test_a_record_that_has_its_fields_stays() -> None:
    """A name says nothing where fields say something else."""
    record = msgspec.structs.replace(runs.stack("uvicorn/wsgi-bridged"), speaks="asgi", bridge="")
    run = runs.run(stacks=[record])
    fill_fields(run)
    assert run.stacks == [record]


def test_a_copy_is_known_by_its_mark() -> None:
    """Trials under a second name say whose they are, and the others are nobody's copy."""
    copy = runs.copied(runs.trial("gunicorn-sync/wsgi", 50))
    run = runs.run([runs.trial("gunicorn-sync/wsgi", 50), msgspec.structs.replace(copy, copy_of="")])
    fill_fields(run)
    assert [trial.copy_of for trial in run.trials] == ["", "gunicorn-sync/wsgi"]
    assert run.trials[1] == copy


def explored(*stacks: str) -> Run:
    """Return a run with a finding about each of these stacks."""
    run = runs.run()
    run.capabilities = [Capability("http2", "Does it?", stack, "no", "it doesn't") for stack in stacks]
    fill_fields(run)
    return run


def test_stacks_of_experiments_alone_are_listed() -> None:
    """A finding's stack is looked up by its name, measured or not; each is there once."""
    run = explored("uvicorn/asgi", "hypercorn/wsgi-bridged", "hypercorn/wsgi-bridged")
    (added,) = run.explored
    fields = (added.name, added.server, added.app, added.interface, added.speaks, added.bridge)
    assert fields == ("hypercorn/wsgi-bridged", "hypercorn", "wsgi-bridged", "asgi", "wsgi", "bridged")


def test_filling_twice_adds_nothing() -> None:
    """A run that has been filled is whole."""
    run = explored("hypercorn/wsgi-bridged")
    before = msgspec.json.encode(run)
    fill_fields(run)
    assert msgspec.json.encode(run) == before


def test_a_name_that_tells_nothing_is_left_alone() -> None:
    """Of an app that nobody knows not even the interface can be said."""
    assert explored("mod_python/cgi").explored == []
