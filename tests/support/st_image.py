# SPDX-License-Identifier: Apache-2.0
"""Relocatable images around the stand-in for ST's runtime, by the steps of a build and without a build tool."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.board import find_board
from ingot.image.image import Image, parse_image
from ingot.link import toolchain
from ingot.st.prebuilt.describe import describe_output, render_description
from ingot.st.prebuilt.output import open_output
from ingot.st.stedgeai.pack import DEFINES
from ingot.st.stedgeai.reloc import DEFINES as RELOC_DEFINES
from ingot.st.stedgeai.reloc import open_reloc_parts
from ingot.steps.image import pack_image, reloc_st_sources
from support.session import session_folder
from support.st_network import StImageNetwork
from support.st_pack import make_reloc_pack

BOARD = find_board("n6dk", toolchain.ROOT / "boards")


@functools.cache
def reloc_pack(version: tuple[int, int, int, int] = (1, 1, 1, 14)) -> Path:
    """The stand-in pack, once for the whole test session."""
    return make_reloc_pack(session_folder("st-pack") / "pack", version)


@dataclass(frozen=True)
class StImage:
    """facts: as the packager gives them back. params: content of the second file; b"" when there is none."""

    file: Path
    content: bytes
    image: Image
    params: bytes
    facts: dict[str, Any]


def build_st_image(
    network: StImageNetwork, folder: Path, blobs_in_params: bool = False, split: bool = False, **settings: Any
) -> StImage:
    """settings: more of pack_image's, such as seal="none"."""
    output = folder / "st_ai_output"
    output.mkdir(parents=True)
    for name, content in network.files().items():
        (output / name).write_bytes(content)
    c_info = folder / "network_c_info.json"
    c_info.write_text(render_description(describe_output(open_output(output))))
    raws = sorted(output.glob("*.raw"))
    network_c = output / "network.c"
    source, script, conf = folder / "rel.c", folder / "rel.ld", folder / "rel_conf.h"
    reloc_st_sources(c_info, network_c, raws, BOARD, source, script, conf, ecblob_in_params=blobs_in_params)
    parts = open_reloc_parts(str(reloc_pack(network.version)), "prebuilt")
    flags = [*toolchain.image_st_flags("cortex-m55"), "-mcmse", "-w", "-include", str(conf)]
    flags += [f"-D{name}={value}" for name, value in {**DEFINES, **RELOC_DEFINES}.items()]
    runtime = toolchain.ROOT / "firmware" / "runtime"
    flags += [f"-I{path}" for path in (folder, output, *parts.include, runtime)]
    pic = toolchain.settings()["relocatable"]
    objects = []
    for path in (network_c, source, runtime / "ingot_reloc_no_buffers.c", *parts.sources):
        objects.append(folder / f"{path.stem}.o")
        command = [toolchain.tool(), *flags, *(() if path == source else pic), "-c", path, "-o", objects[-1]]
        subprocess.run([str(word) for word in command], check=True)
    elf, image, second = folder / "rel.elf", folder / "network_rel.bin", folder / "network_rel_params.bin"
    link = [*toolchain.image_link_flags("cortex-m55"), f"-Wl,-T,{script}", "-lgcc", "-o", elf]
    words = [toolchain.tool(), *objects, parts.library, *link]
    subprocess.run([str(word) for word in words], check=True)
    facts = pack_image(
        elf,
        c_info,
        raws,
        BOARD,
        image,
        second if split else None,
        network_c=str(network_c),
        ecblob_in_params=blobs_in_params,
        **settings,
    )
    content = image.read_bytes()
    parsed = parse_image(content, image.name)
    return StImage(image, content, parsed, second.read_bytes() if split else parsed.params, facts)
