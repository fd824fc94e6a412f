# SPDX-License-Identifier: Apache-2.0
"""Does a network of the built-in compiler give LiteRT's bytes under ST's own runtime, whatever its version?

    python bench/st_runtime.py PACK ... [--model movenet] [--board n6dk] [--build build/st_runtime] [--samples 2]

PACK: an ST Edge AI install or a checkout of one of ST's GettingStarted repositories. The twin's firmware is built
with the pack's ll_aton sources and headers in place of Ingot's runtime, run in QEMU, and its outputs are compared with
LiteRT's reference kernels. No emulator has the NPU: its registers are ordinary memory here (at REGISTERS), nothing
is polled, and `LL_ATON_Init`, which reads the versions of the NPU's units, does nothing. One row a pack; status 1 when
one of them does not build or does not give the bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "site_scons")]

from ingot.base.errors import IngotError  # noqa: E402
from ingot.link.toolchain import launcher  # noqa: E402
from ingot.recipe.firmware import FirmwareBuild, object_stem  # noqa: E402
from ingot.recipe.job import CompileJob, Job, LinkJob, StepJob  # noqa: E402
from ingot.recipe.request import Request  # noqa: E402
from ingot.recipe.run import run_job  # noqa: E402
from ingot.st.stedgeai.firmware import StRuntime, st_runtime  # noqa: E402
from ingot.st.stedgeai.pack import CACHE_SOURCES, HAL_SOURCES, SOURCE_FLAGS, open_pack  # noqa: E402
from ingot.st.stedgeai.replaced import RUNTIME  # noqa: E402
from ingot.steps.run import verify  # noqa: E402

#: Where the NPU's registers are said to be: memory of the twin's machine that neither board nor twin use.
REGISTERS = "0x60000000UL"

#: Runtime 1.0.0 calls the macro that polls LL_ATON_REG_POLL and defines it whatever was there before.
SHIM = f"""
#include "stm32n6xx.h"
#undef NPU_BASE_S
#undef NPU_BASE_NS
#define NPU_BASE_S {REGISTERS}
#define NPU_BASE_NS {REGISTERS}
#define ATON_REG_POLL(unitname, id, reg, field, val) ((void)0)
#include "ll_aton_platform.h"
#undef LL_ATON_REG_POLL
#define LL_ATON_REG_POLL ATON_REG_POLL
"""
#: What ST's runtime calls of the NPU and of its cache, which the twin's machine has not.
NO_NPU = "".join(
    f"int {name}(void);\nint {name}(void) {{ return 0; }}\n"
    for name in (
        "LL_ATON_Init",
        *(
            f"npu_cache_{what}"
            for what in (
                "init",
                "enable",
                "disable",
                "invalidate",
                "clean_range",
                "clean_invalidate_range",
                "enable_clocks_and_reset",
                "disable_clocks_and_reset",
            )
        ),
    )
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packs", nargs="+", type=Path, metavar="PACK")
    parser.add_argument("--model", default="movenet")
    parser.add_argument("--board", default="n6dk")
    parser.add_argument("--build", default="build/st_runtime")
    parser.add_argument("--samples", default=2, type=int)
    given = parser.parse_args()
    failed = 0
    for number, path in enumerate(given.packs):
        try:
            pack = open_pack(path)
            runtime = st_runtime(pack)
            out = f"{given.build}/{number}"
            firmware, elf = build(runtime, given.model, given.board, out, f"{given.build}/kernels")
            verify(Path(elf), Path(firmware.first.info), Path(firmware.first.model), Path(firmware.first.board_file),
                   Path(elf).with_name("verify.json"), samples=given.samples)  # fmt: skip
            print(f"{pack.ll_aton}  {path}: equal to LiteRT")
        except (IngotError, ValueError, subprocess.CalledProcessError) as error:
            failed += 1
            print(f"{path}: {error}", file=sys.stderr)
    return 1 if failed else 0


def build(
    runtime: StRuntime, model: str, board: str, out: str, kernels: str, app: str = "validate"
) -> tuple[FirmwareBuild, str]:
    """The twin's firmware around ST's runtime, and its ELF file. app: see Request."""
    request = Request(model=model, board=board, out=out, app=app, kernels=kernels, models=f"{out}/models")
    board_firmware = FirmwareBuild.of([request])
    firmware = board_firmware.twin(app)
    jobs, elf = firmware.build()
    Path(out).mkdir(parents=True, exist_ok=True)
    Path(out, "shim.h").write_text(SHIM)
    Path(out, "no_npu.c").write_text(NO_NPU)
    obtaining = [network.obtaining for network in board_firmware.networks if network.obtaining]
    for job in [*obtaining, *firmware.generate_networks(), *under_st(jobs, runtime, out)]:
        run(job)
    return firmware, elf


def under_st(jobs: list[Job], runtime: StRuntime, out: str) -> Iterator[Job]:
    """The jobs with ST's headers in front of Ingot's, and ST's C files in place of Ingot's runtime."""
    added: list[str] = []
    for job in jobs:
        if isinstance(job, CompileJob) and "/kernels/" not in job.target:
            shim = ("-include", f"{out}/shim.h")
            folders = (*job.folders[:1], *map(str, runtime.include), *job.folders[1:])
            job = replace(
                job,
                flags=(*job.flags, *runtime.flags, *shim),
                defines={**job.defines, **runtime.defines},
                folders=folders,
            )
            if Path(job.source).name == RUNTIME:
                absent = (CACHE_SOURCES[1], *HAL_SOURCES)  # the NPU's cache
                there = [str(path) for path in runtime.sources if path.name not in absent]
                for source in (*there, f"{out}/no_npu.c"):
                    # The chip's headers come first there; no_npu.c has no header at all.
                    chip = Path(source).name in CACHE_SOURCES or source == f"{out}/no_npu.c"
                    renamed = {"LL_ATON_Init": "st_LL_ATON_Init"} if Path(source).name == "ll_aton.c" else {}
                    target = f"{out}/st/{object_stem(source)}.o"
                    added.append(target)
                    flags = (*SOURCE_FLAGS, *(job.flags[: -len(shim)] if chip else job.flags))
                    yield replace(job, source=source, target=target, flags=flags, defines={**job.defines, **renamed})
                continue
        if isinstance(job, LinkJob):
            objects = [name for name in job.objects if Path(name).stem != f"runtime_{Path(RUNTIME).stem}"]
            libraries = (*job.libraries, str(runtime.library))
            job = replace(job, objects=(*objects, *added), libraries=libraries, flags=(*job.flags, "-lm"))
        yield job


def run(job: Job) -> None:
    """Runs a job unless its files are there already."""
    if all(Path(file).is_file() for file in job.outputs):
        return
    for file in job.outputs:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    if isinstance(job, StepJob):
        run_job(job)
    else:
        before = launcher().split() if isinstance(job, CompileJob) else []
        subprocess.run([*before, *job.command], check=True)


if __name__ == "__main__":
    sys.exit(main())
