"""Clients that send slowly."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import QUICK, TRAFFIC, Flow, Level, probe
from records.scenario import Answer, Chart, Headline

SENDERS = 20

CARD = Scenario(
    "upload",
    "Do clients that send 100 KB in the course of a second hold up the others?",
    "20 uploads a second everywhere: the kernel takes in what nobody reads yet. But where a slot waits for "
    "the body the probe waits for a slot, up to a second and more.",
    "slow senders",
    (
        Level(
            SENDERS,
            (
                probe(),
                Flow(
                    TRAFFIC,
                    "/upload",
                    users=SENDERS,
                    behaviour="upload",
                    waits_s=1.0,
                    waiting="client",
                    chunks=10,
                    piece=10_000,
                    every_s=0.1,
                ),
            ),
            window_s=4,
            profiles=QUICK,
        ),
    ),
    columns=(
        Column("uploads", "throughput_per_s"),
        Column("probe p50", "probe_corrected_ms_p50"),
        Column("probe max", "probe_corrected_ms_max"),
        Column("memory taken", "memory_growth_mib"),
    ),
    headline=Headline("probe_corrected_ms_p50", SENDERS, "a fast route's median"),
    charts=(Chart("probes"),),
    answers=(Answer("Clients that are slow", "slow-clients"),),
    why="What a client sends before anybody reads it waits in the kernel's buffer, so uploads themselves lose "
    "little. But a slot that waits for the rest of a body is taken, and a fast route waits for it.",
)
