# SPDX-License-Identifier: Apache-2.0
"""The programs of the models that may lie beside the checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ingot.compiler.frontend.tflite import read_tflite
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.program import Program
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from support.shared import shared

MODELS = (
    "mlperf_kws_ref_model",
    "mlperf_vww_96_int8",
    "mlperf_pretrainedResnet_quant",
    "mlperf_ad01_int8",
    "omv_fomo_face_detection",
    "omv_micro_speech",
    "omv_force_int_quant",
    "omv_blazeface_front_128",
    "omv_yolo_lc_192",
    "st_movenet_lightning_heatmaps_192_int8_pc",
)


def model_program(name: str) -> Program:
    """The program of ../shared/models/<name>.tflite; skips the test where the file is absent."""
    return _program(shared(f"models/{name}.tflite"))


@cache
def _program(path: Path) -> Program:
    return lower(optimize(read_tflite(path)), Target())
