"""The user classes of the dashboard: for each stack one that sends its traffic, and one that probes it."""

from typing import ClassVar

from gevent.event import Event
from gevent.pool import Group
from locust import task
from locust.env import Environment

from loadtests import client_behaviours
from loadtests.dashboard.live_load import LiveLoad
from loadtests.lane_user import LaneUser
from loadtests.recorder import Lane
from loadtests.scenarios import PROBE, TRAFFIC, Flow
from loadtests.timer import Timer
from records.dashboard import DashboardStack

ONCE = {"idle", "silent"}
"""Ways of those who stay away when the server has closed their connection, as they do in `lab compare`."""


class StackUser(LaneUser):
    """A user of one stack; `place` is the stack's in the setup."""

    abstract = True
    live_load: ClassVar[LiveLoad]
    place: ClassVar[int]

    def __init__(self, environment: Environment) -> None:
        self.host = self.live_load.stacks[self.place].url
        self.recorder = self.live_load.recorders[self.place]
        self.lane = None
        super().__init__(environment)


class TrafficUser(StackUser):
    """A user who sends what the chosen scenario sends."""

    abstract = True

    def on_start(self) -> None:
        """Take a lane."""
        self.lane = self.live_load.join(self.place, TRAFFIC)

    def on_stop(self) -> None:
        """Leave the lane."""
        super().on_stop()
        if self.lane:
            self.live_load.leave(self.lane)

    @task
    def send(self) -> None:
        """Send one request when it is due."""
        if self.lane:
            self.timer.sleep_until(self.lane.due_at)
            client_behaviours.FUNCTIONS[self.lane.flow.behaviour](self, self.lane)
            if self.lane.flow.behaviour in ONCE:
                Event().wait()


class ProbeUser(StackUser):
    """A user who asks for the fast route on a schedule, whether answers come or not."""

    abstract = True
    fixed_count = 1
    concurrency = 20

    def on_start(self) -> None:
        """Take every lane of the probe."""
        self.lanes = [self.live_load.join(self.place, PROBE) for _ in range(self.concurrency)]
        self.asking = Group()

    def on_stop(self) -> None:
        """Stop asking."""
        self.asking.kill()
        for lane in self.lanes:
            self.live_load.leave(lane)
        super().on_stop()

    def stop(self, force: bool = False) -> bool:  # noqa: FBT001, FBT002 - as locust's own
        """Stop at once: asking has no end that could be waited for."""
        del force
        stopped: bool = super().stop(force=True)
        return stopped

    @task
    def probe(self) -> None:
        """Ask in all lanes for ever."""
        for lane in self.lanes:
            self.asking.spawn(self._ask_in, lane)
        self.asking.join()

    def _ask_in(self, lane: Lane) -> None:
        timer = Timer()
        try:
            while True:
                timer.sleep_until(lane.due_at)
                client_behaviours.ask(self, lane)
        finally:
            timer.close()


class Guest(StackUser):
    """A user for a single request, outside of locust's count of users."""

    abstract = True

    def send_once(self, flow: Flow) -> None:
        """Send one request of a flow, and let the recorder of the stack know."""
        self.lane = lane = self.live_load.enter(Lane(flow, 0, self.place))
        try:
            client_behaviours.FUNCTIONS[flow.behaviour](self, lane)
        finally:
            self.live_load.leave(lane)
            self.on_stop()


def classes_for(live_load: LiveLoad) -> dict[str, type[StackUser]]:
    """Return the user classes of all stacks, by the names under which locust offers them."""
    classes: dict[str, type[StackUser]] = {}
    for place, entry in enumerate(live_load.stacks):
        for base, kind in ((TrafficUser, TRAFFIC), (ProbeUser, PROBE)):
            name = class_name(entry, kind)
            classes[name] = type(name, (base,), {"live_load": live_load, "place": place, "host": entry.url})
    return classes


def guest_of(live_load: LiveLoad, place: int, environment: Environment) -> Guest:
    """Return a guest of a stack."""
    guest_class: type[Guest] = type("Guest", (Guest,), {"live_load": live_load, "place": place})
    return guest_class(environment)


def class_name(entry: DashboardStack, kind: str) -> str:
    """Return what a stack's users of a kind are called: its check box, with its weight."""
    return f"{entry.name} {kind}"
