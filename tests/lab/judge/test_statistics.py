"""Percentiles of latencies, some of them censored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.judge.statistics import Percentile, curve, decode, percentiles
from tests.lab import runs

NONE = np.array([])
latencies = st.lists(st.floats(0.001, 10_000), min_size=1, max_size=50)


def test_decode_gives_each_value_as_often_as_counted() -> None:
    """Values come back in ms, in order, within the three digits that HDR keeps."""
    assert decode(runs.histogram(5, 1, 5)).round(2).tolist() == [1.0, 5.0, 5.0]


def test_decode_keeps_three_digits() -> None:
    """A value is told from its neighbour at a thousandth."""
    assert decode(runs.histogram(500)) == pytest.approx([500], rel=0.001)


def test_percentiles_without_censoring() -> None:
    """The p-th percentile is the smallest value that p percent don't exceed."""
    found = percentiles(np.arange(1.0, 101.0), NONE, [50, 90, 99, 100])
    assert found == [Percentile(50), Percentile(90), Percentile(99), Percentile(100)]


def test_old_requests_without_an_answer_push_percentiles_up() -> None:
    """Requests stuck for longer than any answer took make the tail a lower bound."""
    found = percentiles(np.full(50, 10.0), np.full(50, 3000.0), [50, 90])
    assert found == [Percentile(10.0), Percentile(3000.0, at_least=True)]


def test_young_requests_without_an_answer_pull_nothing_down() -> None:
    """Requests that were merely young when the window closed don't count as fast."""
    found = percentiles(np.full(50, 100.0), np.full(50, 1.0), [50])
    assert found == [Percentile(100.0)]


def test_nothing_answered_is_a_lower_bound() -> None:
    """With no answer at all every percentile is at least the oldest age."""
    assert percentiles(NONE, np.array([5.0, 7.0]), [50]) == [Percentile(7.0, at_least=True)]


def test_kaplan_meier_example() -> None:
    """With answers at 1, 2, 4 and a censored 3, half are answered by 2 and all by 4."""
    found = percentiles(np.array([1.0, 2.0, 4.0]), np.array([3.0]), [25, 50, 100])
    assert found == [Percentile(1.0), Percentile(2.0), Percentile(4.0)]


@given(latencies, latencies)
def test_censoring_never_flatters(answered: list[float], stuck: list[float]) -> None:
    """A request that never was answered makes no percentile smaller than it is without it."""
    longer = np.array(stuck) + max(answered)
    points = [50.0, 90.0, 99.0]
    without = percentiles(np.array(answered), NONE, points)
    with_stuck = percentiles(np.array(answered), longer, points)
    assert [w.ms <= s.ms for w, s in zip(without, with_stuck, strict=True)] == [True] * 3


def test_curve_goes_as_far_as_five_answers_lie_beyond() -> None:
    """Of a hundred answers the 95th percentile is the last that isn't luck."""
    assert curve(np.arange(1.0, 101.0), 0, [0, 50, 95, 96, 99]) == [(0, 1.0), (50, 50.0), (95, 95.0)]


def test_curve_counts_what_had_no_answer_as_slowest() -> None:
    """With as many unanswered as answered the curve ends at the median."""
    assert curve(np.arange(1.0, 101.0), 100, [25, 50, 75]) == [(25, 50.0), (50, 100.0)]


def test_curve_of_too_few_is_their_fastest_alone() -> None:
    """Four answers tell no percentile, and none tell nothing."""
    assert curve(np.arange(1.0, 5.0), 0, [0, 50]) == [(0, 1.0)]
    assert curve(NONE, 10, [0, 50]) == []


@given(latencies, st.integers(0, 50))
def test_curve_never_falls(answered: list[float], unanswered: int) -> None:
    """A higher percentile is no shorter."""
    found = [ms for _, ms in curve(np.array(answered), unanswered, [0, 25, 50, 75, 90])]
    assert found == sorted(found)
