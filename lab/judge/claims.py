"""What tutorials say of WSGI and ASGI, and what this run has measured of it.

A rule answers from trials alone, never from folklore: where they are missing the claim isn't measured.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lab.judge.bridges import bridges
from lab.judge.estimates import highest, trials_of, trusted
from lab.judge.evidence import (
    Outcome,
    Ruling,
    Values,
    answers,
    figures,
    first_bytes,
    in_progress,
    listed,
    native,
    native_stacks_measured,
    places,
)
from records.run import Run, Trial, Verdict


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


def wsgi_has_no_websockets(run: Run) -> Outcome | None:
    """Each stack was asked to upgrade: what it answered is recorded, or how many messages came back."""
    level = highest(run, "websocket")
    refused = {
        name: trial.doubts[0].says
        for name in native_stacks_measured(run, "websocket", "wsgi")
        for trial in trials_of(run, name, "websocket", level)
        if trial.status == "cannot"
    }
    echoed = figures(run, "asgi", "messages_per_s", "websocket")
    if not refused:
        return UPGRADES(run)
    says = f"{'; '.join(f'{name}: {words}' for name, words in refused.items())}."
    says += f" On ASGI: {listed(echoed, '{:,.0f} messages a second')}." if echoed else ""
    open_ = [name for name in native_stacks_measured(run, "websocket", "wsgi") if name not in refused]
    return Outcome("depends" if open_ else "confirmed", says, places([*refused, *echoed], "websocket", level))


def asgi_does_not_block(run: Run) -> Outcome | None:
    """An event loop serves all that wait, until something in it blocks."""
    free = in_progress(run, "asgi")
    if not free:
        return None
    blocked = figures(run, "asgi", "throughput_per_s", "blocking", "blocking")
    stuck = listed(blocked, "{:.0f} a second")
    says = f"While everything waits the way it should: {listed(free, '{:.0f} at once')}. "
    says += f"One blocking call, and it is {stuck}." if blocked else "What blocks wasn't measured."
    waiting = places(free, "slow-io", highest(run, "slow-io"))
    return Outcome("depends", says, waiting + places(blocked, "blocking", "blocking"))


def asgi_is_faster(run: Run) -> Outcome | None:
    """Faster at what? CPU per request, users that wait, and work that computes are three questions."""
    loops = native(run, "asgi")
    costs = [c for c in run.comparisons if c.scenario == "baseline" and c.figure == CPU]
    compared = [c for c in costs if c.a in loops]
    if not compared or run.baseline not in native(run, "wsgi"):
        return None
    ratios = ", ".join(f"{c.a} {c.ratio:.2f} ({c.low:.2f} to {c.high:.2f}) of the CPU" for c in compared)
    work = _work_ratio(run)
    pace = f"is done {work:.2f} times as fast" if work else "wasn't measured"
    wins = all(c.verdict == "faster" for c in compared) and work is not None and work > 1 + SAME
    says = f"A request that does nothing takes {ratios} of {run.baseline}. Work that computes {pace}."
    names = [run.baseline, *(c.a for c in compared)]
    return Outcome("confirmed" if wins else "depends", says, places(names, "baseline", compared[0].level))


def asgi_brings_background_tasks(run: Run) -> Outcome | None:
    """Work after the response, on both interfaces."""
    asgi, wsgi = answers(run, "after-response", "asgi"), answers(run, "after-response", "wsgi")
    if not asgi or not wsgi:
        return None
    says = f"ASGI: {listed(asgi)}. WSGI can, in its iterator's close(), which holds the slot: {listed(wsgi)}."
    return Outcome(
        "depends" if "no" not in wsgi.values() else "confirmed", says, experiments=("after-response",)
    )


def asgi_brings_http2(run: Run) -> Outcome | None:
    """HTTP/2 is a server's, whichever interface it calls."""
    asgi, wsgi = answers(run, "http2", "asgi"), answers(run, "http2", "wsgi")
    if not asgi:
        return None
    every = {**asgi, **wsgi}
    ruling: Ruling = "refuted" if "yes" not in asgi.values() or "yes" in wsgi.values() else "depends"
    return Outcome(
        ruling, f"It is the server's, not the interface's: {listed(every)}.", experiments=("http2",)
    )


def asgi_adds_lifespan(run: Run) -> Outcome | None:
    """Startup, shutdown, and what startup hands over."""
    asgi, wsgi = answers(run, "hooks", "asgi"), answers(run, "hooks", "wsgi")
    if not asgi:
        return None
    holds = set(asgi.values()) == {"yes"} and "yes" not in wsgi.values()
    return Outcome(
        "confirmed" if holds else "depends", f"{listed({**asgi, **wsgi})}.", experiments=("hooks", "state")
    )


def _are_early(times: Iterable[tuple[float, float]]) -> bool:
    return all(first < whole * EARLY for first, whole in times)


def _work_ratio(run: Run) -> float | None:
    rates = figures(run, "asgi", "throughput_per_s", "cpu").values()
    other = trusted(run, run.baseline, "cpu", highest(run, "cpu"), "throughput_per_s")
    return max(rates) / other if rates and other else None


CPU = "cpu_us_per_request"
SEVERAL = 1.5  # requests at once
EARLY = 0.2  # of the whole stream
SAME = 0.05
FIRST_BYTE = "first byte after {0[0]:.2g} of {0[1]:.0f} ms"

CHEAPNESS: Mapping[frozenset[Verdict], Ruling] = {
    frozenset({"slower"}): "refuted",
    frozenset({"tie"}): "confirmed",
}
"""What all prices together say of a bridge that is free; where they differ it depends."""

UPGRADES: Rule = Values(
    lambda run: answers(run, "websocket", "wsgi"),
    lambda cans: "confirmed" if set(cans) == {"no"} else "depends",
    says="An upgrade is refused or ignored: {}.",
    experiments=("websocket",),
)

CLAIMS: tuple[tuple[str, Rule | None], ...] = (
    (
        "WSGI is blocking",  # a request holds its thread; whether it holds the server depends on the threads
        Values(
            lambda run: in_progress(run, "wsgi"),
            lambda at_once: "depends" if max(at_once) > SEVERAL else "confirmed",
            says={
                "depends": "A waiting request holds its thread, not the server: {}.",
                "confirmed": "One request at a time: {}.",
            },
            form="{:.0f} at once",
            scenario="slow-io",
        ),
    ),
    (
        "WSGI cannot stream",  # the first byte of a stream comes at once, or it comes with the last
        Values(
            lambda run: first_bytes(run, "wsgi"),
            lambda times: "refuted" if _are_early(times) else "depends",
            says={"refuted": "It streams chunk by chunk: {}.", "depends": "{}."},
            form=FIRST_BYTE,
            scenario="streaming",
            level=1,
        ),
    ),
    ("WSGI has no WebSockets", wsgi_has_no_websockets),
    ("ASGI is non-blocking", asgi_does_not_block),
    (
        "ASGI streams",
        Values(
            lambda run: first_bytes(run, "asgi"),
            lambda times: "confirmed" if _are_early(times) else "depends",
            says="{}.",
            form=FIRST_BYTE,
            scenario="streaming",
            level=1,
        ),
    ),
    ("ASGI brings background tasks", asgi_brings_background_tasks),
    ("ASGI brings HTTP/2", asgi_brings_http2),
    ("ASGI adds lifespan", asgi_adds_lifespan),
    ("uvicorn runs any ASGI app", None),
    (
        "The scope is immutable",
        Values(
            lambda run: answers(run, "own-scope", "asgi"),
            lambda cans: "refuted" if "yes" in cans else "confirmed",
            says="An app may write into the scope it is given; the next request has another: {}.",
            experiments=("own-scope",),
        ),
    ),
    ("ASGI is faster", asgi_is_faster),
    (
        "A bridge is free",  # the same server, with and without
        Values(
            lambda run: {price.stack: price for price in bridges(run)},
            lambda prices: CHEAPNESS.get(frozenset(price.verdict for price in prices), "depends"),
            says="Against the same server without it: {}.",
            form="{0.ratio.ratio:.2f} times the CPU ({0.ratio.low:.2f} to {0.ratio.high:.2f})",
            scenario="baseline",
        ),
    ),
)
