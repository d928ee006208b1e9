"""What the tests of the witnesses share: a journal of their own."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from records.settings import TRACE_FILE
from tracing import journal

Journal = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """Return a function that reads what was written down so far."""
    path = tmp_path / "trace.jsonl"
    monkeypatch.setenv(TRACE_FILE, str(path))
    journal.output.cache_clear()
    descriptor = journal.output()
    yield lambda: [json.loads(line) for line in path.read_text().splitlines()]
    os.close(descriptor)
    journal.output.cache_clear()
