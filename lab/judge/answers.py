"""The report's first screen: what to run for which kind of work, in sentences made from the figures.

Each rule is a function from a run and a scenario to a saying, or to nothing where trials are missing or doubted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lab.judge.bridges import bridges, guards
from lab.judge.estimates import (
    compared_with,
    find_estimate,
    highest,
    levels_of,
    stacks_measured,
    trials_of,
    trusted,
)
from lab.judge.standings import BREAKING
from records.run import Run
from records.types import LevelValue


@dataclass(frozen=True)
class Saying:
    """A sentence, and the stacks that it speaks for."""

    says: str
    picks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the run says of one kind of work; `scenario` is where the proof stands, `picks` the stacks to take."""

    work: str
    scenario: str
    says: str
    picks: tuple[str, ...] = ()


def answers(run: Run) -> list[Answer]:
    """Return every answer that the run's figures give."""
    pairs = [(each, record.name) for record in run.scenarios for each in record.answers if each.rule in RULES]
    pairs.sort(key=lambda one: list(RULES).index(one[0].rule))
    sayings = [(each.work, scenario, RULES[each.rule](run, scenario)) for each, scenario in pairs]
    sayings.append((*BROKEN, broken(run)))
    return [Answer(work, scenario, saying.says, saying.picks) for work, scenario, saying in sayings if saying]


def waiting(run: Run, scenario: str) -> Saying | None:
    """Who serves most users that wait, who serves fewer and why, and what it would take to match."""
    level = highest(run, scenario)
    rates = _trusted_rates(run, scenario, level)
    if not rates or run.baseline not in rates:
        return None
    best = max(rates, key=lambda name: rates[name])
    picks = tuple(name for name, rate in rates.items() if rate >= rates[best] * (1 - ALIKE))
    ceiling = _of(run, best, scenario, level, "ceiling_per_s") or 0.0
    waits_s = (_of(run, best, scenario, level, "concurrency") or 0.0) / ceiling if ceiling else 0.0
    share = f", {rates[best] / ceiling:.0%} of what is possible" if ceiling else ""
    wait = f"each wait {waits_s:g} s" if waits_s else "wait"
    first = f"{level} users that {wait}: {best} answers {rates[best]:,.0f} a second{share}"
    if best == run.baseline:
        return Saying(f"{first}.", picks)
    compared = compared_with(run, best, scenario, level, RATE)
    times = f", {_times(compared.ratio, compared.low, compared.high)} as many as" if compared else "; not so"
    slots = _of(run, run.baseline, scenario, level, "concurrency") or 0.0
    if not waits_s or not slots:
        return Saying(f"{first}{times} {run.baseline}, which answers {rates[run.baseline]:,.0f}.", picks)
    need = f"To match, it would need about {rates[best] * waits_s:,.0f}."
    because = f"which answers {rates[run.baseline]:,.0f} because it has {_slots(run, slots)}"
    return Saying(f"{first}{times} {run.baseline}, {because}. {need}", picks)


def cost(run: Run, scenario: str) -> Saying | None:
    """What a request costs the server where there is nothing to wait for."""
    level = highest(run, scenario)
    costs = {n: _of(run, n, scenario, level, CPU) for n in stacks_measured(run, scenario)}
    cheap = {name: value for name, value in costs.items() if value is not None}
    if run.baseline not in cheap:
        return None
    least = min(cheap, key=lambda name: cheap[name])
    picks = tuple(name for name, value in cheap.items() if value <= cheap[least] * (1 + ALIKE))
    compared = compared_with(run, least, scenario, level, CPU)
    if compared is None:
        return Saying(f"A request costs {least} {cheap[least]:,.0f} µs of CPU.", picks)
    times = _times(1 / compared.ratio, 1 / compared.high, 1 / compared.low)
    return Saying(
        f"A request costs {least} {cheap[least]:,.0f} µs of CPU and {run.baseline} {cheap[run.baseline]:,.0f} µs, "
        f"{times} as much: that is before your own code does anything.",
        picks,
    )


def bridge(run: Run, _: str) -> Saying | None:
    """What a bridge costs over the same server without one, and what its guard adds."""
    prices = [
        f"{price.times:.1f} times the CPU of {price.against} on {price.stack}" for price in bridges(run)
    ]
    if not prices:
        return None
    guard_prices = [f"{price.times:.2f} times the CPU on {price.stack}" for price in guards(run)]
    guard = f" Guarded, against the same bridge as it comes: {_listed(guard_prices)}." if guard_prices else ""
    return Saying(f"A bridge isn't free: a request takes {_listed(prices)}.{guard}")


def neighbours(run: Run, scenario: str) -> Saying | None:
    """What becomes of a fast route beside slow ones."""
    return _fast_route(run, scenario, "Beside {} slow users")


def blocking(run: Run, scenario: str) -> Saying | None:
    """What one blocking call makes of an event loop, and what a thread pool cures."""
    native = {stack.name for stack in run.stacks if stack.runs_natively("asgi")}
    rates = _trusted_rates(run, scenario, "blocking")
    loops = [name for name in rates if name in native]
    if not loops:
        return None
    name, rate = loops[0], rates[loops[0]]
    probe = find_estimate(run, name, scenario, "blocking", PROBE)
    waits = f", and a fast route waits {_ms(probe.value, at_least=probe.at_least)}" if probe else ""
    cured = trusted(run, name, scenario, "offloaded", RATE)
    cure = f" Offloaded to asyncio's default thread pool it is {cured:,.0f} a second." if cured else ""
    return Saying(
        f"One blocking call undoes an event loop: {name} then answers {rate:,.0f} a second{waits}.{cure}"
    )


def slow_clients(run: Run, scenario: str) -> Saying | None:
    """Who is held up by clients that send slowly."""
    return _fast_route(run, scenario, "While {} clients send a body slowly")


def broken(run: Run) -> Saying | None:
    """Which stacks a load broke, with the evidence."""
    sentences = []
    for scenario in [record.name for record in run.scenarios]:
        for name in stacks_measured(run, scenario):
            trials = [t for level in levels_of(run, scenario) for t in trials_of(run, name, scenario, level)]
            evidence = [d.says for t in trials for d in t.doubts if t.status == "failed" or d.name in FATAL]
            if evidence:
                sentences.append(f"{name} breaks under {scenario}: {evidence[0]}")
    return Saying(f"{'. '.join(sentences)}.") if sentences else None


CPU, RATE, PROBE = "cpu_us_per_request", "throughput_per_s", "probe_corrected_ms_p50"
FATAL = BREAKING - {"no-answers"}
MS_PER_S = 1000
ALIKE = 0.05
"""Stacks that differ by less than this share of the best are as good."""
SAME_ORDER = 2
"""A fast route's time beside slow ones is as good as the best one's up to this many times."""

RULES: Mapping[str, Callable[[Run, str], Saying | None]] = {
    "waiting": waiting,
    "neighbours": neighbours,
    "cost": cost,
    "bridge": bridge,
    "blocking": blocking,
    "slow-clients": slow_clients,
}
"""What makes a sentence of a scenario, by the names that its answers give, in the order of the first screen."""

BROKEN = ("What broke", "abandon")


def _fast_route(run: Run, scenario: str, beside: str) -> Saying | None:
    """Say how long a fast route takes on the best stack, on the baseline and on the worst."""
    level = highest(run, scenario)
    every = {
        name: find_estimate(run, name, scenario, level, PROBE) for name in stacks_measured(run, scenario)
    }
    times = {name: time for name, time in every.items() if time and not time.doubted}
    if len(times) < 2:  # noqa: PLR2004 - a comparison takes two
        return None
    ordered = sorted(times, key=lambda name: times[name].value)
    extremes = [n for n in ordered if n in {ordered[0], run.baseline, ordered[-1]}]
    parts = [f"{_ms(times[name].value, at_least=times[name].at_least)} on {name}" for name in extremes]
    least = times[ordered[0]].value
    picks = tuple(name for name, time in times.items() if time.value <= least * SAME_ORDER)
    return Saying(f"{beside.format(level)} a fast route takes {_listed(parts)}.", picks)


def _of(run: Run, stack: str, scenario: str, level: LevelValue, figure: str) -> float | None:
    return trusted(run, stack, scenario, level, figure)


def _trusted_rates(run: Run, scenario: str, level: LevelValue) -> dict[str, float]:
    rates = {n: _of(run, n, scenario, level, RATE) for n in stacks_measured(run, scenario)}
    return {name: rate for name, rate in rates.items() if rate}


def _slots(run: Run, count: float) -> str:
    """Name the baseline's slots the way its settings do."""
    settings = next((stack.settings for stack in run.stacks if stack.name == run.baseline), {})
    kind = "thread" if settings.get("threads") == f"{count:.0f}" else "slot"
    return f"{count:.0f} {kind}{'s' if count != 1 else ''}"


def _times(ratio: float, low: float, high: float) -> str:
    return f"{ratio:.1f} times ({low:.1f} to {high:.1f})"


def _ms(value: float, *, at_least: bool = False) -> str:
    time = f"{value / MS_PER_S:,.1f} s" if value >= MS_PER_S else f"{value:.3g} ms"
    return f"at least {time}" if at_least else time


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
