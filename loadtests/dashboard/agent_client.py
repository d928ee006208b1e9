"""The agent beside the servers, as the dashboard asks it over HTTP."""

import http.client
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import msgspec

from records.agent import Refusal
from records.usage import UsageReport

ANSWERS_WITHIN_S = 30.0


class AgentError(Exception):
    """The agent can't be reached, or refuses; the message says which."""


@dataclass(frozen=True)
class Agent:
    """An agent at a URL, for whoever has its token."""

    url: str
    token: str

    def usage(self) -> UsageReport:
        """Ask what every stack uses."""
        return msgspec.json.decode(self.ask("GET", "/usage"), type=UsageReport)

    def restart(self, stack: str) -> None:
        """Have a stack ended and started again."""
        self.ask("POST", f"/restart?stack={quote(stack)}")

    def ask(self, method: str, target: str, body: bytes = b"") -> bytes:
        """Return the body of an answer; raises AgentError when there is none, or a refusal."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWERS_WITHIN_S)
        try:
            with closing(connection):
                connection.request(method, target, body, {"Authorization": f"Bearer {self.token}"})
                with connection.getresponse() as response:
                    content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise AgentError(f"The agent doesn't answer: {error}.") from error
        if response.status != http.client.OK:
            raise AgentError(msgspec.json.decode(content, type=Refusal).detail)
        return content
