"""Where the `lab` command begins: a signal ends it in order from here on, even while it is still loading."""

import sys
from importlib import import_module

from lab.signals import Stopped, stoppable


def main() -> None:
    """Run the command; a signal ends in its exit code."""
    try:
        with stoppable():
            import_module("lab.commands.app").main()
    except Stopped as stop:
        sys.exit(stop.exit_code)


if __name__ == "__main__":
    main()
