"""What became of rules, in Markdown."""

from lab.judge.gates import judge_rules, parse
from lab.tell.run.gates import markdown
from tests.lab import runs

RULES = [
    parse("slow-io@50 uvicorn/asgi throughput >= 480"),
    parse("slow-io@50 uvicorn/asgi throughput < 480"),
]


def test_every_rule_has_a_row() -> None:
    """Kept and broken rules are told, with what was measured and hostile marks as text."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    text = markdown(judge_rules(RULES, run), "a|run", None)
    assert text.startswith("## Rules are broken: a\\|run\n")
    assert "| slow-io@50 uvicorn/asgi throughput &gt;= 480 | yes | throughput_per_s is 490 requests/s" in text
    assert "| slow-io@50 uvicorn/asgi throughput &lt; 480 | **no** |" in text


def test_kept_rules_say_so_in_the_heading() -> None:
    """Whoever sees the heading alone knows how it went, and against what."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    assert markdown(judge_rules(RULES[:1], run), "run", "base").startswith(
        "## Every rule is kept: run against base\n"
    )
