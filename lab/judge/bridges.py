"""What a bridge costs: the CPU of a request behind it, against the same server's without it, or without its guard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.judge.comparisons import Ratio, comparable, judge_pair, sound
from lab.judge.estimates import highest, trials_of
from records.run import Run, StackRecord, Verdict


@dataclass(frozen=True)
class Price:
    """A request takes a stack `ratio` times the CPU that it takes another stack of the same server; or it is a tie."""

    stack: str
    against: str
    ratio: Ratio
    verdict: Verdict


def bridges(run: Run) -> list[Price]:
    """Return the price of each bridge against the same server without one."""
    bridged = [stack for stack in run.stacks if stack.bridge]
    return list(_prices(run, bridged, unbridged))


def guards(run: Run) -> list[Price]:
    """Return the price of each guarded bridge against the same server's bridge as it comes."""
    guarded = [stack for stack in run.stacks if stack.bridge == GUARDED]
    return list(_prices(run, guarded, unguarded))


def unbridged(run: Run, stack: StackRecord) -> StackRecord | None:
    """Return the same server's stack without a bridge, `None` where the run has none."""
    native = (each for each in run.stacks if each.runs_natively(stack.interface))
    return next((each for each in native if each.server == stack.server), None)


def unguarded(run: Run, stack: StackRecord) -> StackRecord | None:
    """Return the same server's stack with the bridge as it comes, `None` where the run has none."""
    kind = (stack.server, stack.speaks, AS_IT_COMES)
    return next((each for each in run.stacks if (each.server, each.speaks, each.bridge) == kind), None)


def _prices(
    run: Run, stacks: list[StackRecord], counterpart: Callable[[Run, StackRecord], StackRecord | None]
) -> Iterator[Price]:
    level = highest(run, SCENARIO)
    for stack in stacks:
        other = counterpart(run, stack)
        if other is None:
            continue
        ours, theirs = (sound(trials_of(run, each.name, SCENARIO, level), FIGURE) for each in (stack, other))
        if comparable(ours, theirs, FIGURE):
            yield Price(stack.name, other.name, *judge_pair(run, ours, theirs, FIGURE))


SCENARIO, FIGURE = "baseline", "cpu_us_per_request"
AS_IT_COMES, GUARDED = "bridged", "guarded"  # kinds of bridges
