"""Ways of waiting, of which one blocks."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import FULL, QUICK, SMOKE, TRAFFIC, Flow, Level, ProfileName, Waiting, probe
from records.scenario import Answer, Chart, Headline

BLOCKS = "blocking"


def _waiting(value: str, path: str, waiting: Waiting, profiles: tuple[ProfileName, ...]) -> Level:
    slow = Flow(TRAFFIC, f"{path}?seconds=0.025", users=20, waits_s=0.025, waiting=waiting)
    return Level(value, (probe(), slow), window_s=3, profiles=profiles)


CARD = Scenario(
    "blocking",
    "What does one blocking call do to an event loop, and what does a thread pool cure of it?",
    "Blocking, an event loop has one slot: 40 answers a second. Offloaded it has as many as asyncio's "
    "default pool has threads: min(32, cores + 4).",
    "way of waiting",
    (
        _waiting("sleep", "/sleep", "interface", FULL),
        _waiting(BLOCKS, "/sleep/blocking", "blocking", SMOKE),
        _waiting("offloaded", "/sleep/offloaded", "offloaded", QUICK),
    ),
    by_hand=BLOCKS,
    columns=(
        Column("{level}", "throughput_per_s"),
        Column("probe p50, {level}", "probe_corrected_ms_p50"),
    ),
    headline=Headline("probe_corrected_ms_p50", BLOCKS, "a fast route's median"),
    charts=(Chart("probes"),),
    answers=(Answer("Async code that blocks", "blocking"),),
    why="A blocking call in a coroutine stops the loop, and with it every other request, even those that were "
    "already waiting for something else. A thread pool gives the loop back, but only for as many calls as "
    "it has threads.",
)
