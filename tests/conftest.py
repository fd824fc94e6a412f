# SPDX-License-Identifier: Apache-2.0
"""What all tests share: a folder that is there while they run, and which of them are slow."""

from __future__ import annotations

import os
from pathlib import Path

# Before NumPy is imported. A second thread of OpenBLAS waits at full speed: small products take two to four times
# the processor time then, and their sums differ with the number of threads.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import pytest
from hypothesis import Phase, settings

from support.cpu_time import CpuTimes
from support.models import trials
from support.sanitizer import sanitize_all_tests
from support.session import close_session, open_session

SLOW_FIXTURES = {"built", "project", "installed", "examples", "with_movenet", "with_small_model"}
"""Builds that tests start from. They are made once, but take longer than the mark `slow` stands for: whoever uses one
of them is slow. All other slow tests have the mark; --cpu-times lists what each takes."""

settings.register_profile(
    "checks", derandomize=True, deadline=None, database=None, max_examples=60, phases=(Phase.explicit, Phase.generate)
)
settings.register_profile("shrink", settings.get_profile("checks"), phases=tuple(Phase))
settings.load_profile("checks")
"""The same examples every time, without a limit of time. A failure shows the example that it was met with: to look for
a smaller one can take many minutes, and is for the desk: --hypothesis-profile=shrink."""

_SESSION = pytest.StashKey[Path | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sanitize", action="store_true", help="kernels on the host run under sanitizers")
    parser.addoption("--cases", type=int, help="random models a differential test draws, in place of the usual few")
    parser.addoption("--cpu-times", action="store_true", help="list the processor time of every test")
    parser.addoption("--thorough", action="store_true", help="also the tests with the mark `thorough`")


def pytest_configure(config: pytest.Config) -> None:
    trials.requested = config.getoption("cases")
    config.stash[_SESSION] = open_session()
    config.pluginmanager.register(CpuTimes(config.getoption("cpu_times")), "cpu-times")
    if config.getoption("sanitize"):
        sanitize_all_tests()


def pytest_unconfigure(config: pytest.Config) -> None:
    close_session(config.stash.get(_SESSION, None))


def pytest_itemcollected(item: pytest.Item) -> None:
    if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
        item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if trials.cases:
        terminalreporter.section("cases an operator")
        for operator, count in sorted(trials.cases.items()):
            terminalreporter.write_line(f"{operator:30}{count:>10,}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("thorough"):
        left = [item for item in items if item.get_closest_marker("thorough")]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    if hasattr(config, "workerinput"):  # what takes long first, so that no worker ends long after the others
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)
