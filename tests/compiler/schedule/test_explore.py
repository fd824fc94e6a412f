# SPDX-License-Identifier: Apache-2.0
"""Pareto points: ordered, undominated, and made again by the options they name."""

from itertools import pairwise

import pytest

from ingot.compiler.schedule.explore import explore
from ingot.compiler.schedule.schedule import make_schedule
from ingot.compiler.schedule.types import ScheduleOptions
from support.programs import residual_program as program


def test_points_trade_ram_for_instructions() -> None:
    points = explore(program())
    assert len(points) >= 3
    for small, large in pairwise(points):
        assert small.peak < large.peak and small.cost > large.cost
    assert points[0].peak == make_schedule(program(), ScheduleOptions("ram")).peak
    assert points[-1].cost == make_schedule(program(), ScheduleOptions("speed")).cost


def test_nothing_costs_less_than_speed() -> None:
    """Nor does it need more memory than running unfused."""
    speed = make_schedule(program(), ScheduleOptions("speed"))
    unfused = make_schedule(program(), ScheduleOptions(fuse=False))
    assert speed.cost == min(point.cost for point in explore(program()))
    assert speed.cost <= unfused.cost and speed.peak <= unfused.peak


def test_speed_fuses_where_that_saves_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingot.compiler.schedule.cuts.REGION", 10_000)
    speed = make_schedule(program(), ScheduleOptions("speed"))
    unfused = make_schedule(program(), ScheduleOptions(fuse=False))
    assert speed.cost < unfused.cost and speed.peak <= unfused.peak
    assert len(speed.regions) < len(unfused.regions)


def test_a_point_can_be_made_again() -> None:
    for point in explore(program()):
        again = make_schedule(program(), ScheduleOptions("speed", fit=point.fit))
        assert (again.peak, again.cost) == (point.peak, point.cost)


def test_without_fusion_there_is_one_point() -> None:
    (point,) = explore(program(), ScheduleOptions(fuse=False))
    assert point.fused == 0
