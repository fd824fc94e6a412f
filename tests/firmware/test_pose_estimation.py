"""The pose application on the emulated twin: frames in, keypoints out, against NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingot.build import toolchain
from ingot.run import qemu
from support.firmware import FIXTURE, link, needs_gcc, needs_qemu

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
    (folder / "app_config.h").write_text("".join(f"#define {name} ({value})\n" for name, value in defines.items()))
    (folder / "network.h").write_text("#define NETWORK_USER_BUFFERS 0\n")
    sources = [*toolchain.application_sources(APP, twin=True), FIXTURE / "heatmap_network.c"]
    return link(folder, sources, include=[folder])


def run(folder: Path, elf: Path, frames: np.ndarray) -> qemu.EmulatedRun:
    (folder / "frames.bin").write_bytes(frames.tobytes())
    return qemu.run(elf, arguments=["frames.bin"], folder=folder)


def test_keypoints_of_every_frame(tmp_path: Path) -> None:
    frames = np.random.default_rng(5).integers(0, 256, (4, 4, 6, 3), dtype=np.uint8)
    frames[2, :, :, 0] //= 2  # nothing above the threshold for keypoint 0
    done = run(tmp_path, firmware(tmp_path), frames)
    expected = []
    for number, frame in enumerate(frames):
        expected.append(f"frame {number}")
        for k in range(2):
            score = np.float32(frame[:, :, k].max()) / 256
            row, column = np.unravel_index(np.argmax(frame[:, :, k]), (4, 6))
            if score >= 0.5:
                x, y, s = (int(value * 10000 + 0.5) for value in ((column + 0.5) / 6, (row + 0.5) / 4, score))
                expected.append(f"keypoint {k}: x {x} y {y} score {s}")
    assert list(done.lines) == expected
    assert done.status == 0
    assert len(expected) == 4 + 7


def test_configuration_of_another_model(tmp_path: Path) -> None:
    done = run(tmp_path, firmware(tmp_path, height=5), np.zeros((1, 4, 6, 3), np.uint8))
    assert done.status == 1
    assert done.lines[-1] == "ingot: stopped: app_config.h and network.c differ in the size of the heatmaps"
