"""What `lab load-worker` refuses; tests/live runs it."""

import pytest

from lab.commands.load_worker import load_worker
from lab.errors import UsageError


def test_a_master_that_can_not_be_found_is_wrong_use() -> None:
    """A name that nobody knows is refused before anything is started."""
    with pytest.raises(UsageError, match="can't be found"):
        load_worker("no.such.host.invalid", port=5557, processes=1, patience=1.0)
