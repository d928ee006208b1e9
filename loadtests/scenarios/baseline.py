"""The cost of a request."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import SMOKE, TRAFFIC, Flow, Level
from records.scenario import Answer, Chart, Headline

RATE = 500  # requests a second, which every stack can serve

CARD = Scenario(
    "baseline",
    "What does a request cost when there is nothing to wait for?",
    "At a rate that all can serve throughput says nothing; CPU per request is what differs.",
    "requests/s",
    (
        Level(
            RATE,
            (Flow(TRAFFIC, "/", users=20, rate_per_s=RATE),),
            window_s=0.9,
            repetitions=8,
            turns=True,
            profiles=SMOKE,
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
    answers=(Answer("Work that costs little", "cost"), Answer("An app behind a bridge", "bridge")),
    why="What differs is what the server does around the app: parsing, building the environ or the scope, and "
    "handing over. A pool of threads adds a hand-over and the switch to another thread for each request; "
    "a bridge adds both, and a second translation.",
)
