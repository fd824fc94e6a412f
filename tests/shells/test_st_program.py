# SPDX-License-Identifier: Apache-2.0
"""A network beside ST's runtime: of the built-in compiler, and in programs that have runtime, script and flags."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import CompileJob, LinkJob
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from support.firmware import needs_gcc
from support.foreign import Installed
from support.pose_model import pose_model
from support.shell_commands import run_ingot
from support.st_image import reloc_pack


@needs_gcc
def test_builtin_with_a_pack_links_sts_runtime_and_ingots_kernels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    monkeypatch.chdir(tmp_path)
    pack = reloc_pack()
    options = parse_options({"st_pack": str(pack)})
    firmware = FirmwareBuild.of([Request("detect.tflite", "n6dk", "out", app="validate", options=options)])
    jobs, elf = firmware.build()
    sources = [job.source for job in jobs if isinstance(job, CompileJob) and "/kernels/" not in job.target]
    (runtime,) = [source for source in sources if Path(source).name == "ll_aton_runtime.c"]
    assert Path(runtime).is_relative_to(pack)
    assert {"network.c", "ingot_initializer.c", "ingot_console.c", "ll_aton_lib.c"} <= {
        Path(source).name for source in sources
    }
    (network,) = [job for job in jobs if isinstance(job, CompileJob) and job.source == "out/network.c"]
    assert network.defines["LL_ATON_PLATFORM"] == "LL_ATON_PLAT_STM32N6" and "-mcmse" in network.flags
    places = [Path(folder).resolve() for folder in network.folders]
    assert places.index((pack / "Npu/ll_aton").resolve()) < places.index(ROOT / "firmware/runtime")
    (link,) = [job for job in jobs if isinstance(job, LinkJob)]
    assert [Path(name).name for name in link.libraries] == ["libnetwork_kernels.a", "NetworkRuntime1010_CM55_GCC.a"]
    assert link.elf == elf and "-lm" in link.flags


SCONSTRUCT = """\
env = Environment(tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")])
net = env.IngotModel("network", "detect.tflite", board="n6dk", out="build/network")
target = env.IngotToolchain(board="n6dk")
target.IngotProgram("build/firmware", ["main.c"], net, startup=False, script="own.ld", linkflags=["-Wl,--cref", "-lm"])
"""


def test_scons_links_with_a_script_and_flags_of_the_programs_own(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    (tmp_path / "own.ld").write_text("")
    (tmp_path / "main.c").write_text("")
    (tmp_path / "SConstruct").write_text(SCONSTRUCT)
    said = installed.run(tmp_path, "scons", "-Q", "-n", "build/firmware.elf").splitlines()
    (link,) = [line.split() for line in said if line.startswith("arm-none-eabi-gcc main.o ")]
    at = next(i for i, word in enumerate(link) if word.endswith("/libnetwork_kernels.a"))
    assert "-Wl,-T,own.ld" in link[at:]
    flags = [word for word in link[1:] if word.startswith("-") and not word.startswith(("-Wl,-T", "-Wl,-Map"))]
    assert flags == ["-Wl,--cref", "-lm", "-o"]
    assert not [line for line in said if "network.ld" in line]
    wanted = installed.run(tmp_path, "scons", "-Q", "-n", "--tree=all", "build/firmware.elf")
    assert "+-own.ld" in wanted


@pytest.mark.parametrize(
    ("words", "absent", "present"),
    [
        ((), (), ("ll_aton_runtime.o", 'INTERFACE "-mcpu', "ingot_console.o")),
        (("--own-runtime",), ("ll_aton_runtime.o",), ('INTERFACE "-mcpu', "ingot_console.o")),
        (
            ("--own-runtime", "--own-link"),
            ("ll_aton_runtime.o", "target_link_options"),
            ("network.o", "ingot_console.o"),
        ),
    ],
)
def test_cmake_leaves_out_what_the_program_has(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    absent: tuple[str, ...],
    present: tuple[str, ...],
) -> None:
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    monkeypatch.chdir(tmp_path)
    rules = ("--target", "net", "--place", "net", "--kernels", "kernels", "--out", "ingot/net.cmake")
    run_ingot("cmake-network", "detect.tflite", "--board", "n6dk", "--name", "network", *rules, *words)
    text = Path("ingot/net.cmake").read_text()
    interface = text[text.index("add_library(net INTERFACE)") :]
    assert not [name for name in absent if name in interface]
    assert not [name for name in present if name not in interface], interface
    folders = next(line for line in interface.splitlines() if line.startswith("target_include_directories"))
    assert ("firmware/runtime" in folders) == ("--own-runtime" not in words)
    assert 'INGOT_script "${CMAKE_CURRENT_BINARY_DIR}/net/network.ld"' in interface


def test_cmake_reads_variables_of_a_makefile(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(
        'all:\n\tfalse\nOPT = -Os -g3\nCFLAGS = $(OPT) -IInc -I../x -I/abs -MMD -DT=\\"a\\"\n'
        "LDFLAGS = -u _printf_float -Llib -lm -Tst.ld -Wl,--cref\n"
    )
    (tmp_path / "script.cmake").write_text(
        f'set(INGOT_COMMAND ingot)\ninclude("{ROOT.as_posix()}/toolchain/cmake/IngotConfig.cmake")\n'
        'ingot_make_variables(CFLAGS LDFLAGS EXCLUDE "^-M")\nmessage("${CFLAGS}\\n${LDFLAGS}")\n'
    )
    done = subprocess.run(["cmake", "-P", "script.cmake"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines() == [
        f'-Os;-g3;-I{tmp_path}/Inc;-I{tmp_path}/../x;-I/abs;-DT="a"',
        f"-u_printf_float;-L{tmp_path}/lib;-lm;-T{tmp_path}/st.ld;-Wl,--cref",
    ]
