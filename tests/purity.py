"""Which tests are `pure`: those that start no process. It is a rule that is held while they run, not a belief.

All are but those that `STARTING_PROCESSES` names. Whatever starts a process within a pure test, in its fixtures or in
what it calls, raises `ProcessStarted` there, and fails the test even where that is caught.
"""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

MARK = "pure"
STARTS = frozenset({"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})


class ProcessStarted(Exception):
    """A pure test started a process."""


class Purity:
    """A pytest plugin: it marks the pure tests, and holds them to it by Python's own audit events."""

    def __init__(self) -> None:
        self.starts: list[str] = []
        self._guarding = False

    def pytest_configure(self) -> None:
        """Listen to what the interpreter does, from here to its end."""
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _: tuple[object, ...]) -> None:
        if self._guarding and event in STARTS:
            self.starts.append(event)
            raise ProcessStarted(event)

    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        """Import no file of which no test is wanted, where pure ones alone are asked for."""
        name = collection_path.relative_to(config.rootpath).as_posix() + "/" * collection_path.is_dir()
        return True if config.option.markexpr == MARK and name in STARTING_PROCESSES else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark every test that isn't named."""
        for item in items:
            if not item.nodeid.startswith(STARTING_PROCESSES):
                item.add_marker(MARK)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Guard a pure test with its fixtures, of whatever scope."""
        self._guarding = item.get_closest_marker(MARK) is not None
        try:
            return (yield)
        finally:
            self._guarding = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Fail a test that started a process, whatever became of the exception."""
        outcome = yield
        starts, self.starts = self.starts, []
        if starts:
            pytest.fail(
                f"{item.nodeid} isn't pure ({', '.join(starts)}): name it in {__name__}.", pytrace=False
            )
        return outcome


STARTING_PROCESSES = (
    "tests/bridge/test_guarded_asgi.py::test_first_requests_of_many_threads_begin_one_lifespan",
    "tests/bridge/test_guarded_asgi.py::test_lifespan_ends_with_the_process",
    "tests/bridge/test_guarded_wsgi.py::test_importing_makes_no_thread",
    "tests/bridge/test_stock.py",
    "tests/browser/",
    "tests/checks/",
    "tests/contract/test_endpoints.py::test_an_app_is_served_without_the_examples",
    "tests/lab/measure/test_load_generator.py",
    "tests/lab/measure/test_load_workers.py",
    "tests/lab/measure/test_prestart.py",
    "tests/lab/measure/test_process_tree.py",
    "tests/lab/measure/test_process_usage.py",
    "tests/lab/measure/test_reaper.py",
    "tests/lab/measure/test_served_stacks.py",
    "tests/lab/measure/test_server_process.py",
    "tests/lab/measure/test_site.py",
    "tests/lab/remote/test_agent.py",
    "tests/live/",
    "tests/loadtests/test_scenarios.py::test_importing_plain_modules_does_not_import_locust",
    "tests/recipes/inside/",
    "tests/recipes/test_adding.py::test_what_is_added_is_written_as_all_else",
    "tests/recipes/test_adding.py::test_what_the_pages_say_is_all_that_it_takes",
    "tests/test_makefile.py",
    "tests/test_readme.py::test_make_help_lists_every_verb",
    "tests/tracing/test_apps.py::test_without_a_file_the_lines_go_to_stderr",
)
