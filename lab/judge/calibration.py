"""What the load generator must read of a server whose waiting times are known."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.run import Calibration, CalibrationFigure


@dataclass(frozen=True)
class Expected:
    """A figure of a calibration scenario: its theory, and between what it must be read."""

    scenario: str
    figure: str
    theory: float
    low: float
    high: float


def judge_calibration(
    figures: Mapping[str, Mapping[str, float]], machine: dict[str, str], at: str
) -> Calibration:
    """Return what was read beside its theory; `figures` are by scenario and name."""
    return Calibration(at, machine, [_read(e, figures[e.scenario][e.figure]) for e in EXPECTED])


def passed(calibration: Calibration) -> bool:
    """Tell whether every figure was read as it must be."""
    return all(figure.ok for figure in calibration.figures)


def _read(expected: Expected, measured: float) -> CalibrationFigure:
    return CalibrationFigure(
        expected.scenario,
        expected.figure,
        expected.theory,
        measured,
        expected.low,
        expected.high,
        ok=expected.low <= measured <= expected.high,
    )


EXPECTED: tuple[Expected, ...] = (
    Expected("known-fixed", "throughput_per_s", 100, 99, 101),
    Expected("known-fixed", "service_ms_p50", 50, 50, 51.5),
    Expected("known-fixed", "corrected_ms_p50", 50, 50, 51.5),
    Expected("known-bimodal", "service_ms_p50", 10, 10, 11.5),
    Expected("known-bimodal", "service_ms_p90", 100, 100, 101.5),
    Expected("known-bimodal", "corrected_ms_p90", 100, 100, 101.5),
    Expected("known-frozen", "throughput_per_s", 40, 39.6, 40.4),
    Expected("known-frozen", "corrected_ms_p90", 500, 485, 515),
    Expected("known-frozen", "corrected_ms_p99", 950, 921.5, 978.5),
    Expected("known-gaps", "gap_ms_p50", 20, 19, 21),
    Expected("known-gaps", "gap_ms_p90", 20, 19, 21),
)
