"""The agent beside the servers, as whoever has its token asks it over HTTP."""

import http.client
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import msgspec

from records.agent import AgentStack, AgentStacks, Refusal
from records.usage import UsageReport

ANSWERS_WITHIN_S = 30.0


class AgentError(Exception):
    """The agent can't be reached, or refuses; the message says which."""


class NoAnswer(AgentError):
    """The agent can't be reached; `why` is a reason without a full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The agent doesn't answer: {why}.")
        self.why = why


class Refused(AgentError):
    """The agent doesn't do what it was asked; the message is its own sentence."""


@dataclass(frozen=True)
class AgentClient:
    """An agent at a URL, for whoever has its token; whatever it is asked raises AgentError without an answer."""

    url: str
    token: str

    def stacks(self) -> AgentStacks:
        """Ask who is served where."""
        return msgspec.json.decode(self.ask("GET", "/stacks"), type=AgentStacks)

    def clocks(self) -> UsageReport:
        """Ask for every clock."""
        return msgspec.json.decode(self.ask("GET", "/clocks"), type=UsageReport)

    def usage(self) -> UsageReport:
        """Ask for every clock and footprint."""
        return msgspec.json.decode(self.ask("GET", "/usage"), type=UsageReport)

    def restart(self, stack: str) -> AgentStack:
        """Have a stack ended and started again."""
        return msgspec.json.decode(self.ask("POST", f"/restart?stack={quote(stack)}"), type=AgentStack)

    def ask(self, method: str, target: str, body: bytes = b"") -> bytes:
        """Return the body of an answer; raises NoAnswer when there is none, Refused for any but 200."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWERS_WITHIN_S)
        try:
            with closing(connection):
                connection.request(method, target, body, {"Authorization": f"Bearer {self.token}"})
                with connection.getresponse() as response:
                    content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(str(error)) from error
        if response.status != HTTPStatus.OK:
            raise Refused(detail(content))
        return content


def detail(content: bytes) -> str:
    """Return why an agent refuses, the first words of an answer that isn't an agent's."""
    try:
        return msgspec.json.decode(content, type=Refusal).detail
    except msgspec.DecodeError:
        return content.decode(errors="replace")[:200]
