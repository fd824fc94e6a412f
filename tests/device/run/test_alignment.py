# SPDX-License-Identifier: Apache-2.0
"""Whole models on the emulated twin with kernels that stop at a pointer which is not aligned to its elements.

The twin lets a vector access pass that the core faults on, so that only this build shows it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions
from ingot.device.run.samples import random_samples
from ingot.device.run.verify import verify
from ingot.link import toolchain
from ingot.model import load_manifest
from ingot.model.stand_in import build_stand_in
from support.alignment import stopped_at
from support.firmware import needs_gcc, needs_qemu
from support.real_models import MODELS
from support.shared import shared
from support.twin_model import build_for_twin

pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]


USUAL = (
    "mlperf_kws_ref_model",
    "omv_blazeface_front_128",
    "omv_yolo_lc_192",
    "st_movenet_lightning_heatmaps_192_int8_pc",
)
"""Those that have every kernel of the others."""


def check(model: Path, folder: Path, options: CompileOptions | None = None) -> None:
    """One sample: no kernel stops, and the output is right."""
    built = build_for_twin(model, folder, options, checked=True)
    samples = random_samples(built.network, 1, seed=5)
    try:
        outcome = verify(model, built.elf, built.images, built.network, samples, machine=built.machine, timeout=900)
    except IngotError as error:
        pytest.fail(f"{error}\n{stopped_at(built.elf, [str(error)])}")
    assert outcome.passed, outcome.samples[-1].difference


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in USUAL else pytest.mark.thorough) for n in MODELS])
def test_a_model_of_others(name: str, tmp_path: Path) -> None:
    check(shared(f"models/{name}.tflite"), tmp_path)


@pytest.mark.slow
@pytest.mark.thorough
def test_the_stand_in_of_movenet(tmp_path: Path) -> None:
    manifest = load_manifest(toolchain.ROOT / "models" / "movenet" / "model.yaml")
    assert manifest.source.stand_in
    model = tmp_path / "stand_in.tflite"
    model.write_bytes(build_stand_in(Path(manifest.source.stand_in)))
    check(model, tmp_path)


@pytest.mark.parametrize(
    "options",
    [CompileOptions(optimize="ram"), CompileOptions(io_placement="application", fuse=False)],
    ids=["ram", "application-unfused"],
)
def test_other_plans(options: CompileOptions, tmp_path: Path) -> None:
    check(shared("models/mlperf_kws_ref_model.tflite"), tmp_path, options)
