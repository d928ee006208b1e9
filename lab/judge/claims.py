"""What tutorials say of WSGI and ASGI, and what this run has measured of it.

A rule answers from trials alone, never from folklore: where they are missing the claim isn't measured.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from lab.judge.estimates import bridges, highest, stacks_measured, trials_of, trusted
from records.run import Run, Trial
from records.types import LevelValue

Ruling = Literal["confirmed", "refuted", "depends", "not measured in this run"]
Place = tuple[str, str, LevelValue]
"""A stack, a scenario and a level: where trials stand."""


@dataclass(frozen=True)
class Found:
    """What a rule found, and where it looked: at trials, or at experiments."""

    ruling: Ruling
    says: str
    places: tuple[Place, ...] = ()
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A claim with its ruling; `evidence` has a trial of each place that was looked at, `rows` the experiments."""

    claim: str
    ruling: Ruling
    says: str = ""
    evidence: tuple[Trial, ...] = ()
    rows: tuple[str, ...] = ()


Rule = Callable[[Run], Found | None]


def claims(run: Run) -> list[Claim]:
    """Return every claim with its ruling."""
    return [_ruled(run, claim, rule) for claim, rule in CLAIMS]


def _ruled(run: Run, claim: str, rule: Rule | None) -> Claim:
    found = rule(run) if rule else None
    if found is None:
        return Claim(claim, "not measured in this run")
    made = [[trial for trial in trials_of(run, *place) if trial.status != "failed"] for place in found.places]
    evidence = tuple(trials[0] for trials in made if trials)
    return Claim(claim, found.ruling, found.says, evidence, found.experiments)


def wsgi_blocks(run: Run) -> Found | None:
    """A WSGI request holds its thread; whether it holds the server depends on the threads."""
    at_once = _in_progress(run, "/wsgi")
    if not at_once:
        return None
    said = _told(at_once, "{:.0f} at once")
    places = _places(at_once, "slow-io", highest(run, "slow-io"))
    if max(at_once.values()) > SEVERAL:
        return Found("depends", f"A waiting request holds its thread, not the server: {said}.", places)
    return Found("confirmed", f"One request at a time: {said}.", places)


def wsgi_has_no_websockets(run: Run) -> Found | None:
    """Each stack was asked to upgrade: what it answered is recorded, or how many messages came back."""
    level = highest(run, "websocket")
    refused = {
        name: trial.doubts[0].says
        for name in _named(run, "websocket", "/wsgi")
        for trial in trials_of(run, name, "websocket", level)
        if trial.status == "cannot"
    }
    echoed = {
        name: rate
        for name in _named(run, "websocket", "/asgi")
        if (rate := trusted(run, name, "websocket", level, "messages_per_s"))
    }
    if not refused:
        return _upgrades_explored(run)
    says = f"{'; '.join(f'{name}: {what}' for name, what in refused.items())}."
    says += f" On ASGI: {_told(echoed, '{:,.0f} messages a second')}." if echoed else ""
    open_ = [name for name in _named(run, "websocket", "/wsgi") if name not in refused]
    return Found("depends" if open_ else "confirmed", says, _places([*refused, *echoed], "websocket", level))


def asgi_does_not_block(run: Run) -> Found | None:
    """An event loop serves all that wait, until something in it blocks."""
    free = _in_progress(run, "/asgi")
    if not free:
        return None
    blocked = {
        name: rate
        for name in _named(run, "blocking", "/asgi")
        if (rate := trusted(run, name, "blocking", "blocking", "throughput_per_s"))
    }
    stuck = _told(blocked, "{:.0f} a second")
    says = f"While everything waits the way it should: {_told(free, '{:.0f} at once')}. "
    says += f"One blocking call, and it is {stuck}." if blocked else "What blocks wasn't measured."
    places = _places(free, "slow-io", highest(run, "slow-io")) + _places(blocked, "blocking", "blocking")
    return Found("depends", says, places)


def wsgi_cannot_stream(run: Run) -> Found | None:
    """The first byte of a stream comes at once, or it comes with the last."""
    firsts = _first_bytes(run, "/wsgi")
    if not firsts:
        return None
    places = _places(firsts, "streaming", 1)
    if _early(firsts):
        return Found("refuted", f"It streams chunk by chunk: {_told_firsts(firsts)}.", places)
    return Found("depends", f"{_told_firsts(firsts)}.", places)


def asgi_streams(run: Run) -> Found | None:
    """As for WSGI, on event loops."""
    firsts = _first_bytes(run, "/asgi")
    if not firsts:
        return None
    ruling: Ruling = "confirmed" if _early(firsts) else "depends"
    return Found(ruling, f"{_told_firsts(firsts)}.", _places(firsts, "streaming", 1))


def asgi_is_faster(run: Run) -> Found | None:
    """Faster at what? CPU per request, users that wait, and work that computes are three questions."""
    cheaper = [
        c for c in run.comparisons if c.scenario == "baseline" and c.figure == CPU and c.a.endswith("/asgi")
    ]
    if not cheaper or not run.baseline.endswith("/wsgi"):
        return None
    said = ", ".join(f"{c.a} {c.ratio:.2f} ({c.low:.2f} to {c.high:.2f}) of the CPU" for c in cheaper)
    work = _work_ratio(run)
    done = f"is done {work:.2f} times as fast" if work else "wasn't measured"
    wins = all(c.verdict == "faster" for c in cheaper) and work is not None and work > 1 + SAME
    says = f"A request that does nothing takes {said} of {run.baseline}. Work that computes {done}."
    names = [run.baseline, *(c.a for c in cheaper)]
    return Found("confirmed" if wins else "depends", says, _places(names, "baseline", cheaper[0].level))


def bridge_is_free(run: Run) -> Found | None:
    """The same server, with and without a bridge."""
    times = bridges(run)
    if not times:
        return None
    ruling: Ruling = "refuted" if min(times.values()) > 1 + SAME else "depends"
    says = f"Against the same server without it: {_told(times, '{:.1f} times the CPU')}."
    return Found(ruling, says, _places(times, "baseline", highest(run, "baseline")))


def _upgrades_explored(run: Run) -> Found | None:
    """An upgrade was asked for in an experiment."""
    refused = _can(run, "websocket", "wsgi")
    if not refused:
        return None
    ruling: Ruling = "confirmed" if set(refused.values()) == {"no"} else "depends"
    return Found(ruling, f"An upgrade is refused or ignored: {_said(refused)}.", experiments=("websocket",))


def asgi_brings_background_tasks(run: Run) -> Found | None:
    """Work after the response, on both interfaces."""
    asgi, wsgi = _can(run, "after-response", "asgi"), _can(run, "after-response", "wsgi")
    if not asgi or not wsgi:
        return None
    says = f"ASGI: {_said(asgi)}. WSGI can, in its iterator's close(), which holds the slot: {_said(wsgi)}."
    return Found(
        "depends" if "no" not in wsgi.values() else "confirmed", says, experiments=("after-response",)
    )


def asgi_brings_http2(run: Run) -> Found | None:
    """HTTP/2 is a server's, whichever interface it calls."""
    asgi, wsgi = _can(run, "http2", "asgi"), _can(run, "http2", "wsgi")
    if not asgi:
        return None
    every = {**asgi, **wsgi}
    ruling: Ruling = "refuted" if "yes" not in asgi.values() or "yes" in wsgi.values() else "depends"
    return Found(ruling, f"It is the server's, not the interface's: {_said(every)}.", experiments=("http2",))


def asgi_adds_lifespan(run: Run) -> Found | None:
    """Startup, shutdown, and what startup hands over."""
    asgi, wsgi = _can(run, "hooks", "asgi"), _can(run, "hooks", "wsgi")
    if not asgi:
        return None
    holds = set(asgi.values()) == {"yes"} and "yes" not in wsgi.values()
    return Found(
        "confirmed" if holds else "depends", f"{_said({**asgi, **wsgi})}.", experiments=("hooks", "state")
    )


def scope_is_immutable(run: Run) -> Found | None:
    """The app writes into it."""
    written = _can(run, "own-scope", "asgi")
    if not written:
        return None
    ruling: Ruling = "refuted" if "yes" in written.values() else "confirmed"
    says = "An app may write into the scope it is given; the next request has another"
    return Found(ruling, f"{says}: {_said(written)}.", experiments=("own-scope",))


def _can(run: Run, experiment: str, app: str) -> dict[str, str]:
    """Return what an experiment found of the stacks that run an app natively."""
    return {
        each.stack: each.can
        for each in run.capabilities
        if each.experiment == experiment and each.stack.partition("/")[2] == app
    }


def _said(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {can}" for name, can in found.items())


def _in_progress(run: Run, ending: str) -> dict[str, float]:
    """Return how many waiting requests each stack of that ending served at once: Little's law."""
    found = {}
    for name in _named(run, "slow-io", ending):
        rate, ceiling, most = (
            trusted(run, name, "slow-io", highest(run, "slow-io"), figure)
            for figure in ("throughput_per_s", "ceiling_per_s", "concurrency")
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


def _early(firsts: Mapping[str, tuple[float, float]]) -> bool:
    return all(first < whole * EARLY for first, whole in firsts.values())


def _told_firsts(firsts: Mapping[str, tuple[float, float]]) -> str:
    return ", ".join(
        f"{name} first byte after {first:.2g} of {whole:.0f} ms" for name, (first, whole) in firsts.items()
    )


def _work_ratio(run: Run) -> float | None:
    level = highest(run, "cpu")
    rates = [trusted(run, n, "cpu", level, "throughput_per_s") for n in _named(run, "cpu", "/asgi")]
    other = trusted(run, run.baseline, "cpu", level, "throughput_per_s")
    known = [rate for rate in rates if rate]
    return max(known) / other if known and other else None


def _named(run: Run, scenario: str, ending: str) -> list[str]:
    return [name for name in stacks_measured(run, scenario) if name.endswith(ending)]


def _places(stacks: Iterable[str], scenario: str, level: LevelValue) -> tuple[Place, ...]:
    return tuple((stack, scenario, level) for stack in stacks)


def _told(values: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{name} {form.format(value)}" for name, value in values.items())


CPU = "cpu_us_per_request"
SEVERAL = 1.5  # requests at once
EARLY = 0.2  # of the whole stream
SAME = 0.05

CLAIMS: tuple[tuple[str, Rule | None], ...] = (
    ("WSGI is blocking", wsgi_blocks),
    ("WSGI cannot stream", wsgi_cannot_stream),
    ("WSGI has no WebSockets", wsgi_has_no_websockets),
    ("ASGI is non-blocking", asgi_does_not_block),
    ("ASGI streams", asgi_streams),
    ("ASGI brings background tasks", asgi_brings_background_tasks),
    ("ASGI brings HTTP/2", asgi_brings_http2),
    ("ASGI adds lifespan", asgi_adds_lifespan),
    ("uvicorn runs any ASGI app", None),
    ("The scope is immutable", scope_is_immutable),
    ("ASGI is faster", asgi_is_faster),
    ("A bridge is free", bridge_is_free),
)
