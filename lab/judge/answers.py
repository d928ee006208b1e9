"""The report's first screen: what to run for which kind of work, in sentences made from the figures.

Each rule is a function from a run and a scenario to a saying, or to nothing where trials are missing or doubted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab.judge.bridges import Price, bridges, guards
from lab.judge.estimates import (
    compared_with,
    find_estimate,
    highest,
    levels_of,
    stacks_measured,
    trials_of,
    trusted,
)
from lab.judge.evidence import figures
from lab.judge.rankings import Ranking, rank_stacks
from lab.judge.standings import BREAKING
from records.run import Run, Verdict
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
    ranking = rank_stacks(run, scenario, level, RATE)
    if not ranking.sound:
        return None
    best = ranking.best
    rate, ceiling = ranking.sound[best].value, trusted(run, best, scenario, level, "ceiling_per_s")
    wait_s = _wait_s(run, best, scenario, level)
    share = f", {rate / ceiling:.0%} of what is possible" if ceiling else ""
    wait = f"each wait {wait_s:g} s" if wait_s else "wait"
    first = f"{level} users that {wait}: {best} answers {rate:,.0f} a second{share}"
    told = [
        f"{first}{_behind(run, ranking, scenario, level)}",
        *_doubted(run, ranking, GOOD, "{:,.0f} a second"),
    ]
    return Saying(" ".join(told), _picks(run, ranking, scenario, level, RATE))


def _behind(run: Run, ranking: Ranking, scenario: str, level: LevelValue) -> str:
    """Say how the baseline stands beside the best stack that waits, why, and what it would take to match."""
    best, baseline = ranking.best, run.baseline
    if best == baseline or baseline not in ranking.sound:
        return "."
    rate = ranking.sound[baseline].value
    compared = compared_with(run, best, scenario, level, RATE)
    if compared and compared.verdict == "tie":
        return f". {baseline} answers as many: {rate:,.0f} is a tie."
    times = f", {_times(compared.ratio, compared.low, compared.high)} as many as" if compared else "; not so"
    return f"{times} {baseline}, which answers {rate:,.0f}{_for_lack_of_slots(run, ranking, scenario, level)}"


def _for_lack_of_slots(run: Run, ranking: Ranking, scenario: str, level: LevelValue) -> str:
    """Give slots as the reason where all are in use and users wait for them; else what share of the possible it is."""
    rate = ranking.sound[run.baseline].value
    wait_s, slots = (
        _wait_s(run, run.baseline, scenario, level),
        trusted(run, run.baseline, scenario, level, "concurrency"),
    )
    if not wait_s or not slots:
        return "."
    possible = slots / wait_s
    if not isinstance(level, int) or slots >= level or abs(rate / possible - 1) > FULL:
        return f", {rate / possible:.0%} of the {possible:,.0f} that are possible there."
    need = ranking.sound[ranking.best].value * wait_s
    match = f" To match, it would need about {need:,.0f}." if round(need) > slots else ""
    return f" because it has {_slots(run, slots)}.{match}"


def cost(run: Run, scenario: str) -> Saying | None:
    """What a request costs the server where there is nothing to wait for."""
    level = highest(run, scenario)
    ranking = rank_stacks(run, scenario, level, CPU)
    if not ranking.sound:
        return None
    least = ranking.best
    told = [
        f"A request costs {least} {ranking.sound[least].value:,.0f} µs of CPU{_dearer(run, ranking, scenario, level)}.",
        *_doubted(run, ranking, GOOD, "{:,.0f} µs"),
    ]
    return Saying(" ".join(told), _picks(run, ranking, scenario, level, CPU))


def _dearer(run: Run, ranking: Ranking, scenario: str, level: LevelValue) -> str:
    """Say how much more a request costs the baseline than the cheapest stack, where that was compared."""
    compared = compared_with(run, ranking.best, scenario, level, CPU)
    if compared is None or run.baseline not in ranking.sound:
        return ""
    dearer = f" and {run.baseline} {ranking.sound[run.baseline].value:,.0f} µs"
    if compared.verdict == "tie":
        return f"{dearer}, which is a tie"
    times = _times(1 / compared.ratio, 1 / compared.high, 1 / compared.low)
    return f"{dearer}, {times} as much: that is before your own code does anything"


def bridge(run: Run, _: str) -> Saying | None:
    """What a bridge costs over the same server without one, and what its guard adds."""
    prices = bridges(run)
    if not prices:
        return None
    dear, less = _prices(prices, "slower"), _prices(prices, "faster")
    same = [f"{each.stack} as much as {each.against}" for each in prices if each.verdict == "tie"]
    told = [
        f"A bridge isn't free: a request takes {_listed(dear)}." if dear else "",
        f"A request costs {_listed(same)}, which is a tie." if same else "",
        f"A request takes {_listed(less)}: less than without a bridge." if less else "",
        _guards(run),
    ]
    return Saying(" ".join(filter(None, told)))


def _prices(prices: Sequence[Price], verdict: Verdict) -> list[str]:
    """Say each price that has that verdict."""
    return [f"{_price(e)} the CPU of {e.against} on {e.stack}" for e in prices if e.verdict == verdict]


def _guards(run: Run) -> str:
    """Say what each guard costs against the same bridge as it comes."""
    prices = [
        f"{_price(each)} the CPU on {each.stack}" if each.verdict != "tie" else f"a tie on {each.stack}"
        for each in guards(run)
    ]
    return f"Guarded, against the same bridge as it comes: {_listed(prices)}." if prices else ""


def neighbours(run: Run, scenario: str) -> Saying | None:
    """What becomes of a fast route beside slow ones."""
    return _fast_route(run, scenario, "Beside {} slow users")


def blocking(run: Run, scenario: str) -> Saying | None:
    """What one blocking call makes of an event loop, and what a thread pool cures."""
    loops = figures(run, "asgi", RATE, scenario, BLOCKS)
    if not loops:
        return None
    name, rate = next(iter(loops.items()))
    probe = find_estimate(run, name, scenario, BLOCKS, PROBE)
    probe = None if probe is None or probe.doubted else probe
    waits = f", and a fast route waits {_ms(probe.value, at_least=probe.at_least)}" if probe else ""
    call_ms = MS_PER_S * (_wait_s(run, name, scenario, BLOCKS) or 0.0)
    undone = probe is not None and bool(call_ms) and probe.value >= call_ms / 2
    first = (
        f"One blocking call undoes an event loop: {name} then answers {rate:,.0f} a second{waits}."
        if undone
        else f"While every call blocks, {name} answers {rate:,.0f} a second{waits}."
    )
    return Saying(f"{first}{_cure(run, name, scenario, rate)}")


def _cure(run: Run, name: str, scenario: str, rate: float) -> str:
    """Say what a thread pool makes of calls that block."""
    offloaded = trusted(run, name, scenario, "offloaded", RATE)
    if not offloaded:
        return ""
    pool = f" Offloaded to asyncio's default thread pool it is {offloaded:,.0f} a second"
    return f"{pool}." if offloaded > rate * GOOD else f"{pool}, no more."


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
BLOCKS = "blocking"
FATAL = BREAKING - {"no-answers"}
MS_PER_S = 1000
GOOD = 1.05
"""Stacks within so many times the best one's figure are as good."""
SAME_ORDER = 2.0
"""A fast route's time beside slow ones is as good as the best one's up to this many times."""
FULL = 0.05
"""Slots are the reason of a rate that is within this share of what they make possible."""

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
    ranking = rank_stacks(run, scenario, level, PROBE)
    times = {**ranking.sound, **ranking.bounds}
    if not ranking.sound or len(times) < 2:  # noqa: PLR2004 - a comparison takes two
        return None
    ordered = sorted(times, key=lambda name: times[name].value)
    extremes = [n for n in ordered if n in {ranking.best, run.baseline, ordered[-1]}]
    parts = [f"{_ms(times[name].value, at_least=times[name].at_least)} on {name}" for name in extremes]
    told = [
        f"{beside.format(level)} a fast route takes {_listed(parts)}.",
        *_doubted(run, ranking, SAME_ORDER, "{:.3g} ms"),
    ]
    return Saying(" ".join(told), ranking.as_good(SAME_ORDER))


def _picks(run: Run, ranking: Ranking, scenario: str, level: LevelValue, figure: str) -> tuple[str, ...]:
    """Return the stacks to take: those as good as the best, and the baseline where that is a tie."""
    compared = compared_with(run, ranking.best, scenario, level, figure)
    ties = {run.baseline} & ranking.sound.keys() if compared and compared.verdict == "tie" else set()
    return tuple(dict.fromkeys([*ranking.as_good(GOOD), *ties]))


def _doubted(run: Run, ranking: Ranking, room: float, form: str) -> list[str]:
    """Name who might be taken, too, were it not for a doubt, and a baseline that is doubted."""
    unsure = ranking.left_out(room) | {n: e for n, e in ranking.doubted.items() if n == run.baseline}
    left_out = [
        f"{name} ({form.format(estimate.value)}{' or more' if estimate.at_least else ''}: "
        f"{', '.join(estimate.objections)})"
        for name, estimate in unsure.items()
    ]
    return [f"Left out for a doubt: {_listed(left_out)}."] if left_out else []


def _wait_s(run: Run, stack: str, scenario: str, level: LevelValue) -> float | None:
    """Return how long each request waits, as far as the arithmetic of the trial tells it."""
    slots, ceiling = (
        trusted(run, stack, scenario, level, figure) for figure in ("concurrency", "ceiling_per_s")
    )
    return slots / ceiling if slots and ceiling else None


def _price(price: Price) -> str:
    return _times(price.ratio.ratio, price.ratio.low, price.ratio.high)


def _slots(run: Run, count: float) -> str:
    """Name the baseline's slots the way its settings do."""
    settings = next((stack.settings for stack in run.stacks if stack.name == run.baseline), {})
    kind = "thread" if settings.get("threads") == f"{count:.0f}" else "slot"
    return f"{count:.0f} {kind}{'s' if count != 1 else ''}"


def _times(ratio: float, low: float, high: float) -> str:
    digits = 1 if ratio >= 2 else 2  # noqa: PLR2004 - 1.04 isn't 1.0
    return f"{ratio:.{digits}f} times ({low:.{digits}f} to {high:.{digits}f})"


def _ms(value: float, *, at_least: bool = False) -> str:
    time = f"{value / MS_PER_S:,.1f} s" if value >= MS_PER_S else f"{value:.3g} ms"
    return f"at least {time}" if at_least else time


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
