"""Loads that measure the load generator: known waiting times (`lab calibrate`), and as fast as it can.

`FLAT_OUT` is what `make bench-load` compares with a user that records nothing.
"""

from loadtests.scenarios import TRAFFIC, Flow, Level, Scenario

FLAT_OUT = Scenario(
    "flat-out",
    "How many requests a second does the load generator carry?",
    "nine tenths of a user that records nothing",
    "users",
    (Level(8, (Flow(TRAFFIC, "/", users=8),), window_s=2),),
)

CALIBRATIONS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "known-fixed",
            "Is an answer that takes 50 ms read as 50 ms?",
            "50 ms",
            "requests/s",
            (Level(100, (Flow(TRAFFIC, "/fixed", users=20, rate_per_s=100),), window_s=5),),
        ),
        Scenario(
            "known-bimodal",
            "Are 10 ms, and 100 ms for one in five, told apart?",
            "10 ms at the median, 100 ms at p90",
            "requests/s",
            (Level(100, (Flow(TRAFFIC, "/bimodal", users=40, rate_per_s=100),), window_s=5),),
        ),
        Scenario(
            "known-frozen",
            "Does a server frozen for 1 s in every 5 show in the corrected time?",
            "500 ms at p90, 950 ms at p99",
            "requests/s",
            (Level(40, (Flow(TRAFFIC, "/frozen", users=10, rate_per_s=40),), window_s=15, period_s=5),),
        ),
        Scenario(
            "known-gaps",
            "Are chunks that are 20 ms apart seen 20 ms apart?",
            "20 ms",
            "users",
            (
                Level(
                    5,
                    (Flow(TRAFFIC, "/gaps", users=5, behaviour="stream", waits_s=0.98, chunks=50),),
                    window_s=5,
                ),
            ),
        ),
    )
}
