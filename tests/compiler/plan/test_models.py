# SPDX-License-Identifier: Apache-2.0
"""Schedules and plans of real models: the lower bound is reached, the figures hold, the network computes the same."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.planner import make_plan
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.plan.types import Plan
from ingot.compiler.plan.verify import verify_plan
from ingot.compiler.schedule.schedule import make_schedule
from ingot.compiler.schedule.types import Schedule, ScheduleOptions
from ingot.device.run.direct import DirectNetwork
from support.real_models import MODELS, model_program

POOLS = [PlanPool("ram", 0x34000000, 4 << 20, 90)]

RIVAL = {
    "mlperf_kws_ref_model": 27_348,
    "mlperf_vww_96_int8": 100_772,
    "mlperf_pretrainedResnet_quant": 55_028,
    "mlperf_ad01_int8": 9_268,
    "omv_fomo_face_detection": 237_428,
    "omv_micro_speech": 7_812,
    "omv_force_int_quant": 1_824,
    "omv_blazeface_front_128": 470_416,
    "omv_yolo_lc_192": 276_320,
    "st_movenet_lightning_heatmaps_192_int8_pc": 1_941_648,
}
"""Arena bytes that TensorFlow Lite Micro uses for the same model."""

BALANCED = {
    "mlperf_kws_ref_model": 14_000,
    "mlperf_vww_96_int8": 43_000,
    "mlperf_pretrainedResnet_quant": 18_500,
    "omv_fomo_face_detection": 46_000,
    "st_movenet_lightning_heatmaps_192_int8_pc": 225_000,
}

RAM = {"st_movenet_lightning_heatmaps_192_int8_pc": 165_000}

OPTIONS = [
    ScheduleOptions("ram"),
    ScheduleOptions("balanced"),
    ScheduleOptions("speed"),
    ScheduleOptions(fuse=False),
    ScheduleOptions("ram", keep_inputs=True),
    ScheduleOptions("balanced", io_placement="application"),
]


@cache
def planned(name: str, options: ScheduleOptions) -> tuple[Program, Schedule, Plan]:
    program = model_program(name)
    schedule = make_schedule(program, options)
    return schedule.program, schedule, make_plan(schedule.program, schedule, POOLS, options)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "options", OPTIONS, ids=lambda o: f"{o.optimize}-{o.fuse:d}-{o.keep_inputs:d}-{o.io_placement}"
)
def test_reaches_the_lower_bound(name: str, options: ScheduleOptions) -> None:
    _, schedule, plan = planned(name, options)
    assert plan.peak == plan.lower_bound == schedule.lower_bound <= schedule.unfused_peak


@pytest.mark.parametrize("name", BALANCED)
def test_balanced_is_within_its_target(name: str) -> None:
    assert planned(name, ScheduleOptions("balanced"))[2].peak <= BALANCED[name]


@pytest.mark.parametrize("name", RAM)
def test_ram_is_within_its_target(name: str) -> None:
    assert planned(name, ScheduleOptions("ram"))[2].peak <= RAM[name]


@pytest.mark.parametrize(("optimize", "target"), [("balanced", 0.30), ("ram", 0.24)])
def test_a_fraction_of_the_rival_s_arena(optimize: str, target: float) -> None:
    ratios = [planned(name, ScheduleOptions(optimize))[2].peak / RIVAL[name] for name in MODELS]
    assert math.prod(ratios) ** (1 / len(ratios)) <= target


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("optimize", ["ram", "balanced"])
def test_fused_and_whole_compute_the_same(name: str, optimize: str) -> None:
    """The real kernels on the host, through the rings of the schedule and without."""
    program = model_program(name)
    source = np.random.default_rng(5)
    inputs = []
    for index in program.inputs:
        tensor = program.tensors[index]
        if tensor.dtype.numpy.kind == "f":
            inputs.append(source.uniform(-1, 1, tensor.shape).astype(tensor.dtype.numpy))
        else:
            info = np.iinfo(tensor.dtype.numpy)
            inputs.append(source.integers(info.min, info.max, tensor.shape, tensor.dtype.numpy, endpoint=True))
    whole = DirectNetwork(program).run(inputs)
    placed, schedule, _ = planned(name, ScheduleOptions(optimize))
    fused = DirectNetwork(placed, schedule).run(inputs)
    for a, b in zip(whole, fused, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["mlperf_kws_ref_model", "st_movenet_lightning_heatmaps_192_int8_pc"])
def test_the_check_notices_every_ring_that_is_a_row_short(name: str) -> None:
    options = ScheduleOptions("ram")
    program, schedule, plan = planned(name, options)
    tried = 0
    for number, region in enumerate(schedule.regions):
        for owner in {schedule.aliases.get(t, t) for t, rows in region.rings.items() if rows > 1}:
            group = {t: region.rings[t] - 1 for t in region.rings if schedule.aliases.get(t, t) == owner}
            shorter = replace(region, rings={**region.rings, **group})
            regions = (*schedule.regions[:number], shorter, *schedule.regions[number + 1 :])
            places = {t: replace(p, ring=group.get(t, p.ring)) for t, p in plan.placements.items()}
            with pytest.raises(IngotError, match="is needed in region"):
                verify_plan(
                    program, replace(schedule, regions=regions), replace(plan, placements=places), POOLS, options
                )
            tried += 1
    assert tried or name != MODELS[-1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["omv_fomo_face_detection", MODELS[-1]])
def test_the_check_notices_buffers_moved_into_others(name: str) -> None:
    """Each buffer that touches another below it is lowered by one row of alignment: every time a row is lost."""
    options = ScheduleOptions("ram")
    program, schedule, plan = planned(name, options)
    tried = 0
    for owner in sorted({schedule.aliases.get(t, t) for t in plan.placements}):
        group = [t for t in plan.placements if schedule.aliases.get(t, t) == owner]
        place = plan.placements[owner]
        first, last = min(plan.placements[t].first for t in group), max(plan.placements[t].last for t in group)
        touching = [
            p
            for t, p in plan.placements.items()
            if p.offset + p.size == place.offset
            and p.first < last
            and first < p.last
            and schedule.aliases.get(t, t) != owner
        ]
        if not touching:
            continue
        moved = {t: replace(plan.placements[t], offset=place.offset - 16) for t in group}
        with pytest.raises(IngotError):
            verify_plan(program, schedule, replace(plan, placements={**plan.placements, **moved}), POOLS, options)
        tried += 1
    assert tried
