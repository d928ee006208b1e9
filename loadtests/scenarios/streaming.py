"""Streams, chunk by chunk."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import QUICK, SMOKE, TRAFFIC, Flow, Level, ProfileName
from records.scenario import Chart, Headline

ONE, MANY = 1, 20  # users
CHUNKS, EVERY_S = 10, 0.02


def _streaming(users: int, profiles: tuple[ProfileName, ...]) -> Level:
    target = f"/stream?chunks={CHUNKS}&interval={EVERY_S}&size=128"
    waits_s = (CHUNKS - 1) * EVERY_S
    stream = Flow(TRAFFIC, target, users, behaviour="stream", waits_s=waits_s, chunks=CHUNKS)
    return Level(users, (stream,), window_s=4, profiles=profiles)


CARD = Scenario(
    "streaming",
    "Does a stream of ten chunks, 20 ms apart, arrive chunk by chunk?",
    "The first byte at once while there are slots, else after (20 - S) / S times 180 ms; gaps of 20 ms.",
    "users",
    (_streaming(ONE, SMOKE), _streaming(MANY, QUICK)),
    columns=(
        Column("first byte, {users}", "first_byte_ms_p50", ONE),
        Column("gap, {users}", "gap_ms_p50", ONE),
        Column("first byte, {users}", "first_byte_ms_p50", MANY),
        Column("whole, {users}", "service_ms_p50", MANY),
        Column("streams, {users}", "throughput_per_s", MANY),
    ),
    headline=Headline("first_byte_ms_p50", MANY, "first byte"),
    charts=(Chart("chunks", chunks=CHUNKS),),
    why="Both interfaces hand each chunk to the server as it is made, and every server here passes it on. But "
    "a WSGI stream holds its slot from first to last chunk, so later streams wait for whole ones before "
    "them.",
)
