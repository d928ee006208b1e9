"""`lab report`: a run told again."""

from lab.commands.options import AsJson, RunPlace
from lab.commands.run_output import tell_run
from lab.judge.comparisons import judge
from lab.saved_runs.folder import folder_of, read

EXAMPLES = "Example: `lab report results/latest`"


def report(run: RunPlace, *, as_json: AsJson = False) -> None:
    """Write a run's report again, from its results.json alone; a run that was cut short is judged first."""
    saved_run = read(run)
    if not saved_run.comparisons:
        judge(saved_run)
    tell_run(saved_run, folder_of(run), as_json=as_json)
