"""The agent as the lab asks it: what goes wrong ends in a sentence that names it."""

from lab.errors import LabError
from loadtests import agent_client
from loadtests.agent_client import NoAnswer, Refused


class AgentClient(agent_client.AgentClient):
    """An agent at a URL; whatever it is asked raises LabError when it can't be reached or refuses."""

    def ask(self, method: str, target: str, body: bytes = b"") -> bytes:
        """Return the body of an answer; raises LabError without one."""
        try:
            return super().ask(method, target, body)
        except NoAnswer as silence:
            raise LabError(f"The agent at {self.url} doesn't answer: {silence.why}.") from silence
        except Refused as refusal:
            raise LabError(f"The agent at {self.url} refuses: {refusal}") from refusal
