"""What tutorials say of WSGI and ASGI, and what this run has measured of it.

A rule answers from trials alone, never from folklore: where they are missing the claim isn't measured.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from lab.judge.bridges import bridges
from lab.judge.estimates import highest, stacks_measured, trials_of, trusted
from records.run import Run, Trial
from records.types import Interface, LevelValue

Ruling = Literal["confirmed", "refuted", "depends", "not measured in this run"]
Place = tuple[str, str, LevelValue]
"""A stack, a scenario and a level: where trials stand."""


@dataclass(frozen=True)
class Outcome:
    """How a rule decides, and where it looked: at trials, or at experiments."""

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


Rule = Callable[[Run], Outcome | None]


def claims(run: Run) -> list[Claim]:
    """Return every claim with its ruling."""
    return [_ruled(run, claim, rule) for claim, rule in CLAIMS]


def _ruled(run: Run, claim: str, rule: Rule | None) -> Claim:
    outcome = rule(run) if rule else None
    if outcome is None:
        return Claim(claim, "not measured in this run")
    by_place = [[t for t in trials_of(run, *place) if t.status != "failed"] for place in outcome.places]
    evidence = tuple(trials[0] for trials in by_place if trials)
    return Claim(claim, outcome.ruling, outcome.says, evidence, outcome.experiments)


def wsgi_blocks(run: Run) -> Outcome | None:
    """A WSGI request holds its thread; whether it holds the server depends on the threads."""
    at_once = _in_progress(run, "wsgi")
    if not at_once:
        return None
    counts = _listed(at_once, "{:.0f} at once")
    places = _places(at_once, "slow-io", highest(run, "slow-io"))
    if max(at_once.values()) > SEVERAL:
        return Outcome("depends", f"A waiting request holds its thread, not the server: {counts}.", places)
    return Outcome("confirmed", f"One request at a time: {counts}.", places)


def wsgi_has_no_websockets(run: Run) -> Outcome | None:
    """Each stack was asked to upgrade: what it answered is recorded, or how many messages came back."""
    level = highest(run, "websocket")
    refused = {
        name: trial.doubts[0].says
        for name in _measured(run, "websocket", "wsgi")
        for trial in trials_of(run, name, "websocket", level)
        if trial.status == "cannot"
    }
    echoed = {
        name: rate
        for name in _measured(run, "websocket", "asgi")
        if (rate := trusted(run, name, "websocket", level, "messages_per_s"))
    }
    if not refused:
        return _upgrades_explored(run)
    says = f"{'; '.join(f'{name}: {words}' for name, words in refused.items())}."
    says += f" On ASGI: {_listed(echoed, '{:,.0f} messages a second')}." if echoed else ""
    open_ = [name for name in _measured(run, "websocket", "wsgi") if name not in refused]
    return Outcome(
        "depends" if open_ else "confirmed", says, _places([*refused, *echoed], "websocket", level)
    )


def asgi_does_not_block(run: Run) -> Outcome | None:
    """An event loop serves all that wait, until something in it blocks."""
    free = _in_progress(run, "asgi")
    if not free:
        return None
    blocked = {
        name: rate
        for name in _measured(run, "blocking", "asgi")
        if (rate := trusted(run, name, "blocking", "blocking", "throughput_per_s"))
    }
    stuck = _listed(blocked, "{:.0f} a second")
    says = f"While everything waits the way it should: {_listed(free, '{:.0f} at once')}. "
    says += f"One blocking call, and it is {stuck}." if blocked else "What blocks wasn't measured."
    places = _places(free, "slow-io", highest(run, "slow-io")) + _places(blocked, "blocking", "blocking")
    return Outcome("depends", says, places)


def wsgi_cannot_stream(run: Run) -> Outcome | None:
    """The first byte of a stream comes at once, or it comes with the last."""
    firsts = _first_bytes(run, "wsgi")
    if not firsts:
        return None
    places = _places(firsts, "streaming", 1)
    if _early(firsts):
        return Outcome("refuted", f"It streams chunk by chunk: {_listed_firsts(firsts)}.", places)
    return Outcome("depends", f"{_listed_firsts(firsts)}.", places)


def asgi_streams(run: Run) -> Outcome | None:
    """As for WSGI, on event loops."""
    firsts = _first_bytes(run, "asgi")
    if not firsts:
        return None
    ruling: Ruling = "confirmed" if _early(firsts) else "depends"
    return Outcome(ruling, f"{_listed_firsts(firsts)}.", _places(firsts, "streaming", 1))


def asgi_is_faster(run: Run) -> Outcome | None:
    """Faster at what? CPU per request, users that wait, and work that computes are three questions."""
    native = _native(run, "asgi")
    costs = [c for c in run.comparisons if c.scenario == "baseline" and c.figure == CPU]
    compared = [c for c in costs if c.a in native]
    if not compared or run.baseline not in _native(run, "wsgi"):
        return None
    ratios = ", ".join(f"{c.a} {c.ratio:.2f} ({c.low:.2f} to {c.high:.2f}) of the CPU" for c in compared)
    work = _work_ratio(run)
    pace = f"is done {work:.2f} times as fast" if work else "wasn't measured"
    wins = all(c.verdict == "faster" for c in compared) and work is not None and work > 1 + SAME
    says = f"A request that does nothing takes {ratios} of {run.baseline}. Work that computes {pace}."
    names = [run.baseline, *(c.a for c in compared)]
    return Outcome("confirmed" if wins else "depends", says, _places(names, "baseline", compared[0].level))


def bridge_is_free(run: Run) -> Outcome | None:
    """The same server, with and without a bridge."""
    times = {price.stack: price.times for price in bridges(run)}
    if not times:
        return None
    ruling: Ruling = "refuted" if min(times.values()) > 1 + SAME else "depends"
    says = f"Against the same server without it: {_listed(times, '{:.1f} times the CPU')}."
    return Outcome(ruling, says, _places(times, "baseline", highest(run, "baseline")))


def _upgrades_explored(run: Run) -> Outcome | None:
    """An upgrade was asked for in an experiment."""
    refused = _can(run, "websocket", "wsgi")
    if not refused:
        return None
    ruling: Ruling = "confirmed" if set(refused.values()) == {"no"} else "depends"
    return Outcome(
        ruling, f"An upgrade is refused or ignored: {_answers(refused)}.", experiments=("websocket",)
    )


def asgi_brings_background_tasks(run: Run) -> Outcome | None:
    """Work after the response, on both interfaces."""
    asgi, wsgi = _can(run, "after-response", "asgi"), _can(run, "after-response", "wsgi")
    if not asgi or not wsgi:
        return None
    says = f"ASGI: {_answers(asgi)}. WSGI can, in its iterator's close(), which holds the slot: {_answers(wsgi)}."
    return Outcome(
        "depends" if "no" not in wsgi.values() else "confirmed", says, experiments=("after-response",)
    )


def asgi_brings_http2(run: Run) -> Outcome | None:
    """HTTP/2 is a server's, whichever interface it calls."""
    asgi, wsgi = _can(run, "http2", "asgi"), _can(run, "http2", "wsgi")
    if not asgi:
        return None
    every = {**asgi, **wsgi}
    ruling: Ruling = "refuted" if "yes" not in asgi.values() or "yes" in wsgi.values() else "depends"
    return Outcome(
        ruling, f"It is the server's, not the interface's: {_answers(every)}.", experiments=("http2",)
    )


def asgi_adds_lifespan(run: Run) -> Outcome | None:
    """Startup, shutdown, and what startup hands over."""
    asgi, wsgi = _can(run, "hooks", "asgi"), _can(run, "hooks", "wsgi")
    if not asgi:
        return None
    holds = set(asgi.values()) == {"yes"} and "yes" not in wsgi.values()
    return Outcome(
        "confirmed" if holds else "depends", f"{_answers({**asgi, **wsgi})}.", experiments=("hooks", "state")
    )


def scope_is_immutable(run: Run) -> Outcome | None:
    """The app writes into it."""
    written = _can(run, "own-scope", "asgi")
    if not written:
        return None
    ruling: Ruling = "refuted" if "yes" in written.values() else "confirmed"
    says = "An app may write into the scope it is given; the next request has another"
    return Outcome(ruling, f"{says}: {_answers(written)}.", experiments=("own-scope",))


def _can(run: Run, experiment: str, interface: Interface) -> dict[str, str]:
    """Return what an experiment says of the stacks that run an app of that interface natively."""
    native = _native(run, interface)
    findings = [each for each in run.capabilities if each.experiment == experiment]
    return {each.stack: each.can for each in findings if each.stack in native}


def _answers(by_stack: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {can}" for name, can in by_stack.items())


def _in_progress(run: Run, interface: Interface) -> dict[str, float]:
    """Return how many waiting requests each native stack served at once: Little's law."""
    at_once = {}
    for name in _measured(run, "slow-io", interface):
        rate, ceiling, most = (
            trusted(run, name, "slow-io", highest(run, "slow-io"), figure)
            for figure in ("throughput_per_s", "ceiling_per_s", "concurrency")
        )
        if rate and ceiling and most:
            at_once[name] = rate * most / ceiling
    return at_once


def _first_bytes(run: Run, interface: Interface) -> dict[str, tuple[float, float]]:
    """Return first byte and whole stream in ms, for one user."""
    firsts = {}
    for name in _measured(run, "streaming", interface):
        first, whole = (
            trusted(run, name, "streaming", 1, figure) for figure in ("first_byte_ms_p50", "service_ms_p50")
        )
        if first and whole:
            firsts[name] = (first, whole)
    return firsts


def _early(firsts: Mapping[str, tuple[float, float]]) -> bool:
    return all(first < whole * EARLY for first, whole in firsts.values())


def _listed_firsts(firsts: Mapping[str, tuple[float, float]]) -> str:
    return ", ".join(
        f"{name} first byte after {first:.2g} of {whole:.0f} ms" for name, (first, whole) in firsts.items()
    )


def _work_ratio(run: Run) -> float | None:
    level = highest(run, "cpu")
    rates = [trusted(run, n, "cpu", level, "throughput_per_s") for n in _measured(run, "cpu", "asgi")]
    other = trusted(run, run.baseline, "cpu", level, "throughput_per_s")
    trusted_rates = [rate for rate in rates if rate]
    return max(trusted_rates) / other if trusted_rates and other else None


def _measured(run: Run, scenario: str, interface: Interface) -> list[str]:
    """Return the stacks that ran an app of that interface natively under a scenario."""
    native = _native(run, interface)
    return [name for name in stacks_measured(run, scenario) if name in native]


def _native(run: Run, interface: Interface) -> set[str]:
    return {stack.name for stack in (*run.stacks, *run.explored) if stack.runs_natively(interface)}


def _places(stacks: Iterable[str], scenario: str, level: LevelValue) -> tuple[Place, ...]:
    return tuple((stack, scenario, level) for stack in stacks)


def _listed(values: Mapping[str, float], form: str) -> str:
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
