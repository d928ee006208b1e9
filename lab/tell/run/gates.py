"""What became of rules, in Markdown."""

from collections.abc import Sequence

from lab.judge.gates import Outcome, line
from lab.tell.run.markdown import template


def markdown(outcomes: Sequence[Outcome], run: str, against: str | None) -> str:
    """Return a table of every rule with what was measured."""
    lines = [line(o, against=against is not None).removeprefix(f"{o.rule.text}: ") for o in outcomes]
    return template("gate.md.jinja").render(
        kept=all(outcome.kept for outcome in outcomes),
        outcomes=list(zip(outcomes, lines, strict=True)),
        run=run,
        against=against,
    )
