"""`lab trace`: what passes between client, server and app, shown side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lab.commands.console import print_json, print_text, wide_console
from lab.commands.options import AsJson, StackNames
from lab.errors import UsageError
from lab.measure.new_run import stack_record
from lab.saved_runs.folder import folder_of, read, write_whole
from lab.servers import Settings
from lab.stacks import Stack, find
from lab.tell.charts.palette import looks
from lab.tell.trace import page, terminal
from lab.trace.request import request
from lab.trace.run import DEFAULT_STACKS
from lab.trace.run import trace as traced
from records.trace import Trace

PathToAsk = Annotated[str, typer.Argument(metavar="PATH", help="What to ask for: a path, with its query.")]
MoreTexts = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TEXT]...", help="With --websocket: what to say after its first text."),
]
Method = Annotated[str | None, typer.Option(help="GET, or POST where there is --data.", metavar="METHOD")]
Data = Annotated[str | None, typer.Option(help="The request's body.", metavar="TEXT")]
Header = Annotated[
    list[str] | None,
    typer.Option("--header", "-H", help="A header; repeat for more.", metavar="'NAME: VALUE'"),
]
SlowBody = Annotated[
    str | None,
    typer.Option(help="Send the body in pieces, so many seconds apart.", metavar="PIECESxSECONDS"),
]
HangUpAfter = Annotated[float | None, typer.Option(min=0, max=60, help="Leave midway.", metavar="SECONDS")]
Websocket = Annotated[
    list[str] | None,
    typer.Option(help="Open a WebSocket, say this, and end it in good order.", metavar="TEXT"),
]
Threads = Annotated[int, typer.Option(min=1, max=1000, help="Of each worker, and of the bridge's pool.")]
Html = Annotated[Path | None, typer.Option(help="Write a page, too.", metavar="FILE")]
RunFolder = Annotated[
    Path | None,
    typer.Option(help="Put the page beside a run's report, which then links it.", metavar="RUN"),
]

EXAMPLES = (
    "Examples: `lab trace /`, `lab trace '/stream?chunks=3&interval=0.1&size=16' --html trace.html`, "
    "`lab trace /upload --data 'nine here' --slow-body 3x0.1`, "
    "`lab trace '/stream?chunks=9&interval=0.1&size=16' -s uvicorn/asgi --hang-up-after 0.25`, "
    '`lab trace /ws/echo --websocket "hi" "and bye"`'
)


def trace(
    path: PathToAsk,
    more: MoreTexts = None,
    stack: StackNames = None,
    *,
    method: Method = None,
    data: Data = None,
    header: Header = None,
    slow_body: SlowBody = None,
    hang_up_after: HangUpAfter = None,
    websocket: Websocket = None,
    threads: Threads = 10,
    html: Html = None,
    run: RunFolder = None,
    as_json: AsJson = False,
) -> None:
    """Send a request through real servers and show each call and event on its way, one time line a stack."""
    if more and not websocket:
        raise UsageError(f"One path at a time: leave out {more[0]!r}, or say it with --websocket.")
    asked = request(
        path,
        method=method,
        data=data,
        headers=header or (),
        slow_body=slow_body,
        hang_up_after_s=hang_up_after,
        texts=[*websocket, *(more or ())] if websocket else None,
    )
    stacks = [find(name) for name in dict.fromkeys(stack or DEFAULT_STACKS)]
    if run is not None:
        read(run)
    result = traced(stacks, asked, Settings(threads=threads), starting)
    if as_json:
        print_json(result)
    else:
        console = wide_console()
        console.print(terminal.render(result, console.width))
    if html is not None:
        write_page(result, stacks, html)
    if run is not None:
        write_beside(result, stacks, run)


def starting(name: str) -> None:
    """Tell which server is being started."""
    print_text(f"starting {name}", to_stderr=True)


def write_page(trace: Trace, stacks: Sequence[Stack], path: Path) -> None:
    """Write the page of a trace of these stacks."""
    stack_looks = looks(stack_record(each, Settings()) for each in stacks)
    write_whole(path, page.page(trace, stack_looks).encode("utf-8", "replace"))


def write_beside(trace: Trace, stacks: Sequence[Stack], run: Path) -> None:
    """Write the trace's page into a run's folder, and the run's report again: it links the page."""
    from lab.commands import report_files  # noqa: PLC0415 - what draws charts takes long to load

    write_page(trace, stacks, folder_of(run) / report_files.TRACE)
    report_files.write_reports(read(run), folder_of(run))
