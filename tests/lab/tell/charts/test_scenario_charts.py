"""The charts of a run."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import vl_convert

from lab.stacks import DEFAULT_STACKS
from lab.tell.charts.palette import looks
from lab.tell.charts.scenario_charts import Picture, apply_theme, pictures, svg
from loadtests.scenarios import SCENARIOS
from records.run import Doubt, Run, Trial
from records.scenario import Chart
from tests.lab import runs

UNIT = re.compile(r", (% of the requests|%|µs|ms|s|requests/s|messages/s|users|MiB|KiB|cores)$")
LOOKS = looks(runs.stack(name) for name in DEFAULT_STACKS)
BUSY = Doubt("machine-busy", "everything else used 40% of a core", "measure again", discards=True)

NAMES = [
    "baseline-cpu-us-per-request-500",
    "baseline-corrected-500",
    "slow-io-throughput",
    "starvation-probe-20",
    "starvation-probe-corrected-20",
    "streaming-chunks-1",
    "streaming-chunks-20",
    "blocking-probe-sleep",
    "blocking-probe-blocking",
    "blocking-probe-offloaded",
    "cpu-probe-1",
    "cpu-probe-4",
    "upload-probe-20",
    "download-memory-growth-mib-10",
    "churn-cpu-us-per-request-300",
    "churn-corrected-300",
    "overload-recovery-150",
    "idle-memory-kib-per-connection-kept-alive",
    "idle-memory-kib-per-connection-silent",
    "abandon-probe-10",
    "abandon-idle-cores-10",
    "websocket-corrected-paced",
    "websocket-corrected-flat-out",
    "websocket-messages-per-s-flat-out",
]


@pytest.fixture(scope="module")
def every() -> list[Picture]:
    """Return the charts of a run of every scenario."""
    return pictures(runs.every_scenario())


@pytest.fixture(scope="module")
def drawn(report_of_every_scenario: list[Path]) -> dict[str, str]:
    """Return each chart as SVG."""
    return {path.stem: path.read_text() for path in report_of_every_scenario if path.suffix == ".svg"}


def nodes(value: object) -> Iterator[dict[str, object]]:
    """Yield every object within a spec."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)


def channels(picture: Picture, *names: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield those channels of a picture's layers, with their names."""
    for node in nodes(picture.spec):
        encoding = node.get("encoding")
        if isinstance(encoding, dict):
            yield from ((name, encoding[name]) for name in names if name in encoding)


def rows(picture: Picture) -> list[dict[str, object]]:
    """Return all rows that are inlined in a picture."""
    datasets = picture.spec["datasets"]
    assert isinstance(datasets, dict)
    return [row for dataset in datasets.values() for row in dataset]


def marks(picture: Picture) -> Iterator[dict[str, object]]:
    """Yield the marks of a picture that are coloured as stacks and tell of one."""
    for node in nodes(picture.spec):
        encoding, mark = node.get("encoding"), node.get("mark")
        if isinstance(encoding, dict) and isinstance(mark, dict) and {"color", "tooltip"} <= set(encoding):
            yield mark


def is_full(mark: dict[str, object]) -> bool:
    """Tell whether a mark looks like one that can be trusted."""
    return bool(mark.get("filled", True)) and mark.get("opacity", 1) == mark.get("fillOpacity", 1) == 1


def only(*scenarios: str, repetitions: int = 1) -> Run:
    """Return the run of every scenario in which these alone were measured."""
    run = runs.every_scenario(repetitions)
    run.trials = [trial for trial in run.trials if trial.scenario in scenarios]
    return run


def changed(run: Run, **changes: object) -> Run:
    """Return the run with these changes to each of its trials."""
    run.trials = [msgspec.structs.replace(trial, **changes) for trial in run.trials]
    return run


def test_every_scenario_has_its_charts(every: list[Picture]) -> None:
    """No scenario is without, and what was measured is drawn in their order."""
    assert list(dict.fromkeys(picture.scenario for picture in every)) == list(SCENARIOS)


def test_charts_by_name(every: list[Picture]) -> None:
    """These are the charts, one for each level at which there was a load; those of a newer card follow from it."""
    named = [name for name in SCENARIOS if any(chart.startswith(f"{name}-") for chart in NAMES)]
    assert [picture.name for picture in every if picture.scenario in named] == NAMES


def test_names_are_safe_in_files_and_ids(every: list[Picture]) -> None:
    """A name is of small letters, digits and dashes, and there once."""
    names = [picture.name for picture in every]
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9-]*", name)] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("measured", [[*SCENARIOS][::2], [*SCENARIOS][1::2]], ids=["even", "odd"])
def test_charts_without_trials_are_left_out(measured: list[str]) -> None:
    """What wasn't measured has no chart, and the others are drawn all the same."""
    assert {picture.scenario for picture in pictures(only(*measured))} == set(measured)


def test_charts_are_those_that_the_run_asks_for() -> None:
    """A scenario of any name has its charts, and a kind that nobody draws is left out."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    charts = [Chart("hologram"), Chart("bars", "throughput_per_s", "Speed")]
    run.scenarios = [msgspec.structs.replace(run.scenarios[0], charts=charts)]
    (picture,) = pictures(run)
    assert picture.says == "Speed, 50 users: 490 requests/s (uvicorn/asgi)."


def test_a_figure_without_a_unit_is_drawn() -> None:
    """What nobody describes goes by its name."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, wishes_per_s=490.0)])
    run.scenarios = [
        msgspec.structs.replace(run.scenarios[0], charts=[Chart("bars", "wishes_per_s", "Wishes")])
    ]
    (picture,) = pictures(run)
    assert picture.says == "Wishes, 50 users: 490 (uvicorn/asgi)."
    assert {str(axis["title"]) for name, axis in channels(picture, "x") if "title" in axis} == {
        "wishes_per_s"
    }


def test_failed_trials_are_not_drawn() -> None:
    """A run of which every trial failed has no chart."""
    assert pictures(changed(runs.every_scenario(), status="failed")) == []


def test_older_runs_are_drawn_as_far_as_they_go() -> None:
    """Without histograms and traces there are the charts of figures."""
    found = pictures(changed(runs.every_scenario(), histograms={}, traces={}))
    assert {"slow-io-throughput", "abandon-idle-cores-10"} <= {picture.name for picture in found}
    assert not {picture.name for picture in found} & {"starvation-probe-20", "baseline-corrected-500"}


def test_trials_without_figures_have_no_chart() -> None:
    """Nothing is drawn of nothing."""
    assert pictures(changed(runs.every_scenario(), figures={}, histograms={}, traces={})) == []


def test_charts_are_valid_and_have_marks(every: list[Picture], drawn: dict[str, str]) -> None:
    """Each compiles to SVG and draws each default stack in its colour."""
    assert sorted(drawn) == sorted(picture.name for picture in every)
    for name, text in drawn.items():
        missing = [stack for stack, look in LOOKS.items() if look.colour.lower() not in text.lower()]
        assert missing == [], name


def test_charts_compile_without_a_warning(every: list[Picture], capfd: pytest.CaptureFixture[str]) -> None:
    """Vega-Lite drops nothing of what a spec says."""
    for picture in every:
        vl_convert.vegalite_to_vega(apply_theme(picture.spec, dark=True), show_warnings=True)
    assert capfd.readouterr() == ("", "")


def test_every_axis_has_a_unit(every: list[Picture]) -> None:
    """An axis with numbers says what they are and in which unit."""
    for picture in every:
        for direction in ("x", "y"):
            found = [
                channel for _, channel in channels(picture, direction) if channel.get("field") != "stack"
            ]
            titles = {str(channel["title"]) for channel in found if "title" in channel}
            assert len(titles) == bool(found), picture.name
            assert [title for title in titles if not UNIT.search(title)] == [], picture.name


def test_same_stack_same_colour(every: list[Picture]) -> None:
    """Wherever a stack is drawn it has its one colour."""
    for picture in every:
        for _, channel in channels(picture, "color", "stroke"):
            scale = channel["scale"]
            assert isinstance(scale, dict)
            assert scale["range"] == [LOOKS[stack].colour for stack in scale["domain"]]


def test_no_colour_of_a_theme_is_in_a_spec(every: list[Picture]) -> None:
    """Text and grid are coloured by whoever shows the chart, on a ground that shines through."""
    assert [picture.name for picture in every if "config" in picture.spec] == []
    assert {picture.spec["background"] for picture in every} == {"transparent"}
    assert {picture.spec["width"] for picture in every} == {"container"}


def test_numbers_are_finite_and_short(every: list[Picture]) -> None:
    """A spec is JSON without NaN, and has no more digits than can be seen."""
    numbers = re.findall(r"-?\d[\d.]*(?:e-?\d+)?", json.dumps([rows(p) for p in every], allow_nan=False))
    assert [each for each in numbers if len(each.replace(".", "").lstrip("-0")) > 6] == []


def test_tooltips_tell_stack_and_doubts(every: list[Picture]) -> None:
    """Whatever has a tooltip says which stack it is and what is to be doubted of it."""
    for picture in every:
        found = [tips for node in nodes(picture.spec) if isinstance(tips := node.get("tooltip"), list)]
        assert found, picture.name
        for tips in found:
            assert {"stack", "doubts"} <= {tip["field"] for tip in tips}


def test_says_is_one_sentence_that_describes(every: list[Picture]) -> None:
    """What there is to see is said in figures, also to those who can't see it."""
    for picture in every:
        assert re.fullmatch(r"[A-Z].*\d.*\.", picture.says), picture.says
        assert picture.spec["description"] == picture.says


def test_throughput_says_what_its_figures_are() -> None:
    """The sentence has the ends of the range at the most users."""
    (picture,) = pictures(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)]))
    assert picture.says == (
        "At 50 users 490 requests/s (uvicorn/asgi); dashed in grey what slots and waiting allow."
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_discarded_figures_are_marked(scenario: str) -> None:
    """What is kept out of every comparison is hollow, and its tooltip says why."""
    for picture in pictures(changed(only(scenario), doubts=[BUSY])):
        found = [row for row in rows(picture) if "doubts" in row]
        assert [row for row in found if not row.get("discarded")] == []
        assert {str(row["doubts"]).partition(":")[0] for row in found} == {"machine-busy"}
        assert [mark for mark in marks(picture) if is_full(mark)] == [], picture.name
        assert "nothing that can be trusted" in picture.says


def test_lower_bound_has_a_triangle() -> None:
    """A figure that is at least what was measured is marked beside its shape."""
    stuck = Doubt(
        "unanswered", "7 had no answer", "read as lower bounds", ["throughput_per_s"], at_least=True
    )
    trial = runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)
    (with_triangle,) = pictures(runs.run([msgspec.structs.replace(trial, doubts=[stuck])]))
    (without,) = pictures(runs.run([trial]))
    assert ["triangle-up" in json.dumps(picture.spec) for picture in (with_triangle, without)] == [
        True,
        False,
    ]


def test_stack_that_answered_no_probe_is_named() -> None:
    """A line that is missing because nothing came is told."""
    run = only("upload")
    silent = msgspec.structs.replace(run.trials[0], traces={})
    run.trials[0] = silent
    (picture,) = pictures(run)
    assert picture.says.endswith(f"; none was answered by {silent.stack}.")


def test_ceiling_is_drawn_once() -> None:
    """Stacks with the same slots share a ceiling, and slots that allow the same share a line."""
    run = runs.run(
        [
            runs.trial(name, users, throughput_per_s=9.0, ceiling_per_s=ceiling)
            for name, users, ceiling in (("a/wsgi", 1, 10.0), ("b/wsgi", 1, 10.0), ("c/asgi", 1, 10.0))
        ],
        [runs.stack("a/wsgi", slots=10), runs.stack("b/wsgi", slots=10), runs.stack("c/asgi")],
    )
    assert ceilings(run) == {"10 slots or unbounded"}
    run.trials.append(runs.trial("c/asgi", 50, throughput_per_s=9.0, ceiling_per_s=500.0))
    assert ceilings(run) == {"10 slots", "unbounded"}


def ceilings(run: Run) -> set[object]:
    """Return the names of the ceilings that are drawn of a run's slow-io."""
    (picture,) = pictures(run)
    return {row["slots"] for row in rows(picture) if "slots" in row}


def test_repetitions_are_points_beside_their_median() -> None:
    """Each trial is seen, not their middle alone."""
    (picture,) = pictures(only("slow-io", repetitions=3))
    found = [row for row in rows(picture) if row.get("stack") == "uvicorn/asgi" and row["level"] == 50]
    assert len({row["value"] for row in found}) == 3
    assert [row["trials"] for row in found if "trials" in row] == ["3 of 3"]  # its line and point share a row


def test_copy_of_the_baseline_is_not_drawn() -> None:
    """What is measured for the noise floor alone is in no table, and in no chart either."""
    run = only("baseline")
    run.trials.append(runs.copied(runs.measured("uvicorn/asgi", "baseline", 500)))
    assert {row["stack"] for p in pictures(run) for row in rows(p) if "stack" in row} == set(DEFAULT_STACKS)


def test_charts_are_a_function_of_the_run(every: list[Picture]) -> None:
    """The same run gives the same charts."""
    assert pictures(runs.every_scenario()) == every


def test_hostile_names_stay_text() -> None:
    """What a results.json says is drawn as text, never as markup."""
    run = runs.run(
        [trial_of("<script>alert(1)</script>/asgi")],
        [runs.stack("<script>alert(1)</script>/asgi")],
    )
    (picture,) = pictures(run)
    assert "<script>" not in svg(picture)


def trial_of(stack: str) -> Trial:
    """Return a trial of slow-io."""
    return runs.trial(stack, 50, throughput_per_s=490.0)
