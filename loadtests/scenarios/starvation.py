"""A fast route beside slow ones."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import SMOKE, TRAFFIC, Flow, Level, probe
from records.scenario import Answer, Chart, Headline

ALONE, CROWD = 0, 20  # slow users

CARD = Scenario(
    "starvation",
    "Does a fast route stay fast while slow requests fill the server?",
    "It waits behind the queue: with S slots and 20 slow users about (20 - S) / S times 0.2 s.",
    "slow users",
    (
        Level(ALONE, (probe(),), window_s=3),
        Level(
            CROWD,
            (probe(), Flow(TRAFFIC, "/sleep?seconds=0.2", users=CROWD, waits_s=0.2)),
            window_s=4,
            profiles=SMOKE,
        ),
    ),
    columns=(
        Column("alone p50", "probe_corrected_ms_p50", ALONE),
        Column("among {users} p50", "probe_corrected_ms_p50", CROWD),
        Column("p90 among them", "probe_corrected_ms_p90", CROWD),
        Column("max among them", "probe_corrected_ms_max", CROWD),
        Column("slow answers", "throughput_per_s", CROWD),
    ),
    headline=Headline("probe_corrected_ms_p50", CROWD, "a fast route's median"),
    charts=(Chart("probes"), Chart("curves", "probe_corrected", "the fast route")),
    answers=(Answer("Fast routes beside slow ones", "neighbours"),),
    why="When all slots wait, a request that needs nothing waits for a slot all the same: it queues behind "
    "work that does nothing. An event loop has no such queue.",
)
