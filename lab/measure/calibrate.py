"""Driving a server whose waiting times are known, to see what the load generator makes of them."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lab.judge.calibration import judge_calibration
from lab.judge.figures import work_out_figures
from lab.judge.reading import Reading, target_of
from lab.measure.load_generator import Generator, LoadSpec
from lab.measure.reaper import Reaper
from lab.measure.server_process import Answering, free_port, pinned, start_process
from lab.servers import HOST
from lab.stacks import Command
from loadtests.calibrations import CALIBRATIONS
from loadtests.scenarios import Scenario
from records.run import Calibration
from records.usage import Footprint, Usage

UNMETERED = Usage(at=1.0, server=0.0, generator=0.0, lab=0.0, machine=0.0)
UNWEIGHED = Footprint(pss_mib=0.0, own_mib=0.0, threads=0)
UNBOUNDED = {"interface": None}


@dataclass(frozen=True)
class CalibrationRunner:
    """What drives the reference server, and where its logs go."""

    generator: Generator
    reaper: Reaper
    cores: Sequence[int]
    folder: Path

    def calibrate(self, machine: dict[str, str], say: Callable[[Scenario], None]) -> Calibration:
        """Go through every calibration scenario; `say` is told of each before it starts."""
        figures = {}
        for scenario in CALIBRATIONS.values():
            say(scenario)
            figures[scenario.name] = self.measured(scenario)
        return judge_calibration(figures, machine, datetime.now(UTC).isoformat(timespec="seconds"))

    def measured(self, scenario: Scenario) -> dict[str, float]:
        """Return the figures of one calibration scenario."""
        (level,) = scenario.levels
        port = free_port()
        command = Command((sys.executable, "-m", "lab.measure.reference_server", str(port)))
        log_path = self.folder / f"{scenario.name}.server.log"
        with start_process(pinned(command, self.cores), self.reaper, log_path) as process:
            answering = Answering(process, port, scenario.name, log_path)
            answering.wait()
            spec = LoadSpec(scenario.name, level.value, level.window_s, (f"http://{HOST}:{port}",))
            with self.generator.loading(spec, self.folder / scenario.name) as load:
                window = load.window(answering.check_alive)
                target = target_of(load.report(level.window_s))
        reading = Reading(target, [UNMETERED], window.seconds, UNWEIGHED, UNWEIGHED)
        return work_out_figures(reading, level, UNBOUNDED).figures
