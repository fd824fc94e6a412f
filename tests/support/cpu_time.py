# SPDX-License-Identifier: Apache-2.0
"""Processor time of tests: the wall clock says little on a machine that does other things as well."""

from __future__ import annotations

import os

import pytest

LIMIT = 2.0
"""Seconds of processor time above which a test is to have the mark `slow`."""

PROPERTY = "cpu_seconds"

_BEGIN = pytest.StashKey[float]()


def cpu_seconds() -> float:
    """User and system time of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


class CpuTimes:
    """Measures every test with the fixtures that it is the first to use; lists the longest when the tests are over.

    all_tests: list every test, not only those above LIMIT without the mark `slow`. Nothing fails: the same test takes
    another time on another machine.
    """

    def __init__(self, all_tests: bool = False) -> None:
        self._all_tests = all_tests
        self._times: list[tuple[float, str, bool]] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> object:
        item.stash[_BEGIN] = cpu_seconds()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> object:
        try:
            return (yield)
        finally:
            item.user_properties.append((PROPERTY, cpu_seconds() - item.stash[_BEGIN]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            seconds = dict(report.user_properties).get(PROPERTY)
            if isinstance(seconds, float):
                self._times.append((seconds, report.nodeid, "slow" in report.keywords))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        unmarked = [time for time in self._times if time[0] > LIMIT and not time[2]]
        listed = self._times if self._all_tests else unmarked
        if listed:
            unmarked_only = f"above {LIMIT:.0f} s of processor time, not marked slow"
            terminalreporter.section("processor seconds" if self._all_tests else unmarked_only)
            for seconds, test, slow in sorted(listed, reverse=True):
                terminalreporter.write_line(f"{seconds:8.2f}  {test}{'  (slow)' if slow else ''}")
            terminalreporter.write_line(f"{sum(time[0] for time in listed):8.2f}  together")
