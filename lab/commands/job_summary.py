"""The page that GitHub Actions shows of a step: Markdown, appended to the file that it names."""

import os
from pathlib import Path

from lab.errors import LabError

VARIABLE = "GITHUB_STEP_SUMMARY"
LARGEST = 1024 * 1024  # GitHub shows nothing of a step's page that is larger
CUT = "\n\n*The rest was cut off: GitHub shows 1 MiB of a step.*\n"


def append(markdown: str) -> None:
    """Append to the step's page, where there is one, as much as it holds."""
    place = os.environ.get(VARIABLE)
    if not place:
        return
    path = Path(place)
    try:
        room = LARGEST - (path.stat().st_size if path.exists() else 0)
        with path.open("ab") as file:
            file.write(shortened(markdown, room))
    except OSError as error:
        raise LabError(f"Can't write {VARIABLE} at {path}: {error.strerror}.") from error


def shortened(markdown: str, room: int) -> bytes:
    """Return as many whole lines as there is room for in bytes, and say where they were cut off."""
    whole = f"{markdown.strip()}\n\n".encode("utf-8", "replace")
    if len(whole) <= room:
        return whole
    size = room - len(CUT.encode())
    lines = whole[: max(0, size)].rpartition(b"\n")[0]
    return lines + CUT.encode() if size >= 0 else b""
