"""Which Pythons are tried, and what becomes of them."""

import asyncio
import os
import platform
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import psutil
import pytest

from checks import pythons
from checks.pythons import Python, Trial
from tests.checks.interpreters import of_version, program

OWN = Python(sys.executable, platform.python_version(), sys.version_info.minor)
NEXT = Python("/opt/python3.40", "3.40.1", 40)


def versions() -> list[str]:
    """Return the versions of the Pythons that are found here."""
    return [python.version for python in pythons.here()]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the root of a machine whose PATH is bin, and whose pyenv keeps its versions below versions."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    return tmp_path


def test_this_python_is_always_one(machine: Path) -> None:
    """A machine that has no other is tried with the one that runs the lab."""
    assert list(machine.iterdir()) == []
    assert pythons.here() == [OWN]


def test_the_first_on_path_is_tried(machine: Path) -> None:
    """One of each python3.N, and pyenv's only where PATH has none that runs."""
    of_version(machine / "bin/python3.40", (3, 40, 1))
    of_version(machine / "versions/3.40.7/bin/python3.40", (3, 40, 7))
    of_version(machine / "versions/3.41.2/bin/python3.41", (3, 41, 2))
    assert versions() == [OWN.version, "3.40.1", "3.41.2"]


def test_a_shim_that_refuses_is_left_out(machine: Path) -> None:
    """A shim of pyenv runs only the version that is chosen: the newest that pyenv has is tried then."""
    program(machine / "bin/python3.40", "echo 'pyenv: python3.40: command not found' >&2; exit 127")
    of_version(machine / "versions/3.40.7/bin/python3.40", (3, 40, 7))
    of_version(machine / "versions/3.40.10/bin/python3.40", (3, 40, 10))
    assert versions() == [OWN.version, "3.40.10"]


def test_other_names_are_none(machine: Path) -> None:
    """Neither python3.40-config nor a build without the lock is a python3.N; older ones are not promised."""
    of_version(machine / "bin/python3.40-config", (3, 40, 1))
    of_version(machine / "bin/python3.40t", (3, 40, 1))
    of_version(machine / "bin/python3.10", (3, 10, 13))
    of_version(machine / "versions/pypy3.40-7.3/bin/python3.40", (3, 40, 1))
    assert versions() == [OWN.version]


@pytest.mark.parametrize(
    "script", ["exit 1", "echo hello", "echo PyPy 3.40.1 /bin/pypy", "echo CPython 2.7.18 /bin/python"]
)
def test_what_is_no_cpython_of_today_has_no_identity(tmp_path: Path, script: str) -> None:
    """Whatever a program says, it is believed only when it says which CPython it is."""
    assert pythons.identity(str(program(tmp_path / "python3.40", script))) is None


def test_a_named_one_is_tried_by_any_name(tmp_path: Path) -> None:
    """What PYTHONS names need not be called python3.N."""
    assert pythons.identity(str(of_version(tmp_path / "python", (3, 40, 1)))) == Python(
        sys.executable, "3.40.1", 40
    )


def test_a_wrong_name_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is tried when one of the names is none."""
    old = str(of_version(tmp_path / "python3.10", (3, 10, 13)))
    assert pythons.main([sys.executable, old]) == 2
    assert capsys.readouterr() == ("", f"{old} is no CPython from 3.11 on.\n")


def test_own_environment_serves_for_own_python() -> None:
    """Its set-up is only checked; any other Python gets an environment that is named by its version."""
    assert pythons.steps_of(OWN)["set-up"][0] == sys.executable
    assert pythons.steps_of(OWN)["set-up"][-1] == "check"
    assert pythons.steps_of(OWN)["tests"][0] == f"{sys.prefix}/bin/python"
    assert pythons.steps_of(NEXT)["set-up"][0] == "/opt/python3.40"
    assert pythons.steps_of(NEXT)["tests"][0] == str(pythons.FOLDER / "3.40.1" / "bin" / "python")


def test_a_step_that_fails_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its last lines are shown at once, all of them are in the log, and the next step is taken."""
    lines = [f"line {number}" for number in range(40)]
    failing = ["sh", "-c", 'printf "%s\\n" "$@"; exit 3', "sh", *lines]
    steps = {"set-up": ["true"], "tests": failing, "smoke run": ["true"]}
    trial = asyncio.run(pythons.try_python(NEXT, steps, tmp_path))
    assert str(trial) == "Python 3.40.1 (/opt/python3.40): set-up passed, tests FAILED, smoke run passed"
    assert (tmp_path / "3.40.1.log").read_text().splitlines() == lines
    assert capsys.readouterr().out.splitlines() == [
        "Python 3.40.1: set-up passed",
        f"Python 3.40.1: tests FAILED, see {tmp_path / '3.40.1.log'}",
        *lines[-30:],
        "Python 3.40.1: smoke run passed",
    ]


def test_without_its_environment_nothing_else_is_tried(tmp_path: Path) -> None:
    """The other steps need what the first one makes."""
    trial = asyncio.run(pythons.try_python(NEXT, {"set-up": ["false"], "tests": ["true"]}, tmp_path))
    assert trial == Trial(NEXT, {"set-up": False})


def test_no_step_writes_on_the_page_of_a_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A smoke run would look like a result there."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page"))
    seen = ["sh", "-c", 'echo "<$GITHUB_STEP_SUMMARY>"']
    assert asyncio.run(pythons.succeeds(seen, tmp_path / "log"))
    assert (tmp_path / "log").read_text() == "<>\n"


def test_who_is_stopped_stops_what_it_started(tmp_path: Path) -> None:
    """Nothing goes on alone after Ctrl-C."""
    os.mkfifo(tmp_path / "pid")

    async def stopped() -> int:
        command = ["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 600"]
        step = asyncio.create_task(pythons.succeeds(command, tmp_path / "log"))
        pid = int(await asyncio.to_thread((tmp_path / "pid").read_text))
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        return pid

    assert not psutil.pid_exists(asyncio.run(stopped()))


@pytest.mark.parametrize(("script", "outcome"), [("exit 0", ("passed", 0)), ("exit 1", ("FAILED", 1))])
def test_the_end_says_which_were_tried(
    monkeypatch: pytest.MonkeyPatch, machine: Path, script: str, outcome: tuple[str, int]
) -> None:
    """Each Python with its version and what passed, then those that are promised and not here."""
    monkeypatch.setattr(pythons, "FOLDER", machine / "tried")
    monkeypatch.setattr(pythons, "steps_of", lambda _: {"tests": ["/bin/sh", "-c", script]})
    monkeypatch.setattr(pythons, "promised", lambda: {OWN.minor, 40, 41})
    with redirect_stdout(StringIO()) as output:
        code = pythons.main([])
    word = outcome[0]
    assert (output.getvalue().splitlines()[-2:], code) == (
        [
            f"Python {OWN.version} ({sys.executable}): tests {word}",
            "not tried: Python 3.40, Python 3.41",
        ],
        outcome[1],
    )


def test_what_is_promised_is_what_the_classifiers_say() -> None:
    """From 3.11 on without a gap."""
    assert sorted(pythons.promised()) == list(range(11, max(pythons.promised()) + 1))
