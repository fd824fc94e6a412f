# SPDX-License-Identifier: Apache-2.0
"""Processor time of tests: the wall clock says little on a machine that does other things as well."""

from __future__ import annotations

import os

import pytest

LIMIT = 0.8
"""Seconds of processor time, of all cases of a test together, above which it is to have the mark `slow`."""

PROPERTY = "cpu_seconds"

_BEGIN = pytest.StashKey[float]()


def cpu_seconds() -> float:
    """User and system time of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


class CpuTimes:
    """Measures every test with the fixtures that it is the first to use; lists the longest when the tests are over.

    all_tests: list every case, not only tests above LIMIT without the mark `slow`. Nothing fails: the same test takes
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
        listed = self._times if self._all_tests else self._unmarked()
        if listed:
            unmarked_only = f"above {LIMIT:g} s of processor time, not marked slow"
            terminalreporter.section("processor seconds" if self._all_tests else unmarked_only)
            for seconds, test, slow in sorted(listed, reverse=True):
                terminalreporter.write_line(f"{seconds:8.2f}  {test}{'  (slow)' if slow else ''}")
            terminalreporter.write_line(f"{sum(time[0] for time in listed):8.2f}  together")

    def _unmarked(self) -> list[tuple[float, str, bool]]:
        """The tests that are to have the mark, each with the sum of its cases without it."""
        sums: dict[str, float] = {}
        for seconds, case, slow in self._times:
            if not slow:
                test = case.partition("[")[0]
                sums[test] = sums.get(test, 0.0) + seconds
        return [(seconds, test, False) for test, seconds in sums.items() if seconds > LIMIT]
