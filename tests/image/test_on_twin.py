# SPDX-License-Identifier: Apache-2.0
"""Images on the emulated board: side by side, replaced in place, with every kind of pool, under their own addresses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ingot.board import Mpool
from ingot.cli.main import ingot
from ingot.device.run.inputs import random_inputs
from ingot.device.run.model_host import CLEAR, COPY, MAY_HOLD_POOLS, XIP, Install, Session, bytes_of
from ingot.device.run.oracle import Reference
from ingot.device.run.reloc_verify import Files, open_regions, verify_images
from ingot.image.nbin import PoolData, PoolType
from ingot.image.signature import new_keys, public_bytes
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.reloc_model import RelocModel, build_image, model_host, n6dk, without_pools

pytestmark = [needs_gcc, needs_qemu, pytest.mark.emulated]

FIRST, SECOND, STAGING, PARAMS = 0x71000000, 0x71200008, 0x71400000, 0x71800000
PSRAM = 0x90000000


def model_file(folder: Path, seed: int, channels: int = 8) -> Path:
    file = folder / f"pose{seed}.tflite"
    file.write_bytes(pose_model(seed, channels))
    return file


def sample(made: RelocModel, seed: int) -> list[Any]:
    return random_inputs([(buffer.shape, buffer.dtype) for buffer in made.network.inputs], seed)


def expected(file: Path, inputs: list[Any]) -> bytes:
    return bytes_of(Reference(file).run(inputs))


def session() -> Session:
    begun = Session()
    board, mpool = n6dk()
    open_regions(begun, board, mpool)
    return begun


def test_every_place_mode_and_form(tmp_path: Path) -> None:
    file = model_file(tmp_path, 1)
    made = build_image(file, tmp_path / "image")
    board, mpool = n6dk()
    files = Files(model_host(), made.file, made.split, made.params)
    outcome = verify_images(file, made.network, files, board, mpool, samples=2)
    assert outcome.passed
    assert len(outcome.results) == 12
    assert len({(result.image, result.exec_ram) for result in outcome.results}) == 3


def test_two_networks_side_by_side_epoch_by_epoch(tmp_path: Path) -> None:
    files = [model_file(tmp_path, 1), model_file(tmp_path, 2, 16)]
    first = build_image(files[0], tmp_path / "a")
    second = build_image(files[1], tmp_path / "b", name="other", change=without_pools("npuRAM3"))
    assert {pool.dst for pool in first.pools.pools}.isdisjoint({p.dst for p in second.pools.pools if p.dst})
    inputs = [sample(first, 5), sample(second, 6)]
    run = session()
    for made, place in ((first, FIRST), (second, SECOND)):
        run.load(made.file, place)
    run.install(Install(FIRST, "exec", first.image.xip_ram, XIP | CLEAR))
    run.install(Install(SECOND, "exec+8192", second.image.copy_ram, COPY, instance=1))
    run.infer_both(*inputs)
    run.infer_both(*inputs)
    done = run.run(model_host(), n6dk()[0].machine)
    wanted = b"".join(expected(file, data) for file, data in zip(files, inputs, strict=True))
    assert not done.refusals
    assert done.outputs == wanted * 2


@pytest.mark.parametrize("mode", [XIP, COPY])
def test_a_replaced_image_runs_the_new_network(tmp_path: Path, mode: int) -> None:
    files = [model_file(tmp_path, 3), model_file(tmp_path, 4, 16)]
    old, new = (build_image(file, tmp_path / f"{i}") for i, file in enumerate(files))
    inputs = sample(old, 7)
    run = session()
    run.load(old.file, FIRST)
    run.load(new.file, STAGING)
    for made in (old, new):
        ram = made.image.xip_ram if mode == XIP else made.image.copy_ram
        run.install(Install(FIRST, "exec", ram, mode))
        run.infer(inputs)
        run.commands.append("uninstall 0")
        run.commands.append(f"copy {FIRST:#x} {STAGING:#x} {new.file.stat().st_size}")
    done = run.run(model_host(), n6dk()[0].machine)
    assert done.outputs == b"".join(expected(file, inputs) for file in files)


@pytest.mark.parametrize("io", [{"io_placement": "application"}, {"io_input": "rows", "io_output": "rows"}])
def test_inputs_and_outputs_of_the_application(io: dict[str, str], tmp_path: Path) -> None:
    file = model_file(tmp_path, 8)
    made = build_image(file, tmp_path / "image", io=io)
    inputs = sample(made, 9)
    run = session()
    run.load(made.file, FIRST)
    run.install(Install(FIRST, "exec", made.image.xip_ram, XIP))
    run.infer(inputs)
    assert run.run(model_host(), n6dk()[0].machine).outputs == expected(file, inputs)


def moved_weights(mpool: Mpool) -> Mpool:
    """The weights' pool in RAM at a fixed address: they are copied there."""
    pools = [replace(p, base=PSRAM + (20 << 20), size=4 << 20) if not p.writable else p for p in mpool.pools]
    return replace(mpool, pools=tuple(replace(p, size=0) if p.base == PSRAM else p for p in pools))


def test_weights_at_a_fixed_address_are_copied_there(tmp_path: Path) -> None:
    file = model_file(tmp_path, 10)
    made = build_image(file, tmp_path / "image", change=moved_weights)
    kinds = {(pool.pool_type, pool.data) for pool in made.pools.pools}
    assert (PoolType.COPY, PoolData.PARAM) in kinds
    inputs = sample(made, 11)
    run = session()
    run.load(made.file, FIRST)
    install = Install(FIRST, "exec", made.image.copy_ram, COPY)
    run.install(install)  # refused: no network may write there
    run.region(PSRAM, 32 << 20, MAY_HOLD_POOLS)
    run.install(install)
    run.infer(inputs)
    done = run.run(model_host(), n6dk()[0].machine)
    assert [text for _, text in done.refusals] == ["a pool is where the network may not write"]
    assert done.outputs == expected(file, inputs)


def relative_activations(mpool: Mpool) -> Mpool:
    """Activations only in the external RAM, which becomes relative."""
    internal = [p.name for p in mpool.pools if p.writable and p.base is not None and p.base < 0x60000000]
    kept = without_pools(*internal)(mpool)
    return replace(kept, pools=tuple(replace(p, relative=p.relative or p.base == PSRAM) for p in kept.pools))


def test_activations_wherever_the_loader_puts_them(tmp_path: Path) -> None:
    file = model_file(tmp_path, 12)
    made = build_image(file, tmp_path / "image", change=relative_activations)
    (pool,) = made.pools.relative(1)
    assert pool.data == PoolData.ACTIV and made.pools.ext_ram_size == pool.size
    inputs = sample(made, 13)
    run = session()
    run.load(made.file, FIRST)
    exact = Install(FIRST, "exec", made.image.xip_ram, XIP, ext_ram=PSRAM + 0x100008, ext_size=-(-pool.size // 8) * 8)
    for ext_size in (0, exact.ext_size - 1):
        run.install(replace(exact, ext_size=ext_size))
    run.install(exact)
    run.infer(inputs)
    done = run.run(model_host(), n6dk()[0].machine)
    assert [text for _, text in done.refusals] == ["the external RAM is missing or too small"] * 2
    assert done.outputs == expected(file, inputs)


def test_one_image_installed_twice_runs_epoch_by_epoch(tmp_path: Path) -> None:
    """Each instance has its own data and activations; the code and the weights are there once."""
    file = model_file(tmp_path, 15)
    made = build_image(file, tmp_path / "image", change=relative_activations)
    (pool,) = made.pools.relative(1)
    inputs = [sample(made, 16), sample(made, 17)]
    run = session()
    run.load(made.file, FIRST)
    for number, (mode, ram) in enumerate(((XIP, made.image.xip_ram), (COPY, made.image.copy_ram))):
        ext = PSRAM + 0x100000 * (number + 1)
        run.install(
            Install(FIRST, f"exec+{4096 * number}", ram, mode, ext_ram=ext, ext_size=pool.size + 7, instance=number)
        )
    run.infer_both(*inputs)
    run.infer_both(*inputs[::-1])
    done = run.run(model_host(), n6dk()[0].machine)
    assert not done.refusals
    wanted = [expected(file, data) for data in inputs]
    assert done.outputs == b"".join([*wanted, *wanted[::-1]])


def test_a_damaged_image_is_refused_on_the_target(tmp_path: Path) -> None:
    file = model_file(tmp_path, 14)
    made = build_image(file, tmp_path / "image")
    content = bytearray(made.file.read_bytes())
    content[made.image.layout.size + 40] ^= 4  # an instruction
    made.file.write_bytes(content)
    run = session()
    run.load(made.file, FIRST)
    run.commands.append("policy 1")
    run.install(Install(FIRST, "exec", made.image.xip_ram, XIP))
    done = run.run(model_host(), n6dk()[0].machine)
    assert [text for _, text in done.refusals] == ["the image is damaged: it is not what was sealed"]


def test_signed_images(tmp_path: Path) -> None:
    """Accepted by the key that signed it; unsigned, of an unknown key, of a revoked key, forged: each its own code."""
    made = build_image(model_file(tmp_path, 5), tmp_path / "image")
    private, public = (tmp_path / name for name in ("key.pem", "key.pub"))
    secret, shown = new_keys()
    private.write_bytes(secret)
    public.write_bytes(shown)
    signed, forged = tmp_path / "signed.bin", tmp_path / "forged.bin"
    words = ["image", "sign", str(made.file), "--key", str(private), "--out", str(signed)]
    assert CliRunner().invoke(ingot, words).exit_code == 0
    content = bytearray(signed.read_bytes())
    content[-1] ^= 1
    forged.write_bytes(content)
    key = public_bytes(shown, "key").hex()
    run = session()
    for number, file in enumerate((signed, made.file, forged)):
        run.load(file, FIRST + 0x100000 * number)
    install = [
        Install(FIRST + 0x100000 * number, "exec", made.image.xip_ram, XIP, image_size=file.stat().st_size)
        for number, file in enumerate((signed, made.file, forged))
    ]
    run.commands.append("policy 4")
    run.install(install[0])  # no key
    run.commands.append(f"key {'00' * 32} 0")
    run.commands.append(f"key {key} 0")
    for what in install:
        run.install(what)
    inputs = sample(made, 3)
    run.infer(inputs)
    regions = [line for line in run.commands if line.startswith("region")]
    run.commands += ["reset", *regions, "policy 4", f"key {key} 1"]
    run.install(install[0])
    done = run.run(model_host(), n6dk()[0].machine)
    assert [text for _, text in done.refusals] == [
        "the image is signed with a key that this firmware does not know",
        "the image is not signed, and this firmware asks for a signature",
        "the signature is not one of the sealed image",
        "the image is signed with a key that was revoked",
    ]
    assert done.outputs == expected(tmp_path / "pose5.tflite", inputs)
    assert done.lines[0].startswith("model_host: a development build")
