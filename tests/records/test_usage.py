"""What was used between two looks."""

from hypothesis import given
from hypothesis import strategies as st

from records.usage import CpuSeconds, Footprint, StackUsage, UsageReport, cpu_s_since

HELD = Footprint(20.0, 15.0, 3)
SECONDS = st.floats(0, 1e6)


def report(at: float, **cpu_s: dict[int, float]) -> UsageReport:
    """Return a report of what stacks have used by then."""
    return UsageReport(
        at, "here", 0.0, 0.0, {name: StackUsage(used, HELD, alive=True) for name, used in cpu_s.items()}
    )


def test_cores_are_cpu_over_time() -> None:
    """One second of CPU in two seconds is half a core."""
    assert report(12.0, a={1: 4.0, 2: 1.0}).cores_since(report(10.0, a={1: 3.5, 2: 0.5})) == {"a": 0.5}


def test_first_report_knows_no_cores() -> None:
    """Usage is what lies between two looks."""
    assert report(12.0, a={1: 4.0}).cores_since(None) == {}


def test_report_of_the_same_moment_knows_no_cores() -> None:
    """In no time nothing can be said."""
    assert report(12.0, a={1: 4.0}).cores_since(report(12.0, a={1: 4.0})) == {}


def test_stack_that_is_new_has_no_cores_yet() -> None:
    """What was started in between has had one look."""
    assert report(12.0, a={1: 1.0}, b={2: 1.0}).cores_since(report(11.0, a={1: 0.5})) == {"a": 0.5}


def test_process_born_in_between_counts_from_zero() -> None:
    """A restarted server's clock begins anew; what its forerunner used isn't taken back."""
    assert cpu_s_since({9: 0.25}, {7: 100.0}) == 0.25


@given(before=st.dictionaries(st.integers(1, 9), SECONDS), more=st.dictionaries(st.integers(1, 9), SECONDS))
def test_cpu_is_never_negative(before: CpuSeconds, more: CpuSeconds) -> None:
    """Whatever processes come and go, clocks that only go forward give no negative usage."""
    now = {pid: before.get(pid, 0.0) + used for pid, used in more.items()}
    assert cpu_s_since(now, before) >= 0
