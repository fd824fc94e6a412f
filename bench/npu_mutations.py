# SPDX-License-Identifier: Apache-2.0
"""Damaged builds for the NPU: blobs with changed words, network.c files and c_infos with changed text. Counts what
becomes of them; what is proven runs on the simulator.

    python bench/npu_mutations.py [--count 10000] [--seed 1] [--build FOLDER ...]

Without --build two own small builds are damaged: one of single layers, and one that the generator makes of a block,
with several layers in an epoch. A traceback, a case of more than 20 seconds, or a build that is proven although one of
its streams leaves its pool ends the program with status 1, with the number that makes the case again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.base.errors import IngotError  # noqa: E402
from ingot.compiler.frontend.model import read_model  # noqa: E402
from ingot.st.npu.build import Build, read_build  # noqa: E402
from ingot.st.npu.codegen.build import build_of  # noqa: E402
from ingot.st.npu.codegen.generate import generate  # noqa: E402
from ingot.st.npu.codegen.units import SPARE  # noqa: E402
from ingot.st.npu.container import read_blob, write_blob  # noqa: E402
from ingot.st.npu.envelope import refuse_strangers  # noqa: E402
from ingot.st.npu.listing import list_text  # noqa: E402
from ingot.st.npu.machine import Machine  # noqa: E402
from ingot.st.npu.memory import regions_of, touched  # noqa: E402
from ingot.st.npu.proof import prove  # noqa: E402
from ingot.st.npu.public import public  # noqa: E402
from ingot.st.npu.simulate import Simulation  # noqa: E402
from ingot.st.npu.streams import streams_of  # noqa: E402
from support.npu_build import FLASH, RAM, Buffer, conv_epoch, copy_epoch, write_build  # noqa: E402
from support.npu_graphs import Small  # noqa: E402

SECONDS = 20
WORDS = (0, 1, 2, 4, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, RAM, FLASH)


def own_build(folder: Path) -> Path:
    """A convolution and two copies."""
    buffers = [
        Buffer("Input_0", "input", RAM, 64, 0),
        Buffer("Conv2D_1_weights", "input", FLASH, 16, 0, True),
        Buffer("Conv2D_1_out", "internal", RAM + 0x100, 64, 1),
        Buffer("Copy_2_out", "internal", RAM + 0x200, 64, 2),
        Buffer("Copy_3_out", "output", RAM + 0x300, 64, 3),
    ]
    epochs = [
        conv_epoch(1, RAM, FLASH, RAM + 0x100),
        copy_epoch(2, RAM + 0x100, RAM + 0x200, 64),
        copy_epoch(3, RAM + 0x200, RAM + 0x300, 64),
    ]
    path = write_build(folder, {"_ec_blob_1": epochs}, buffers, bytes(16))
    places = [(item.name, item.at, item.size) for item in buffers]
    (path / "network_c_info.json").write_text(c_info(places))
    return path


def fused_build(folder: Path) -> Path:
    """A generated block: the projection and the sum behind it are one epoch."""
    folder.mkdir(parents=True)
    model = Small((4, 4, 16), zero=3).residual(48).write(folder)
    program = generate(read_model(model), public(), (RAM, RAM + (1 << 18)), FLASH)
    if not any(item.sharing >= 0 for item in program.operators):
        raise RuntimeError("no two layers share an epoch")
    found = build_of(program).source.buffers
    buffers = [Buffer(item.name, item.kind, item.start, item.size, item.epoch, item.param) for item in found]
    return write_build(folder, program.blobs(), buffers, program.weights + bytes(SPARE))


def c_info(places: Sequence[tuple[str, int, int]]) -> str:
    """A c_info with buffers in one pool that begins at 16."""
    found = [{"name": name, "mpool_id": 1, "offset_start": at - 16, "size_bytes": size} for name, at, size in places]
    return json.dumps({"memory_pools": [{"id": 1, "address": "16", "subpools": []}], "buffers": found}, indent=1)


def damaged_words(words: list[int], chance: random.Random) -> list[int]:
    """One to three changes: a bit, a number, a word too many or too few, the end cut off."""
    words = list(words)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(words))
        kind = chance.randrange(6)
        if kind < 2:
            words[at] ^= 1 << chance.randrange(32)
        elif kind == 2:
            words[at] = chance.choice(WORDS)
        elif kind == 3:
            words[at] = (words[at] + chance.choice((-64, -4, -1, 1, 4, 64, 4096))) & 0xFFFFFFFF
        elif kind == 4:
            del words[at]
        else:
            words.insert(at, chance.choice(WORDS))
        words = words or [0]
    return words[: chance.randrange(1, len(words))] if chance.random() < 0.05 else words


def damaged_text(text: str, chance: random.Random) -> str:
    """One to three changes: a number, a line too many or too few, a letter, the end cut off."""
    for _ in range(chance.randint(1, 3)):
        kind = chance.randrange(5)
        numbers = list(re.finditer(r"\b(0x[0-9a-fA-F]+|\d+)", text))
        if kind < 2 and numbers:
            found = chance.choice(numbers)
            text = text[: found.start()] + str(chance.choice((*WORDS, -1, 1 << 40))) + text[found.end() :]
        elif kind == 2:
            lines = text.splitlines(keepends=True)
            at = chance.randrange(len(lines))
            text = "".join(lines[:at] + chance.choice(([], [lines[at]] * 2)) + lines[at + 1 :])
        elif kind == 3:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice('{}();=,."x0 ') + text[at + 1 :]
        elif chance.random() < 0.2:
            text = text[: chance.randrange(1, len(text))]
    return text


def with_damaged_blob(build: Build, chance: random.Random) -> Build:
    """The build with one blob changed; read, run and checked as `read_build` does. Raises IngotError."""
    name = chance.choice(sorted(build.blobs))
    blobs = dict(build.blobs) | {name: read_blob(damaged_words(write_blob(build.blobs[name]), chance), name)}
    machine = Machine()
    for label, blob in blobs.items():
        machine.run(blob, label)
    for epoch in machine.epochs:
        refuse_strangers(epoch)
    return replace(build, blobs=blobs, epochs=tuple(machine.epochs))


def with_damaged_source(path: Path, folder: Path, chance: random.Random) -> Build:
    """The build with a changed network.c or c_info."""
    names = [
        file.name for file in path.iterdir() if file.name.endswith(("_c_info.json", ".c")) and file.name[:5] != "stai_"
    ]
    chosen = chance.choice(sorted(names))
    for file in path.iterdir():
        target = folder / file.name
        if file.name in names:
            target.unlink(missing_ok=True)
        if file.name == chosen:
            target.write_text(damaged_text(file.read_text(errors="replace"), chance))
        elif not target.exists() and file.suffix in (".c", ".h", ".json", ".raw", ".bin", ".hex"):
            target.symlink_to(file)
    return read_build(folder)


def outcome(build: Build) -> str:
    """What the proof says; "outside" for a proven build with a stream that leaves its pool."""
    list_text(build)
    proof = prove(build)
    if not proof.holds:
        return f"found: {proof.faults[0].kind}"
    for _ in Simulation(build).run():
        pass
    regions = regions_of(build.source)
    for epoch in build.epochs:
        for stream in streams_of(epoch):
            addresses = touched(stream)
            first, last = int(addresses[0]), int(addresses[-1])
            if (first, last) != (stream.first, stream.last):
                return "outside"
            if not any(region.holds(stream.label, first, last) for region in regions):
                return "outside"
    return "proven"


def _too_long(*_: Any) -> None:
    raise TimeoutError


def main() -> int:
    """Runs the cases. 0 when none is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=Path, action="append", default=[])
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, _too_long)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        paths = [path.resolve() for path in given.build] or [
            own_build(Path(scratch) / "own"),
            fused_build(Path(scratch) / "fused"),
        ]
        builds = {path: read_build(path) for path in paths}
        for number in range(given.seed, given.seed + given.count):
            chance = random.Random(number)
            path = paths[number % len(paths)]
            folder = Path(scratch) / f"build{number % len(paths)}"
            folder.mkdir(exist_ok=True)
            signal.alarm(SECONDS)
            try:
                if builds[path].blobs and chance.random() < 0.7:
                    kind, build = "blob", with_damaged_blob(builds[path], chance)
                else:
                    kind, build = "network.c or c_info", with_damaged_source(path, folder, chance)
                result = outcome(build)
            except IngotError:
                kind, result = "either", "refused"
            except TimeoutError:
                kind, result = "either", "hangs"
            except Exception:
                traceback.print_exc()
                kind, result = "either", "crashes"
            signal.alarm(0)
            counts[result] += 1
            if result in ("hangs", "crashes", "outside"):
                print(f"case {number} ({kind}, {path.name}): {result}")
    for result, count in counts.most_common():
        print(f"{count:8,}  {result}")
    return 1 if any(counts[fault] for fault in ("hangs", "crashes", "outside")) else 0


if __name__ == "__main__":
    sys.exit(main())
