"""A stack's trace as rows to be shown: pauses, threads by letter, what is running, long ones shortened."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from string import ascii_lowercase

from lab.tell.trace.steps import label, lines, says, visible
from records.trace import Event, Lane, StackTrace, Where

PAUSE_MS = 20.0  # shorter ones aren't told
QUICK_MS = 5.0  # a send that took no longer isn't told twice
CALLED_WITH = ("environ", "scope")


@dataclass(frozen=True)
class Row:
    """One step: an arrow from `source` to `target`.

    `ran` is the letter of what it ran on, `pause_ms` how long nothing was seen before it, `running` the lanes in which
    a call is in progress, `skipped` how many steps were left out before it.
    """

    event: Event
    label: str
    says: str
    lines: list[str]
    ran: str = ""
    pause_ms: float = 0.0
    running: frozenset[Lane] = frozenset()
    skipped: int = 0


@dataclass(frozen=True)
class Site:
    """A call of an app: who called whom, with which keys."""

    stack: str
    event: Event
    keys: Mapping[str, object] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """The stack, and through a bridge who called whom."""
        through = "bridge" in {self.event.source, self.event.target}
        return f"{self.stack}, {self.event.source} to {self.event.target}" if through else self.stack


def rows(trace: StackTrace, most: int) -> list[Row]:
    """Return at most so many rows, the server's own life among them, in the order of time."""
    events = fold_quick_sends(sorted([*trace.life, *trace.events], key=lambda event: event.at_ms))
    letters = letters_of(trace)
    life = {event.call for event in trace.life}
    running = list(running_lanes(events, trace.unfinished, life))
    pauses = [0.0, *(after.at_ms - before.at_ms for before, after in pairwise(events))]
    all_rows = [
        Row(
            event,
            label(event),
            says(event),
            lines(event),
            letters.get(event.where, "") if event.where else "",
            pause if pause >= PAUSE_MS else 0.0,
            lanes,
        )
        for event, pause, lanes in zip(events, pauses, running, strict=True)
    ]
    return shortened(all_rows, most)


def fold_quick_sends(events: Sequence[Event]) -> list[Event]:
    """Return the steps without the returns of sends that were quick: they would say nothing."""
    steps: list[Event] = []
    pending: dict[tuple[str, Where | None], int] = {}
    for event in events:
        key = (event.call, event.where)
        at = pending.pop(key, None)
        if event.step == "sent" and at is not None and event.at_ms - steps[at].at_ms < QUICK_MS:
            continue
        if event.step == "send":
            pending[key] = len(steps)
        steps.append(event)
    return steps


def letters_of(trace: StackTrace) -> dict[Where, str]:
    """Return a letter for each process, thread and task, in the order in which they appear."""
    places = dict.fromkeys(event.where for event in [*trace.events, *trace.life] if event.where)
    names = [*ascii_lowercase, *(f"{a}{b}" for a in ascii_lowercase for b in ascii_lowercase)]
    return dict(zip(places, names, strict=False))


def letter_meanings(trace: StackTrace) -> list[tuple[str, str]]:
    """Return what each letter stands for."""
    return [
        (letter, visible(", ".join([f"pid {w.pid}", w.thread, *([w.task] if w.task else [])])))
        for w, letter in letters_of(trace).items()
    ]


def running_lanes(
    events: Sequence[Event], unfinished: Sequence[str], life: Collection[str]
) -> Iterator[frozenset[Lane]]:
    """Yield for each step the lanes in which a call is in progress then; those of the server's life always are."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, event in enumerate(events):
        if event.call and event.call not in life:
            first.setdefault(event.call, number)
            last[event.call] = len(events) if event.call in unfinished else number
    lanes = {call: events[number].target for call, number in first.items()}
    for number in range(len(events)):
        yield frozenset(lanes[call] for call in first if first[call] <= number <= last[call])


def shortened(all_rows: list[Row], most: int) -> list[Row]:
    """Return the first two thirds and the last third of too many rows."""
    if len(all_rows) <= most:
        return all_rows
    head, tail = most * 2 // 3, most - most * 2 // 3
    resumed = all_rows[-tail]
    after = Row(**{**vars(resumed), "skipped": len(all_rows) - most, "pause_ms": 0.0})
    return [*all_rows[:head], after, *all_rows[len(all_rows) - tail + 1 :]]


def sites(traces: Sequence[StackTrace]) -> list[Site]:
    """Return every call of the request with what it was called with, without those of a server's own life."""
    return [
        Site(trace.stack, event, event.details.get(event.step, {}))
        for trace in traces
        for event in trace.events
        if event.step in CALLED_WITH
    ]


def still_running(trace: StackTrace) -> list[str]:
    """Return a sentence for each call that hadn't ended when nobody watched any more."""
    done_ms = max((event.at_ms for event in trace.events if not event.call), default=0.0)
    waited_s = (trace.watched_ms - done_ms) / 1000
    first = {event.call: event for event in reversed(trace.events) if event.call}
    return [
        f"The {first[name].target}'s call was still running {waited_s:.1f} s after the client was done."
        for name in trace.unfinished
        if name in first
    ]


def bytes_of(trace: StackTrace) -> tuple[int, int]:
    """Return how many bytes the client sent and got."""
    wire = [event for event in trace.events if event.step == "bytes" and not event.call]
    sent = sum(int(event.details.get("bytes", 0)) for event in wire if event.source == "client")
    return sent, sum(int(event.details.get("bytes", 0)) for event in wire) - sent
