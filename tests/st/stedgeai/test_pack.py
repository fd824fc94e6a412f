# SPDX-License-Identifier: Apache-2.0
"""ST's runtime found in folders laid out as an ST Edge AI install and as ST's GettingStarted repositories are."""

import shutil
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.network.version import Version
from ingot.st.stedgeai.pack import SOURCES, open_pack

LAYOUTS = {
    "GettingStarted 2.x": ("Middlewares/AI_Runtime/Npu/ll_aton", "Middlewares/AI_Runtime/Npu/Devices/STM32N6XX"),
    "GettingStarted 4.x": ("Middlewares/stedgeai-lib/Npu/ll_aton", "Middlewares/stedgeai-lib/Npu/Devices/STM32N6xx"),
    "install": ("Middlewares/ST/AI/Npu/ll_aton", "Middlewares/ST/AI/Npu/Devices/STM32N6XX"),
}


def make(
    root: Path, layout: str, libraries: tuple[str, ...], runtime: str = "10 1 0", version: str = "1 1 1 14"
) -> Path:
    sources, device = LAYOUTS[layout]
    files = {f"{sources}/{name}": "" for name in (*SOURCES, "ll_aton_runtime.h")}
    parts = ("MAJOR", "MINOR", "MICRO", "DEV")
    files[f"{sources}/ll_aton_version.h"] = "".join(
        f"#define LL_ATON_VERSION_{part} ({number})\n" for part, number in zip(parts, version.split(), strict=True)
    )
    files[f"{device}/stm32n6xx.h"] = ""
    files["Middlewares/Inc/core_datatypes.h"] = "".join(
        f"#define AI_PLATFORM_RUNTIME_{part} ({number})\n" for part, number in zip(parts, runtime.split(), strict=False)
    )
    files |= {f"Middlewares/Lib/GCC/ARMCortexM55/{name}": "!<arch>\n" for name in libraries}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout(tmp_path: Path, layout: str) -> None:
    pack = open_pack(make(tmp_path, layout, ("NetworkRuntime1010_CM55_GCC.a", "NetworkRuntime1010_CM55_IAR.a")))
    assert pack.missing == () and {source.name for source in pack.sources} == set(SOURCES)
    assert (pack.ll_aton, pack.library_version, pack.runtime) == (
        Version(1, 1, 1, 14), Version(10, 1, 0), Version(10, 1, 0),
    )  # fmt: skip
    assert tmp_path / LAYOUTS[layout][1] in pack.include
    assert len(set(pack.include)) == len(pack.include)


@pytest.mark.parametrize(
    ("runtime", "chosen"),
    [("10 1 0", "NetworkRuntime1010"), ("12 0 0", "NetworkRuntime1200"), ("11 0 0", "NetworkRuntime1200")],
)
def test_of_several_libraries_that_of_the_headers(tmp_path: Path, runtime: str, chosen: str) -> None:
    """Else the newest, whose number compares as a number: 9.2.0 is older than 12.0.0."""
    names = tuple(f"NetworkRuntime{number}_CM55_GCC.a" for number in ("0920", "920", "1010", "1200"))
    pack = open_pack(make(tmp_path, "install", names, runtime))
    assert pack.library is not None and pack.library.name == f"{chosen}_CM55_GCC.a"


def test_only_what_is_missing_is_said_to_be_missing(tmp_path: Path) -> None:
    root = make(tmp_path, "GettingStarted 4.x", ())
    (root / LAYOUTS["GettingStarted 4.x"][0] / "ll_sw_float.c").unlink()
    assert open_pack(root).missing == ("ll_sw_float.c", "NetworkRuntime*_CM55_GCC.a")


def test_a_folder_without_a_runtime(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="there is no ll_aton runtime below this folder"):
        open_pack(tmp_path)
    with pytest.raises(IngotError, match="there is no such folder"):
        open_pack(tmp_path / "gone")


@pytest.mark.parametrize(
    ("number", "macro", "abi"), [(13, "AI_OBJDETECT_X", "n6-v1"), (13, "AI_OD_X", "n6-v2"), (104, "AI_OD_X", "n6-v3")]
)
def test_the_generation_of_the_application_in_it(tmp_path: Path, number: int, macro: str, abi: str) -> None:
    root = make(tmp_path, "GettingStarted 2.x", ())
    (root / "app_postprocess.h").write_text(f"#define POSTPROCESS_OD_YOLO_V8_UI ({number})\n")
    (root / "app_postprocess_od_yolov8_ui.c").write_text(f"int x = {macro};\n")
    assert open_pack(root).app_abi == abi


def chips(root: Path, names: tuple[str, ...]) -> Path:
    """A pack of 3.x: devices of several chips with files of the same names."""
    make(root, "GettingStarted 4.x", ("NetworkRuntime1200_CM55_GCC.a",))
    for name in names:
        for file in ("ATON.h", "mcu_cache.c", "mcu_cache.h"):
            path = root / "Middlewares/stedgeai-lib/Npu/Devices" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"/* of {name} */\n")
    return root


def test_only_the_files_of_the_boards_chip(tmp_path: Path) -> None:
    """Their folders come first in the alphabet, and have the epoch controller at other addresses."""
    pack = open_pack(chips(tmp_path, ("SR6P3E", "STM32H7xx", "STM32N6xx")))
    devices = tmp_path / "Middlewares/stedgeai-lib/Npu/Devices"
    inside = [path for path in (*pack.sources, *pack.include, *pack.files.values()) if devices in path.parents]
    assert {path.relative_to(devices).parts[0] for path in inside} == {"STM32N6xx"}
    assert devices / "STM32N6xx" in pack.include and devices / "STM32N6xx" / "mcu_cache.c" in pack.sources


def test_a_pack_for_other_chips_only(tmp_path: Path) -> None:
    root = chips(tmp_path, ("STM32H7xx", "SR6P3E"))
    shutil.rmtree(root / LAYOUTS["GettingStarted 4.x"][1])
    with pytest.raises(IngotError) as caught:
        open_pack(root)
    assert str(caught.value) == (
        f"{root}/Middlewares/stedgeai-lib/Npu/Devices: this runtime is for SR6P3E, STM32H7xx, not for STM32N6\n"
        "  Give a folder that has Npu/Devices/STM32N6xx as well."
    )


def test_of_two_runtimes_one_is_taken_whole(tmp_path: Path) -> None:
    """A tracer of ST's tool, less deep, has headers of another version."""
    root = make(tmp_path, "GettingStarted 4.x", (), version="1 1 3 8")
    tracer = root / "ectracer" / "include"
    tracer.mkdir(parents=True)
    for name in ("ll_aton_version.h", "ll_aton_runtime.h", "ll_aton_platform.h"):
        (tracer / name).write_text("#define LL_ATON_VERSION_MAJOR (1)\n")
    pack = open_pack(root)
    home = root / LAYOUTS["GettingStarted 4.x"][0]
    assert pack.ll_aton == Version(1, 1, 3, 8) and pack.version_header.parent == home
    assert tracer not in pack.include[: pack.include.index(home)]
    assert pack.files["ll_aton_runtime.h"].parent == home
