"""Starts `lab` in milliseconds instead of a second or two: a process that has imported it, and forks for each start.

An order comes over a socket, `{"argv": [...], "env": {...}, "cwd": "..."}`, and with it three files: stdout and stderr
of the new process, and a pipe to which its pid is written, and its exit code once it has ended.
"""

import gc
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NoReturn

import scipy.stats  # noqa: F401 - what a lab imports later, when it measures

import lab.__main__
import lab.commands.app
import lab.commands.report_files

LARGEST_ORDER = 200_000


def serve(orders: socket.socket) -> None:
    """Fork a lab for each order until nobody gives any, then wait for those that run."""
    gc.freeze()
    while True:
        order, files, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 3)
        if not order:
            break
        if os.fork() == 0:
            orders.close()
            watch(json.loads(order), *files)
        for file in files:
            os.close(file)
    with suppress(ChildProcessError):
        while True:
            os.wait()


def watch(order: Mapping[str, object], stdout: int, stderr: int, events: int) -> NoReturn:
    """Turn this process into the parent of a lab, which tells when that has ended."""
    pid = os.fork()
    if pid == 0:
        os.close(events)
        become_lab(order, stdout, stderr)
    os.write(events, f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    os.write(events, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def become_lab(order: Mapping[str, object], stdout: int, stderr: int) -> NoReturn:
    """Turn this process into what `python -m lab ARGV` would be, in a process group of its own."""
    argv, env, cwd = order["argv"], order["env"], order["cwd"]
    assert isinstance(argv, Sequence)
    assert isinstance(env, Mapping)
    os.setpgid(0, 0)
    os.chdir(str(cwd))
    os.environ.clear()
    os.environ.update(env)
    for source, target in ((stdout, 1), (stderr, 2)):
        os.dup2(source, target)
        os.close(source)
    sys.argv = ["lab", *argv]
    lab.__main__.main()
    sys.exit()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
