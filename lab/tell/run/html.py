"""A run told as one HTML file that needs nothing else: it opens from disk and can be mailed."""

import json
import zlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lab.judge.answers import answers
from lab.judge.claims import claims
from lab.judge.descriptions import short_unit
from lab.judge.standings import Standing, differing, headlines, standings
from lab.tell.charts.drawing import KEYS_ABREAST, PLOT_HEIGHT
from lab.tell.charts.palette import GREY, looks_in
from lab.tell.charts.picture import Picture
from lab.tell.charts.themes import config
from lab.tell.run.capabilities import by_experiment
from lab.tell.run.doubts import group_doubts
from lab.tell.run.tables import Table, format_value, tables
from lab.tell.run.terminal import left_out
from loadtests.charting_library import charting_library
from records.run import Comparison, Run, Trial
from records.scenario import ScenarioRecord


@dataclass(frozen=True)
class Excerpt:
    """How an endpoint is written for one interface: the file, and what stands there."""

    module: str
    source: str


Excerpts = Mapping[str, Sequence[tuple[Excerpt, Excerpt]]]


@dataclass(frozen=True)
class Section:
    """Everything that is told of one scenario; `differs` where stacks do, so that there is something to explain."""

    record: ScenarioRecord
    differs: bool
    table: Table
    pictures: list[Picture]
    comparisons: list[Comparison]
    trials: list[Trial]
    excerpts: Sequence[tuple[Excerpt, Excerpt]]


def report(run: Run, drawn: Sequence[Picture], excerpts: Excerpts, trace: str = "") -> str:
    """Return report.html.

    `drawn` are its pictures, `excerpts` the twins' sources by scenario, `trace` the name of a trace beside it.
    """
    rows = standings(run)
    return (
        _templates()
        .get_template("report.html.jinja")
        .render(
            run=run,
            colours=defaultdict(lambda: GREY, {name: look.colour for name, look in looks_in(run).items()}),
            answers=answers(run),
            nothing_beyond_doubt=nothing_beyond_doubt(run.trials),
            headlines=headlines(run),
            standings=rows,
            claims=claims(run),
            sections=sections(run, differing(rows), drawn, excerpts),
            doubts=group_doubts(run.trials),
            left_out=left_out(run),
            capabilities=by_experiment(run.capabilities),
            explored=list(dict.fromkeys(each.stack for each in run.capabilities)),
            trace=trace,
            library=Markup(charting_library() if drawn else ""),  # noqa: S704 - its own source
            data=packed(
                {
                    "specs": {picture.name: picture.spec for picture in drawn},
                    "configs": {"light": config(dark=False), "dark": config(dark=True)},
                    "commands": {
                        _trial_anchor(trial): [trial.commands.server, trial.commands.load]
                        for trial in run.trials
                        if trial.commands
                    },
                }
            ),
        )
    )


def nothing_beyond_doubt(trials: Sequence[Trial]) -> bool:
    """Tell whether there are trials, and each is discarded as a whole."""
    return bool(trials) and all(
        any(doubt.discards and not doubt.figures for doubt in trial.doubts) for trial in trials
    )


def sections(
    run: Run, differ: Collection[str], drawn: Sequence[Picture], excerpts: Excerpts
) -> list[Section]:
    """Return a section for each scenario, in the order of the run; those in `differ` have something to explain."""
    told = {table.name: table for table in tables(run)}
    return [
        Section(
            record,
            record.name in differ,
            told[record.name],
            [picture for picture in drawn if picture.scenario == record.name],
            [c for c in run.comparisons if c.scenario == record.name],
            [trial for trial in run.trials if trial.scenario == record.name],
            excerpts.get(record.name, ()),
        )
        for record in run.scenarios
    ]


def value_of(standing: Standing, unit: str) -> str:
    """Return a standing's value with its unit."""
    if standing.value is None:
        return ""
    bound = "≥ " if standing.value.at_least else ""
    return f"{bound}{format_value(unit, standing.value.value)} {short_unit(unit)}".replace(" /s", "/s")


def room(spec: Mapping[str, object], abreast: int) -> int:
    """Return the pixels that a chart is tall, axis and keys included: kept free, so that drawing it moves nothing."""
    height = spec.get("height")
    keys = ceil(len(_keys(spec)) / abreast)
    return (height if isinstance(height, int) else PLOT_HEIGHT) + AXIS_PX + keys * KEY_PX


def _keys(spec: Mapping[str, object]) -> list[str]:
    """Return the names in a chart's legend."""
    layers = spec.get("layer")
    colours = [layer["encoding"].get("color", {}) for layer in layers] if isinstance(layers, list) else []
    return next((colour["scale"]["domain"] for colour in colours if colour.get("legend")), [])


AXIS_PX, KEY_PX = 58, 18


def packed(value: object) -> str:
    """Return JSON compressed by zlib, in base64: a tenth of its size, and safe within a script element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return b64encode(zlib.compress(text.encode(), level=9)).decode()


def _anchor(name: object) -> str:
    return str(name).replace("/", "-").replace("@", "-").replace("#", "-").replace(" ", "-")


def _trial_anchor(trial: Trial) -> str:
    return _anchor(f"trial-{trial.stack}-{trial.scenario}-{trial.level}-{trial.repetition}")


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("lab.tell"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"anchor": _anchor, "trial_anchor": _trial_anchor}
    templates.globals |= {
        "value_of": value_of,
        "room": room,
        "KEYS_ABREAST": KEYS_ABREAST,
    }
    return templates
