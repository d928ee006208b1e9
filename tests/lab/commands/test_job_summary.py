"""The page of a step in GitHub Actions."""

from pathlib import Path

import pytest

from lab.commands import job_summary
from lab.errors import LabError


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file as the step's page."""
    path = tmp_path / "summary.md"
    monkeypatch.setenv(job_summary.VARIABLE, str(path))
    return path


def test_what_is_told_is_appended(page: Path) -> None:
    """Several commands of a step share its page."""
    job_summary.append("# one\n")
    job_summary.append("# two\n")
    assert page.read_text() == "# one\n\n# two\n\n"


@pytest.mark.parametrize("value", [None, ""])
def test_elsewhere_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """Outside of GitHub Actions there is no page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(job_summary.VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(job_summary.VARIABLE, value)
    job_summary.append("# one\n")
    assert list(tmp_path.iterdir()) == []


def test_a_page_never_grows_beyond_what_is_shown(page: Path) -> None:
    """Of too much the first lines are kept, whole ones, and the end says that there was more."""
    for _ in range(3):
        job_summary.append("äöü 0123456789\n" * 50_000)
    content = page.read_bytes()
    assert len(content) <= job_summary.LARGEST
    assert content.endswith(job_summary.CUT.encode())
    assert set(content.decode().removesuffix(job_summary.CUT).splitlines()) == {"äöü 0123456789", ""}


def test_a_full_page_stays_as_it_is(page: Path) -> None:
    """Where not even a word fits nothing is written."""
    page.write_bytes(b"x" * job_summary.LARGEST)
    job_summary.append("# one\n")
    assert page.stat().st_size == job_summary.LARGEST


def test_a_page_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable and its file are named."""
    monkeypatch.setenv(job_summary.VARIABLE, str(tmp_path))
    with pytest.raises(LabError, match=r"^Can't write GITHUB_STEP_SUMMARY at .*: Is a directory\.$"):
        job_summary.append("# one\n")
