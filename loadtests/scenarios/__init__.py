"""The scenarios, a card each: plain data, importable without locust."""

from loadtests.scenarios.abandon import ABANDON
from loadtests.scenarios.baseline import BASELINE
from loadtests.scenarios.blocking import BLOCKING
from loadtests.scenarios.card import Column as Column
from loadtests.scenarios.card import Scenario as Scenario
from loadtests.scenarios.churn import CHURN
from loadtests.scenarios.cpu import CPU
from loadtests.scenarios.download import DOWNLOAD
from loadtests.scenarios.flows import AFTER as AFTER
from loadtests.scenarios.flows import CEILING as CEILING
from loadtests.scenarios.flows import ENDLESS as ENDLESS
from loadtests.scenarios.flows import PROBE as PROBE
from loadtests.scenarios.flows import TRAFFIC as TRAFFIC
from loadtests.scenarios.flows import Arrivals as Arrivals
from loadtests.scenarios.flows import Behaviour as Behaviour
from loadtests.scenarios.flows import Flow as Flow
from loadtests.scenarios.flows import Level as Level
from loadtests.scenarios.flows import ProfileName as ProfileName
from loadtests.scenarios.flows import Waiting as Waiting
from loadtests.scenarios.idle import IDLE
from loadtests.scenarios.overload import OVERLOAD
from loadtests.scenarios.slow_io import SLOW_IO
from loadtests.scenarios.starvation import STARVATION
from loadtests.scenarios.streaming import STREAMING
from loadtests.scenarios.upload import UPLOAD
from loadtests.scenarios.websocket import WEBSOCKET

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        BASELINE,
        SLOW_IO,
        STARVATION,
        STREAMING,
        BLOCKING,
        CPU,
        UPLOAD,
        DOWNLOAD,
        CHURN,
        OVERLOAD,
        IDLE,
        ABANDON,
        WEBSOCKET,
    )
}
