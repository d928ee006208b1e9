"""Users that wait."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import FULL, QUICK, SMOKE, TRAFFIC, Flow, Level, ProfileName
from records.scenario import Answer, Chart, Headline

SOME, MOST = 50, 200  # users


def _waiting(users: int, profiles: tuple[ProfileName, ...]) -> Level:
    sleep = Flow(TRAFFIC, "/sleep?seconds=0.1", users=users, waits_s=0.1)
    return Level(users, (sleep,), window_s=3, profiles=profiles)


CARD = Scenario(
    "slow-io",
    "How many users that wait 0.1 s for an answer can be served at once?",
    "min(users, slots) / 0.1 s answers a second.",
    "users",
    (_waiting(1, FULL), _waiting(10, SMOKE), _waiting(SOME, QUICK), _waiting(MOST, QUICK)),
    columns=(
        Column("{users}", "throughput_per_s"),
        Column("of possible, {users}", "ceiling_share", MOST),
        Column("CPU per request, {users}", "cpu_us_per_request", SOME),
        Column("memory, {users}", "memory_mib", MOST),
    ),
    headline=Headline("throughput_per_s", MOST, "answers a second", leads=True),
    charts=(Chart("throughput", "throughput_per_s"),),
    answers=(Answer("Work that waits for something else", "waiting"),),
    why="A WSGI app waits by holding its thread, so threads are the slots; an ASGI app waits by giving the "
    "loop back, so nothing is held. Behind a bridge the pool decides, whichever server stands in front.",
)
