"""The tables of the README, from the tables of the code."""

from collections.abc import Callable, Sequence

from contract.endpoints import ENDPOINTS
from contract.parameters import Parameter
from lab.servers import Settings
from lab.stacks import DEFAULT_STACKS, all_stacks
from loadtests.scenarios import SCENARIOS


def fill_tables(text: str) -> str:
    """Return a README with each `<!-- name -->` ... `<!-- /name -->` filled from its table."""
    for name, table in TABLES.items():
        text = replace_table(text, name, table())
    return text


def replace_table(text: str, name: str, content: str) -> str:
    """Return a text with what stands between the marks of that name replaced."""
    opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, _, rest = text.partition(opening)
    return before + opening + content + closing + rest.partition(closing)[2]


def stacks() -> str:
    """Return the stacks with their slots at the default settings."""
    rows = []
    for stack in all_stacks():
        slots = stack.slots(Settings())
        part = "default" if stack.name in DEFAULT_STACKS else "wider"
        rows.append((f"`{stack.name}`", stack.server.interface, str(slots or "unbounded"), part))
    return _table(("stack", "interface", "slots", "set"), rows)


def endpoints() -> str:
    """Return the endpoints with what they take."""
    rows = [(e.name, f"`{e.request}`", e.purpose, _taken(e.parameters)) for e in ENDPOINTS]
    return _table(("name", "request", "answer", "parameters"), rows)


def scenarios() -> str:
    """Return the scenarios with their questions and levels."""
    rows = [
        (f"`{s.name}`", s.question, f"{', '.join(str(level.value) for level in s.levels)} {s.unit}")
        for s in SCENARIOS.values()
    ]
    return _table(("scenario", "question", "levels"), rows)


def _taken(parameters: Sequence[Parameter]) -> str:
    return "; ".join(f"{p.name}: {p.bounds}" for p in parameters)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    "stacks": stacks,
    "endpoints": endpoints,
    "scenarios": scenarios,
}
