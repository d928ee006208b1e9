"""What the buttons do: each sends something telling to every stack whose users are checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import gevent
from locust.env import Environment
from locust.runners import STATE_CLEANUP, STATE_RUNNING, STATE_SPAWNING

from loadtests.dashboard.stage import LiveStage
from loadtests.dashboard.users import guest_of
from loadtests.dashboard.work import traffic_of
from loadtests.scenarios import Flow

SLOW_USERS = 200
SPAWNED_PER_S = 100
LEAVING_USERS = 10
BLOCKED_S = 2


@dataclass(frozen=True)
class Demonstration:
    """A button: its name in URLs, what stands on it, what it does to whom, and the doing."""

    name: str
    label: str
    says: str
    do: Callable[[Environment, LiveStage], None]


def start_slow_traffic(environment: Environment, stage: LiveStage) -> None:
    """Have users who wait asked for by locust itself, as its own form would."""
    runner, options = environment.runner, environment.parsed_options
    if runner is None or options is None:
        return
    if runner.state in {STATE_RUNNING, STATE_SPAWNING} and stage.scenario != "starvation":
        runner.stop()
    while runner.state == STATE_CLEANUP:  # whoever starts now is stopped by the stop that is still on
        gevent.sleep(0.05)
    options.scenario = "starvation"
    runner.start(SLOW_USERS + len(checked(environment)), SPAWNED_PER_S)


def block(environment: Environment, stage: LiveStage) -> None:
    """Send one blocking request to each stack."""
    for place in checked(environment):
        row = f"[{stage.stacks[place].name}] GET /sleep/blocking?seconds={BLOCKED_S}"
        flow = Flow("blocking", f"/sleep/blocking?seconds={BLOCKED_S}", users=1, row=row)
        send(environment, stage, place, flow)


def abandon(environment: Environment, stage: LiveStage) -> None:
    """Have ten clients of each stack leave a stream after its first chunks."""
    for place in checked(environment):
        flow = traffic_of("abandon", stage.stacks[place].name)
        for _ in range(LEAVING_USERS):
            send(environment, stage, place, replace(flow, name="abandon"))


def send(environment: Environment, stage: LiveStage, place: int, flow: Flow) -> None:
    """Let a guest send one request, without waiting for it."""
    stage.guests.spawn(guest_of(stage, place, environment).send_once, flow)


def checked(environment: Environment) -> Sequence[int]:
    """Return the places of the stacks that locust has users for."""
    return sorted(
        {user_class.place for user_class in environment.user_classes if hasattr(user_class, "place")}
    )


DEMONSTRATIONS: dict[str, Demonstration] = {
    each.name: each
    for each in (
        Demonstration(
            "slow",
            "Start slow traffic on all",
            f"{SLOW_USERS} users, shared out over the stacks, each waiting 0.2 s for every answer.",
            start_slow_traffic,
        ),
        Demonstration(
            "block",
            "Block the loop",
            f"one request to each stack that calls time.sleep({BLOCKED_S}): who else is answered meanwhile?",
            block,
        ),
        Demonstration(
            "abandon",
            "Abandon streams",
            f"{LEAVING_USERS} clients of each stack open a stream and leave after three chunks: who recovers?",
            abandon,
        ),
    )
}
