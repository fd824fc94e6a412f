# SPDX-License-Identifier: Apache-2.0
"""The pose application on the emulated twin: frames in, keypoints out, against NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingot.compiler.compile import CompileOptions
from ingot.device.run import qemu
from ingot.device.run.oracle import Reference
from ingot.link import toolchain
from ingot.model import load_manifest
from ingot.use_cases.app_config import app_config
from support.firmware import FIXTURE, link, needs_gcc, needs_qemu
from support.pictures import codes, real_numbers
from support.pose_model import KEYPOINTS, SIZE, pose_model
from support.twin_model import application, build_for_twin

pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]

APP = toolchain.ROOT / "firmware" / "apps" / "pose_estimation"


def firmware(folder: Path, height: int = 4) -> Path:
    """The application for frames of 4 x 6 pixels with heatmaps of the same size and two keypoints."""
    defines: dict[str, str | int] = {
        "NN_WIDTH": 6,
        "NN_HEIGHT": 4,
        "NN_BPP": 3,
        "AI_POSE_PP_POSE_KEYPOINTS_NB": 2,
        "AI_POSE_PP_CONF_THRESHOLD": "0.5f",
        "AI_SPE_MOVENET_POSTPROC_HEATMAP_HEIGHT": height,
        "AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH": 6,
    }
    definition = ".width = 6, .height = 4, .channels = 3, .low = 0, .high = 255, .std = {1, 1, 1}"
    macros = "".join(f"#define {name} ({value})\n" for name, value in defines.items())
    (folder / "app_config.h").write_text(f"{macros}#define INGOT_IMAGE_INPUT {{{definition}}}\n")
    (folder / "network.h").write_text("#define NETWORK_USER_BUFFERS 0\n")
    sources, include = application(APP)
    return link(folder, [*sources, FIXTURE / "heatmap_network.c"], include=[folder, *include])


def run(folder: Path, elf: Path, frames: np.ndarray) -> qemu.EmulatedRun:
    (folder / "frames.bin").write_bytes(frames.tobytes())
    return qemu.run(elf, arguments=["frames.bin"], folder=folder)


def expected_lines(number: int, heatmaps: np.ndarray, threshold: float) -> list[str]:
    """What the application prints for one frame. heatmaps: height x width x keypoints, float32."""
    height, width, keypoints = heatmaps.shape
    lines = [f"frame {number}"]
    for k in range(keypoints):
        row, column = np.unravel_index(np.argmax(heatmaps[:, :, k]), (height, width))
        score = heatmaps[row, column, k]
        if score >= np.float32(threshold):
            parts = (np.float32((column + 0.5) / width), 1000), (np.float32((row + 0.5) / height), 1000), (score, 100)
            x, y, s = (int(np.float32(value) * np.float32(by) + np.float32(0.5)) for value, by in parts)
            lines.append(f"key point {k} {s} % at x {x / 10:.1f} %, y {y / 10:.1f} %")
    return lines if len(lines) > 1 else [*lines, "no key point above the threshold"]


def test_keypoints_of_every_frame(tmp_path: Path) -> None:
    frames = np.random.default_rng(5).integers(0, 256, (4, 4, 6, 3), dtype=np.uint8)
    frames[2, :, :, 0] //= 2  # nothing above the threshold for keypoint 0
    done = run(tmp_path, firmware(tmp_path), frames)
    expected = [
        line
        for number, frame in enumerate(frames)
        for line in expected_lines(number, frame[:, :, :2].astype(np.float32) / np.float32(256), 0.5)
    ]
    assert list(done.lines) == expected
    assert done.status == 0
    assert len(expected) == 4 + 7


def test_configuration_of_another_model(tmp_path: Path) -> None:
    done = run(tmp_path, firmware(tmp_path, height=5), np.zeros((1, 4, 6, 3), np.uint8))
    assert done.status == 1
    assert done.lines[-1] == "ingot: stopped: app_config.h and network.c differ in the size of the heatmaps"


@pytest.mark.parametrize("placement", ["activations", "application"])
def test_a_compiled_pose_model(placement: str, tmp_path: Path) -> None:
    """Model file to keypoints: generated network, generated app_config.h, the oracle's heatmaps decoded by NumPy."""
    model = pose_model(seed=4)
    (tmp_path / "pose.tflite").write_bytes(model)
    manifest = load_manifest(toolchain.ROOT / "models" / "movenet" / "model.yaml")
    built = build_for_twin(
        tmp_path / "pose.tflite",
        tmp_path,
        CompileOptions(io_placement=placement),
        APP,
        lambda network: app_config(manifest, network),
    )
    frames = np.random.default_rng(9).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)
    (tmp_path / "frames.bin").write_bytes(frames.tobytes())
    done = qemu.run(built.elf, built.images, machine=built.machine, arguments=["frames.bin"], folder=tmp_path)
    assert done.status == 0, done.lines
    reference = Reference(model)
    scale, zero = reference.inputs[0].scale, reference.inputs[0].zero_point
    values = codes(real_numbers(frames, -1, 1), scale, zero, "uint8")
    threshold = float(manifest.postprocessing["confidence_threshold"])
    maps = [reference.run([frame[None]])[0][0] for frame in values]
    expected = [line for number, heat in enumerate(maps) for line in expected_lines(number, heat, threshold)]
    assert maps[0].shape[2] == KEYPOINTS
    assert list(done.lines) == expected
    assert len(expected) > 3  # some are seen
