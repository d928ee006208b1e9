"""Every experiment, in the order in which the table shows them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from lab.capabilities import flows, leaving, life, protocol
from lab.capabilities.bench import Bench
from lab.capabilities.findings import Finding
from lab.errors import LabError
from lab.measure.leash import Leash
from lab.run import Capability
from lab.servers import Settings
from lab.stacks import Stack


@dataclass(frozen=True)
class Experiment:
    """A row: its name, what it asks, and how it is found out."""

    name: str
    asks: str
    find: Callable[[Bench], Finding]


@dataclass(frozen=True)
class Laboratory:
    """Where experiments are made: the stacks' settings, the leash of their servers, a folder for notes and logs."""

    settings: Settings
    leash: Leash
    folder: Path


def explore(
    stacks: Sequence[Stack],
    experiments: Sequence[Experiment],
    laboratory: Laboratory,
    tell: Callable[[Capability], None],
) -> list[Capability]:
    """Run every experiment on every stack, stacks beside each other; `tell` hears of each finding as it comes.

    Returns the findings in the order of the experiments, then of the stacks.
    """
    found: dict[tuple[str, str], Capability] = {}
    with ThreadPoolExecutor(len(stacks)) as benches:
        running = [benches.submit(_on_one, stack, experiments, laboratory, tell) for stack in stacks]
        for done in as_completed(running):
            found |= {(each.experiment, each.stack): each for each in done.result()}
    return [found[experiment.name, stack.name] for experiment in experiments for stack in stacks]


def _on_one(
    stack: Stack,
    experiments: Sequence[Experiment],
    laboratory: Laboratory,
    tell: Callable[[Capability], None],
) -> list[Capability]:
    bench = Bench(stack, laboratory.settings, laboratory.leash, laboratory.folder)
    try:
        return list(_findings(bench, experiments, tell))
    finally:
        bench.renew()


def _findings(
    bench: Bench, experiments: Sequence[Experiment], tell: Callable[[Capability], None]
) -> Iterator[Capability]:
    for experiment in experiments:
        try:
            finding = experiment.find(bench)
        except (OSError, LabError) as error:
            bench.renew()
            finding = Finding("no", f"the experiment ended with: {error}")
        capability = Capability(experiment.name, experiment.asks, bench.stack.name, finding.can, finding.says)
        tell(capability)
        yield capability


EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment("streams-responses", "Does a response leave chunk by chunk?", flows.streams_responses),
        Experiment("reads-body", "Does the app read the request body as it comes?", flows.reads_request_body),
        Experiment("chunked-body", "Do chunked request bodies arrive?", flows.takes_chunked_bodies),
        Experiment("slow-body", "Do slow bodies leave workers free?", flows.slow_bodies_hold_nobody),
        Experiment(
            "gone-writing",
            "Does the app hear that its client has gone, while writing?",
            leaving.tells_while_writing,
        ),
        Experiment("cleans-up", "Is the app's clean-up run when the client has gone?", leaving.cleans_up),
        Experiment(
            "gone-waiting",
            "Does the app hear that its client has gone, while waiting?",
            leaving.tells_while_waiting,
        ),
        Experiment(
            "abandoned", "Does the server survive ten abandoned streams?", leaving.survives_abandoned_streams
        ),
        Experiment(
            "aborted-upload",
            "Does an aborted upload end?",
            leaving.ends_aborted_uploads,
        ),
        Experiment(
            "after-response",
            "Can work go on after the response?",
            life.works_after_the_response,
        ),
        Experiment("own-scope", "Can the app write into what it was called with?", life.owns_its_scope),
        Experiment("hooks", "Are there startup and shutdown hooks?", life.has_hooks),
        Experiment("state", "Does state from startup reach requests?", life.hands_over_state),
        Experiment("websocket", "Does it speak WebSocket?", protocol.speaks_websocket),
        Experiment("http2", "Does it speak HTTP/2?", protocol.speaks_http2),
        Experiment("events", "Can it push events, and resume?", flows.pushes_events),
        Experiment("trailers", "Can it send trailers?", flows.sends_trailers),
        Experiment("continue", "Does 100-continue wait for the app?", protocol.continues_when_asked),
        Experiment(
            "error-before", "Is an error before the answer a clean 500?", protocol.error_before_is_clean
        ),
        Experiment(
            "error-midway", "Is an error midway visible to the client?", protocol.error_midway_is_visible
        ),
        Experiment("contextvars", "Do context variables hold for one request?", life.keeps_contexts),
        Experiment("at-once", "Are twenty waiting requests served at once?", life.serves_at_once),
        Experiment("half-closed", "Are half-closed clients answered?", protocol.answers_half_closed),
        Experiment("head", "Does HEAD have no body, whatever the app sends?", protocol.head_has_no_body),
        Experiment("graceful", "Does a graceful stop finish what is in progress?", life.stops_gracefully),
    )
}
