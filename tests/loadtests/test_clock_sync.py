"""Clocks of other machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.clock_sync import Exchange, Offset, offset

seconds = st.floats(0.0, 10.0)


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.floats(0.0, 1e5), seconds, seconds), min_size=1, max_size=10),
)
def test_the_clock_is_never_farther_off_than_said(
    ahead_s: float, ways: list[tuple[float, float, float]]
) -> None:
    """However long the question and the answer are on their way, the true offset is within the error."""
    exchanges = [Exchange(at, at + there + ahead_s, at + there + back) for at, there, back in ways]
    found = offset(exchanges)
    assert abs(found.ahead_s - ahead_s) <= found.error_s + 1e-6


def test_the_quickest_exchange_is_believed() -> None:
    """A slow one that would say something else doesn't count."""
    slow, quick = Exchange(0.0, 100.9, 1.0), Exchange(2.0, 102.25, 2.5)
    assert offset([slow, quick]) == offset([quick, slow]) == Offset(ahead_s=100.0, error_s=0.25)


def test_a_way_alike_both_ways_is_exact() -> None:
    """When the answer takes as long as the question there is no error at all."""
    assert offset([Exchange(5.0, 35.5, 6.0)]).ahead_s == pytest.approx(30.0)
