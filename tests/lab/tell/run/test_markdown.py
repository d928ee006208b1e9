"""report.md."""

import msgspec

from benchmarks.made_up import make_up_run
from lab.stacks import DEFAULT_STACKS
from lab.tell.charts.picture import Picture
from lab.tell.charts.scenario_charts import pictures
from lab.tell.run import markdown
from records.run import Commands, Doubt
from tests.lab import runs


def report() -> str:
    """Return the report of a made-up run with a doubt and commands."""
    doubt = Doubt("errors", "3 <script>alert(1)</script>", "read | the log")
    trial = msgspec.structs.replace(
        runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0),
        doubts=[doubt],
        commands=Commands("serve it", "load it"),
    )
    return markdown.report(runs.run([trial]))


def test_table_is_a_markdown_table() -> None:
    """Every row of the slow-io table has as many cells as its head."""
    lines = report().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| stack | 1 user"))
    assert [line.count(" |") for line in lines[start : start + 4]] == [4, 4, 4, 4]
    assert lines[start + 2] == "| uvicorn/asgi | – | 490 <sup>a</sup> | – |"


def test_hostile_text_is_shown_not_run() -> None:
    """Markup in what a machine or a server says is escaped."""
    text = report()
    assert "<script>" not in text
    assert "a &lt;cpu&gt; \\| with marks" in text


def test_pictures_stand_under_the_table_of_their_scenario() -> None:
    """An image is where its question is, and says what there is to see."""
    picture = Picture("slow-io-throughput", "slow-io", "Answers", "At 50 users [x](y) <b>", {})
    text = markdown.report(runs.run(), [picture])
    image = "![At 50 users \\[x\\](y) &lt;b&gt;](charts/slow-io-throughput.svg)"
    assert f"\n\n{image}\n\n" in text
    assert text.index("## slow-io") < text.index(image) < text.index("## Settings")


def test_both_commands_of_a_trial_are_there() -> None:
    """Each trial can be repeated by hand."""
    assert "uvicorn/asgi\n\n```\nserve it\n```" in report()
    assert "slow-io@50\n\n```\nload it\n```" in report()


def test_stopped_run_says_so() -> None:
    """A run that was cut short says it before anything else."""
    run = runs.run()
    run.run.stopped = "SIGINT"
    assert "**Stopped before its end: SIGINT.**" in markdown.report(run)


def test_resumed_run_says_so() -> None:
    """Trials that were made at another time are told."""
    run = runs.run()
    run.run.resumed = ["2026-01-03T00:00:00+00:00"]
    assert "\nResumed at 2026-01-03T00:00:00+00:00.\n" in markdown.report(run)


def test_report_is_a_function_of_the_run() -> None:
    """The same run gives the same report."""
    assert report() == report()


def test_summary_has_tables_and_what_was_left_out() -> None:
    """The page of a step has the answers, not every doubt and command."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    run.stacks = [*run.stacks, runs.stack("waitress/wsgi", skipped="<not> installed")]
    text = markdown.summary(run)
    assert text.startswith(
        "## ASGI against WSGI: made-up\n\n- waitress/wsgi skipped: &lt;not&gt; installed\n"
    )
    assert "\n### slow-io\n" in text
    assert "| uvicorn/asgi | – | 490 | – |" in text


def test_summary_of_a_stopped_run_says_so() -> None:
    """A run that was cut short says it there, too."""
    run = runs.run()
    run.run.stopped = "SIGTERM"
    assert "\n**Stopped before its end: SIGTERM.**\n" in markdown.summary(run)


def test_quick_run_fits_a_comment() -> None:
    """GitHub takes comments of up to 65,536 characters."""
    run = make_up_run(DEFAULT_STACKS, profile="quick")
    assert 5_000 < len(markdown.report(run, pictures(run))) < 65_536
