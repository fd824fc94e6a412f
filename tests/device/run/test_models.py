# SPDX-License-Identifier: Apache-2.0
"""Whole models on the emulated twin, every output byte against LiteRT's reference kernels."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.compiler.compile import CompileOptions
from ingot.device.run.samples import random_samples
from ingot.device.run.verify import verify
from ingot.link import toolchain
from ingot.model import load_manifest
from ingot.model.stand_in import build_stand_in
from support.firmware import needs_gcc, needs_qemu
from support.shared import shared
from support.twin_model import build_for_twin

pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]

MODELS = {
    "mlperf_ad01_int8": 3,
    "mlperf_kws_ref_model": 3,
    "mlperf_pretrainedResnet_quant": 2,
    "mlperf_vww_96_int8": 2,
    "omv_micro_speech": 3,
    "omv_fomo_face_detection": 2,
    "omv_force_int_quant": 3,
    "omv_blazeface_front_128": 1,
    "omv_yolo_lc_192": 1,
    "st_movenet_lightning_heatmaps_192_int8_pc": 1,
}
"""Model -> how many samples, so that none takes long."""


def check(model: Path, folder: Path, samples: int, options: CompileOptions | None = None) -> None:
    built = build_for_twin(model, folder, options)
    outcome = verify(
        model,
        built.elf,
        built.images,
        built.network,
        random_samples(built.network, samples, seed=11),
        machine=built.machine,
        timeout=900,
    )
    assert outcome.passed, outcome.samples[-1].difference
    assert len(outcome.samples) == samples
    assert outcome.run is not None
    assert outcome.run.stack_used < outcome.run.stack_size // 2


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_others(name: str, tmp_path: Path) -> None:
    check(shared(f"models/{name}.tflite"), tmp_path, MODELS[name])


@pytest.mark.slow
def test_the_stand_in_of_movenet(tmp_path: Path) -> None:
    """Always there: the same graph with invented weights."""
    manifest = load_manifest(toolchain.ROOT / "models" / "movenet" / "model.yaml")
    assert manifest.source.stand_in
    model = tmp_path / "stand_in.tflite"
    model.write_bytes(build_stand_in(Path(manifest.source.stand_in)))
    check(model, tmp_path, samples=1)


@pytest.mark.parametrize(
    "options",
    [
        CompileOptions(fuse=False),
        CompileOptions(io_placement="application"),
        CompileOptions(io_placement="application", fuse=False, optimize="ram"),
        CompileOptions(optimize="speed", io_input="keep", name="other_name"),
    ],
    ids=["unfused", "application", "application-unfused", "speed"],
)
def test_options_change_the_plan_and_not_the_result(options: CompileOptions, tmp_path: Path) -> None:
    check(shared("models/mlperf_ad01_int8.tflite"), tmp_path, 2, options)
