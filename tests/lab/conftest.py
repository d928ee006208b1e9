"""What tests of the lab's parts share."""

from pathlib import Path

import pytest

from lab.commands.report_files import write_reports
from tests.lab import runs


@pytest.fixture(scope="session")
def report_of_every_scenario(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the report of a run of every scenario, once for all who read in it; return its files."""
    return write_reports(runs.every_scenario(), tmp_path_factory.mktemp("every-scenario"))
