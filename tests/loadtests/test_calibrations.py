"""Loads for a server whose waiting times are known."""

from lab.judge.calibration import EXPECTED
from lab.measure.reference_server import CHUNKS, GAP_S, WAITS
from loadtests.calibrations import CALIBRATIONS
from loadtests.scenarios import SCENARIOS

FLOWS = [flow for each in CALIBRATIONS.values() for level in each.levels for flow in level.flows]


def test_calibrations_go_by_their_names() -> None:
    """Each is found under its own name, which no scenario has."""
    assert [each.name for each in CALIBRATIONS.values()] == list(CALIBRATIONS)
    assert set(CALIBRATIONS) & set(SCENARIOS) == set()


def test_every_calibration_is_judged() -> None:
    """What is measured of the clockwork is held against theory, and nothing else is."""
    assert {expected.scenario for expected in EXPECTED} == set(CALIBRATIONS)


def test_the_clockwork_knows_what_it_is_asked_for() -> None:
    """Every target is one of its paths."""
    assert {flow.target for flow in FLOWS} <= {*WAITS, "/gaps"}


def test_gaps_are_those_of_the_clockwork() -> None:
    """A stream declares as many chunks as come, and the time of the gaps between."""
    (flow,) = [flow for flow in FLOWS if flow.behaviour == "stream"]
    assert (flow.chunks, flow.waits_s) == (CHUNKS, (CHUNKS - 1) * GAP_S)
