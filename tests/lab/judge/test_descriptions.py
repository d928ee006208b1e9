"""What a run says of itself."""

import msgspec
import pytest

from lab.judge.answers import RULES
from lab.judge.descriptions import (
    describe_figures,
    look_up_figures,
    scenario_record,
    short_unit,
    with_plain_columns,
)
from lab.judge.figures import describe
from lab.tell.charts.scenario_charts import KINDS
from loadtests.scenarios import SCENARIOS, Scenario
from records.run import Run
from records.scenario import ColumnRecord, Figure, LevelRecord, ScenarioRecord
from tests.lab import runs

each_card = pytest.mark.parametrize("card", SCENARIOS.values(), ids=SCENARIOS)


def measured(card: Scenario) -> ScenarioRecord:
    """Return a scenario that is measured at all of its levels."""
    return scenario_record(card, [LevelRecord(level.value, 1.0, []) for level in card.levels])


@each_card
def test_a_card_has_every_part(card: Scenario) -> None:
    """No scenario is measured without being told."""
    record = measured(card)
    assert all((record.columns, record.headline, record.charts, record.paths, record.why.endswith(".")))


@each_card
def test_levels_that_a_card_names_exist(card: Scenario) -> None:
    """A column, a headline or a load by hand that is about one level is about one that the scenario has."""
    named = {column.level for column in card.columns} | {card.by_hand} - {None}
    headline = {card.headline.level} if card.headline else set()
    assert (named | headline) - {None} <= {level.value for level in card.levels}


@each_card
def test_every_level_is_told(card: Scenario) -> None:
    """No level is measured without a column."""
    told = {column.level for column in measured(card).columns}
    assert told == {level.value for level in card.levels}


@each_card
def test_columns_and_headline_are_of_known_figures(card: Scenario) -> None:
    """What a card tells is a figure that is described."""
    named = [column.figure for column in card.columns] + ([card.headline.figure] if card.headline else [])
    assert list(look_up_figures(named)) == list(dict.fromkeys(named))


@each_card
def test_charts_and_answers_are_of_known_kinds(card: Scenario) -> None:
    """Whatever a card wants drawn or answered somebody can draw or answer."""
    assert {chart.kind for chart in card.charts} <= set(KINDS)
    assert {answer.rule for answer in card.answers} <= set(RULES)


def test_every_rule_is_some_scenarios() -> None:
    """No rule of the first screen is never asked."""
    assert {answer.rule for card in SCENARIOS.values() for answer in card.answers} == set(RULES)


def test_a_heading_names_level_and_unit() -> None:
    """It stands in the run as it stands above the column."""
    (first, *_) = measured(SCENARIOS["slow-io"]).columns
    assert first == ColumnRecord("1 user, /s", "throughput_per_s", 1)


def test_levels_that_are_not_measured_have_no_column() -> None:
    """Of a single level there are the columns that are about it."""
    record = scenario_record(SCENARIOS["starvation"], [LevelRecord(0, 3.0, [])])
    assert [column.heading for column in record.columns] == ["alone p50, ms"]


def test_another_level_stands_in_for_a_headlines() -> None:
    """The last one that is measured; without any there is no headline."""
    card = SCENARIOS["slow-io"]
    record = scenario_record(card, [LevelRecord(1, 3.0, []), LevelRecord(10, 3.0, [])])
    assert record.headline is not None
    assert record.headline.level == 10
    assert scenario_record(card, []).headline is None


def test_a_level_without_columns_is_told_by_what_is_compared() -> None:
    """The figures go by their names."""
    trial = runs.trial("uvicorn/asgi", 30, cpu_us_per_request=90.0, throughput_per_s=9.0, errors=0.0)
    old = ScenarioRecord("slow-io", "?", "users", [LevelRecord(30, 3.0, [])])
    assert with_plain_columns(old, [trial]).columns == [
        ColumnRecord("throughput_per_s@30, /s", "throughput_per_s", 30),
        ColumnRecord("cpu_us_per_request@30, µs", "cpu_us_per_request", 30),
    ]


def test_figures_that_nobody_knows_are_told_without_a_unit() -> None:
    """Where nothing of a level is compared all that it has is shown."""
    trial = runs.trial("uvicorn/asgi", 30, wishes_per_s=9.0)
    old = ScenarioRecord("slow-io", "?", "users", [LevelRecord(30, 3.0, [])])
    assert with_plain_columns(old, [trial]).columns == [ColumnRecord("wishes_per_s@30", "wishes_per_s", 30)]


def test_a_level_with_columns_of_its_own_gets_no_others() -> None:
    """What a card chose is enough."""
    record = measured(SCENARIOS["slow-io"])
    trial = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=9.0))
    assert with_plain_columns(record, [trial]) == record


def undescribed() -> Run:
    """Return a run of two figures, of which nobody knows one."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, probe_service_ms_p50=9.0, wishes_per_s=1.0)])
    run.figures = {}
    return run


def test_a_run_describes_the_figures_that_it_has() -> None:
    """Those of its trials and those of its columns; one that nobody knows goes by its name."""
    run = undescribed()
    describe_figures(run)
    assert run.figures["probe_service_ms_p50"] == describe("service_ms_p50")
    assert {column.figure for column in run.scenarios[0].columns} <= set(run.figures)
    assert "wishes_per_s" not in run.figures
    assert run.figure("wishes_per_s") == Figure("", "neither", "wishes_per_s")


def test_what_is_described_stays_so() -> None:
    """A run that goes on keeps what it said of a figure."""
    run = undescribed()
    run.figures = {"wishes_per_s": Figure("wishes/s", "higher", "granted a second")}
    describe_figures(run)
    assert run.figure("wishes_per_s").unit == "wishes/s"


@pytest.mark.parametrize(
    ("unit", "short"),
    [("requests/s", "/s"), ("1", "%"), ("threads", ""), ("ms", "ms"), ("wishes/s", "wishes/s")],
)
def test_units_are_short_behind_numbers(unit: str, short: str) -> None:
    """What a heading says already isn't said again."""
    assert short_unit(unit) == short
