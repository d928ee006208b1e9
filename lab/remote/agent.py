"""An agent beside servers: tells over HTTP what their process trees use, and restarts them, for whoever has the token.

    GET  /stacks                       the stacks, each with its URL and its record, and the machine's environment
    GET  /clocks                       CPU clocks of each stack, read at one moment: quick enough to ask in a pause
    GET  /usage                        the same, with the footprint of each
    POST /restart?stack=uvicorn/asgi   end a stack and start it again, at the same port

Every request carries `Authorization: Bearer TOKEN` (RFC 6750, section 2.1); answers are JSON, errors have a `detail`.
"""

import hmac
import http.client
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from lab.addresses import asked_at, base_url
from lab.errors import LabError, UsageError
from lab.measure.environment import environment
from lab.measure.new_run import stack_record
from lab.measure.process_tree import tree
from lab.measure.process_usage import cpu_times, footprint
from lab.measure.served_stacks import ServedStacks
from lab.servers import HOST, Settings
from loadtests.machine import busy_s, machine_id
from records.agent import AgentStack, AgentStacks, Refusal
from records.usage import StackUsage, UsageReport

ANSWERS_WITHIN_S = 30.0
LARGEST_BODY = 256 * 1024 * 1024
LONGEST_NUMBER = 12  # digits: longer ones are too large anyway

Query = Mapping[str, str]
Answer = Callable[[Query, bytes], object]
Routes = dict[tuple[str, str], Answer]


class Agent:
    """What an agent answers; `routes` may be added to before it is asked."""

    def __init__(self, fleet: ServedStacks, settings: Settings) -> None:
        self._fleet = fleet
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
            for server in self._fleet.servers.values()
        ]
        return AgentStacks(stacks, environment([], []))

    def clocks(self, _query: Query, _body: bytes) -> UsageReport:
        """Read every clock."""
        servers = self._fleet.servers
        trees = {name: tree(server.pid) for name, server in servers.items()}
        stacks = {
            name: StackUsage(cpu_times(trees[name]), None, server.process.poll() is None)
            for name, server in servers.items()
        }
        return UsageReport(time.monotonic(), machine_id(), busy_s(), time.process_time(), stacks)

    def usage(self, query: Query, body: bytes) -> UsageReport:
        """Read every clock and footprint."""
        clocks = self.clocks(query, body)
        servers = self._fleet.servers
        stacks = {
            name: msgspec.structs.replace(used, footprint=footprint(servers[name].pid))
            for name, used in clocks.stacks.items()
        }
        return msgspec.structs.replace(clocks, stacks=stacks)

    def restart(self, query: Query, _body: bytes) -> AgentStack:
        """End a stack and start it again."""
        with self._restarting:
            server = self._fleet.restart(query.get("stack", ""))
        return AgentStack(server.url, stack_record(server.stack, self._settings))


class Handler(BaseHTTPRequestHandler):
    """HTTP around the agent: the token, the route, JSON."""

    protocol_version = "HTTP/1.1"
    timeout = ANSWERS_WITHIN_S
    disable_nagle_algorithm = True
    routes: Routes
    token: str

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def log_message(self, *_: object) -> None:
        """Log nothing: somebody asks every second."""

    def _answer(self) -> None:
        refusal = self._refusal()
        if refusal:
            self.close_connection = True  # a body that wasn't read would be taken for the next request
            self._send(*refusal)
        else:
            self._send(*self._outcome(self.rfile.read(self._length)))

    @property
    def _length(self) -> int:
        """The length of the body, -1 where that can't be told."""
        given = self.headers.get("Content-Length", "0")
        whole = given.isascii() and given.isdigit() and "Transfer-Encoding" not in self.headers
        return int(given[:LONGEST_NUMBER]) if whole else -1

    def _refusal(self) -> tuple[HTTPStatus, object] | None:
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return HTTPStatus.UNAUTHORIZED, Refusal("The token is missing or another.")
        if self._length < 0:
            return HTTPStatus.BAD_REQUEST, Refusal("The body's length is no number.")
        if self._length > LARGEST_BODY:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Refusal("The body is too large.")
        return None

    def _outcome(self, body: bytes) -> tuple[HTTPStatus, object]:
        path, _, query = self.path.partition("?")
        answer = self.routes.get((self.command, path))
        if answer is None:
            return HTTPStatus.NOT_FOUND, Refusal(f"There is no {self.command} {path} here.")
        try:
            return HTTPStatus.OK, answer(dict(parse_qsl(query)), body)
        except UsageError as error:
            return HTTPStatus.BAD_REQUEST, Refusal(str(error))
        except LabError as error:
            return HTTPStatus.INTERNAL_SERVER_ERROR, Refusal(str(error))

    def _send(self, status: HTTPStatus, answer: object) -> None:
        content = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


class Listener(ThreadingHTTPServer):
    """Answers each connection in a thread of its own; one that breaks off is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def answering(agent: Agent, token: str, host: str = HOST, port: int = 0) -> Iterator[str]:
    """Answer in threads until the block ends; yields the agent's base URL. Raises LabError when the port is taken."""
    bound = type("BoundHandler", (Handler,), {"routes": agent.routes, "token": token})
    try:
        server = Listener((host, port), bound)
    except OSError as error:
        raise LabError(
            f"The agent can't listen on {host}:{port}: {error.strerror}; choose another --port."
        ) from error
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield base_url(asked_at(host), server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class AgentClient:
    """Whoever asks an agent; raises LabError when it can't be reached or refuses."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def stacks(self) -> AgentStacks:
        """Ask who is served where."""
        return msgspec.json.decode(self._ask("GET", "/stacks"), type=AgentStacks)

    def clocks(self) -> UsageReport:
        """Ask for every clock."""
        return msgspec.json.decode(self._ask("GET", "/clocks"), type=UsageReport)

    def usage(self) -> UsageReport:
        """Ask for every clock and footprint."""
        return msgspec.json.decode(self._ask("GET", "/usage"), type=UsageReport)

    def restart(self, stack: str) -> AgentStack:
        """Have a stack ended and started again."""
        return msgspec.json.decode(self._ask("POST", f"/restart?stack={quote(stack)}"), type=AgentStack)

    def _ask(self, method: str, target: str) -> bytes:
        place = urlsplit(self._url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWERS_WITHIN_S)
        try:
            with closing(connection):
                connection.request(method, target, headers={"Authorization": f"Bearer {self._token}"})
                response = connection.getresponse()
                content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise LabError(f"The agent at {self._url} doesn't answer: {error}.") from error
        if response.status != HTTPStatus.OK:
            raise LabError(f"The agent at {self._url} refuses: {_detail(content)}")
        return content


def _detail(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=Refusal).detail
    except msgspec.DecodeError:
        return content.decode(errors="replace")[:200]
