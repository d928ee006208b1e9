"""The report's first screen: what to run for which kind of work, in sentences made from the figures.

Each answer is a function from a run to a sentence, or to nothing where its trials are missing or doubted.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lab.judge.known import compared_with, known, levels_of, stacks_measured, trials_of, trusted
from lab.judge.standings import BREAKING
from lab.run import Run
from loadtests.scenarios import Value


@dataclass(frozen=True)
class Answer:
    """What the run says of one kind of work; `scenario` is where the proof stands."""

    work: str
    says: str
    scenario: str


def answers(run: Run) -> list[Answer]:
    """Return every answer that the run's figures give."""
    found = []
    for work, scenario, say in ANSWERS:
        says = say(run)
        if says:
            found.append(Answer(work, says, scenario))
    return found


def waiting(run: Run) -> str:
    """Who serves most users that wait, who serves fewer and why, and what it would take to match."""
    level = _highest(run, "slow-io")
    rates = _trusted_rates(run, "slow-io", level)
    if not rates or run.baseline not in rates:
        return ""
    best = max(rates, key=lambda name: rates[name])
    ceiling = _of(run, best, "slow-io", level, "ceiling_per_s") or 0.0
    waits_s = (_of(run, best, "slow-io", level, "concurrency") or 0.0) / ceiling if ceiling else 0.0
    share = f", {rates[best] / ceiling:.0%} of what is possible" if ceiling else ""
    first = f"{level} users that each wait {waits_s:g} s: {best} answers {rates[best]:,.0f} a second{share}"
    if best == run.baseline or not waits_s:
        return f"{first}."
    slots = _of(run, run.baseline, "slow-io", level, "concurrency") or 0.0
    return (
        f"{first}; {run.baseline} {rates[run.baseline]:,.0f}, because it has {_slots(slots)}. "
        f"To match, it would need about {rates[best] * waits_s:,.0f}."
    )


def cost(run: Run) -> str:
    """What a request costs the server where there is nothing to wait for."""
    level = _highest(run, "baseline")
    costs = {n: _of(run, n, "baseline", level, CPU) for n in stacks_measured(run, "baseline")}
    cheap = {name: value for name, value in costs.items() if value is not None}
    if run.baseline not in cheap:
        return ""
    least = min(cheap, key=lambda name: cheap[name])
    compared = compared_with(run, least, "baseline", level, CPU)
    if compared is None:
        return f"A request costs {run.baseline} {cheap[run.baseline]:,.0f} µs of CPU."
    times = f"{1 / compared.ratio:.1f} times ({1 / compared.high:.1f} to {1 / compared.low:.1f})"
    return (
        f"A request costs {least} {cheap[least]:,.0f} µs of CPU and {run.baseline} {cheap[run.baseline]:,.0f} µs, "
        f"{times} as much: that is before your own code does anything."
    )


def bridge(run: Run) -> str:
    """What a bridge costs over the same server without one."""
    level = _highest(run, "baseline")
    told = []
    for name in stacks_measured(run, "baseline"):
        server, _, app = name.partition("/")
        native = f"{server}/{'asgi' if app == 'wsgi-bridged' else 'wsgi'}"
        bridged, plain = (_of(run, each, "baseline", level, CPU) for each in (name, native))
        if app.endswith("-bridged") and bridged and plain:
            told.append(f"{bridged / plain:.1f} times the CPU of {native} on {name}")
    return f"A bridge isn't free: a request takes {' and '.join(told)}." if told else ""


def neighbours(run: Run) -> str:
    """What becomes of a fast route beside slow ones."""
    level = _highest(run, "starvation")
    times = {n: known(run, n, "starvation", level, PROBE) for n in stacks_measured(run, "starvation")}
    told = {name: found for name, found in times.items() if found and not found.doubted}
    if len(told) < 2:  # noqa: PLR2004 - a comparison takes two
        return ""
    ordered = sorted(told, key=lambda name: told[name].value)
    said = [f"{_ms(told[n].value, at_least=told[n].at_least)} on {n}" for n in (ordered[0], ordered[-1])]
    middle = f", {_ms(told[run.baseline].value)} on {run.baseline}" if run.baseline in ordered[1:-1] else ""
    return f"Beside {level} slow users a fast route takes {said[0]}{middle} and {said[1]}."


def blocking(run: Run) -> str:
    """What one blocking call makes of an event loop, and what a thread pool cures."""
    name = _first(run, "blocking", "/asgi")
    rate = trusted(run, name, "blocking", "blocking", RATE) if name else None
    if name is None or rate is None:
        return ""
    probe = known(run, name, "blocking", "blocking", PROBE)
    waits = f", and a fast route waits {_ms(probe.value, at_least=probe.at_least)}" if probe else ""
    cured = trusted(run, name, "blocking", "offloaded", RATE)
    cure = f" Offloaded to asyncio's default thread pool it is {cured:,.0f} a second." if cured else ""
    return f"One blocking call undoes an event loop: {name} then answers {rate:,.0f} a second{waits}.{cure}"


def slow_clients(run: Run) -> str:
    """Who is held up by clients that send slowly."""
    level = _highest(run, "upload")
    told = [
        f"{_ms(found.value, at_least=found.at_least)} on {name}"
        for name in stacks_measured(run, "upload")
        if (found := known(run, name, "upload", level, PROBE)) and not found.doubted
    ]
    return f"While {level} clients send a body slowly a fast route takes {_listed(told)}." if told else ""


def broken(run: Run) -> str:
    """Which stacks a load broke, with the evidence."""
    told = []
    for scenario in [record.name for record in run.scenarios]:
        for name in stacks_measured(run, scenario):
            made = [t for level in levels_of(run, scenario) for t in trials_of(run, name, scenario, level)]
            failed = [d.says for t in made for d in t.doubts if t.status != "ok" or d.name in FATAL]
            if failed:
                told.append(f"{name} breaks under {scenario}: {failed[0]}")
    return f"{'. '.join(told)}." if told else ""


CPU, RATE, PROBE = "cpu_us_per_request", "throughput_per_s", "probe_corrected_ms_p50"
FATAL = BREAKING - {"no-answers"}
MS_PER_S = 1000

ANSWERS: tuple[tuple[str, str, Callable[[Run], str]], ...] = (
    ("Work that waits for something else", "slow-io", waiting),
    ("Fast routes beside slow ones", "starvation", neighbours),
    ("Work that costs little", "baseline", cost),
    ("An app behind a bridge", "baseline", bridge),
    ("Async code that blocks", "blocking", blocking),
    ("Clients that are slow", "upload", slow_clients),
    ("What broke", "abandon", broken),
)


def _highest(run: Run, scenario: str) -> Value:
    return (levels_of(run, scenario) or [0])[-1]


def _of(run: Run, stack: str, scenario: str, level: Value, figure: str) -> float | None:
    return trusted(run, stack, scenario, level, figure)


def _trusted_rates(run: Run, scenario: str, level: Value) -> dict[str, float]:
    rates = {n: _of(run, n, scenario, level, RATE) for n in stacks_measured(run, scenario)}
    return {name: rate for name, rate in rates.items() if rate}


def _first(run: Run, scenario: str, ending: str) -> str | None:
    return next((n for n in stacks_measured(run, scenario) if n.endswith(ending)), None)


def _slots(count: float) -> str:
    return f"{count:.0f} slot{'s' if count != 1 else ''}"


def _ms(value: float, *, at_least: bool = False) -> str:
    told = f"{value / MS_PER_S:,.1f} s" if value >= MS_PER_S else f"{value:.3g} ms"
    return f"at least {told}" if at_least else told


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
