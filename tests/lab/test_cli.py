"""The command line: what it prints, and how it refuses."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.run import write
from lab.stacks import all_stacks
from tests.lab import runs


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the lab command to its end."""
    command = [sys.executable, "-c", "from lab.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


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


@pytest.mark.parametrize("command", ["stacks", "serve", "compare", "report"])
def test_help_has_an_example(command: str) -> None:
    """Every command's help shows how it is used."""
    text = re.sub(r"\s+", " ", lab(command, "--help").stdout)
    assert "Example" in text
    assert f"lab {command}" in text
