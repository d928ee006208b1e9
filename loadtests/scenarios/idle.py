"""Connections that say nothing."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import TRAFFIC, Flow, Level, probe
from records.scenario import Chart, Headline

KEPT = "kept-alive"


def _idling(value: str, behaviour: str) -> Level:
    return Level(value, (probe(), Flow(TRAFFIC, "/", users=500, behaviour=behaviour)), window_s=4)


CARD = Scenario(
    "idle",
    "What does an open connection cost that says nothing, and who is still answered?",
    "Some KiB each on an event loop or a poller; a worker that waits for the request is held by it.",
    "kind of connection",
    (_idling(KEPT, "idle"), _idling("silent", "silent")),
    by_hand=KEPT,
    columns=(
        Column("held, {level}", "held"),
        Column("memory each, {level}", "memory_kib_per_connection"),
        Column("probe p50, {level}", "probe_corrected_ms_p50"),
    ),
    headline=Headline("memory_kib_per_connection", KEPT, "memory each"),
    charts=(Chart("bars", "memory_kib_per_connection", "Memory per connection"),),
    why="A connection that says nothing costs a registered socket where a loop or a poller waits for it, and "
    "a whole worker where somebody reads from it. Which of them depends on the server, not on the "
    "interface.",
)
