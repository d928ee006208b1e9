"""The commands about runs that were made before."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lab.commands.app import app
from lab.commands.job_summary import VARIABLE
from lab.errors import LabError, UsageError
from lab.saved_runs.folder import point_latest, write
from records.run import Trial
from tests.lab import runs

RULE = "slow-io@50 uvicorn/asgi throughput >= 0.9"


def lab(*arguments: object) -> Result:
    """Run the lab command; an error is raised, as its caller gets it."""
    result = CliRunner().invoke(app(), [str(argument) for argument in arguments])
    if isinstance(result.exception, Exception):
        raise result.exception
    return result


def made(folder: Path, value: float, **machine: str) -> Path:
    """Write a run of two repetitions below a folder that is made."""
    run = runs.run(
        [
            Trial("uvicorn/asgi", "slow-io", 50, n, "ok", figures={"throughput_per_s": value, "errors": 0.0})
            for n in (1, 2)
        ]
    )
    run.run.id = folder.name
    run.run.started = f"2026-01-{len(list(folder.parent.iterdir())) + 1:02}"
    run.environment = {**run.environment, **machine}
    folder.mkdir()
    write(run, folder)
    return folder


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """Return a run of 500 answers a second."""
    return made(tmp_path / "before", 500.0)


@pytest.fixture
def after(before: Path) -> Path:
    """Return a later run of 300 answers a second."""
    return made(before.parent / "after", 300.0)


def test_diff_tells_first_whether_runs_compare(before: Path, after: Path) -> None:
    """The table follows what it means."""
    told = lab("diff", before, after)
    assert told.exit_code == 0
    assert told.stdout.startswith("These runs may be compared")
    assert re.search(r"uvicorn/asgi .*throughput_per_s .*0\.60 .*slower", told.stdout)


def test_diff_shows_the_figures_that_are_asked_for(before: Path, after: Path) -> None:
    """By default those that are compared, by name any."""
    assert " errors " not in lab("diff", before, after).stdout
    assert " errors " in lab("diff", before, after, "-f", "errors").stdout


def test_diff_as_json_has_every_figure(before: Path, after: Path) -> None:
    """Machines get all of it."""
    found = json.loads(lab("diff", before, after, "--json").stdout)
    assert [each["figure"] for each in found["differences"]] == ["throughput_per_s", "errors"]
    assert (found["a"]["id"], found["b"]["id"], found["comparable"]) == ("before", "after", True)


def test_diff_of_other_machines_is_no_error(before: Path, tmp_path: Path) -> None:
    """Runs that may not be compared are shown, and it is said."""
    told = lab("diff", before, made(tmp_path / "elsewhere", 300.0, cpu="another"))
    assert told.exit_code == 0
    assert told.stdout.startswith("These runs may not be compared: cpu was ")


def test_diff_writes_a_page(before: Path, after: Path, tmp_path: Path) -> None:
    """The page is where it was asked for."""
    lab("diff", before, after, "--html", tmp_path / "diff.html")
    page = (tmp_path / "diff.html").read_text()
    assert page.startswith("<!doctype html>")
    assert '<td class="slower">slower</td>' in page


@pytest.mark.parametrize(
    ("option", "name", "says"),
    [
        ("-f", "througput", "There is no figure 'througput'"),
        ("-c", "slow", "There is no scenario 'slow'"),
        ("-s", "uvicorn", "There is no stack 'uvicorn'"),
    ],
)
def test_diff_refuses_what_isn_t_there(before: Path, after: Path, option: str, name: str, says: str) -> None:
    """A name that nothing has is bad use."""
    with pytest.raises(UsageError, match=says):
        lab("diff", before, after, option, name)


@pytest.mark.parametrize("command", [("diff", "nowhere", "nowhere"), ("gate", "nowhere", "--rule", RULE)])
def test_a_run_that_isn_t_there_is_one_sentence(command: tuple[str, ...]) -> None:
    """What can't be read is named."""
    with pytest.raises(LabError, match="There is no run at nowhere"):
        lab(*command)


def test_gate_passes_what_keeps_its_rules(before: Path) -> None:
    """A run is as good as itself."""
    told = lab("gate", before, "--against", before, "--rule", RULE)
    assert (told.exit_code, told.stdout) == (0, "Every rule is kept: 1.\n")


def test_gate_fails_with_a_line_for_each_broken_rule(before: Path, after: Path) -> None:
    """Figure, interval and limit are in the line; kept rules have none."""
    other = "slow-io@50 uvicorn/asgi throughput >= 0.5"
    told = lab("gate", after, "--against", before, "--rule", RULE, "--rule", other)
    assert (told.exit_code, told.stdout) == (
        1,
        f"{RULE}: throughput_per_s is 0.6 of the baseline (95 % interval 0.6 to 0.6), the limit is >= 0.9\n",
    )


def test_gate_without_a_baseline_bounds_figures(before: Path) -> None:
    """The same command holds a run to numbers."""
    rule = "slow-io@50 uvicorn/asgi throughput >= 600"
    assert lab("gate", before, "--rule", rule).exit_code == 1


def test_gate_takes_rules_from_a_file(before: Path, after: Path, tmp_path: Path) -> None:
    """Rules can be kept beside the code, and more be given on the command line."""
    (tmp_path / "rules.toml").write_text(f'rules = ["{RULE}"]\n')
    arguments = ("gate", after, "--against", before, "--rules", tmp_path / "rules.toml", "--rule", RULE)
    assert len(lab(*arguments).stdout.splitlines()) == 2


def test_gate_as_json_has_kept_rules_too(before: Path, after: Path) -> None:
    """Machines get what became of every rule, and the exit code stays."""
    told = lab("gate", after, "--against", before, "--rule", RULE, "--json")
    found = json.loads(told.stdout)
    assert (told.exit_code, found["kept"], found["rules"][0]["measured"]["value"]) == (1, False, 0.6)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Give a rule by --rule, or a file of them by --rules"),
        (("--rule", "faster please"), "is no rule"),
        (("--rules", "nowhere.toml"), "The rules at nowhere.toml can't be read: No such file"),
    ],
)
def test_gate_refuses_bad_rules(before: Path, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2: the run wasn't looked at."""
    with pytest.raises(UsageError, match=says) as refused:
        lab("gate", before, *arguments)
    assert refused.value.exit_code == 2


def test_gate_compares_other_machines_only_when_told_to(before: Path, tmp_path: Path) -> None:
    """A ratio of two machines breaks its rule, unless it is wanted anyway."""
    other = made(tmp_path / "elsewhere", 500.0, cpu="another")
    arguments = ("gate", other, "--against", before, "--rule", RULE)
    assert "the runs may not be compared: cpu was " in lab(*arguments).stdout
    assert lab(*arguments, "--anyway").exit_code == 0


def test_history_draws_every_run_once(before: Path, after: Path, tmp_path: Path) -> None:
    """The oldest first, and `latest`, which is another name, not at all."""
    point_latest(after)
    told = lab("history", "-f", "throughput", "-c", "slow-io", "-l", "50", "--out", tmp_path)
    rows = [row for row in told.stdout.splitlines() if "█" in row]
    assert [name for row in rows for name in ("before", "after", "latest") if name in row] == [
        before.name,
        after.name,
    ]


def test_history_names_what_it_cannot_read(before: Path, tmp_path: Path) -> None:
    """A broken record is skipped in one sentence, the others are drawn."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "results.json").write_text("{")
    told = lab("history", "-f", "throughput", "-c", "slow-io", "-l", "50", "--out", tmp_path)
    assert told.exit_code == 0
    assert told.stderr.startswith(f"skipped: {tmp_path / 'broken' / 'results.json'} isn't a run of this lab")
    assert before.name in told.stdout


def test_history_says_which_runs_had_another_environment(before: Path, tmp_path: Path) -> None:
    """A step in a figure may be the machine's."""
    made(tmp_path / "elsewhere", 300.0, cpu="another")
    told = lab("history", "-f", "throughput", "-c", "slow-io", "-l", "50", "--out", tmp_path)
    assert f"{before.name} had another environment than the newest: cpu was " in told.stdout


def test_history_as_json(before: Path, tmp_path: Path) -> None:
    """Machines get points, runs and what was skipped."""
    told = lab("history", "-f", "throughput", "-c", "slow-io", "-l", "50", "--out", tmp_path, "--json")
    found = json.loads(told.stdout)
    assert found["history"]["series"][0]["points"][0]["run"] == before.name
    assert found["skipped"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--figure", "p99"), "has corrected_ms_p99 at baseline@500"),
        (("--out", "nowhere"), "There is no run below nowhere that can be read"),
        (("--level", "7"), "There is no level of baseline '7'"),
        (("--scenario", "slow"), "There is no scenario 'slow'"),
    ],
)
def test_history_without_anything_to_draw_says_so(
    before: Path, arguments: tuple[str, str], says: str
) -> None:
    """Nothing is not drawn as nothing."""
    with pytest.raises(LabError, match=says):
        lab("history", "--out", before.parent, *arguments)


@pytest.mark.parametrize(
    ("command", "heading"),
    [
        (("diff", "before", "after"), "## Run after against before"),
        (
            ("gate", "after", "--against", "before", "--rule", RULE),
            "## Rules are broken: after against before",
        ),
    ],
)
def test_commands_write_to_the_page_of_a_step(
    after: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], heading: str
) -> None:
    """Where GitHub Actions names a page what was found is appended to it."""
    monkeypatch.chdir(after.parent)
    monkeypatch.setenv(VARIABLE, "page.md")
    lab(*command)
    assert Path("page.md").read_text().startswith(heading)


@pytest.mark.parametrize("command", ["diff", "gate", "history"])
def test_help_has_an_example(command: str) -> None:
    """Every command's help shows how it is used."""
    text = re.sub(r"\s+", " ", lab(command, "--help").stdout)
    assert "Example" in text
    assert f"lab {command}" in text
