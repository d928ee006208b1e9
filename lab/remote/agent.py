"""An agent beside servers: tells what their process trees use, and restarts them.

    GET  /stacks                       the stacks, each with its URL and its record, and the machine's environment
    GET  /clocks                       CPU clocks of each stack, read at one moment: quick enough to ask in a pause
    GET  /usage                        the same, with the footprint of each
    POST /restart?stack=uvicorn/asgi   end a stack and start it again, at the same port

`agent_server` has the HTTP around it.
"""

import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from lab.measure.environment import environment
from lab.measure.new_run import stack_record
from lab.measure.process_tree import tree
from lab.measure.process_usage import cpu_times, footprint
from lab.measure.served_stacks import ServedStacks
from lab.servers import Settings
from loadtests.machine import busy_s, machine_id
from records.agent import AgentStack, AgentStacks
from records.usage import StackUsage, UsageReport

Query = Mapping[str, str]
Answer = Callable[[Query, bytes], object]
Routes = dict[tuple[str, str], Answer]


class Agent:
    """What an agent answers; `routes` may be added to before it is asked."""

    def __init__(self, served: ServedStacks, settings: Settings) -> None:
        self._served = served
        self._settings = settings
        self._restarting = threading.Lock()
        self.routes: Routes = {
            ("GET", "/stacks"): self.stacks,
            ("GET", "/clocks"): self.clocks,
            ("GET", "/usage"): self.usage,
            ("POST", "/restart"): self.restart,
        }

    def stacks(self, _query: Query, _body: bytes) -> AgentStacks:
        """Say who is served where."""
        stacks = [
            AgentStack(server.url, stack_record(server.stack, self._settings))
            for server in self._served.servers.values()
        ]
        return AgentStacks(stacks, environment([], []))

    def clocks(self, _query: Query, _body: bytes) -> UsageReport:
        """Read every clock."""
        servers = self._served.servers
        trees = {name: tree(server.pid) for name, server in servers.items()}
        stacks = {
            name: StackUsage(cpu_times(trees[name]), None, server.process.poll() is None)
            for name, server in servers.items()
        }
        return UsageReport(time.monotonic(), machine_id(), busy_s(), time.process_time(), stacks)

    def usage(self, query: Query, body: bytes) -> UsageReport:
        """Read every clock and footprint."""
        clocks = self.clocks(query, body)
        servers = self._served.servers
        stacks = {
            name: msgspec.structs.replace(used, footprint=footprint(servers[name].pid))
            for name, used in clocks.stacks.items()
        }
        return msgspec.structs.replace(clocks, stacks=stacks)

    def restart(self, query: Query, _body: bytes) -> AgentStack:
        """End a stack and start it again."""
        with self._restarting:
            server = self._served.restart(query.get("stack", ""))
        return AgentStack(server.url, stack_record(server.stack, self._settings))
