"""Pythons that can't be used, made of the one that runs the tests."""

import shutil
import sys
import sysconfig
from pathlib import Path


def program(path: Path, script: str) -> Path:
    """Write a program for sh, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def of_version(path: Path, version: tuple[int, int, int]) -> Path:
    """Make a Python that takes itself for another version; it knows the option -c, behind others."""
    shown = ".".join(map(str, version))
    claim = f"import platform, sys; sys.version_info = {version}; platform.python_version = lambda: '{shown}'"
    return program(path, f'while [ "$1" != -c ]; do shift; done; exec "{sys.executable}" -c "{claim}; $2"')


def without(module: str, folder: Path) -> Path:
    """Make a Python whose standard library lacks a module."""
    library = Path(sysconfig.get_path("stdlib"))
    own = folder / "lib" / library.name
    own.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name != module:
            (own / entry.name).symlink_to(entry)
    for shared in library.parent.glob("libpython*"):
        (folder / "lib" / shared.name).symlink_to(shared)
    (folder / "bin").mkdir()
    return Path(shutil.copy(Path(sys.executable).resolve(), folder / "bin" / "python3"))
