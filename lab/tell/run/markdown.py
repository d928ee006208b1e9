"""A run told in Markdown, as report.md."""

import re
from collections.abc import Callable, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from lab.judge.answers import answers as answers_of
from lab.tell.charts.picture import Picture
from lab.tell.run.capabilities import table
from lab.tell.run.doubts import group_doubts
from lab.tell.run.tables import tables, verdicts
from lab.tell.run.terminal import left_out
from records.run import Commands, Run, Trial

ENDING = re.compile(r"[\\\[\]]")
SHOWN_PLACES = 6
"""A comment on GitHub holds 65,536 characters: of each doubt so many places are told, the others counted."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def report(run: Run, pictures: Sequence[Picture] = ()) -> str:
    """Return report.md, with each picture as a file under the table of its scenario."""
    return template("report.md.jinja").render(
        run=run,
        trial_count=len(run.trials),
        pictures=pictures,
        tables=[*tables(run), *filter(None, [verdicts(run)])],
        left_out=left_out(run),
        answers=answers_of(run),
        doubts=group_doubts(run.trials),
        shown_places=SHOWN_PLACES,
        explored=[table(run.capabilities)] if run.capabilities else [],
        servers=first_of_each(run.trials, lambda trial: trial.stack),
        loads=first_of_each(run.trials, lambda trial: f"{trial.scenario}@{trial.level}"),
    )


def first_of_each(trials: Sequence[Trial], key: Callable[[Trial], str]) -> dict[str, Commands]:
    """Return the commands of the first trial of each kind: the others differ from it by port alone."""
    commands: dict[str, Commands] = {}
    for trial in trials:
        if trial.commands:
            commands.setdefault(key(trial), trial.commands)
    return commands


def summary(run: Run) -> str:
    """Return the tables and verdicts, for the page of a step in somebody's automation."""
    all_tables = [*tables(run), *filter(None, [verdicts(run)])]
    return template("summary.md.jinja").render(
        run=run, tables=all_tables, pictures=(), left_out=left_out(run)
    )


def answers(run: Run) -> str:
    """Return the tables alone, each under a heading of the third level."""
    return template("tables.md.jinja").render(tables=tables(run), pictures=(), heading="###")


def abilities(run: Run) -> str:
    """Return the table of what the stacks can do, under a heading of the third level."""
    return template("tables.md.jinja").render(tables=[table(run.capabilities)], pictures=(), heading="###")


def place_of(picture: Picture) -> str:
    """Return where a picture's file is, seen from the report."""
    return f"charts/{picture.name}.svg"


def template(name: str) -> Template:
    """Return a template that makes Markdown."""
    templates = Environment(
        loader=PackageLoader("lab.tell"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, whose cells `as_cell` escapes
        keep_trailing_newline=True,
    )
    templates.filters |= {"cell": as_cell, "alternative": as_alternative, "place": place_of}
    return templates.get_template(name)


def as_cell(text: str) -> str:
    """Return text that stays one cell of a table and holds no markup."""
    return _plain(text).replace("|", "\\|")


def as_alternative(text: str) -> str:
    """Return text that stays between the brackets of an image."""
    return ENDING.sub(r"\\\g<0>", _plain(text))


def _plain(text: str) -> str:
    return CONTROL.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
