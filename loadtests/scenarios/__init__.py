"""The scenarios, a card each in a module of its name: plain data, importable without locust."""

from importlib import import_module

from loadtests.scenarios.behaviours import BEHAVIOURS as BEHAVIOURS
from loadtests.scenarios.card import Column as Column
from loadtests.scenarios.card import Scenario as Scenario
from loadtests.scenarios.flows import AFTER as AFTER
from loadtests.scenarios.flows import CEILING as CEILING
from loadtests.scenarios.flows import PROBE as PROBE
from loadtests.scenarios.flows import TRAFFIC as TRAFFIC
from loadtests.scenarios.flows import Arrivals as Arrivals
from loadtests.scenarios.flows import Flow as Flow
from loadtests.scenarios.flows import Level as Level
from loadtests.scenarios.flows import ProfileName as ProfileName
from loadtests.scenarios.flows import Waiting as Waiting


def _card(name: str) -> Scenario:
    card: Scenario = import_module(f"{__name__}.{name.replace('-', '_')}").CARD
    return card


ORDER: tuple[str, ...] = (
    "baseline",
    "slow-io",
    "starvation",
    "streaming",
    "blocking",
    "cpu",
    "upload",
    "download",
    "churn",
    "overload",
    "idle",
    "abandon",
    "websocket",
)
"""As they are measured and told; each has its card in the module of its name."""

SCENARIOS: dict[str, Scenario] = {name: _card(name) for name in ORDER}
