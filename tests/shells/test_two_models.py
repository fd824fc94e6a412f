# SPDX-License-Identifier: Apache-2.0
"""Two networks in one firmware, from the installed wheel: SCons, CMake and Make build the same; both are bit-exact."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.foreign import Installed
from support.pose_model import pose_model

pytestmark = pytest.mark.slow

BUILD = {
    "scons": [["scons", "-Q", "-j2"]],
    "cmake": [
        [
            "sh",
            "-c",
            "cmake -B build-cmake -G Ninja -DIngot_DIR=$INGOT_CMAKE"
            " -DCMAKE_TOOLCHAIN_FILE=$INGOT_CMAKE/arm-none-eabi.cmake",
        ],
        ["cmake", "--build", "build-cmake", "-j2"],
    ],
    "make": [["make", "-j2"]],
}
VERIFY = {
    "scons": ["scons", "-Q", "-j2", "build/firmware-verify"],
    "cmake": ["cmake", "--build", "build-cmake", "-j2", "--target", "verify"],
}
# Folder of the firmware, of each network, and the linker script.
PLACES = {
    "scons": ("build", "build/detect", "build/classify", "build/firmware.ld"),
    "cmake": ("build-cmake", "build-cmake/detect", "build-cmake/classify", "build-cmake/networks/firmware.ld"),
    "make": (
        "build-make",
        "build-make/n6dk/detect",
        "build-make/n6dk/detect/classify",
        "build-make/n6dk/detect/firmware.ld",
    ),
}


@pytest.fixture(scope="module")
def built(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "two_models"
    shutil.copytree(ROOT / "examples/two_models", folder)
    (folder / "detect.tflite").write_bytes(pose_model(0))
    (folder / "classify.tflite").write_bytes(pose_model(7, channels=12))
    for commands in BUILD.values():
        for command in commands:
            installed.run(folder, *command)
    return folder


def files(folder: Path, shell: str) -> dict[str, bytes]:
    firmware, detect, classify, script = PLACES[shell]
    paths = {name: folder / firmware / name for name in ("firmware.bin", "firmware.hex")}
    paths["linker script"] = folder / script
    for name, where in (("detect", detect), ("classify", classify)):
        for end in (".c", ".h", "_atonbuf.xSPI2.raw", "_atonbuf.xSPI2.hex", "_c_info.json"):
            paths[f"{name}{end}"] = folder / where / f"{name}{end}"
    return {name: path.read_bytes() for name, path in paths.items()}


def test_every_shell_builds_the_same(built: Path) -> None:
    expected = files(built, "scons")
    assert all(expected.values())
    for shell in ("cmake", "make"):
        found = files(built, shell)
        assert [name for name in expected if found[name] != expected[name]] == [], shell


def test_map_and_summary_are_of_both(built: Path) -> None:
    text = (built / "build/firmware_memory_map.txt").read_text()
    assert "Network detect: detect.tflite" in text and "Network classify: classify.tflite" in text
    lines = [line.split() for line in text.splitlines() if " weights " in line]
    starts = {line[-1].split("_")[0]: int(line[0].split("-")[0], 16) for line in lines}
    assert starts["classify"] == starts["detect"] + 4096
    facts = json.loads((built / "build/firmware_summary.json").read_text())
    own = [json.loads((built / f"build/{name}/{name}_c_info.json").read_text()) for name in ("detect", "classify")]
    assert facts["model"] == "detect.tflite + classify.tflite"
    assert facts["peak"] == max(info["ingot"]["peak"] for info in own), "in turn: the larger one's"
    assert facts["weights"] == sum(len(path.read_bytes()) for path in built.glob("build/*/*.raw"))


@pytest.mark.parametrize("shell", BUILD)
def test_nothing_is_built_twice(built: Path, installed: Installed, shell: str) -> None:
    installed.compiled()
    before = files(built, shell)
    for command in BUILD[shell]:
        installed.run(built, *command)
    assert installed.compiled() == 0
    assert files(built, shell) == before


@pytest.mark.emulated
@pytest.mark.parametrize("shell", VERIFY)
def test_both_are_exact_in_one_firmware(built: Path, installed: Installed, shell: str) -> None:
    said = installed.run(built, *VERIFY[shell])
    assert "ok: detect and classify: 3 samples each equal to LiteRT's reference kernels, byte for byte" in said
