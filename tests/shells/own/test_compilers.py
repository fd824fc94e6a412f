# SPDX-License-Identifier: Apache-2.0
"""compiler=stedgeai and compiler=prebuilt through scons: what runs again when what changes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.scons_project import Project
from support.st_output import StNetwork
from support.stedgeai_stand_in import calls, install

MODEL = "name: small\nsource: {file: small.tflite}\n"
TAKEN = ("take", "layout", "config", "weights", "check")


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    """A project whose model says nothing of an application."""
    project = Project.create(tmp_path / "project")
    project.model_yaml.write_text(MODEL)
    return project


def take(project: Project, files: dict[str, bytes], folder: str = "st_ai_output", more: str = "") -> Path:
    """An output of ST's tools in the project. It belongs to no model, so that the model is not compared."""
    output = project.folder / folder
    output.mkdir()
    for name, content in files.items():
        (output / name).write_bytes(content)
    project.model_yaml.write_text(f"{MODEL}{more}stedgeai: {{check_signature: false}}\n")
    return output


@pytest.mark.slow
def test_a_new_version_of_the_tool_generates_again(plain: Project, tmp_path: Path) -> None:
    log = install(tmp_path / "core", "3.0")
    settings = {"STEDGEAI_CORE_DIR": str(tmp_path / "core")}
    first = plain.build("compiler=stedgeai", **settings)
    assert first.steps["stedgeai"] == 1 and "no firmware is linked: st_pack= is not given" in first.err
    for name in ("network.c", "stai_network.h", "network_ecblobs.h", "network_atonbuf.xSPI2.hex", "memory_map.txt"):
        assert (plain.out / name).is_file(), name
    assert plain.build("compiler=stedgeai", **settings).nothing and len(calls(log)) == 1

    install(tmp_path / "core", "4.0")
    again = plain.build("compiler=stedgeai", **settings)
    assert again.steps["stedgeai"] == 1 and len(calls(log)) == 2
    assert "LL_ATON_VERSION_DEV != 275" in (plain.out / "network.c").read_text()

    plain.train(1)
    assert plain.build("compiler=stedgeai", **settings).steps["stedgeai"] == 1
    plain.model_yaml.write_text(f"{MODEL}stedgeai: {{options: -O3}}\n")
    shown = plain.build("compiler=stedgeai", "verbose=1", **settings).err
    command = "stedgeai generate --target stm32n6 -m small.tflite --output st_ai_output --workspace st_ai_ws "
    assert f"ingot: {command}--st-neural-art ingot@neural_art.json\n" in shown and len(calls(log)) == 4
    assert not (plain.folder / "build/n6dk/small/firmware.elf").exists()


@pytest.mark.slow
def test_a_failed_tool_leaves_nothing_and_fails_the_build(plain: Project, tmp_path: Path) -> None:
    install(tmp_path / "core", "3.0")
    build = plain.scons("compiler=stedgeai", STEDGEAI_CORE_DIR=str(tmp_path / "core"), STAND_IN_MODE="fail")
    assert build.status == 2 and "ingot: compiler=stedgeai: stedgeai failed with status 3: E103" in build.err
    assert "Traceback" not in build.err and not list(plain.out.glob("network*"))


@pytest.mark.slow
def test_a_prebuilt_network_is_taken_again_when_a_file_of_it_changes(plain: Project) -> None:
    output = take(plain, StNetwork().files())
    first = plain.build("compiler=prebuilt", "st_output=st_ai_output")
    assert all(first.steps[step] == 1 for step in TAKEN)
    assert plain.build("compiler=prebuilt", "st_output=st_ai_output").nothing
    (output / "network_atonbuf.xSPI2.raw").write_bytes(bytes(700))
    again = plain.build("compiler=prebuilt", "st_output=st_ai_output")
    assert again.steps["take"] == 1 and again.steps["weights"] == 1
    (output / "network_atonbuf.xSPI2.raw").write_bytes(bytes(701))
    assert "[raw-size]" in plain.scons("compiler=prebuilt", "st_output=st_ai_output").err
    assert "needs st_output=FOLDER" in plain.scons("compiler=prebuilt").err
    plain.model_yaml.write_text(MODEL)
    refused = plain.scons("compiler=prebuilt", "st_output=st_ai_output")
    assert refused.status == 2 and "it was generated from another model than small.tflite: " in refused.err


@pytest.mark.slow
@pytest.mark.parametrize("form", ["bin", "hex"])
def test_an_output_of_2_1_as_sts_repositories_keep_it(plain: Project, tmp_path: Path, form: str) -> None:
    """No c_info, files called network, the network in them Default; by scons and by the command line."""
    files = StNetwork(version="2.1", blobs=True).repository_files(form)
    take(plain, files, "Model")
    built = plain.build("compiler=prebuilt", "st_output=Model")
    assert built.steps["weights"] == 1
    stem = {"bin": "network_data.xSPI2", "hex": "network_data"}[form]
    assert (plain.out / f"{stem}.hex").read_text().startswith(":020000047038")
    assert "Network Default: small" in (plain.out / "memory_map.txt").read_text()
    assert plain.build("compiler=prebuilt", "st_output=Model").nothing

    command = ["compile", str(plain.model_yaml), "--board", "n6dk", "--compiler", "prebuilt", "--st-output", "Model"]
    subprocess.run([sys.executable, "-m", "ingot", *command, "--out", str(tmp_path / "out")], check=True,
                   cwd=plain.folder, env={**os.environ, "PYTHONPATH": str(ROOT / "site_scons")})  # fmt: skip
    for name in ("network.c", "network_ecblobs.h", "network_c_info.json", f"{stem}.raw"):
        assert (tmp_path / "out" / name).read_bytes() == (plain.out / name).read_bytes()


AUDIO = """\
postprocessing:
  type: audio_event_detection
  classes: [clap, speech]
  spectrogram: {hop_length: 160, n_fft: 512, window_length: 400}
"""


@pytest.mark.slow
def test_the_tables_of_an_audio_application_are_targets(plain: Project) -> None:
    network = StNetwork().with_buffer(name="Input_0_out_0", shape=(1, 8, 96, 1), size=768)
    take(plain, network.with_buffer(name="Softmax_2_out", shape=(1, 2), size=2).files(), more=AUDIO)
    words = ("compiler=prebuilt", "st_output=st_ai_output")
    assert plain.build(*words).steps["config"] == 1
    files = [plain.out / name for name in ("ai_model_config.h", "user_mel_tables.h", "user_mel_tables.c")]
    assert all(file.is_file() for file in files) and plain.build(*words).nothing
    assert "user_melFiltersStartIndices[8]" in files[1].read_text()
    files[2].unlink()
    assert plain.build(*words).steps["config"] == 1 and files[2].is_file()
    plain.scons("-c", *words)
    assert not any(file.exists() for file in files)


@pytest.mark.slow
@pytest.mark.emulated
@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="qemu-system-arm is not installed")
def test_the_twin_says_whose_network_it_runs(plain: Project) -> None:
    take(plain, StNetwork().files())
    said = "ingot: the twin runs what the built-in compiler makes of the model, not the network of compiler=prebuilt\n"
    done = plain.scons("compiler=prebuilt", "st_output=st_ai_output", "emulate")
    assert done.status == 0 and done.err.count(said) == 1
    assert "the twin runs what" not in plain.scons("emulate").err


# ---- the firmware with ST's runtime ----

RUNTIME = """\
#include "ll_aton_runtime.h"
#if LL_ATON_PLATFORM != LL_ATON_PLAT_STM32N6 || LL_ATON_RT_MODE != LL_ATON_RT_ASYNC || !defined(LL_ATON_SW_FALLBACK)
#error "not compiled as ST compiles it"
#endif
#if __ARM_FEATURE_CMSE != 3 || !defined(VECT_TAB_SRAM) || !defined(USE_FULL_LL_DRIVER) || !defined(STM32N657xx)
#error "not compiled for the secure state"
#endif
int of_the_library(void);
int st_runtime_was_linked(void) { return of_the_library(); }
"""
HEADER = """\
#define LL_ATON_PLAT_STM32N6 12
#define LL_ATON_RT_ASYNC 2
#define LL_ATON_OSAL_BARE_METAL 1
int st_runtime_was_linked(void);
"""
MAIN = """\
#include "ll_aton_runtime.h"
int stai_was_linked(void);
int main(void) { return st_runtime_was_linked() + stai_was_linked(); }
"""


def make_pack(root: Path, version: tuple[int, ...] = (1, 1, 3, 8)) -> Path:
    """A folder shaped as ST's runtime is, with C of the tests' own."""
    from ingot.st.stedgeai.pack import SOURCES

    ll_aton, inc, lib = root / "Npu/ll_aton", root / "Inc", root / "Lib/GCC/ARMCortexM55"
    for folder in (ll_aton, inc, lib, root / "Device"):
        folder.mkdir(parents=True)
    for name in SOURCES:
        (ll_aton / name).write_text(f"int unused_{name.removesuffix('.c')};\n")
    (ll_aton / "ll_aton_runtime.c").write_text(RUNTIME)
    (ll_aton / "ll_aton_runtime.h").write_text(HEADER)
    names = ("MAJOR", "MINOR", "MICRO", "DEV")
    defines = (f"#define LL_ATON_VERSION_{name} ({value})\n" for name, value in zip(names, version, strict=True))
    (ll_aton / "ll_aton_version.h").write_text("".join(defines))
    (root / "Device" / "stm32n6xx.h").write_text("")
    (lib / "lib.c").write_text("int of_the_library(void) { return 7; }\n")
    flags = ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"]
    subprocess.run(["arm-none-eabi-gcc", *flags, "-c", "lib.c", "-o", "lib.o"], cwd=lib, check=True)
    subprocess.run(["arm-none-eabi-ar", "rcsD", "NetworkRuntime1201_CM55_GCC.a", "lib.o"], cwd=lib, check=True)
    (lib / "lib.c").unlink()
    return root


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
def test_with_a_pack_the_firmware_has_sts_runtime(plain: Project) -> None:
    output, app = take(plain, StNetwork().files()), plain.folder / "app"
    app.mkdir()
    (app / "main.c").write_text(MAIN)
    # The version check and the comments of the made-up network.c; its tables are no C.
    text = StNetwork().network_c()
    (output / "network.c").write_text(
        text[: text.index("const EpochBlock_ItemTypeDef")].replace('"ll_aton_NN_interface.h"', '"ll_aton_version.h"')
    )
    (output / "stai_network.c").write_text("int stai_was_linked(void) { return 1; }\n")
    make_pack(plain.folder / "pack")
    words = ("compiler=prebuilt", "st_output=st_ai_output", "st_pack=pack", "app=app")
    build = plain.build(*words)
    assert "no firmware is linked" not in build.err and build.links == 1
    table = subprocess.run(
        ["arm-none-eabi-nm", str(plain.out / "firmware.elf")], capture_output=True, text=True, check=True
    )
    symbols = {line.split()[-1] for line in table.stdout.splitlines()}
    assert {"st_runtime_was_linked", "of_the_library", "stai_was_linked"} <= symbols
    assert not any(name.startswith("ingot_check_initializer") for name in symbols)
    assert (plain.out / "firmware.hex").is_file() and "octoFlash" in (plain.out / "memory_map.txt").read_text()
    assert plain.build(*words).nothing

    # An NPU cache that is driven by ST's HAL needs the HAL's file for it.
    cache = plain.folder / "pack/Npu/ll_aton/npu_cache.c"
    cache.write_text("int HAL_CACHEAXI_Init(void);\nint npu_cache_init(void) { return HAL_CACHEAXI_Init(); }\n")
    assert "no firmware is linked: pack lacks stm32n6xx_hal_cacheaxi.c\n" in plain.build(*words).err
    (plain.folder / "pack/stm32n6xx_hal_cacheaxi.c").write_text("int HAL_CACHEAXI_Init(void) { return 0; }\n")
    assert plain.build(*words).links == 1

    # An upgrade of the pack in place is compared with the network that was taken before.
    header = plain.folder / "pack/Npu/ll_aton/ll_aton_version.h"
    right = header.read_text()
    header.write_text(right.replace("VERSION_MICRO (3)", "VERSION_MICRO (4)"))
    assert "the network wants LL_ATON 1.1.3-8, the headers are of 1.1.4-8" in plain.scons(*words).err
    header.write_text(right)
    assert plain.build(*words).steps["take"] == 1

    (plain.folder / "pack/Npu/ll_aton/ll_sw_float.c").unlink()
    assert "no firmware is linked: pack lacks ll_sw_float.c\n" in plain.build(*words).err


@pytest.mark.slow
def test_headers_of_another_version_stop_the_build(plain: Project) -> None:
    take(plain, StNetwork().files())
    make_pack(plain.folder / "pack", (1, 1, 1, 14))
    build = plain.scons("compiler=prebuilt", "st_output=st_ai_output", "st_pack=pack")
    assert build.status == 2
    assert "the network wants LL_ATON 1.1.3-8, the headers are of 1.1.1-14 [ll-aton-version]" in build.err
