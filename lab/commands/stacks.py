"""`lab stacks`: every stack, and whether it can run here."""

from lab.commands.console import print_json, wide_console
from lab.commands.options import AsJson, Threads, Workers
from lab.measure.new_run import stack_record
from lab.servers import Settings
from lab.stacks import all_stacks
from lab.tell.run import terminal

EXAMPLES = "Example: `lab stacks --json | jq '.[] | select(.skipped == null) | .name'`"


def stacks(workers: Workers = 1, threads: Threads = 10, *, as_json: AsJson = False) -> None:
    """List every stack: server, app, slots, and whether it can run here."""
    records = [stack_record(stack, Settings(workers, threads)) for stack in all_stacks()]
    if as_json:
        print_json(records)
    else:
        wide_console().print(terminal.stacks(records))
