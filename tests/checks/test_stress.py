"""Which rounds there are, and what is said of tests that aren't green every time."""

from collections import Counter
from pathlib import Path

import psutil
import pytest

from checks import stress
from checks.stress import CLOSE_FOLDERS, Round, busy_cores, failed_in, main, rounds_of, summary

FLAKY = """
def test_green():
    pass


def test_red():
    assert False
"""


def test_the_whole_suite_comes_before_what_is_looked_at_closely() -> None:
    """Every round has a name of its own, which its log bears."""
    rounds = list(rounds_of(2, 1, CLOSE_FOLDERS))
    assert [each.name for each in rounds] == ["whole-1", "whole-2", "close-1"]
    assert [each.folders for each in rounds] == [(), (), CLOSE_FOLDERS]


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep the logs of rounds away from those of a person; one worker without further plugins does."""
    monkeypatch.setattr(stress, "LOGS", tmp_path)
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "1")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist")
    return tmp_path


def written(folder: Path, text: str) -> Round:
    """Return a round over one test file."""
    path = folder / "test_written.py"
    path.write_text(text)
    return Round("round", (str(path),))


def test_what_failed_is_known_by_its_id(logs: Path) -> None:
    """One red test beside a green one is the one that is named, and the log has its reason."""
    (red,) = failed_in(written(logs, FLAKY))
    assert red.endswith("test_written.py::test_red")
    assert "assert False" in (logs / "round.log").read_text()


def test_a_round_that_can_not_run_is_no_green_one(logs: Path) -> None:
    """A folder that isn't there leaves no test to run, which isn't green."""
    assert failed_in(Round("round", (str(logs / "nowhere"),))) == ["round ended with exit code 5"]


def burning() -> list[psutil.Process]:
    """Return those of this process's children that keep a core busy."""
    return [child for child in psutil.Process().children() if stress.BUSY in child.cmdline()]


def test_busy_cores_are_free_again() -> None:
    """So many processes are there during the block, and none after it."""
    with busy_cores(2):
        assert len(burning()) == 2
    assert burning() == []


def test_what_was_red_most_often_comes_first() -> None:
    """Each test is told once, with in how many rounds it was red."""
    assert list(summary(Counter(), 23)) == ["green every time: 23 rounds"]
    assert list(summary(Counter({"a": 1, "b": 3}), 23)) == [
        "not green in 3 of 23 rounds: b",
        "not green in 1 of 23 rounds: a",
    ]


def test_the_exit_code_tells_whether_all_was_green(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is 1 as soon as one round of many wasn't."""
    assert logs.exists()
    outcomes = iter([[], ["tests/a.py::test_b"], []])
    monkeypatch.setattr(stress, "failed_in", lambda _: next(outcomes))
    assert main(["--whole", "1", "--close", "2", "--busy", "0"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "not green in 1 of 3 rounds: tests/a.py::test_b"
