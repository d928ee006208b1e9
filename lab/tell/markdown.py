"""A run told in Markdown, as report.md."""

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from lab.run import Run
from lab.tell.drawing import Picture
from lab.tell.tables import tables, verdicts
from lab.tell.terminal import left_out

ENDING = re.compile(r"[\\\[\]]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def report(run: Run, pictures: Sequence[Picture] = ()) -> str:
    """Return report.md, with each picture as a file under the table of its scenario."""
    return _template("report.md.jinja").render(
        run=run,
        made=len(run.trials),
        pictures=pictures,
        tables=[*tables(run), *filter(None, [verdicts(run)])],
        left_out=left_out(run),
        doubts=[(trial, doubt) for trial in run.trials for doubt in trial.doubts],
    )


def answers(run: Run) -> str:
    """Return the tables alone, each under a heading of the third level."""
    return _template("tables.md.jinja").render(tables=tables(run), pictures=(), heading="###")


def place_of(picture: Picture) -> str:
    """Return where a picture's file is, seen from the report."""
    return f"charts/{picture.name}.svg"


def _template(name: str) -> Template:
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
