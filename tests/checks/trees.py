"""Small trees that `make setup` sets up without a network: nothing is locked, and they build themselves."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SET_UP = Path("checks", "virtual_environment.py")
WITHIN_S = 120

PROJECT = """
[build-system]
requires = []
build-backend = "build"
backend-path = ["."]
"""

# A build backend (PEP 660): its editable wheel names the tree.
BUILD = """
import os, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    files = {
        "tree.pth": os.getcwd(),
        "tree-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: tree\\nVersion: 1\\n",
        "tree-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "tree-1.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(os.path.join(folder, "tree-1-py3-none-any.whl"), "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "tree-1-py3-none-any.whl"
"""


def tree(folder: Path) -> Path:
    """Make a tree of what a set-up needs, and return it."""
    for file in (Path("Makefile"), SET_UP):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, folder / file)
    (folder / "lab").mkdir()
    for name, text in {
        "pyproject.toml": PROJECT,
        "build.py": BUILD,
        "requirements.lock": "",
        "lab/__init__.py": "",
    }.items():
        (folder / name).write_text(text)
    return folder


def make(tree: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start make in a tree, as a terminal does: in a process group of its own, which Ctrl-C ends."""
    heed = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp('make', sys.argv[1:])"
    command = [sys.executable, "-c", heed, "make", "--silent", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PIP_"))}
    return subprocess.Popen(
        command,
        cwd=tree,
        env={**environment, "PIP_NO_INDEX": "1", "PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )


def outcome(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end of a process; return its exit code and what it wrote."""
    try:
        text, _ = process.communicate(timeout=WITHIN_S)
    finally:
        process.kill()
    return process.returncode, text


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C."""
    os.killpg(process.pid, signal.SIGINT)
