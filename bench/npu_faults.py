# SPDX-License-Identifier: Apache-2.0
"""Single faults in builds for the NPU: which stage finds them.

    python bench/npu_faults.py NAME BUILD MODEL.tflite [NAME BUILD MODEL ...] [--seed 1] [--tries 2]

Each kind of fault is put into a convolution's epoch that is drawn by the seed, `tries` times. The stages, in order:

    read      the build is refused when it is read: unknown fields, routes, geometry, relocations
    prove     the proof on the level of registers
    weights   the weights are not the model's
    verify    an epoch on the simulator is further from the model than its kind explains

"not found" is printed with the largest difference that the fault makes in its own epoch, and the share of elements.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.base.errors import IngotError  # noqa: E402
from ingot.device.npu.judged import input_ports, model_inputs  # noqa: E402
from ingot.device.npu.oracles import Oracle, open_oracle  # noqa: E402
from ingot.device.run.inputs import random_inputs  # noqa: E402
from ingot.st.npu.build import Build, read_build  # noqa: E402
from ingot.st.npu.container import Blob  # noqa: E402
from ingot.st.npu.envelope import refuse_strangers  # noqa: E402
from ingot.st.npu.judge.run import Judge  # noqa: E402
from ingot.st.npu.machine import HardwareEpoch, Machine, Registers  # noqa: E402
from ingot.st.npu.proof import prove  # noqa: E402
from ingot.st.npu.registers import FIELDS, MEMORY, Unit, signed  # noqa: E402
from ingot.st.npu.routes import links_of  # noqa: E402
from ingot.st.npu.streams import stream_of, streams_of  # noqa: E402
from ingot.st.npu.weights import compare_weights  # noqa: E402


@dataclass
class Known:
    """A right build, its model, and the verdict's numbers: epoch -> largest difference."""

    build: Build
    model: Path
    judge: Judge
    oracle: Oracle
    right: Mapping[int, tuple[float, float]]


Change = Callable[[Build, HardwareEpoch, random.Random], Build]


def with_epoch(build: Build, epoch: HardwareEpoch) -> Build:
    """The build with an epoch of the same number replaced."""
    return replace(build, epochs=tuple(epoch if item.number == epoch.number else item for item in build.epochs))


def with_words(epoch: HardwareEpoch, unit: Unit, words: Mapping[int, int]) -> HardwareEpoch:
    """The epoch with these registers of a unit."""
    old = epoch.units[unit]
    return replace(epoch, units={**epoch.units, unit: Registers({**old.words, **words}, old.labels)})


def field_changed(kind: str, name: str, change: Callable[[int], int], pick: Callable[[dict[str, int]], bool]) -> Change:
    """Changes a field of a unit that fits."""

    def changed(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
        field = FIELDS[kind][name]
        fits = []
        for unit, registers in epoch.units.items():
            if unit.kind == kind:
                fields = {key: item.get(registers[item.word]) for key, item in FIELDS[kind].items()}
                if pick(fields):
                    fits.append(unit)
        if not fits:
            raise LookupError(f"no {kind} of it has such a {name}")
        unit = chance.choice(fits)
        word = epoch.units[unit][field.word]
        value = change(field.get(word)) & (field.mask >> field.lsb)
        return with_epoch(build, with_words(epoch, unit, {field.word: word & ~field.mask | field.put(value)}))

    return changed


def padding(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """A column of padding goes to the other side."""
    for unit, registers in epoch.units.items():
        if unit.kind != "CONVACC":
            continue
        left, right = FIELDS["CONVACC"]["LPAD"], FIELDS["CONVACC"]["RPAD"]
        word = registers[left.word]
        sides = left.get(word), right.get(word)
        if sides[0] != sides[1] or 0 < sides[0] < 2:
            moved = (sides[1], sides[0]) if sides[0] != sides[1] else (sides[0] - 1, sides[1] + 1)
            word = word & ~left.mask & ~right.mask | left.put(moved[0]) | right.put(moved[1])
            return with_epoch(build, with_words(epoch, unit, {left.word: word}))
    raise LookupError("nothing is padded")


def kernels_of(build: Build, epoch: HardwareEpoch) -> tuple[int, int]:
    """Address and bytes of the epoch's kernels."""
    for link in links_of(epoch):
        if link.port.unit.kind == "CONVACC" and link.port.port == 1:
            stream = stream_of(link.source, epoch.units[link.source], epoch.where)
            if any(image.holds(stream.address, stream.moved) for image in build.images):
                return stream.address, stream.moved
    raise LookupError("its kernels are in no file")


def image_changed(change: Callable[[bytes, int, random.Random], bytes]) -> Change:
    """Changes the bytes of an epoch's kernels."""

    def changed(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
        address, size = kernels_of(build, epoch)
        image = next(image for image in build.images if image.holds(address, size))
        at = address - image.base
        part = change(image.content[at : at + size], size, chance)
        content = image.content[:at] + part + image.content[at + size :]
        return replace(
            build, images=tuple(replace(image, content=content) if item is image else item for item in build.images)
        )

    return changed


def bit(content: bytes, size: int, chance: random.Random) -> bytes:
    """One bit (value 16) of a weight that is not 0."""
    at = chance.choice([place for place, byte in enumerate(content) if byte])
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


def order(content: bytes, size: int, chance: random.Random) -> bytes:
    """Two halves of the kernels change places."""
    half = size // 2
    return content[half : 2 * half] + content[:half] + content[2 * half :]


def scale(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """The multiplier of one channel by 1 %."""
    for unit, registers in epoch.units.items():
        fields = {key: item.get(registers[item.word]) for key, item in FIELDS.get(unit.kind, {}).items()}
        if unit.kind == "ARITH" and fields["COEFFA"] and fields["OBYTES"] == 2:
            places = [
                word for word in registers.words if word >= MEMORY and not word % 2 and registers.words[word] & 0xFFFF
            ]
            place = chance.choice(places)
            word = registers.words[place]
            value = round(signed(word, 16) * 1.01)
            if value == signed(word, 16):
                value += 1
            return with_epoch(build, with_words(epoch, unit, {place: word & ~0xFFFF | value & 0xFFFF}))
    raise LookupError("no multiplier a channel")


def address(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """The address that a stream of features starts at, by one."""
    reads = [item for item in streams_of(epoch) if not item.writes and not item.cacheable]
    unit = chance.choice(reads).unit
    return with_epoch(build, with_words(epoch, unit, {2: epoch.units[unit][2] + 1}))


def foreign_blob(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """The epochs of another blob under this one's name; of the only blob, its epochs in another order."""
    if len(build.blobs) > 1:
        one, other = chance.sample(sorted(build.blobs), 2)
        return replace(
            build,
            blobs=dict(build.blobs) | {one: build.blobs[other]},
            epochs=run_blobs(dict(build.blobs) | {one: build.blobs[other]}),
        )
    numbers = [item.number for item in build.epochs]
    swapped = dict(zip(numbers, [*numbers[2:], *numbers[:2]], strict=True))
    return replace(
        build,
        epochs=tuple(
            sorted((replace(item, number=swapped[item.number]) for item in build.epochs), key=lambda item: item.number)
        ),
    )


def run_blobs(blobs: Mapping[str, Blob]) -> tuple[HardwareEpoch, ...]:
    """The epochs of blobs."""
    machine = Machine()
    for name, blob in blobs.items():
        machine.run(blob, name)
    return tuple(machine.epochs)


def moved_pool(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """The pool of weights 4 KiB further, in the tables of network.c; the registers stay."""
    first = build.images[0].base
    pools = tuple(
        replace(pool, offset=pool.offset + 4096, base=pool.offset + 4096) if pool.offset == first else pool
        for pool in build.source.pools
    )
    buffers = tuple(replace(item, base=first + 4096) if item.base == first else item for item in build.source.buffers)
    return replace(build, source=replace(build.source, pools=pools, buffers=buffers))


def raw_offset(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """The file of weights 16 bytes too late."""
    first, *rest = build.images
    return replace(build, images=(replace(first, base=first.base + 16), *rest))


def overlap(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """An epoch writes where a buffer lies that is read later: its output, its table and its readers move there."""
    reads = {(item.number, stream.address) for item in build.epochs for stream in streams_of(item) if not stream.writes}
    for item in build.epochs:
        for stream in streams_of(item):
            if not stream.writes or stream.label:
                continue
            later = sorted(
                at
                for number, at in reads
                if number > item.number + 1 and at != stream.address and at < build.images[0].base
            )
            if not later:
                continue
            target = chance.choice(later)
            words = {2: target, 14: target + stream.limit - stream.address}
            return with_epoch(build, with_words(item, stream.unit, words))
    raise LookupError("nothing is read later")


def relocation(build: Build, epoch: HardwareEpoch, chance: random.Random) -> Build:
    """A relocated address loses its entry."""
    for item in build.epochs:
        for unit, registers in item.units.items():
            if registers.labels:
                return with_epoch(build, replace(item, units={**item.units, unit: Registers(registers.words, {})}))
    raise LookupError("nothing is relocated")


def any_unit(fields: dict[str, int]) -> bool:
    """Every unit."""
    return True


FAULTS: Mapping[str, Change] = {
    "a bit of a weight": image_changed(bit),
    "order of kernels": image_changed(order),
    "shift of the sums + 1": field_changed(
        "CONVACC", "OUTSHIFT", lambda value: value + 1, lambda item: item["OBYTES"] < 3
    ),
    "shift of the output + 1": field_changed(
        "ARITH", "RES", lambda value: value + 1, lambda item: item["OBYTES"] == 1 and item["SAT"] == 1
    ),
    "padding on the other side": padding,
    "stride": field_changed("CONVACC", "HSTRD", lambda value: 3 - value, any_unit),
    "scale of a channel by 1 %": scale,
    "address of a stream + 1": address,
    "wrong blob": foreign_blob,
    "moved pool": moved_pool,
    "wrong raw offset": raw_offset,
    "missing relocation": relocation,
    "overlap": overlap,
    "zero point + 1": field_changed("CONVACC", "FSUB", lambda value: value + 1, lambda item: item["DEEPMODE"] == 0),
}


def know(path: Path, model: Path) -> Known:
    """Reads a right build, and judges it."""
    build = read_build(path)
    oracle = open_oracle(model)
    judge = Judge(build, oracle.graph, prove(build), model.name, oracle.name)
    ports = input_ports(judge)
    specs = [(known.tensor.shape, buffer.dtype) for buffer, known in ports]
    oracle.run(model_inputs(oracle, ports, random_inputs(specs, 1)))
    verdict = judge.layer_by_layer(oracle.tensor)
    return Known(build, model, judge, oracle, {item.epoch: (item.largest, item.share) for item in verdict.epochs})


def stage_of(known: Known, build: Build, number: int) -> str:
    """Which stage finds the fault."""
    try:
        for epoch in build.epochs:
            refuse_strangers(epoch)
            links_of(epoch)
            streams_of(epoch)
    except IngotError:
        return "read"
    proof = prove(build)
    if not proof.holds:
        return f"prove ({proof.faults[0].kind})"
    if compare_weights(build, known.model).wrong:
        return "weights"
    try:
        judge = replace(known.judge, build=build, proof=proof)
        verdict = judge.layer_by_layer(known.oracle.tensor)
    except IngotError as error:
        return f"verify ({error.what[:40]})"
    wrong = [item.epoch for item in verdict.wrong]
    if wrong:
        return "verify"
    own = next(item for item in verdict.epochs if item.epoch == number)
    before = known.right[number]
    return (
        f"NOT FOUND (at most {own.largest:g}, {100 * own.share:.2f} %; before {before[0]:g}, {100 * before[1]:.2f} %; "
        f"limit {own.limit})"
    )


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=2)
    given = parser.parse_args()
    for name, path, model in zip(given.builds[::3], given.builds[1::3], given.builds[2::3], strict=True):
        known = know(Path(path), Path(model))
        judged = [
            epoch
            for epoch in known.build.epochs
            if any(unit.kind == "CONVACC" for unit in epoch.units) and known.right.get(epoch.number, (99, 0))[0] <= 1
        ]
        for title, change in FAULTS.items():
            found = []
            for number in range(given.tries):
                chance = random.Random(f"{given.seed} {number} {title}")
                for epoch in chance.sample(judged, len(judged)):
                    try:
                        damaged = change(known.build, epoch, chance)
                    except (LookupError, IngotError):
                        continue
                    found.append(f"epoch {epoch.number}: {stage_of(known, damaged, epoch.number)}")
                    break
            print(f"{name:<10} {title:<26} {'; '.join(found) or 'does not occur in it'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
