"""Work that computes."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import TRAFFIC, Flow, Level, probe
from records.scenario import Chart, Headline

ONE, SEVERAL = 1, 4  # busy users


def _working(users: int) -> Level:
    return Level(users, (probe(), Flow(TRAFFIC, "/cpu?rounds=100000", users=users)), window_s=4)


CARD = Scenario(
    "cpu",
    "Who is answered while pure Python work holds the interpreter's lock?",
    "One core for each worker, whatever the threads. Threads let the probe in every 5 ms (the switch "
    "interval), an event loop when the work before it is done.",
    "busy users",
    (_working(ONE), _working(SEVERAL)),
    columns=(
        Column("work, {users}", "throughput_per_s"),
        Column("probe p50, {users}", "probe_corrected_ms_p50"),
        Column("probe max, {users}", "probe_corrected_ms_max"),
        Column("CPU, {users}", "cpu_cores", SEVERAL),
    ),
    headline=Headline("probe_corrected_ms_p50", SEVERAL, "a fast route's median"),
    charts=(Chart("probes"),),
    why="Python bytecode runs under one lock in each process: threads take turns at it, a loop runs one "
    "request to its end. Either way a worker has one core; only more workers have more.",
)
