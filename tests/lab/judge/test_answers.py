"""The sentences of the first screen."""

import pytest

from lab.judge.answers import answers
from records.run import Comparison, Doubt, Run, Trial
from tests.lab.judge.test_claims import costing, made, run_of

WSGI, ASGI = "gunicorn-gthread/wsgi", "uvicorn/asgi"


def said(run: Run, work: str) -> str:
    """Return what a run answers for a kind of work, nothing without an answer."""
    return next((answer.says for answer in answers(run) if answer.work == work), "")


def waiting(stack: str, rate: float, slots: float) -> Trial:
    """Return a trial of 200 users that wait 0.1 s."""
    figures = {"throughput_per_s": rate, "ceiling_per_s": slots * 10, "concurrency": slots}
    return made(stack, "slow-io", 200, **figures)


def test_run_without_trials_answers_nothing() -> None:
    """No sentence is canned."""
    assert answers(run_of()) == []


def test_waiting_says_who_why_and_what_it_takes() -> None:
    """The best, its share of the possible, the baseline with its slots, and the slots that would match."""
    run = run_of(waiting(ASGI, 1940.0, 200), waiting(WSGI, 99.0, 10))
    assert said(run, "Work that waits for something else") == (
        "200 users that each wait 0.1 s: uvicorn/asgi answers 1,940 a second, 97% of what is possible; not so "
        "gunicorn-gthread/wsgi, which answers 99 because it has 10 slots. To match, it would need about 194."
    )


def test_stacks_that_do_as_well_are_named_together() -> None:
    """A lead of one percent is no reason to choose."""
    run = run_of(
        waiting(ASGI, 1940.0, 200), waiting("gunicorn-asgi/asgi", 1960.0, 200), waiting(WSGI, 99.0, 10)
    )
    assert answers(run)[0].picks == ("gunicorn-asgi/asgi", ASGI)


def test_slots_are_named_as_the_settings_name_them() -> None:
    """Slots that are threads are called threads."""
    run = run_of(waiting(ASGI, 1940.0, 200), waiting(WSGI, 99.0, 10))
    run.stacks[1].settings["threads"] = "10"
    assert "because it has 10 threads." in said(run, "Work that waits for something else")


def test_lead_is_said_with_its_interval() -> None:
    """How many times as many answers, where that was compared."""
    run = run_of(waiting(ASGI, 1940.0, 200), waiting(WSGI, 99.0, 10))
    run.comparisons = [
        Comparison("slow-io", 200, "throughput_per_s", ASGI, WSGI, 19.6, 19.1, 20.2, "faster", 3)
    ]
    assert "19.6 times (19.1 to 20.2) as many as gunicorn-gthread/wsgi," in said(
        run, "Work that waits for something else"
    )


def test_wait_that_is_unknown_is_not_said() -> None:
    """A run without a ceiling, from an earlier lab, still says who answers most."""
    run = run_of(
        made(ASGI, "slow-io", 200, throughput_per_s=1940.0), made(WSGI, "slow-io", 200, throughput_per_s=99.0)
    )
    assert said(run, "Work that waits for something else") == (
        "200 users that wait: uvicorn/asgi answers 1,940 a second; not so gunicorn-gthread/wsgi, which answers 99."
    )


def test_doubted_figures_answer_nothing() -> None:
    """A figure that a doubt discards makes no sentence."""
    run = run_of(waiting(ASGI, 1940.0, 200), waiting(WSGI, 99.0, 10))
    for trial in run.trials:
        trial.doubts.append(Doubt("machine-busy", "", "", discards=True))
    assert said(run, "Work that waits for something else") == ""


def test_cost_is_said_with_its_interval() -> None:
    """How many times as much, turned so that the dearer is compared with the cheaper."""
    costs = {ASGI: 140.0, WSGI: 350.0}
    run = run_of(*(made(name, "baseline", 500, cpu_us_per_request=cost) for name, cost in costs.items()))
    run.comparisons = [
        Comparison("baseline", 500, "cpu_us_per_request", ASGI, WSGI, 0.4, 0.3125, 0.5, "faster", 10)
    ]
    assert "140 µs of CPU and gunicorn-gthread/wsgi 350 µs, 2.5 times (2.0 to 3.2) as much" in said(
        run, "Work that costs little"
    )


def test_bridge_is_compared_with_its_own_server() -> None:
    """What a bridge costs is the server's with it over the same server's without."""
    costs = {ASGI: 100.0, "uvicorn/wsgi-bridged": 310.0}
    assert "3.1 times (3.1 to 3.1) the CPU of uvicorn/asgi on uvicorn/wsgi-bridged" in said(
        costing(costs), "An app behind a bridge"
    )


def test_guard_is_compared_with_the_stock_bridge() -> None:
    """What a guard adds is told beside what the bridge costs."""
    costs = {ASGI: 100.0, "uvicorn/wsgi-bridged": 300.0, "uvicorn/wsgi-guarded": 312.0}
    said_of_bridges = said(costing(costs), "An app behind a bridge")
    assert "3.1 times (3.1 to 3.1) the CPU of uvicorn/asgi on uvicorn/wsgi-guarded" in said_of_bridges
    assert said_of_bridges.endswith(
        "against the same bridge as it comes: 1.04 times (1.04 to 1.04) the CPU on uvicorn/wsgi-guarded."
    )


def test_neighbours_are_named_from_fastest_to_slowest() -> None:
    """The fastest, the baseline between, and the slowest with its bound."""
    times = {WSGI: 165.0, ASGI: 0.5, "gunicorn-sync/wsgi": 7600.0}
    run = run_of(*(made(name, "starvation", 20, probe_corrected_ms_p50=ms) for name, ms in times.items()))
    run.trials[2].doubts.append(Doubt("unanswered", "", "", ["probe_corrected_ms_p50"], at_least=True))
    assert said(run, "Fast routes beside slow ones") == (
        "Beside 20 slow users a fast route takes 0.5 ms on uvicorn/asgi, 165 ms on gunicorn-gthread/wsgi "
        "and at least 7.6 s on gunicorn-sync/wsgi."
    )


def blocked(rate: float, probe_ms: float, loops: int = 1) -> Trial:
    """Return a trial of calls that block a stack of so many event loops for 25 ms each."""
    bound = {"concurrency": float(loops), "ceiling_per_s": 40.0 * loops}
    return made(ASGI, "blocking", "blocking", throughput_per_s=rate, probe_corrected_ms_p50=probe_ms, **bound)


def test_blocking_says_what_is_left_and_what_cures() -> None:
    """One slot while blocking, the pool's threads when offloaded."""
    run = run_of(blocked(40.0, 1500.0), made(ASGI, "blocking", "offloaded", throughput_per_s=240.0))
    assert said(run, "Async code that blocks") == (
        "One blocking call undoes an event loop: uvicorn/asgi then answers 40 a second, and a fast route waits 1.5 s. "
        "Offloaded to asyncio's default thread pool it is 240 a second."
    )


def test_loops_that_hardly_mind_are_not_undone() -> None:
    """Four workers whose fast route waits for less than a blocking call takes: no loop was undone there."""
    run = run_of(blocked(158.0, 1.76, loops=4), made(ASGI, "blocking", "offloaded", throughput_per_s=150.0))
    assert said(run, "Async code that blocks") == (
        "While every call blocks, uvicorn/asgi answers 158 a second, and a fast route waits 1.76 ms. "
        "Offloaded to asyncio's default thread pool it is 150 a second, no more."
    )


def test_slots_that_are_not_short_are_no_reason() -> None:
    """Ten users on twelve slots: 67 of the 100 that are possible isn't for lack of slots, and nothing would match."""
    ten = made(ASGI, "slow-io", 10, throughput_per_s=99.0, ceiling_per_s=100.0, concurrency=10.0)
    run = run_of(ten, made(WSGI, "slow-io", 10, throughput_per_s=67.0, ceiling_per_s=100.0, concurrency=10.0))
    assert said(run, "Work that waits for something else") == (
        "10 users that each wait 0.1 s: uvicorn/asgi answers 99 a second, 99% of what is possible; not so "
        "gunicorn-gthread/wsgi, which answers 67, 67% of the 100 that are possible there."
    )


def test_a_tie_is_told_as_a_tie() -> None:
    """A hundredth more has no reason, and takes nothing to match: both are to be taken."""
    run = run_of(waiting(ASGI, 100.0, 10), waiting(WSGI, 99.0, 10))
    run.comparisons = [Comparison("slow-io", 200, "throughput_per_s", ASGI, WSGI, 1.01, 0.99, 1.03, "tie", 3)]
    (answer,) = answers(run)
    assert answer.says.endswith("of what is possible. gunicorn-gthread/wsgi answers as many: 99 is a tie.")
    assert answer.picks == (ASGI, WSGI)


def test_who_was_left_out_for_a_doubt_is_named() -> None:
    """A stack is the one to take only of those whose figures hold: a better one that is doubted is told."""
    costs = {"gunicorn-asgi/asgi": 972.0, ASGI: 363.0, "gunicorn-sync/wsgi": 1200.0}
    run = run_of(*(made(name, "baseline", 500, cpu_us_per_request=cost) for name, cost in costs.items()))
    for trial in run.trials[1:]:
        trial.doubts.append(Doubt("machine-busy", "", "", discards=True))
    (answer,) = answers(run)
    assert answer.picks == ("gunicorn-asgi/asgi",)
    assert answer.says == (
        "A request costs gunicorn-asgi/asgi 972 µs of CPU. Left out for a doubt: uvicorn/asgi (363 µs: machine-busy)."
    )


def test_a_bridged_app_is_no_event_loop_to_block() -> None:
    """What stands behind threads says nothing of a loop, whatever it is called."""
    run = run_of(made("waitress/asgi-bridged", "blocking", "blocking", throughput_per_s=40.0))
    assert said(run, "Async code that blocks") == ""


@pytest.mark.parametrize(("doubt", "told"), [("stopped-answering", True), ("too-few-samples", False)])
def test_what_broke_is_said_with_its_evidence(doubt: str, told: bool) -> None:  # noqa: FBT001 - a row
    """A finding is a sentence; an ordinary doubt is none."""
    run = run_of(made("uvicorn/wsgi-bridged", "abandon", 10, probe_corrected_ms_p50=1.0))
    run.trials[0].doubts.append(Doubt(doubt, "nobody was answered", ""))
    expected = "uvicorn/wsgi-bridged breaks under abandon: nobody was answered."
    assert said(run, "What broke") == (expected if told else "")
