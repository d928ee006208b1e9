"""What `lab capabilities` keeps in a run; tests/live makes the experiments."""

from lab.commands.capabilities import keep
from lab.stacks import find
from records.run import Capability
from tests.lab import runs

FINDINGS = [Capability("http2", "Does it?", name, "no", "") for name in ("uvicorn/asgi", "waitress/wsgi")]


def test_stacks_that_were_not_measured_are_kept_beside_the_findings() -> None:
    """Each finding's stack has its record in the run, once, and the measured ones stay as they were."""
    run = runs.run()
    measured = list(run.stacks)
    keep(run, [find(each.stack) for each in FINDINGS], FINDINGS)
    assert run.capabilities == FINDINGS
    assert run.stacks == measured
    assert [(each.name, each.speaks) for each in run.explored] == [("waitress/wsgi", "wsgi")]


def test_findings_take_the_place_of_earlier_ones() -> None:
    """What another set of stacks left behind goes with its findings."""
    run = runs.run()
    keep(run, [find("waitress/wsgi")], FINDINGS[1:])
    keep(run, [find("uvicorn/asgi")], FINDINGS[:1])
    assert (run.capabilities, run.explored) == (FINDINGS[:1], [])
