"""Before, beside and after a request: hooks, contexts, concurrency, and the end."""

import time
from concurrent.futures import ThreadPoolExecutor

from lab.capabilities.findings import Finding, in_ms, no, partly, whether, yes
from lab.capabilities.served_experiment import ANSWERS_WITHIN_S, ServedExperiment
from lab.http_client.answer import Answer
from records.experiment import Note

WORKS_S = (0.8, 3.2)
UNDECIDED = partly("answered, but all work had ended before the next request could be sent")
CROWD, SLEEP_S = 20, 0.2
NEARLY_ALL = 0.9
SOON_S = 4.0
OK = 200


def works_after_the_response(served: ServedExperiment) -> Finding:
    """As many requests as there are slots work on after their answers: do answers come first, and who waits?

    Only what comes before what decides; on a machine so busy that the work ended before anybody asked for more, it is
    given longer work.
    """
    return next(filter(None, (_after_work_of(served, seconds) for seconds in WORKS_S)), UNDECIDED)


def _after_work_of(served: ServedExperiment, seconds: float) -> Finding | None:
    """Return what work of so many seconds shows, `None` when a part of it had ended before the next request came."""
    numbers = [served.number() for _ in range(served.slots)]
    with ThreadPoolExecutor(len(numbers)) as crowd:
        answers = list(
            crowd.map(lambda number: _timed(served, f"/after?number={number}&seconds={seconds}"), numbers)
        )
        asked_at = time.monotonic()
        meanwhile, next_at = _timed(served, "/")
    works = [served.noted(number, "worked", within_s=seconds + SOON_S) for number in numbers]
    worked_at = [work.at for work in works if work]
    if len(worked_at) < len(numbers) or not all(answer.whole for answer, _ in answers):
        return no(f"the work was never done (answers: {answers[0][0]})")
    slowest = in_ms(max(answer.took_s for answer, _ in answers))
    late = [answered_at > end for (_, answered_at), end in zip(answers, worked_at, strict=True)]
    if all(late):
        return no(f"the answer waits for the work: {slowest}")
    if any(late) or asked_at > min(worked_at):
        return None
    if next_at > min(worked_at):
        return partly(
            f"answered in {slowest}, but the work holds the slot: the next request waited {in_ms(meanwhile.took_s)}"
        )
    return yes(f"answered in {slowest}, and the next request in {in_ms(meanwhile.took_s)}")


def _timed(served: ServedExperiment, target: str) -> tuple[Answer, float]:
    """Return an answer, and when it was there (seconds of the monotonic clock)."""
    return served.get(target, within_s=ANSWERS_WITHIN_S + max(WORKS_S)), time.monotonic()


def has_hooks(served: ServedExperiment) -> Finding:
    """Is the app called when the server starts and when it ends?"""
    served.renew()
    served.get("/")
    startup = served.noted("lifespan", "startup", within_s=0.2)
    served.terminate()
    shutdown = served.noted("lifespan", "shutdown", within_s=SOON_S) if startup else None
    served.renew()
    if startup is None:
        return no("WSGI has none" if served.speaks_wsgi else "nothing is called at startup")
    if shutdown is None:
        return partly("startup, but no shutdown")
    return yes("startup before the first request, shutdown after SIGTERM")


def hands_over_state(served: ServedExperiment) -> Finding:
    """Does what startup made reach a request?"""
    if served.get("/state").body in {b"", b"none"}:
        return no("a request finds nothing of it")
    return yes("scope['state'] has what startup put there")


def owns_its_scope(served: ServedExperiment) -> Finding:
    """The app writes a key into its environ or scope: does that work, and does the next request see it?"""
    first, second = (served.get(f"/scope?number={served.number()}").body for _ in range(2))
    if first == second == b"written":
        return yes("a key was written and read, and the next request had another one")
    return no(f"the app got {first.decode(errors='replace')!r}, then {second.decode(errors='replace')!r}")


def keeps_contexts(served: ServedExperiment) -> Finding:
    """A context variable: is it seen while the answer is made, and by nobody after (PEP 567)?"""
    numbers = [served.number() for _ in range(served.slots + 2)]
    answers = [served.get(f"/context?number={number}") for number in numbers]
    values = [answer.body.decode(errors="replace").split() for answer in answers]
    if any(len(each) != 2 for each in values):  # noqa: PLR2004 - before and during
        return no(f"the answer was {answers[0]}")
    if not all(during == number for (_, during), number in zip(values, numbers, strict=True)):
        return no("what a request sets isn't there while its answer is made")
    if any(before != "nothing" for before, _ in values):
        return partly("seen while the answer is made, but a later request in the same thread finds it, too")
    return yes("seen while the answer is made, by no other request")


def serves_at_once(served: ServedExperiment) -> Finding:
    """Twenty requests that wait: how many are in progress at once?"""
    numbers = [served.number() for _ in range(CROWD)]
    longest_s = CROWD * SLEEP_S + SOON_S
    with ThreadPoolExecutor(CROWD) as crowd:
        list(
            crowd.map(
                lambda n: served.get(f"/wait?number={n}&seconds={SLEEP_S}", within_s=longest_s), numbers
            )
        )
    spans = [
        (moment_of(notes, "waiting"), moment_of(notes, "waited")) for notes in map(served.notes, numbers)
    ]
    whole = [(began, ended) for began, ended in spans if began and ended]
    most = max((sum(b <= began < e for b, e in whole) for began, _ in whole), default=0)
    says = f"{most} of {CROWD} in progress at once"
    if most <= 1:
        return no(says)
    return yes(says) if most > CROWD * NEARLY_ALL else partly(says)


def stops_gracefully(served: ServedExperiment) -> Finding:
    """SIGTERM while a request is in progress: does it get its answer?"""
    number = served.number()
    with ThreadPoolExecutor(1) as crowd:
        waiting = crowd.submit(served.get, f"/wait?number={number}&seconds={WORKS_S[0]}")
        served.noted(number, "waiting")
        served.terminate()
        answer = waiting.result()
    served.renew()
    return whether(answer.whole and answer.status == OK, f"the request in progress got {answer}")


def moment_of(notes: list[Note], what: str) -> float | None:
    """Return when something was noted."""
    return next((note.at for note in notes if note.what == what), None)
