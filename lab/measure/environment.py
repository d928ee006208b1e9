"""What a run was made on: everything that could make another run differ."""

import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

import contract

PACKAGES = (
    "a2wsgi", "gevent", "geventhttpclient", "granian", "gunicorn", "h11", "httptools", "hypercorn",
    "locust", "uvicorn", "uvloop", "waitress",
)  # fmt: skip

MEASURED = ("contract", "records", "wsgi_app", "asgi_app", "bridge", "loadtests", "loadtests/scenarios")


def environment(server_cores: Sequence[int], generator_cores: Sequence[int]) -> dict[str, str]:
    """Return machine, system and versions by name."""
    return {
        "cpu": cpu_model(),
        "cores": str(os.cpu_count()),
        "server cores": _cores(server_cores),
        "generator cores": _cores(generator_cores),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        **versions(),
        "code": digest(),
    }


def cpu_model() -> str:
    """Return the processor's name as the kernel tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Return the versions of the packages that matter, those that are installed."""
    installed = {}
    for name in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            installed[name] = importlib.metadata.version(name)
    return installed


def digest() -> str:
    """Return a digest of what is measured and of what loads it: another one, and figures don't compare."""
    root = Path(contract.__file__).parent.parent
    sums = hashlib.sha256()
    for path in sorted(path for name in MEASURED for path in (root / name).glob("*.py")):
        sums.update(path.read_bytes())
    return sums.hexdigest()[:12]


def _cores(cores: Sequence[int]) -> str:
    return ", ".join(str(core) for core in cores) or "shared with each other"
