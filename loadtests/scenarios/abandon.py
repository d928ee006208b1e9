"""Clients that leave streams midway."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import SMOKE, TRAFFIC, Flow, Level, probe
from records.scenario import Chart, Headline

LEAVING = 10  # users

CARD = Scenario(
    "abandon",
    "Does the server survive clients that leave long streams midway, and stop working for them?",
    "The probe is answered, and once everybody has left no CPU is used; a pool has grown to its size.",
    "leaving users",
    (
        Level(
            LEAVING,
            (
                probe(),
                Flow(
                    TRAFFIC,
                    "/stream?chunks=200&interval=0.05&size=128",
                    users=LEAVING,
                    behaviour="abandon",
                    waits_s=0.1,
                    chunks=3,
                ),
            ),
            window_s=4,
            profiles=SMOKE,
        ),
    ),
    aftermath_s=1.0,
    columns=(
        Column("streams left", "throughput_per_s"),
        Column("probe p50", "probe_corrected_ms_p50"),
        Column("answers afterwards in", "answered_after_ms"),
        Column("CPU afterwards", "idle_cores"),
        Column("threads more than before", "threads_left"),
    ),
    headline=Headline("probe_corrected_ms_p50", LEAVING, "a fast route's median"),
    charts=(Chart("probes"), Chart("bars", "idle_cores", "CPU once everybody has left")),
    why="An app that only writes learns of a lost client when a write fails, if the server tells it at all. A "
    "bridge that waits for the client to take a chunk waits for ever: with all its threads waiting, "
    "nobody is served.",
)
