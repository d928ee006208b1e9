"""The command line: what it prints, and how it refuses."""

import json
import re
from pathlib import Path

import pytest

from lab.saved_runs.folder import write
from lab.stacks import all_stacks
from tests.lab import runs
from tests.lab.commands.in_process import lab


def test_stacks_as_json() -> None:
    """Machines get every stack with its interface, slots, command and whether it is installed."""
    rows = json.loads(lab("stacks", "--json").stdout)
    assert [row["name"] for row in rows] == [stack.name for stack in all_stacks()]
    assert {"name", "interface", "server", "app", "slots", "command", "skipped"} <= set(rows[0])


def test_stacks_as_a_table() -> None:
    """People get a table without colours when it isn't a terminal."""
    done = lab("stacks")
    assert "uvicorn/wsgi-bridged" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["compare", "--profile", "fast"], "There is no profile 'fast'"),
        (["compare", "--stack", "uvicorn"], "There is no stack 'uvicorn'"),
        (["compare", "--scenario", "slow"], "There is no scenario 'slow'"),
        (["serve"], "Name a stack, for example uvicorn/asgi"),
        (["serve", "nginx/asgi"], "There is no stack 'nginx/asgi'"),
        (["trace", "stream"], "did you mean /stream?"),
        (["dashboard", "nginx/asgi"], "There is no stack 'nginx/asgi'"),
        (["dashboard", "--port", "0"], "Invalid value for '--port'"),
        (["compare", "--threads", "0"], "Invalid value for '--threads'"),
    ],
)
def test_wrong_use_is_exit_code_2(arguments: list[str], says: str) -> None:
    """What isn't there is refused by name, before anything is started."""
    done = lab(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_run_is_one_sentence() -> None:
    """A report of nothing is refused in one sentence."""
    done = lab("report", "nowhere")
    assert (done.returncode, done.stderr) == (
        1,
        "lab: There is no run at nowhere: No such file or directory.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--profile", "quick"], "leave out --profile."),
        (["--seed", "1", "-c", "slow-io"], "leave out --seed, --scenario."),
        (["--aa", "--out", "elsewhere"], "leave out --aa, --out."),
    ],
)
def test_resume_beside_other_settings_is_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    """A run goes on with its own settings, also where those given would be the same."""
    write(runs.run(), tmp_path)
    done = lab("compare", *arguments, "--resume", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"lab: --resume takes every setting from its run: {says}\n"


def test_resume_of_a_finished_run_is_refused(tmp_path: Path) -> None:
    """A run that has everything is left as it is."""
    run = runs.run()
    run.run.finished = "2026-01-02T03:14:05+00:00"
    path = write(run, tmp_path)
    before = path.read_bytes()
    done = lab("compare", "--resume", str(path))
    assert (done.returncode, done.stderr) == (
        2,
        "lab: made-up is finished: nothing of it is left to measure.\n",
    )
    assert path.read_bytes() == before


def test_resume_of_a_run_cut_short_in_the_writing_is_one_sentence(tmp_path: Path) -> None:
    """A results.json of which half is missing is no run to go on with."""
    path = write(runs.run(), tmp_path)
    path.write_bytes(path.read_bytes()[:200])
    done = lab("compare", "--resume", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"lab: {path} isn't a run of this lab: ")
    assert len(done.stderr.splitlines()) == 1


def test_report_judges_a_run_that_was_cut_short(tmp_path: Path) -> None:
    """A run that was killed before its verdicts gets them, and says how it goes on."""
    trials = [
        runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0),
        runs.trial("gunicorn-sync/wsgi", 50, throughput_per_s=10.0),
    ]
    run = runs.run(trials)
    run.baseline = "gunicorn-sync/wsgi"
    write(run, tmp_path)
    done = lab("report", str(tmp_path))
    assert f"2 of 4 trials were made: lab compare --resume {tmp_path} goes on.\n" in done.stdout
    assert "| uvicorn/asgi | faster | 49.00 |" in (tmp_path / "report.md").read_text()


def test_results_that_cannot_be_made_are_one_sentence(tmp_path: Path) -> None:
    """A folder that can't be made is refused with what to do."""
    (tmp_path / "file").write_text("in the way")
    done = lab("compare", "--out", str(tmp_path / "file" / "results"))
    assert done.returncode == 1
    assert done.stderr.endswith("Not a directory; choose another place with --out.\n")


def test_report_is_made_again_from_results_alone(tmp_path: Path) -> None:
    """An old run is told again, in the same words."""
    write(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)]), tmp_path)
    assert lab("report", str(tmp_path)).returncode == 0
    first = (tmp_path / "report.md").read_text()
    (tmp_path / "report.md").unlink()
    assert lab("report", str(tmp_path / "results.json")).returncode == 0
    assert (tmp_path / "report.md").read_text() == first


@pytest.mark.parametrize("command", ["stacks", "serve", "trace", "compare", "report"])
def test_help_has_an_example(command: str) -> None:
    """Every command's help shows how it is used."""
    text = re.sub(r"\s+", " ", lab(command, "--help").stdout)
    assert "Example" in text
    assert f"lab {command}" in text
