"""Claims, and what a run says of them."""

import msgspec
import pytest

from lab.judge.claims import CLAIMS, Claim, claims
from records.run import Capability, Comparison, Doubt, Run, Trial
from records.scenario import LevelRecord
from records.types import LevelValue
from tests.lab import runs


def made(stack: str, scenario: str, level: LevelValue, **figures: float) -> Trial:
    """Return a trial of any scenario."""
    return msgspec.structs.replace(runs.trial(stack, 1, **figures), scenario=scenario, level=level)


def run_of(*trials: Trial) -> Run:
    """Return a run of these trials with their stacks, scenarios and levels."""
    names = dict.fromkeys(trial.stack for trial in trials)
    run = runs.run(list(trials), [runs.stack(name) for name in names])
    places = dict.fromkeys((trial.scenario, trial.level) for trial in trials)
    run.scenarios = [
        runs.scenario(name, *(LevelRecord(level, 1.0, []) for scenario, level in places if scenario == name))
        for name in dict.fromkeys(scenario for scenario, _ in places)
    ]
    run.baseline = "gunicorn-gthread/wsgi"
    return run


def costing(costs: dict[str, float]) -> Run:
    """Return a run in which a request costs these stacks so many µs, in turns."""
    trials = [made(name, "baseline", 500, cpu_us_per_request=cost) for name, cost in costs.items()]
    seconds = [{"cpu_us_per_request": [cost] * 5} for cost in costs.values()]
    return run_of(
        *(
            msgspec.structs.replace(t, turns=True, seconds=each)
            for t, each in zip(trials, seconds, strict=True)
        )
    )


def ruled(run: Run, claim: str) -> Claim:
    """Return what a run says of a claim."""
    return next(each for each in claims(run) if each.claim == claim)


def test_nothing_is_answered_from_folklore() -> None:
    """A run without trials leaves every claim open."""
    rulings = {claim.ruling for claim in claims(run_of())}
    assert (len(claims(run_of())), rulings) == (len(CLAIMS), {"not measured in this run"})


def waiting(stack: str, at_once: float, slots: float) -> Trial:
    """Return a trial in which a stack served so many of 200 users at once."""
    figures = {"throughput_per_s": at_once * 10, "ceiling_per_s": slots * 10, "concurrency": slots}
    return made(stack, "slow-io", 200, **figures)


def test_threads_decide_whether_wsgi_blocks() -> None:
    """One worker that serves ten at once blocks threads, not the server."""
    run = run_of(waiting("gunicorn-sync/wsgi", 1, 1), waiting("gunicorn-gthread/wsgi", 10, 10))
    claim = ruled(run, "WSGI is blocking")
    assert (claim.ruling, list(claim.evidence)) == ("depends", run.trials)
    assert "gunicorn-sync/wsgi 1 at once, gunicorn-gthread/wsgi 10 at once" in claim.says


def test_what_was_answered_to_an_upgrade_rules_on_websockets() -> None:
    """Every WSGI stack that was asked refused: its words are the evidence, beside the messages of ASGI stacks."""
    asked = msgspec.structs.replace(
        made("gunicorn-gthread/wsgi", "websocket", "flat-out"),
        status="cannot",
        doubts=[Doubt("cannot", "it answered 501 Not Implemented", "")],
    )
    run = run_of(asked, made("uvicorn/asgi", "websocket", "flat-out", messages_per_s=50_000.0))
    claim = ruled(run, "WSGI has no WebSockets")
    assert (claim.ruling, list(claim.evidence)) == ("confirmed", run.trials)
    assert "501 Not Implemented. On ASGI: uvicorn/asgi 50,000 messages a second" in claim.says


def test_a_run_without_wsgi_rules_on_no_websockets() -> None:
    """Where no WSGI stack was asked the claim stays open."""
    run = run_of(made("uvicorn/asgi", "websocket", "flat-out", messages_per_s=50_000.0))
    assert ruled(run, "WSGI has no WebSockets").ruling == "not measured in this run"


def test_one_at_a_time_blocks() -> None:
    """With one slot the claim holds."""
    assert ruled(run_of(waiting("gunicorn-sync/wsgi", 1, 1)), "WSGI is blocking").ruling == "confirmed"


def streamed(stack: str, first_ms: float) -> Trial:
    """Return a trial of one stream of 200 ms whose first byte came so late."""
    return made(stack, "streaming", 1, first_byte_ms_p50=first_ms, service_ms_p50=200.0)


def test_early_first_byte_refutes_that_wsgi_cannot_stream() -> None:
    """A first byte long before the last is a stream."""
    run = run_of(streamed("gunicorn-gthread/wsgi", 1.0), streamed("uvicorn/asgi", 1.0))
    assert ruled(run, "WSGI cannot stream").ruling == "refuted"
    assert ruled(run, "ASGI streams").ruling == "confirmed"


def test_buffered_stream_does_not_refute() -> None:
    """A first byte that comes with the last is none."""
    assert ruled(run_of(streamed("gunicorn-gthread/wsgi", 199.0)), "WSGI cannot stream").ruling == "depends"


def test_event_loop_blocks_when_told_to() -> None:
    """Non-blocking holds until something blocks: both figures are said."""
    blocked = made("uvicorn/asgi", "blocking", "blocking", throughput_per_s=40.0)
    claim = ruled(run_of(waiting("uvicorn/asgi", 195, 200), blocked), "ASGI is non-blocking")
    assert claim.ruling == "depends"
    assert "195 at once" in claim.says
    assert "40 a second" in claim.says


def cheaper(run: Run) -> Run:
    """Let uvicorn take half of the CPU."""
    run.comparisons = [
        Comparison(
            "baseline", 500, "cpu_us_per_request", "uvicorn/asgi", run.baseline, 0.5, 0.4, 0.6, "faster", 10
        )
    ]
    return run


def test_less_cpu_for_nothing_is_not_faster_yet() -> None:
    """A request that does nothing says nothing of work that computes: with both the same there it depends."""
    work = [made(name, "cpu", 4, throughput_per_s=70.0) for name in ("uvicorn/asgi", "gunicorn-gthread/wsgi")]
    claim = ruled(cheaper(run_of(*work)), "ASGI is faster")
    assert claim.ruling == "depends"
    assert "0.50 (0.40 to 0.60) of the CPU" in claim.says
    assert "1.00 times as fast" in claim.says


def test_only_a_baseline_of_wsgi_is_compared_with_asgi() -> None:
    """Against another stack of ASGI nothing is said of which interface is faster."""
    run = run_of(made("gunicorn-asgi/asgi", "baseline", 500), made("uvicorn/asgi", "baseline", 500))
    run.baseline = "gunicorn-asgi/asgi"
    assert ruled(cheaper(run), "ASGI is faster").ruling == "not measured in this run"


def test_an_app_of_any_name_is_claimed_by_its_interface() -> None:
    """Whether a stack is native is read from its fields: a name that looks native doesn't make it so."""
    run = run_of(waiting("gunicorn-sync/wsgi", 1, 1), waiting("gunicorn-gthread/wsgi", 10, 10))
    run.stacks[0] = msgspec.structs.replace(run.stacks[0], bridge="bridged", speaks="asgi")
    claim = ruled(run, "WSGI is blocking")
    assert (claim.ruling, list(claim.evidence)) == ("depends", run.trials[1:])


def test_a_finding_of_a_stack_that_was_only_explored_counts() -> None:
    """Experiments may be made on stacks that weren't measured; one without a record is nobody's."""
    run = run_of()
    run.explored = [runs.stack("hypercorn/asgi")]
    run.capabilities = [
        Capability("own-scope", "?", "hypercorn/asgi", "no", ""),
        Capability("own-scope", "?", "nowhere/asgi", "yes", ""),
    ]
    claim = ruled(run, "The scope is immutable")
    assert (claim.ruling, claim.says.endswith(": hypercorn/asgi no.")) == ("confirmed", True)


@pytest.mark.parametrize(
    ("guarded_us", "ruling"), [(310.0, "refuted"), (100.0, "depends")], ids=["both dear", "one a tie"]
)
def test_dear_bridges_refute_that_they_are_free(guarded_us: float, ruling: str) -> None:
    """Three times the CPU of the same server without it isn't free; it takes all of them."""
    costs = {"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0, "uvicorn/wsgi-guarded": guarded_us}
    claim = ruled(costing(costs), "A bridge is free")
    assert (claim.ruling, "uvicorn/wsgi-bridged 3.00 times the CPU (3.00 to 3.00)" in claim.says) == (
        ruling,
        True,
    )
