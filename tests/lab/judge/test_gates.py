"""Rules that a run must keep."""

import msgspec
import pytest

from lab.errors import UsageError
from lab.judge.gates import Outcome, from_toml, judge_rules, line, parse
from records.run import Doubt, Run, Trial
from tests.lab import runs

RULE = "slow-io@50 uvicorn/asgi throughput >= 0.9"


def run_of(*values: float, doubts: list[Doubt] | None = None) -> Run:
    """Return a run of uvicorn in slow-io at 50 users with these throughputs."""
    return runs.run(
        [
            Trial(
                "uvicorn/asgi", "slow-io", 50, n, "ok", figures={"throughput_per_s": v}, doubts=doubts or []
            )
            for n, v in enumerate(values, 1)
        ]
    )


def outcome(rule: str, run: Run, baseline: Run | None = None, *, anyway: bool = False) -> Outcome:
    """Return what became of one rule."""
    (found,) = judge_rules([parse(rule)], run, baseline, anyway=anyway)
    return found


def test_a_rule_names_place_stack_figure_and_bound() -> None:
    """A rule is read into its parts, short names into full ones."""
    rule = parse(f" {RULE} ")
    assert (rule.scenario, rule.level, rule.stack) == ("slow-io", 50, "uvicorn/asgi")
    assert (rule.figure, rule.op, rule.limit, rule.text) == ("throughput_per_s", ">=", 0.9, RULE)


def test_a_level_may_be_a_word() -> None:
    """Scenarios whose levels are kinds are named by them."""
    assert parse("blocking@offloaded uvicorn/asgi probe_p50 < 50").level == "offloaded"


def test_blanks_around_the_operator_don_t_matter() -> None:
    """A bound may be written closely."""
    assert parse("slow-io@50 uvicorn/asgi p99<=200").op == "<="


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("throughput > 3", "is no rule: write SCENARIO@LEVEL STACK FIGURE OP NUMBER"),
        ("slow-io@50 uvicorn/asgi throughput == 3", "is no rule"),
        ("slow-io@50 uvicorn/asgi throughput >= much", "'much' is no number"),
        ("slow-io@50 uvicorn/asgi throughput >= nan", "nan bounds nothing"),
        ("slowio@50 uvicorn/asgi throughput >= 1", "There is no scenario 'slowio': did you mean slow-io"),
        ("slow-io@51 uvicorn/asgi throughput >= 1", "There is no level of slow-io '51'"),
        (
            "slow-io@50 uvicorn/agsi throughput >= 1",
            "There is no stack 'uvicorn/agsi': did you mean uvicorn/asgi",
        ),
        ("slow-io@50 uvicorn/asgi througput >= 1", "There is no figure 'througput': did you mean throughput"),
    ],
)
def test_what_isn_t_there_is_refused_with_what_is_near(text: str, says: str) -> None:
    """A bad rule is bad use, exit code 2, and never a broken rule."""
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert says in str(refused.value)
    assert refused.value.exit_code == 2


def test_rules_of_a_file() -> None:
    """A TOML file has a list of rules."""
    assert from_toml(f'rules = ["{RULE}"]') == [parse(RULE)]


@pytest.mark.parametrize("text", ["rules = [", "", "rules = []", "rules = [1]", "rules = 'x'"])
def test_a_file_without_rules_is_refused(text: str) -> None:
    """Nothing to hold a run to is no gate."""
    with pytest.raises(UsageError, match="The rules can't be read"):
        from_toml(text)


@pytest.mark.parametrize(("op", "kept"), [(">=", True), ("<=", True), (">", False), ("<", False)])
def test_the_limit_itself_is_within_or_not(op: str, *, kept: bool) -> None:
    """A figure at its limit keeps `>=` and `<=`, and breaks the others."""
    assert outcome(f"slow-io@50 uvicorn/asgi throughput {op} 490", run_of(490.0)).kept == kept


def test_without_a_baseline_a_rule_bounds_the_figure() -> None:
    """The number is in the figure's unit."""
    found = outcome("slow-io@50 uvicorn/asgi throughput >= 480", run_of(450.0, 460.0, 470.0))
    assert not found.kept
    assert line(found, against=False) == (
        "slow-io@50 uvicorn/asgi throughput >= 480: throughput_per_s is 460 requests/s "
        "(95 % interval 450 to 470), the limit is >= 480"
    )


def test_against_a_baseline_a_rule_bounds_the_ratio() -> None:
    """The number is how many times the baseline's figure."""
    found = outcome(RULE, run_of(400.0, 400.0), run_of(500.0, 500.0))
    assert not found.kept
    assert line(found, against=True) == (
        f"{RULE}: throughput_per_s is 0.8 of the baseline (95 % interval 0.8 to 0.8), the limit is >= 0.9"
    )


def test_a_rule_that_is_kept() -> None:
    """A ratio within its bound keeps the rule."""
    assert outcome(RULE, run_of(480.0, 480.0), run_of(500.0, 500.0)).kept


def test_a_single_trial_has_no_interval() -> None:
    """The line says that nothing is known of the spread."""
    told = line(outcome(RULE, run_of(400.0), run_of(500.0)), against=True)
    assert "(no interval: a single trial)" in told


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (runs.run(), "slow-io@50 of uvicorn/asgi wasn't measured"),
        (
            runs.run([msgspec.structs.replace(runs.trial("uvicorn/asgi", 50), status="failed")]),
            "the trial failed",
        ),
        (runs.run([runs.trial("uvicorn/asgi", 50, answers=3.0)]), "throughput_per_s wasn't measured there"),
        (
            runs.run(stacks=[runs.stack("uvicorn/asgi", skipped="not installed")]),
            "uvicorn/asgi was skipped: not installed",
        ),
        (
            runs.run(stacks=[runs.stack("uvicorn/asgi", contract=["GET /: status 500"])]),
            "uvicorn/asgi breaks the contract",
        ),
        (
            run_of(490.0, doubts=[Doubt("unstable", "", "", ["throughput_per_s"], discards=True)]),
            "throughput_per_s is doubted: unstable",
        ),
        (
            run_of(490.0, doubts=[Doubt("unanswered", "", "", ["throughput_per_s"], at_least=True)]),
            "throughput_per_s is doubted: unanswered",
        ),
    ],
)
def test_a_figure_that_is_missing_or_doubted_breaks_its_rule(run: Run, why: str) -> None:
    """What nobody knows was not kept, and the reason is told, in the run or in its baseline."""
    absolute = outcome(RULE, run)
    assert (absolute.kept, line(absolute, against=False)) == (False, f"{RULE}: {why}")
    assert outcome(RULE, run, run_of(500.0)).why == why
    assert outcome(RULE, run_of(500.0), run).why == f"in the baseline {why}"


def test_another_machine_breaks_a_rule_against_it() -> None:
    """A ratio of two machines says nothing of the code, unless it is wanted anyway."""
    run = run_of(500.0)
    run.environment = {**run.environment, "cpu": "another"}
    found = outcome(RULE, run, run_of(500.0))
    assert not found.kept
    assert found.why.startswith("the runs may not be compared: cpu was ")
    assert outcome(RULE, run, run_of(500.0), anyway=True).kept


def test_zero_may_be_bounded() -> None:
    """That nothing failed can be a rule."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, errors=0.0)])
    assert outcome("slow-io@50 uvicorn/asgi errors <= 0", run).kept


def test_a_ratio_to_zero_breaks_its_rule() -> None:
    """There is no telling how many times nothing it is."""
    a, b = (runs.run([runs.trial("uvicorn/asgi", 50, threads_left=value)]) for value in (0.0, 3.0))
    assert outcome("slow-io@50 uvicorn/asgi threads_left <= 1", b, a).why == (
        "there is no ratio to what isn't above zero"
    )
