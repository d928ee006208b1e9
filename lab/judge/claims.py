"""What tutorials say of WSGI and ASGI, and what this run has measured of it.

A rule answers from trials alone, never from folklore: where they are missing the claim isn't measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lab.judge.known import levels_of, stacks_measured, trusted
from lab.run import Run

Ruling = Literal["confirmed", "refuted", "depends", "not measured in this run"]


@dataclass(frozen=True)
class Claim:
    """A claim with its ruling; `scenario` is where the trials stand, empty where there are none."""

    claim: str
    ruling: Ruling
    says: str = ""
    scenario: str = ""


Rule = Callable[[Run], tuple[Ruling, str] | None]


def claims(run: Run) -> list[Claim]:
    """Return every claim with its ruling."""
    return [_ruled(run, claim, scenario, rule) for claim, scenario, rule in CLAIMS]


def _ruled(run: Run, claim: str, scenario: str, rule: Rule | None) -> Claim:
    found = rule(run) if rule else None
    return Claim(claim, "not measured in this run") if found is None else Claim(claim, *found, scenario)


def wsgi_blocks(run: Run) -> tuple[Ruling, str] | None:
    """A WSGI request holds its thread; whether it holds the server depends on the threads."""
    at_once = _in_progress(run, "/wsgi")
    if not at_once:
        return None
    most, least = max(at_once.values()), min(at_once.values())
    said = _told({name: f"{count:.0f} at once" for name, count in at_once.items()})
    if most > SEVERAL:
        return "depends", f"A waiting request holds its thread, not the server: {said}."
    return ("confirmed", f"One request at a time: {said}.") if least < SEVERAL else None


def asgi_does_not_block(run: Run) -> tuple[Ruling, str] | None:
    """An event loop serves all that wait, until something in it blocks."""
    free = _in_progress(run, "/asgi")
    blocked = {
        n: rate
        for n in _named(run, "blocking", "/asgi")
        if (rate := trusted(run, n, "blocking", "blocking", "throughput_per_s"))
    }
    if not free:
        return None
    said = _told({name: f"{count:.0f} at once" for name, count in free.items()})
    if not blocked:
        return "depends", f"While everything waits the way it should: {said}. What blocks wasn't measured."
    stuck = _told({name: f"{rate:.0f} a second" for name, rate in blocked.items()})
    return (
        "depends",
        f"While everything waits the way it should: {said}. One blocking call, and it is {stuck}.",
    )


def wsgi_cannot_stream(run: Run) -> tuple[Ruling, str] | None:
    """The first byte of a stream comes at once, or it comes with the last."""
    firsts = _first_bytes(run, "/wsgi")
    if not firsts:
        return None
    said = _told(
        {name: f"first byte after {first:.2g} of {whole:.0f} ms" for name, (first, whole) in firsts.items()}
    )
    early = all(first < whole * EARLY for first, whole in firsts.values())
    return ("refuted", f"It streams chunk by chunk: {said}.") if early else ("depends", f"{said}.")


def asgi_streams(run: Run) -> tuple[Ruling, str] | None:
    """As for WSGI, on event loops."""
    firsts = _first_bytes(run, "/asgi")
    if not firsts:
        return None
    said = _told(
        {name: f"first byte after {first:.2g} of {whole:.0f} ms" for name, (first, whole) in firsts.items()}
    )
    early = all(first < whole * EARLY for first, whole in firsts.values())
    return ("confirmed" if early else "depends"), f"{said}."


def asgi_is_faster(run: Run) -> tuple[Ruling, str] | None:
    """Faster at what? CPU per request, users that wait, and work that computes are three questions."""
    cheaper = [
        c for c in run.comparisons if c.scenario == "baseline" and c.figure == CPU and c.a.endswith("/asgi")
    ]
    if not cheaper or not run.baseline.endswith("/wsgi"):
        return None
    said = _told({c.a: f"{c.ratio:.2f} ({c.low:.2f} to {c.high:.2f}) of the CPU" for c in cheaper})
    work = _work_ratio(run)
    done = f"is done {work:.2f} times as fast" if work else "wasn't measured"
    wins = all(c.verdict == "faster" for c in cheaper) and work is not None and work > 1 + SAME
    says = f"A request that does nothing takes {said} of {run.baseline}. Work that computes {done}."
    return ("confirmed" if wins else "depends"), says


def bridge_is_free(run: Run) -> tuple[Ruling, str] | None:
    """The same server, with and without a bridge."""
    level = (levels_of(run, "baseline") or [0])[-1]
    times = {}
    for name in stacks_measured(run, "baseline"):
        server, _, app = name.partition("/")
        native = f"{server}/{'asgi' if app == 'wsgi-bridged' else 'wsgi'}"
        ours, theirs = (trusted(run, each, "baseline", level, CPU) for each in (name, native))
        if app.endswith("-bridged") and ours and theirs:
            times[name] = ours / theirs
    if not times:
        return None
    said = _told({name: f"{ratio:.1f} times the CPU" for name, ratio in times.items()})
    return (
        "refuted" if min(times.values()) > 1 + SAME else "depends"
    ), f"Against the same server without it: {said}."


def _in_progress(run: Run, ending: str) -> dict[str, float]:
    """Return how many waiting requests each stack of that ending served at once: Little's law."""
    level = (levels_of(run, "slow-io") or [0])[-1]
    found = {}
    for name in _named(run, "slow-io", ending):
        rate, ceiling, most = (
            trusted(run, name, "slow-io", level, f)
            for f in ("throughput_per_s", "ceiling_per_s", "concurrency")
        )
        if rate and ceiling and most:
            found[name] = rate * most / ceiling
    return found


def _first_bytes(run: Run, ending: str) -> dict[str, tuple[float, float]]:
    """Return first byte and whole stream in ms, for one user."""
    found = {}
    for name in _named(run, "streaming", ending):
        first, whole = (
            trusted(run, name, "streaming", 1, figure) for figure in ("first_byte_ms_p50", "service_ms_p50")
        )
        if first and whole:
            found[name] = (first, whole)
    return found


def _work_ratio(run: Run) -> float | None:
    level = (levels_of(run, "cpu") or [0])[-1]
    rates = [trusted(run, n, "cpu", level, "throughput_per_s") for n in _named(run, "cpu", "/asgi")]
    other = trusted(run, run.baseline, "cpu", level, "throughput_per_s")
    known = [rate for rate in rates if rate]
    return max(known) / other if known and other else None


def _named(run: Run, scenario: str, ending: str) -> list[str]:
    return [name for name in stacks_measured(run, scenario) if name.endswith(ending)]


def _told(each: dict[str, str]) -> str:
    return ", ".join(f"{name} {what}" for name, what in each.items())


CPU = "cpu_us_per_request"
SEVERAL = 1.5  # requests at once
EARLY = 0.2  # of the whole stream
SAME = 0.05

CLAIMS: tuple[tuple[str, str, Rule | None], ...] = (
    ("WSGI is blocking", "slow-io", wsgi_blocks),
    ("WSGI cannot stream", "streaming", wsgi_cannot_stream),
    ("WSGI has no WebSockets", "", None),
    ("ASGI is non-blocking", "blocking", asgi_does_not_block),
    ("ASGI streams", "streaming", asgi_streams),
    ("ASGI brings background tasks", "", None),
    ("ASGI brings HTTP/2", "", None),
    ("ASGI adds lifespan", "", None),
    ("uvicorn runs any ASGI app", "", None),
    ("The scope is immutable", "", None),
    ("ASGI is faster", "baseline", asgi_is_faster),
    ("A bridge is free", "baseline", bridge_is_free),
)
