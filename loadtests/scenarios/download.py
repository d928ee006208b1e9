"""Clients that read slowly."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import TRAFFIC, Flow, Level, probe
from records.scenario import Chart, Headline

READERS = 10

CARD = Scenario(
    "download",
    "Do readers that take 64 MiB slowly fill the server's memory or its slots?",
    "With back-pressure memory grows by about a piece of 64 KiB for each reader, not by the body.",
    "slow readers",
    (
        Level(
            READERS,
            (
                probe(),
                Flow(
                    TRAFFIC,
                    "/bytes?size=67108864",
                    users=READERS,
                    behaviour="download",
                    chunks=1,
                    piece=65_536,
                    every_s=0.05,
                ),
            ),
            window_s=4,
        ),
    ),
    columns=(
        Column("received", "received_mib_per_s"),
        Column("memory taken", "memory_growth_mib"),
        Column("probe p50", "probe_corrected_ms_p50"),
        Column("probe max", "probe_corrected_ms_max"),
    ),
    headline=Headline("probe_corrected_ms_p50", READERS, "a fast route's median"),
    charts=(Chart("bars", "memory_growth_mib", "Memory taken"),),
    why="A server that stops making pieces while the socket is full passes the slow reader's pace on to the "
    "app. A slot that is writing to a slow reader is taken until the reader has all.",
)
