"""Cores, shared out."""

import pytest

from lab.measure.cores import split_cores


@pytest.mark.parametrize(
    ("available", "server", "generator"),
    [([0], [], []), ([0, 1], [0], [1]), ([4, 7, 9], [4], [7, 9]), ([0, 1, 2, 3], [0, 1], [2, 3])],
)
def test_cores_are_shared_out(available: list[int], server: list[int], generator: list[int]) -> None:
    """Server and generator never share a core where there are two."""
    assert split_cores(available) == (server, generator)
