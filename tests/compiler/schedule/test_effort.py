# SPDX-License-Identifier: Apache-2.0
"""Wide searches for a placement end; what is then found is a placement all the same."""

import pytest

from ingot.compiler.schedule import choice
from ingot.compiler.schedule.arrange import WIDTHS, Effort, arrange
from ingot.compiler.schedule.choice import Choice, bound
from ingot.compiler.schedule.schedule import make_schedule
from ingot.compiler.schedule.types import ScheduleOptions
from support.programs import residual_program as program


def test_the_first_width_takes_none() -> None:
    made = Choice(program(), ScheduleOptions())
    line, path = made.orders_of(0)[0], choice._singles(made.orders_of(0)[0])
    effort = Effort(0)
    assert arrange(line, path, bound(line, path), effort) is not None and effort == Effort(0)


def test_wider_searches_take_what_they_look_at_and_end() -> None:
    made = Choice(program(), ScheduleOptions())
    line, path = made.orders_of(0)[0], choice._singles(made.orders_of(0)[0])
    impossible = bound(line, path) - 16
    rich, poor = Effort(10**9), Effort(1)
    assert arrange(line, path, impossible, rich) is None and arrange(line, path, impossible, poor) is None
    assert rich.left < 10**9
    assert poor.left < 0 and poor.left > rich.left - 10**9, "the second wide search looks at nothing"


@pytest.mark.parametrize("optimize", ["ram", "balanced", "speed"])
def test_without_any_there_is_a_schedule(monkeypatch: pytest.MonkeyPatch, optimize: str) -> None:
    usual = make_schedule(program(), ScheduleOptions(optimize))
    monkeypatch.setattr(choice, "Effort", lambda: Effort(0))
    assert len(WIDTHS) > 1
    assert make_schedule(program(), ScheduleOptions(optimize)).peak >= usual.peak
