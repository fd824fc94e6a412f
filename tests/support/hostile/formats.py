# SPDX-License-Identifier: Apache-2.0
"""The formats: for each how damaged files are made, and what reads them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.hostile import containers, models, packets, texts


@dataclass(frozen=True)
class Format:
    """name: of the file that is written. make: one damaged content. read: as Ingot reads the file."""

    name: str
    make: Callable[[random.Random], bytes]
    read: Callable[[Path], object]


FORMATS: dict[str, Format] = {
    ".tflite": Format("net.tflite", models.make_tflite, models.read_tflite),
    ".mpool": Format("pools.mpool", texts.make_mpool, texts.read_mpool),
    "model.yaml": Format("model.yaml", texts.yaml_of(lambda: texts.MODEL_YAML), texts.read_manifest),
    "board.yaml": Format("board.yaml", texts.yaml_of(texts.board_text), texts.read_board),
    "c_info": Format("network_c_info.json", texts.make_c_info, texts.read_c_info),
    "network.c": Format("network.c", texts.make_network_c, texts.read_network_c),
    "zip": Format("out.zip", containers.make_zip, containers.read_zip),
    "NBIN": Format("image.bin", packets.make_nbin, packets.read_nbin),
    ".npy/.npz": Format("input.npz", containers.make_numpy, containers.read_numpy),
    "images": Format("picture.png", containers.make_picture, containers.read_picture),
    "protocol frames": Format("frames.bin", packets.make_frames, packets.read_frames),
    "flash records": Format("flashed.json", texts.make_record, texts.read_record),
    "cache entries": Format("entry.ingot", containers.make_entry, containers.read_entry),
    "update packages": Format("new.upd", packets.make_update, packets.read_update),
    "device reports": Format("report.txt", texts.make_report, texts.read_report),
}
