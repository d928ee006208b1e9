"""What the buttons do: each sends something telling to every stack whose users are checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import gevent
from locust.env import Environment
from locust.runners import STATE_CLEANUP, STATE_RUNNING, STATE_SPAWNING

from loadtests.dashboard.live_load import LiveLoad
from loadtests.dashboard.manual_flows import traffic_of
from loadtests.dashboard.users import guest_of
from loadtests.scenarios import Flow

SLOW_USERS = 200
SPAWNED_PER_S = 100
LEAVING_USERS = 10
BLOCKED_S = 2


@dataclass(frozen=True)
class Button:
    """A button: its name in URLs, what stands on it, what it does to whom, and the doing."""

    name: str
    label: str
    says: str
    do: Callable[[Environment, LiveLoad], None]


def start_slow_traffic(environment: Environment, live_load: LiveLoad) -> None:
    """Have users who wait asked for by locust itself, as its own form would."""
    runner, options = environment.runner, environment.parsed_options
    if runner is None or options is None:
        return
    if runner.state in {STATE_RUNNING, STATE_SPAWNING} and live_load.scenario != "starvation":
        runner.stop()
    while runner.state == STATE_CLEANUP:  # whoever starts now is stopped by the stop that is still on
        gevent.sleep(0.05)
    options.scenario = "starvation"
    runner.start(SLOW_USERS + len(places_with_users(environment)), SPAWNED_PER_S)


def block(environment: Environment, live_load: LiveLoad) -> None:
    """Send one blocking request to each stack."""
    for place in places_with_users(environment):
        row = f"[{live_load.stacks[place].name}] GET /sleep/blocking?seconds={BLOCKED_S}"
        flow = Flow("blocking", f"/sleep/blocking?seconds={BLOCKED_S}", users=1, row=row)
        send(environment, live_load, place, flow)


def abandon(environment: Environment, live_load: LiveLoad) -> None:
    """Have ten clients of each stack leave a stream after its first chunks."""
    for place in places_with_users(environment):
        flow = traffic_of("abandon", live_load.stacks[place].name)
        for _ in range(LEAVING_USERS):
            send(environment, live_load, place, replace(flow, name="abandon"))


def send(environment: Environment, live_load: LiveLoad, place: int, flow: Flow) -> None:
    """Let a guest send one request, without waiting for it."""
    live_load.guests.spawn(guest_of(live_load, place, environment).send_once, flow)


def places_with_users(environment: Environment) -> Sequence[int]:
    """Return the places of the stacks that locust has users for."""
    return sorted(
        {user_class.place for user_class in environment.user_classes if hasattr(user_class, "place")}
    )


BUTTONS: dict[str, Button] = {
    each.name: each
    for each in (
        Button(
            "slow",
            "Start slow traffic on all",
            f"{SLOW_USERS} users, shared out over the stacks, each waiting 0.2 s for every answer.",
            start_slow_traffic,
        ),
        Button(
            "block",
            "Block the loop",
            f"one request to each stack that calls time.sleep({BLOCKED_S}): who else is answered meanwhile?",
            block,
        ),
        Button(
            "abandon",
            "Abandon streams",
            f"{LEAVING_USERS} clients of each stack open a stream and leave after three chunks: who recovers?",
            abandon,
        ),
    )
}
