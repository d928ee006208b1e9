"""What the instrument must read."""

import pytest

from lab.judge.calibration import EXPECTED, Expected, judge_calibration, passed
from lab.judge.figures import FIGURES
from loadtests.calibrations import CALIBRATIONS

PERFECT: dict[str, dict[str, float]] = {
    name: {e.figure: e.theory for e in EXPECTED if e.scenario == name} for name in CALIBRATIONS
}


def test_theory_itself_passes() -> None:
    """An instrument without error is right."""
    assert passed(judge_calibration(PERFECT, {}, "now"))


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda e: f"{e.scenario} {e.figure}")
def test_each_figure_can_fail(expected: Expected) -> None:
    """One figure read wrong fails the calibration."""
    for wrong in (0.8, 1.2):
        figures = {name: dict(values) for name, values in PERFECT.items()}
        figures[expected.scenario][expected.figure] *= wrong
        assert not passed(judge_calibration(figures, {}, "now"))


def test_required_accuracy() -> None:
    """A frozen server's corrected p90 and p99 are read within 3 %, a fixed 50 ms within 1.5 ms, gaps within 1 ms."""
    limits = {(e.scenario, e.figure): (e.low, e.high) for e in EXPECTED}
    assert limits["known-frozen", "corrected_ms_p90"] == (485, 515)
    assert limits["known-frozen", "corrected_ms_p99"] == pytest.approx((921.5, 978.5))
    assert limits["known-fixed", "service_ms_p50"] == (50, 51.5)
    assert limits["known-gaps", "gap_ms_p50"] == (19, 21)


def test_every_expected_figure_is_one_that_is_measured() -> None:
    """Calibration looks at figures of the lab."""
    assert {e.figure for e in EXPECTED} <= set(FIGURES)
