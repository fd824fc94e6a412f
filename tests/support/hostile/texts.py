# SPDX-License-Identifier: Apache-2.0
"""Damaged texts: YAML, JSON and C, changed as values where they have some, else by lines and words."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from ingot.base.places import ROOT
from support.hostile.mutators import text_mutated, value_mutated


def board_text() -> str:
    return (ROOT / "boards" / "n6dk" / "board.yaml").read_text()


MODEL_YAML = """\
name: net
title: a network of the tests
source:
  file: net.tflite
preprocessing:
  range: [0, 1]
  color_mode: rgb
"""


def yaml_of(text: Callable[[], str]) -> Callable[[random.Random], bytes]:
    def make(rng: random.Random) -> bytes:
        import yaml

        if rng.random() < 0.5:
            return text_mutated(text(), rng)
        value = value_mutated(yaml.safe_load(text()), rng)
        return yaml.safe_dump(value, allow_unicode=True).encode(errors="replace")

    return make


def read_board(path: Path) -> object:
    from ingot.board import load_board
    from ingot.board.fit import load_pools

    for file in (ROOT / "boards" / "n6dk").glob("*.mpool"):
        if not (path.parent / file.name).exists():
            shutil.copy(file, path.parent / file.name)
    return load_pools(load_board(path))


def read_manifest(path: Path) -> object:
    from ingot.model import load_manifest

    return load_manifest(path)


def _pools_text() -> str:
    return sorted((ROOT / "boards" / "n6dk").glob("*.mpool"))[0].read_text()


def make_mpool(rng: random.Random) -> bytes:
    if rng.random() < 0.4:
        return text_mutated(_pools_text(), rng)
    return json.dumps(value_mutated(json.loads(_pools_text()), rng), indent=1).encode(errors="replace")


def read_mpool(path: Path) -> object:
    from ingot.board.mpool_reading import read_mpool

    return read_mpool(path)


# ---- ST's output


@cache
def output_files() -> dict[str, bytes]:
    from support.st_output import StNetwork

    return StNetwork(version="3.0").files()


def named(end: str) -> bytes:
    return next(content for name, content in sorted(output_files().items()) if name.endswith(end))


def make_c_info(rng: random.Random) -> bytes:
    document = json.loads(named("c_info.json"))
    if rng.random() < 0.2:
        return text_mutated(json.dumps(document, indent=1), rng)
    return json.dumps(value_mutated(document, rng)).encode(errors="replace")


def read_c_info(path: Path) -> object:
    from ingot.network.c_info import read_c_info

    return read_c_info(path)


def make_network_c(rng: random.Random) -> bytes:
    return text_mutated(named("network.c").decode(), rng)


def read_network_c(path: Path) -> object:
    from ingot.st.prebuilt.describe import describe_output
    from ingot.st.prebuilt.output import open_output

    return describe_output(open_output(path.parent))


# ---- what the flash was written with


def make_record(rng: random.Random) -> bytes:
    record = {f"{0x71000000 + 0x1000 * n:#010x}": [4096, "ab" * 32] for n in range(5)}
    return (
        json.dumps(value_mutated(record, rng)).encode()
        if rng.random() < 0.7
        else text_mutated(json.dumps(record, indent=1), rng)
    )


def read_record(path: Path) -> object:
    from ingot.device.flash.plan import Part
    from ingot.device.flash.run import Record

    record = Record(path)
    part = Part("part", 0x71001000, bytes(100))
    had = record.has(part)
    record.forget(part)
    record.add(part)
    return had


# ---- what a device says of itself


REPORT = """\
board n6dk
version 3
slot_bytes 8388544
erases 12
received 512
model net
slot A
bytes 18760
"""


def make_report(rng: random.Random) -> bytes:
    return text_mutated(REPORT, rng)


def read_report(path: Path) -> object:
    from ingot.update.plan import plan_update
    from ingot.update.send import parse_report
    from support.loader import verdict_samples

    report = parse_report(path.read_bytes().decode("utf-8", "replace"), str(path))
    image = verdict_samples()["whole"][0]
    return plan_update(report, image, "image.bin", 4, {})
