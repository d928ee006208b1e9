"""What stacks can do, told."""

from lab.judge.claims import claims
from lab.judge.differences import diff
from lab.tell.run import csv, markdown
from lab.tell.run.capabilities import by_experiment, table
from lab.tell.run.differences import one_sided
from lab.tell.run.tables import Cell
from records.run import Can, Capability
from tests.lab import runs


def finding(experiment: str, stack: str, can: Can) -> Capability:
    """Return a finding."""
    return Capability(experiment, f"{experiment}?", stack, can, f"evidence of {stack}")


FOUND = [
    finding("websocket", "uvicorn/asgi", "yes"),
    finding("websocket", "gunicorn-sync/wsgi", "no"),
    finding("hooks", "uvicorn/asgi", "yes"),
]


def test_row_for_each_experiment_word_for_each_stack() -> None:
    """What wasn't tried has a dash."""
    told = table(FOUND)
    assert told.headings == ("experiment", "uvicorn/asgi", "gunicorn-sync/wsgi")
    assert told.rows[1] == (Cell("hooks?"), Cell("yes"), Cell("–"))


def test_findings_are_grouped_in_order() -> None:
    """By experiment, as they came."""
    assert list(by_experiment(FOUND)) == ["websocket", "hooks"]


def test_report_has_the_table_with_the_evidence_of_every_no() -> None:
    """report.md shows the words, and why not."""
    run = runs.run()
    run.capabilities = FOUND
    told = markdown.report(run)
    assert "| websocket? | yes | no |" in told
    assert "- websocket? gunicorn-sync/wsgi: no, evidence of gunicorn-sync/wsgi." in told


def test_csv_has_a_row_for_each_finding() -> None:
    """Tidy, with the evidence."""
    run = runs.run()
    run.capabilities = FOUND
    lines = csv.capabilities(run).splitlines()
    assert lines[0] == "experiment,asks,stack,can,says"
    assert lines[1] == "websocket,websocket?,uvicorn/asgi,yes,evidence of uvicorn/asgi"


def test_claims_are_answered_by_experiments() -> None:
    """What no trial measures an experiment decides."""
    run = runs.run()
    run.capabilities = FOUND
    found = {claim.claim: claim for claim in claims(run)}
    assert found["WSGI has no WebSockets"].ruling == "confirmed"
    assert found["WSGI has no WebSockets"].rows == ("websocket",)
    assert found["ASGI adds lifespan"].ruling == "confirmed"
    assert found["ASGI brings HTTP/2"].ruling == "not measured in this run"


def test_changes_between_runs_are_told_with_both_evidences() -> None:
    """A server that has learnt something shows in `lab diff`."""
    before, after = runs.run(), runs.run()
    before.capabilities = FOUND
    after.capabilities = [finding("websocket", "gunicorn-sync/wsgi", "yes"), *FOUND[2:]]
    told = one_sided(diff(before, after))
    evidence = "evidence of gunicorn-sync/wsgi"
    assert told == [f"websocket gunicorn-sync/wsgi was no ({evidence}), is yes ({evidence})"]
