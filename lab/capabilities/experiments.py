"""Every experiment, in the order in which the table shows them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from lab.capabilities import bodies, disconnects, lifecycle, protocol
from lab.capabilities.findings import Finding
from lab.capabilities.served_experiment import ServedExperiment
from lab.errors import LabError
from lab.measure.reaper import Reaper
from lab.servers import Settings
from lab.stacks import Stack
from records.run import Capability


@dataclass(frozen=True)
class Experiment:
    """A row: its name, what it asks, and how it is found out."""

    name: str
    asks: str
    find: Callable[[ServedExperiment], Finding]


@dataclass(frozen=True)
class ExperimentContext:
    """Where experiments are made: the stacks' settings, the reaper of their servers, a folder for notes and logs."""

    settings: Settings
    reaper: Reaper
    folder: Path


def explore(
    stacks: Sequence[Stack],
    experiments: Sequence[Experiment],
    context: ExperimentContext,
    tell: Callable[[Capability], None],
) -> list[Capability]:
    """Run every experiment on every stack, stacks beside each other; `tell` hears of each finding as it comes.

    Returns the findings in the order of the experiments, then of the stacks.
    """
    findings: dict[tuple[str, str], Capability] = {}
    with ThreadPoolExecutor(len(stacks)) as benches:
        running = [benches.submit(_on_one, stack, experiments, context, tell) for stack in stacks]
        for done in as_completed(running):
            findings |= {(each.experiment, each.stack): each for each in done.result()}
    return [findings[experiment.name, stack.name] for experiment in experiments for stack in stacks]


def _on_one(
    stack: Stack,
    experiments: Sequence[Experiment],
    context: ExperimentContext,
    tell: Callable[[Capability], None],
) -> list[Capability]:
    served = ServedExperiment(stack, context.settings, context.reaper, context.folder)
    try:
        return list(_findings(served, experiments, tell))
    finally:
        served.renew()


def _findings(
    served: ServedExperiment, experiments: Sequence[Experiment], tell: Callable[[Capability], None]
) -> Iterator[Capability]:
    for experiment in experiments:
        try:
            finding = experiment.find(served)
        except (OSError, LabError) as error:
            served.renew()
            finding = Finding("no", f"the experiment ended with: {error}")
        capability = Capability(
            experiment.name, experiment.asks, served.stack.name, finding.can, finding.says
        )
        tell(capability)
        yield capability


EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment("streams-responses", "Does a response leave chunk by chunk?", bodies.streams_responses),
        Experiment(
            "reads-body", "Does the app read the request body as it comes?", bodies.reads_request_body
        ),
        Experiment("chunked-body", "Do chunked request bodies arrive?", bodies.takes_chunked_bodies),
        Experiment("slow-body", "Do slow bodies leave workers free?", bodies.slow_bodies_hold_nobody),
        Experiment(
            "gone-writing",
            "Does the app hear that its client has gone, while writing?",
            disconnects.tells_while_writing,
        ),
        Experiment("cleans-up", "Is the app's clean-up run when the client has gone?", disconnects.cleans_up),
        Experiment(
            "gone-waiting",
            "Does the app hear that its client has gone, while waiting?",
            disconnects.tells_while_waiting,
        ),
        Experiment(
            "abandoned",
            "Does the server survive ten abandoned streams?",
            disconnects.survives_abandoned_streams,
        ),
        Experiment(
            "aborted-upload",
            "Does an aborted upload end?",
            disconnects.ends_aborted_uploads,
        ),
        Experiment(
            "after-response",
            "Can work go on after the response?",
            lifecycle.works_after_the_response,
        ),
        Experiment("own-scope", "Can the app write into what it was called with?", lifecycle.owns_its_scope),
        Experiment("hooks", "Are there startup and shutdown hooks?", lifecycle.has_hooks),
        Experiment("state", "Does state from startup reach requests?", lifecycle.hands_over_state),
        Experiment("websocket", "Does it speak WebSocket?", protocol.speaks_websocket),
        Experiment("http2", "Does it speak HTTP/2?", protocol.speaks_http2),
        Experiment("events", "Can it push events, and resume?", bodies.pushes_events),
        Experiment("trailers", "Can it send trailers?", bodies.sends_trailers),
        Experiment("continue", "Does 100-continue wait for the app?", protocol.continues_when_asked),
        Experiment(
            "error-before", "Is an error before the answer a clean 500?", protocol.error_before_is_clean
        ),
        Experiment(
            "error-midway", "Is an error midway visible to the client?", protocol.error_midway_is_visible
        ),
        Experiment("contextvars", "Do context variables hold for one request?", lifecycle.keeps_contexts),
        Experiment("at-once", "Are twenty waiting requests served at once?", lifecycle.serves_at_once),
        Experiment("half-closed", "Are half-closed clients answered?", protocol.answers_half_closed),
        Experiment("head", "Does HEAD have no body, whatever the app sends?", protocol.head_has_no_body),
        Experiment(
            "graceful", "Does a graceful stop finish what is in progress?", lifecycle.stops_gracefully
        ),
    )
}
