"""Percentiles of latencies of which some are only known to be longer than something.

A request that has no answer when the window closes is right-censored: its age is a lower bound. The
distribution is estimated by the product limit (E. L. Kaplan and P. Meier, "Nonparametric Estimation from
Incomplete Observations", 1958), so that young requests don't pull percentiles down and stuck ones push them up.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

US_PER_MS = 1000.0
BEYOND = 5  # answers, without which a percentile is luck
ROUNDING = 1e-9

Milliseconds = NDArray[np.float64]


@dataclass(frozen=True)
class Percentile:
    """A percentile in ms; `at_least` when it lies beyond what was seen answered: a lower bound."""

    ms: float
    at_least: bool = False


def decode(histogram: str) -> Milliseconds:
    """Return the values of an encoded HDR histogram in ms, each as often as it was counted."""
    decoded = HdrHistogram.decode(histogram.encode())
    counts = np.asarray(decoded.counts).astype(np.int64)
    buckets = np.flatnonzero(counts)
    lowest = [decoded.get_value_from_index(int(index)) for index in buckets]
    values = np.array([decoded.get_highest_equivalent_value(v) for v in lowest], dtype=np.float64)
    return np.repeat(values, counts[buckets]) / US_PER_MS


def survival() -> ModuleType:
    """Load what estimates distributions: a second that --help needn't take, and that belongs before a measurement."""
    return importlib.import_module("scipy.stats")


def percentiles(answered: Milliseconds, censored: Milliseconds, points: Sequence[float]) -> list[Percentile]:
    """Estimate percentiles (0 to 100) of latencies; at least one must be given, answered or censored.

    Point 100 is the longest seen, a lower bound when that one wasn't answered.
    """
    stats = survival()
    longest = float(np.concatenate([answered, censored]).max())
    if not answered.size:
        return [Percentile(longest, at_least=True) for _ in points]
    curve = stats.ecdf(stats.CensoredData(answered, right=censored)).cdf
    return [_at(point, curve.quantiles, curve.probabilities, longest) for point in points]


def curve(answered: Milliseconds, unanswered: int, points: Sequence[float]) -> list[tuple[float, float]]:
    """Return (point, ms) for those percentiles (0 to 100) beyond which five answers lie.

    Requests of which only is known that they had no answer count as longer than every answer.
    """
    ordered, total = np.sort(answered), answered.size + unanswered
    supported = [p for p in points if p == 0 or total * (1 - p / 100) >= BEYOND - ROUNDING]
    indices = [max(0, int(np.ceil(total * p / 100 - ROUNDING)) - 1) for p in supported]
    return [(p, float(ordered[i])) for p, i in zip(supported, indices, strict=True) if i < ordered.size]


def _at(point: float, values: Milliseconds, reached: Milliseconds, longest: float) -> Percentile:
    index = int(np.searchsorted(reached, point / 100 - ROUNDING))
    if index < len(values):
        return Percentile(float(values[index]))
    return Percentile(longest, at_least=True)
