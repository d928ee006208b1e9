"""The tour of docs/tour.md, walked for real."""

import contextlib
import re
import shlex
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.forked import FORK_SERVER
from tests.live.processes import LabProcess, lab, started

ROOT = Path(__file__).parent.parent.parent
TOUR = (ROOT / "docs" / "tour.md").read_text()
STEPS = re.findall(r"^## (\d+\. .*)\n((?:(?!## ).*\n)*)", TOUR, re.MULTILINE)
SHOWN = re.compile(r"^```console\n\$ (.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
AT_ONCE = 2
LEFT_OUT = "..."

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Block:
    """A command of the tour and the lines that it is shown to print."""

    step: str
    command: str
    lines: tuple[str, ...]


BLOCKS = tuple(
    Block(step, command, tuple(lines.splitlines()))
    for step, text in STEPS
    for command, lines in SHOWN.findall(text)
)

COMMANDS = [block.command for block in BLOCKS]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Done]]]:
    """Begin every command at the root of the project, two at a time, and give what each of them will have done."""
    folder = tmp_path_factory.mktemp("walked")
    FORK_SERVER.begin()
    with contextlib.chdir(ROOT), ThreadPoolExecutor(AT_ONCE) as guides:
        yield {
            command: guides.submit(_run, command, folder / str(number))
            for number, command in enumerate(dict.fromkeys(COMMANDS))
        }


def _run(command: str, folder: Path) -> Done:
    program, *arguments = shlex.split(command)
    folder.mkdir()
    with PROGRAMS[program](folder, *arguments) as process:
        return Done(command, process.end(), process.prints, process.says)


def _lab(folder: Path, *arguments: str) -> AbstractContextManager[LabProcess]:
    return lab(folder, *arguments, env={"COLUMNS": "120"})


def _diff(folder: Path, *arguments: str) -> AbstractContextManager[LabProcess]:
    return started(["diff", *arguments], folder)


PROGRAMS = {"lab": _lab, "diff": _diff}


def plain(text: str) -> str:
    """Return a line without what differs from run to run or only draws: numbers are N, lanes and rules nothing."""
    undrawn = re.sub(r"[\u2500-\u257f]", " ", text)
    return " ".join(re.sub(r"-?\d+(\.\d+)?", "N", undrawn).split())


def missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """Return the lines shown that weren't printed after those before them; `...` stands for anything."""
    real = iter([plain(line) for line in printed.splitlines()])
    wanted = [line for line in map(plain, shown) if line not in ("", LEFT_OUT)]
    return [line for line in wanted if not any(_pattern(line).fullmatch(candidate) for candidate in real)]


def _pattern(line: str) -> re.Pattern[str]:
    words = [".*" if word == LEFT_OUT else re.escape(word) for word in line.split()]
    return re.compile(" ".join(words))


@pytest.mark.parametrize("step", [step for step, _ in STEPS])
def test_step_prints_what_it_shows(step: str, walked: dict[str, Future[Done]]) -> None:
    """Every command of a step runs, and prints the lines that the tour shows, in their order."""
    for block in (block for block in BLOCKS if block.step == step):
        done = walked[block.command].result()
        assert done.returncode == (1 if block.command.startswith("diff ") else 0), done.stderr
        assert missing(block.lines, done.stdout) == [], done.stdout


@pytest.mark.parametrize("step", [step for step, _ in STEPS])
def test_step_has_a_command(step: str) -> None:
    """No step is only told."""
    assert [block.command for block in BLOCKS if block.step == step] != []


def test_every_console_block_is_walked() -> None:
    """No block escapes by its form."""
    assert len(BLOCKS) == TOUR.count("```console")


def test_lines_out_of_order_are_missing() -> None:
    """What is shown must have been printed in that order, `...` or not."""
    assert missing(("2 b", "...", "1 a"), "1 a\n7 c\n2 b\n") == ["N a"]
