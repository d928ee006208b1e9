"""The charting library of pages: Vega-Embed and what it needs, as one script.

Bundling it takes more than a second of CPU and gives the same each time, so it is kept in the user's cache folder
(XDG Base Directory Specification) under the version that made it.
"""

import os
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import vl_convert


@cache
def charting_library() -> str:
    """Return the script, safe within a script element; where nothing can be kept it is bundled anew."""
    path = cache_folder() / f"vega-embed-{version('vl-convert-python')}.js"
    with suppress(OSError):
        return path.read_text("utf-8")
    script = str(vl_convert.javascript_bundle(None))  # type: ignore[arg-type] # its stub forgets the default snippet
    script = script.replace("</script", "<\\/script")
    with suppress(OSError):
        keep(path, script)
    return script


def cache_folder() -> Path:
    """Return where the lab keeps for this user what it can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "asgi-wsgi-lab"


def keep(path: Path, text: str) -> None:
    """Write a file whole or not at all: several processes may do so at once, and disks are full now and then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    try:
        partial.write_text(text, "utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
