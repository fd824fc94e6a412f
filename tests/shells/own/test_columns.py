# SPDX-License-Identifier: Apache-2.0
"""Progress lines have one column for the step, whose name ends before what it is about."""

from ingot.shells.scons.own.console import VERBS
from ingot.steps.registry import STEPS


def test_every_step_has_a_name_that_fits_its_column() -> None:
    assert [step for step in STEPS if len(VERBS.get(step, step)) > 9] == []
