"""A run told in Markdown, as report.md."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from lab.run import Run
from lab.tell.tables import tables, verdicts
from lab.tell.terminal import left_out

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def report(run: Run) -> str:
    """Return report.md."""
    return template("report.md.jinja").render(
        run=run,
        made=len(run.trials),
        tables=[*tables(run), *filter(None, [verdicts(run)])],
        left_out=left_out(run),
        doubts=[(trial, doubt) for trial in run.trials for doubt in trial.doubts],
    )


def summary(run: Run) -> str:
    """Return the tables and verdicts, for the page of a step in somebody's automation."""
    told = [*tables(run), *filter(None, [verdicts(run)])]
    return template("summary.md.jinja").render(run=run, tables=told, left_out=left_out(run))


def answers(run: Run) -> str:
    """Return the tables alone, each under a heading of the third level."""
    return template("tables.md.jinja").render(tables=tables(run), heading="###")


def template(name: str) -> Template:
    """Return a template that makes Markdown."""
    templates = Environment(
        loader=PackageLoader("lab.tell"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, whose cells `as_cell` escapes
        keep_trailing_newline=True,
    )
    templates.filters["cell"] = as_cell
    return templates.get_template(name)


def as_cell(text: str) -> str:
    """Return text that stays one cell of a table and holds no markup."""
    plain = CONTROL.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("|", "\\|")
