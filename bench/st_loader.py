# SPDX-License-Identifier: Apache-2.0
"""Does ST's own loader install an image of a network of ST's compiler, in place and copied?

    python bench/st_loader.py PACK IMAGE ... [--board n6dk] [--build build/st_loader]

PACK: where the runtime is that the images want: an ST Edge AI install or a checkout of one of ST's GettingStarted
repositories. IMAGE: a `<name>_rel.bin` of the target `reloc`. A firmware of the board's twin is built around the pack's
loader and run in QEMU once an image. It installs the image in both modes, initialises the network, and prints what the
loader says about it; no epoch of the NPU runs. One row an image; status 1 when one is not installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.device.run.qemu import Image, run
from ingot.st.stedgeai.firmware import st_runtime
from ingot.st.stedgeai.pack import open_pack
from st_runtime import build  # beside this file

#: Memory of the twin's machine that neither the board nor its twin use: the image, its RAM, its external RAM.
PLACE, EXEC, EXTERNAL = 0x68000000, 0x62000000, 0x64000000

MAIN = f"""
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "ll_aton_reloc_network.h"

static NN_Instance_TypeDef instance;

static void line(const char *what, uint32_t value)
{{
    ingot_print(what);
    ingot_print_unsigned(value);
    ingot_print("\\n");
}}

static uint32_t epochs(uint32_t flag)
{{
    uint32_t n = 0;
    const EpochBlock_ItemTypeDef *block = instance.exec_state.first_epoch_block;
    for (; !(block->flags & EpochBlock_Flags_last_eb); block++)
        n += !flag || (block->flags & flag);
    return n;
}}

static void install(const char *name, uint32_t mode)
{{
    ll_aton_reloc_info info;
    ll_aton_reloc_config config = {{0}};
    config.exec_ram_addr = {EXEC:#x}u;
    config.exec_ram_size = 0x1000000u;
    config.ext_ram_addr = {EXTERNAL:#x}u;
    config.ext_ram_size = 0x1000000u;
    config.mode = mode;
    if (ll_aton_reloc_get_info({PLACE:#x}u, &info) != 0)
        ingot_stop("get_info refuses the image");
    int status = ll_aton_reloc_install({PLACE:#x}u, &config, &instance);
    ingot_print(name);
    line(": install ", (uint32_t)-status);
    if (status != 0)
        ingot_stop("the loader refuses the image");
    LL_ATON_RT_Init_Network(&instance);
    line("  code ", info.code_sz);
    line("  parameters ", info.params_sz);
    line("  activations ", info.acts_sz);
    line("  epochs ", epochs(0));
    line("  blobs ", epochs(EpochBlock_Flags_blob));
    for (int32_t i = 0; ll_aton_reloc_get_input_buffers_info(&instance, i) &&
                        ll_aton_reloc_get_input_buffers_info(&instance, i)->name; i++)
        line("  input ", LL_Buffer_len(ll_aton_reloc_get_input_buffers_info(&instance, i)));
}}

int main(void)
{{
    LL_ATON_RT_RuntimeInit();
    install("XIP", AI_RELOC_RT_LOAD_MODE_XIP);
    install("COPY", AI_RELOC_RT_LOAD_MODE_COPY);
    ingot_exit(0);
}}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path, metavar="PACK")
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--model", default="movenet", help="of the network that the firmware has as well")
    parser.add_argument("--board", default="n6dk")
    parser.add_argument("--build", default="build/st_loader")
    given = parser.parse_args()
    try:
        pack = open_pack(given.pack)
        runtime = st_runtime(pack, reloc=True)
        loader = pack.files["ll_aton_reloc_network.c"]
        application = Path(given.build, "app")
        application.mkdir(parents=True, exist_ok=True)
        (application / "main.c").write_text(MAIN)
        runtime = replace(runtime, sources=(*runtime.sources, loader))
        _, elf = build(
            runtime, given.model, given.board, f"{given.build}/firmware", f"{given.build}/kernels", str(application)
        )
    except (IngotError, ValueError, KeyError, subprocess.CalledProcessError) as error:
        print(f"{given.pack}: {error}", file=sys.stderr)
        return 1
    failed = 0
    for image in given.images:
        done = run(Path(elf), [Image(image, PLACE)])
        failed += done.status != 0
        print(f"{image} under {pack.ll_aton}: {'installed' if done.status == 0 else 'NOT INSTALLED'}")
        print("\n".join(f"  {text}" for text in done.lines))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
