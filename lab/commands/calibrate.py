"""`lab calibrate`: whether the load generator reads known waiting times right."""

from pathlib import Path

import typer
from rich.console import Console

from lab.commands.console import print_json, wide_console
from lab.commands.options import AsJson, Out
from lab.judge.calibration import passed
from lab.measure.calibrate import CalibrationRunner
from lab.measure.cores import take_cores
from lab.measure.environment import environment
from lab.measure.load_generator import generator
from lab.measure.reaper import reaping
from lab.saved_runs.folder import CALIBRATION, make_folder, write_whole
from lab.tell.run import terminal
from records.run import as_json_text

EXAMPLES = "Example: `lab calibrate`, before a run that must convince somebody."


def calibrate(out: Out = Path("results"), *, as_json: AsJson = False) -> None:
    """Measure a server whose waiting times are known, to see whether the instrument is right."""
    server_cores, generator_cores = take_cores()
    folder = make_folder(out.resolve() / "calibration")
    console = Console(stderr=True, quiet=as_json)
    with reaping() as reaper, generator(reaper, generator_cores, folder) as load:
        runner = CalibrationRunner(load, reaper, server_cores, folder)
        record = runner.calibrate(
            environment(server_cores, generator_cores),
            lambda scenario: console.print(
                f"{scenario.name}: {scenario.question}", soft_wrap=True, highlight=False
            ),
        )
    write_whole(out / CALIBRATION, as_json_text(record))
    if as_json:
        print_json(record)
    else:
        wide_console().print(terminal.calibration(record))
    raise typer.Exit(0 if passed(record) else 1)
