"""More than a stack can do, and what comes after."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import AFTER, CEILING, TRAFFIC, Flow, Level
from records.scenario import Chart, Headline

PERCENT = 150  # of the ceiling
OVERLOAD_S = 5.0
TARGET = "/cpu?rounds=100000"

CARD = Scenario(
    "overload",
    "What happens at 150 % of what the stack can do, and how soon is it over?",
    "Five seconds at 1.5 times the ceiling leave 2.5 s of work waiting; at half the ceiling they are "
    "gone after 5 s more, if nothing is dropped or lost.",
    "% of the ceiling",
    (
        Level(
            PERCENT,
            (
                Flow(CEILING, TARGET, users=8, to_s=0.0),
                Flow(TRAFFIC, TARGET, users=400, of_ceiling=PERCENT / 100, to_s=OVERLOAD_S),
                Flow(AFTER, TARGET, users=100, of_ceiling=0.5, from_s=OVERLOAD_S, traced=True),
            ),
            window_s=13,
        ),
    ),
    columns=(
        Column("ceiling", "ceiling_per_s"),
        Column("answers while overloaded", "throughput_per_s"),
        Column("errors", "errors"),
        Column("p99 of them", "corrected_ms_p99"),
        Column("until recovery", "recovered_s"),
    ),
    headline=Headline("recovered_s", PERCENT, "until recovery"),
    charts=(Chart("recovery", from_s=OVERLOAD_S),),
    why="Requests beyond the ceiling queue, in the kernel, in the server or in its pool, and the queue "
    "outlives the overload: at half the ceiling it drains at half speed. Nothing is dropped unless a "
    "limit says so.",
)
