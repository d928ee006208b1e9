"""Signals that end the lab in order."""

import signal
from collections.abc import Iterator

import pytest

from lab.signals import Stopped, stoppable


@pytest.fixture
def _nohup() -> Iterator[None]:
    """Ignore hang-ups, as nohup does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def _hang_ups() -> Iterator[None]:
    """Let hang-ups arrive, even where the tests were started by nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_hang_ups")
@pytest.mark.parametrize(
    ("signum", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signal_becomes_the_exit_code_of_a_shell(signum: signal.Signals, exit_code: int) -> None:
    """A signal is raised as what it is, with the exit code that a shell expects of it."""
    with pytest.raises(Stopped, match=signum.name) as stop, stoppable():
        signal.raise_signal(signum)
    assert stop.value.exit_code == exit_code


def stopped_twice() -> None:
    """Send a signal, and another one while the first is being answered."""
    with stoppable():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGTERM)


def test_second_signal_changes_nothing() -> None:
    """What ends already isn't disturbed by an impatient second Ctrl-C."""
    with pytest.raises(Stopped, match="SIGINT"):
        stopped_twice()


def test_handlers_are_given_back() -> None:
    """Afterwards signals do what they did before."""
    before = signal.getsignal(signal.SIGINT)
    with stoppable():
        pass
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.usefixtures("_nohup")
def test_hang_up_under_nohup_stays_ignored() -> None:
    """Under nohup the lab goes on when its terminal is closed."""
    with stoppable():
        signal.raise_signal(signal.SIGHUP)
