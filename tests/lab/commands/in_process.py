"""The `lab` command in this process: what it prints and its exit code, without starting a Python."""

import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from unittest.mock import patch

from lab.__main__ import main


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the lab command to its end, as if these were the arguments of its process."""
    stdout, stderr = StringIO(), StringIO()
    with patch.object(sys, "argv", ["lab", *arguments]), redirect_stdout(stdout), redirect_stderr(stderr):
        exit_code = exit_code_of_main()
    return subprocess.CompletedProcess(arguments, exit_code, stdout.getvalue(), stderr.getvalue())


def exit_code_of_main() -> int:
    """Run main and return what its process would have ended with."""
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
