"""report.html, as text; tests/browser opens it."""

import json
from html.parser import HTMLParser

import msgspec
import pytest

from lab.judge.comparisons import judge
from lab.run import Commands, Doubt, Run
from lab.tell import html
from lab.tell.charts import pictures
from tests.lab import runs


class Page(HTMLParser):
    """What a page has: ids, links, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, links and whatever is loaded from elsewhere."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            elif name == "href" and tag == "a" and value:
                self.links.append(value)
            elif name in {"src", "srcset"} or (name == "href" and tag == "link"):
                self.sources.append(value or "")


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a run of every scenario."""
    made = runs.every_scenario()
    made.baseline = "gunicorn-gthread/wsgi"
    judge(made)
    return made


def told(run: Run) -> str:
    """Return the page of a run."""
    return html.report(run, pictures(run), {})


def test_page_needs_nothing_else(run: Run) -> None:
    """Nothing is loaded from anywhere: the icon is empty data."""
    assert Page(told(run)).sources == ["data:,"]


def test_ids_are_unique_and_links_land(run: Run) -> None:
    """Each link within the page has its target, once."""
    page = Page(told(run))
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_every_picture_has_its_spec(run: Run) -> None:
    """The charts' data is in the page, once for both themes."""
    text = told(run)
    _, _, rest = text.partition('<script type="application/json" id="specs">')
    specs = json.loads(rest.partition("</script>")[0])
    assert sorted(specs) == sorted(picture.name for picture in pictures(run))


def test_hostile_text_is_no_markup() -> None:
    """What servers log and machines are called is shown, not run."""
    hostile = "</script><script>alert(1)</script>"
    made = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0)])
    made.environment["cpu"] = hostile
    trial = msgspec.structs.replace(
        made.trials[0], commands=Commands(hostile, hostile), doubts=[Doubt("failed", hostile, hostile)]
    )
    made.trials = [trial]
    assert "<script>alert" not in told(made)


def test_run_without_trials_is_told() -> None:
    """A run that was stopped before its first trial says so."""
    made = runs.run([])
    made.run.stopped = "SIGINT"
    text = told(made)
    assert "Stopped before its end: SIGINT" in text
    assert "Nothing was measured that could be answered from." in text


def test_doubts_are_told_once_with_their_places() -> None:
    """One kind of doubt is one entry, under it each trial and what it said there."""
    doubt = Doubt("machine-busy", "busy", "close what else runs", discards=True)
    trials = [
        msgspec.structs.replace(runs.trial(name, 50, throughput_per_s=1.0), doubts=[doubt])
        for name in ("uvicorn/asgi", "gunicorn-sync/wsgi")
    ]
    (found,) = html.raised(trials)
    assert found.doubt == doubt
    assert found.places == ["uvicorn/asgi slow-io@50: busy", "gunicorn-sync/wsgi slow-io@50: busy"]
