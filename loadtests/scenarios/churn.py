"""A connection for each request."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import TRAFFIC, Flow, Level
from records.scenario import Chart, Headline

RATE = 300  # requests a second, which every stack can serve

CARD = Scenario(
    "churn",
    "What does a request cost that comes on a connection of its own?",
    "The CPU of baseline, and that of accepting and closing a connection.",
    "requests/s",
    (
        Level(
            RATE,
            (Flow(TRAFFIC, "/", users=20, rate_per_s=RATE, behaviour="connect"),),
            window_s=0.5,
            repetitions=8,
            turns=True,
        ),
    ),
    columns=(
        Column("CPU per request", "cpu_us_per_request"),
        Column("answers of {level}", "throughput_per_s"),
        Column("p50", "service_ms_p50"),
        Column("corrected p90", "corrected_ms_p90"),
    ),
    headline=Headline("cpu_us_per_request", RATE, "CPU per request"),
    charts=(
        Chart("bars", "cpu_us_per_request", "CPU per request"),
        Chart("curves", "corrected", "a request"),
    ),
    why="Each connection is accepted, registered and closed for a single request. What is left after "
    "subtracting baseline is the price of having no keep-alive.",
)
