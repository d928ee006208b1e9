"""report.html, as text; tests/browser opens it."""

import json
import zlib
from base64 import b64decode

import msgspec
import pytest
from bs4 import BeautifulSoup

from lab.judge.comparisons import judge
from lab.tell.charts.palette import GREY, looks_in
from lab.tell.charts.scenario_charts import Picture, pictures
from lab.tell.run import html
from loadtests.charting_library import charting_library
from records.run import Capability, Commands, Doubt, Run
from tests.lab import runs


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a run of every scenario."""
    made = runs.every_scenario()
    made.baseline = "gunicorn-gthread/wsgi"
    judge(made)
    return made


@pytest.fixture(scope="module")
def drawn(run: Run) -> list[Picture]:
    """Return its charts."""
    return pictures(run)


@pytest.fixture(scope="module")
def page(run: Run, drawn: list[Picture]) -> BeautifulSoup:
    """Return its page, parsed."""
    return BeautifulSoup(html.report(run, drawn, {}), "html.parser")


def page_of(run: Run) -> BeautifulSoup:
    """Return the page of a run, parsed."""
    return BeautifulSoup(told(run), "html.parser")


def data_of(page: BeautifulSoup) -> dict[str, dict[str, object]]:
    """Return what a page's script reads."""
    (element,) = page.select("#data")
    found: dict[str, dict[str, object]] = json.loads(zlib.decompress(b64decode(element.text)))
    return found


def told(run: Run) -> str:
    """Return the page of a run."""
    return html.report(run, pictures(run), {})


def test_page_needs_nothing_else(page: BeautifulSoup) -> None:
    """Nothing is loaded from anywhere: the icon is empty data."""
    assert [link["href"] for link in page.find_all("link")] == ["data:,"]
    assert page.select("[src], [srcset]") == []


def test_ids_are_unique_and_links_land(page: BeautifulSoup) -> None:
    """Each link within the page has its target, once."""
    ids = [str(element["id"]) for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {str(link["href"]).removeprefix("#") for link in page.select("a[href]")} <= set(ids)


def test_every_picture_has_its_spec(page: BeautifulSoup, drawn: list[Picture]) -> None:
    """The charts' data is in the page, once for both themes."""
    assert sorted(data_of(page)["specs"]) == sorted(picture.name for picture in drawn)


def test_page_without_charts_has_no_library_for_them() -> None:
    """What draws charts is most of a page: where there are none it is left out."""
    charted = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    assert [charting_library() in told(each) for each in (runs.run(), charted)] == [False, True]


def test_every_trial_has_its_commands() -> None:
    """They are in the page under the id of the trial's entry."""
    page = page_of(named("serve & load"))
    assert set(data_of(page)["commands"]) == {item["id"] for item in page.select("ol.commands li")}
    assert list(data_of(page)["commands"].values()) == [["serve & load", "serve & load"]] * 2


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror='alert(1)'>",
    "\" onmouseover=alert(1) x='",
    "\x00\x07\x1b[31m",
    "x" * 10_000,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_no_markup(hostile: str) -> None:
    """What stacks and machines are called and what servers log is shown, not run."""
    clean, stained = (page_of(named(text)) for text in ("uvicorn/asgi", hostile))
    assert [tag.name for tag in stained.select("*")] == [tag.name for tag in clean.select("*")]
    attributes = [sorted(tag.attrs) for tag in clean.select("*")]
    assert [sorted(tag.attrs) for tag in stained.select("*")] == attributes


def named(text: str) -> Run:
    """Return a run that says a text wherever it can come from outside."""
    doubt = Doubt("failed", text, text)
    trials = [
        msgspec.structs.replace(trial, commands=Commands(text, text), doubts=[doubt])
        for trial in (runs.trial(text, 50, throughput_per_s=1.0), runs.trial("gunicorn-sync/wsgi", 50))
    ]
    made = runs.run(trials, [runs.stack(text), runs.stack("gunicorn-sync/wsgi")])
    made.environment["cpu"] = text
    made.run.stopped = text
    return made


def test_swatches_are_of_the_charts_colours() -> None:
    """A stack has its colour in tables, too, where only experiments were made on it as well; a mere name is grey."""
    run = runs.run()
    run.explored = [runs.stack("hypercorn/asgi")]
    names = ("uvicorn/asgi", "hypercorn/asgi", "mod_python/cgi")
    run.capabilities = [Capability("http2", "Does it?", name, "no", "") for name in names]
    looks = looks_in(run)
    swatches = [str(each["style"]) for each in page_of(run).select("table.capabilities .swatch")]
    colours = [looks["uvicorn/asgi"].colour, looks["hypercorn/asgi"].colour, GREY]
    assert swatches == [f"background:{colour}" for colour in colours]


def test_run_without_trials_is_told() -> None:
    """A run that was stopped before its first trial says so."""
    made = runs.run([])
    made.run.stopped = "SIGINT"
    text = told(made)
    assert "Stopped before its end: SIGINT" in text
    assert "Nothing was measured that could be answered from." in text


def test_run_that_is_doubted_as_a_whole_answers_nothing() -> None:
    """Where every trial is discarded it says that figures were measured, and why none of them answers."""
    doubt = Doubt("live", "loaded by hand", "measure it", discards=True)
    trial = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[doubt])
    text = told(runs.run([trial]))
    assert "No figure of this run is beyond doubt, so it answers nothing." in text
    assert "Nothing was measured" not in text
