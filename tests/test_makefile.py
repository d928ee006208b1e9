"""What make hands to the lab."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TELL_ARGUMENTS = "#!/bin/sh\nprintf '%s\\0' \"$@\"\n"


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder, of an awkward name, whose programs tell what they are called with."""
    folder = tmp_path_factory.mktemp("it's an environment")
    for name in ("lab", "python"):
        program = folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(TELL_ARGUMENTS)
        program.chmod(0o755)
    return folder


def arguments(venv: Path, verb: str, *settings: str) -> list[str]:
    """Return what a verb of make calls a program of the environment with."""
    command = ["make", "--silent", "--old-file", "setup", f"VENV={venv}", verb, *settings]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.split("\0")[:-1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["compare"], ["compare", "--profile", "quick", "--out", "results"]),
        (["compare", "OUT=a folder"], ["compare", "--profile", "quick", "--out", "a folder"]),
        (["compare", "PROFILE=it's"], ["compare", "--profile", "it's", "--out", "results"]),
        (["resume", "RUN=a folder"], ["compare", "--resume", "a folder"]),
        (["resume", "OUT=a folder"], ["compare", "--resume", "a folder/latest"]),
        (["report", 'RUN=it\'s a "folder"'], ["report", 'it\'s a "folder"']),
        (["diff", "AGAINST=run a", "RUN=run b"], ["diff", "run a", "run b"]),
        (["diff"], ["diff", "results/latest"]),
        (["gate"], ["gate", "results/latest"]),
        (
            ["gate", "RUN=run b", "AGAINST=run a", "RULES=my rules.toml"],
            ["gate", "run b", "--against", "run a", "--rules", "my rules.toml"],
        ),
        (
            ["history", "FIGURE=a b", "SCENARIO=it's", "OUT=a folder"],
            ["history", "--figure", "a b", "--scenario", "it's", "--out", "a folder"],
        ),
        (["dashboard", "OUT=a folder"], ["dashboard", "--port", "8089", "--out", "a folder"]),
        (["dashboard", "PORT=1; date"], ["dashboard", "--port", "1; date", "--out", "results"]),
        (["sample", "RUN=a folder"], ["-m", "benchmarks.sample", "a folder"]),
        (["screenshots", "RUN=a folder"], ["-m", "benchmarks.screenshots", "a folder"]),
    ],
    ids=" ".join,
)
def test_a_setting_is_one_word(venv: Path, line: list[str], words: list[str]) -> None:
    """Spaces, quotes and what else means something to a shell reach the program as they were given."""
    assert arguments(venv, *line) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["serve"], ["serve", "--all"]),
        (["serve", "STACKS=a/b it's"], ["serve", "a/b", "it's"]),
        (["dashboard", "STACKS=a/b c/d"], ["dashboard", "a/b", "c/d", "--port", "8089", "--out", "results"]),
        (["capabilities", "STACKS=a/b c/*"], ["capabilities", "--stack", "a/b", "--stack", "c/*"]),
        (
            ["compare", "SCENARIOS=a b"],
            ["compare", "--profile", "quick", "--scenario", "a", "--scenario", "b", "--out", "results"],
        ),
        (
            ["compare", "STACKS=a/b it's"],
            ["compare", "--profile", "quick", "--stack", "a/b", "--stack", "it's", "--out", "results"],
        ),
        (["pythons"], ["-m", "checks.pythons"]),
        (["pythons", "PYTHONS=python3.12 /it's"], ["-m", "checks.pythons", "python3.12", "/it's"]),
    ],
    ids=" ".join,
)
def test_a_list_is_a_word_for_each(venv: Path, line: list[str], words: list[str]) -> None:
    """STACKS, SCENARIOS and PYTHONS are lists of words."""
    assert arguments(venv, *line) == words


@pytest.mark.parametrize(
    "path",
    ["/", "/hello?name=it's", '/hello?name=a "b"&c=`d`', "/hello?name=$5$(HOME)$$", "/stream?chunks=3#x"],
)
def test_any_path_can_be_asked_for(venv: Path, path: str) -> None:
    """`make trace PATH=...` asks for the path as it was given, and finds its programs all the same."""
    assert arguments(venv, "trace", f"PATH={path}", "STACKS=a/b") == ["trace", path, "--stack", "a/b"]


def test_further_arguments_are_written_as_for_a_shell(venv: Path) -> None:
    """ARGS has its own quotes, so that there can be several."""
    assert arguments(venv, "trace", "ARGS=--html 'a b.html' --json") == [
        "trace",
        "/",
        "--html",
        "a b.html",
        "--json",
    ]
