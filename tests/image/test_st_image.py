# SPDX-License-Identifier: Apache-2.0
"""Images of networks with NPU epochs, around a stand-in for ST's runtime: layout, blobs, refusals; installed and run on
the twin, where the image's own code relocates the blobs as far as it does on a board."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.run.model_host import COPY, MAY_HOLD_POOLS, XIP, Install, Session
from ingot.device.run.reloc_verify import open_regions
from ingot.image.check import check_image
from ingot.image.image import parse_image
from ingot.image.info import as_dict, as_text
from ingot.image.nbin import PoolData, PoolDescriptor, PoolType, Segment, address, offset_of
from support.firmware import needs_gcc, needs_qemu
from support.images import sealed
from support.loader import mutate, verdict
from support.st_image import build_st_image
from support.st_network import FIXED, MIXED, WEIGHTS, StImageNetwork

pytestmark = [pytest.mark.slow, needs_gcc]
PSRAM = 0x90000000


def failing(content: bytes, params: bytes | None = None) -> list[str]:
    return [str(finding) for finding in check_image(content, "image", params) if not finding.passed]


def test_blobs_among_the_constants(tmp_path: Path) -> None:
    network = StImageNetwork()
    made = build_st_image(network, tmp_path)
    image = made.image
    assert not failing(made.content)
    assert image.params == WEIGHTS and network.moving() in image.rom and network.staying() in image.rom
    assert image.flags.encode() == 0x80785D22 and image.layout.abi == "1.1.1" and image.context.version == (1, 1, 1)
    assert [pool.describe() for pool in image.pools] == ["RELOC.PARAM.0.R", "RESET.ACTIV.W"]
    (moving, staying) = made.facts["blobs"] if made.facts["blobs"][0]["relocated"] else made.facts["blobs"][::-1]
    assert moving["in"] == staying["in"] == "read-only part"
    assert moving["relocated"] == {"_mem_pool_xSPI2_network": 2} and moving["size"] == 32
    assert "relocates 2 words of _mem_pool_xSPI2_network" in as_text(made.facts)


def test_blobs_of_newer_runtimes_begin_at_lines_of_the_cache(tmp_path: Path) -> None:
    """`aligned(64)`, from runtime 1.1.3 on: in the file, in RAM, and where the image is copied behind its own bytes."""
    network = StImageNetwork(version=(1, 1, 3, 262))
    made = build_st_image(network, tmp_path / "image")
    assert not failing(made.content) and made.image.layout.abi == "1.1.3"
    assert len(made.image.blobs_in_rom()) == 2
    assert all(at % 64 == 0 for at in (*made.image.blobs_in_rom(), made.image.ro_size))
    (at,) = (at for at in made.image.blobs_in_rom() if made.image.rom[at:].startswith(network.staying()))
    rom, behind = made.image.rom, at + 8 + len(network.staying())
    shifted = rom[:at] + bytes(8) + network.staying() + rom[behind:]
    here, there = (struct.pack("<I", address(Segment.FLASH, place)) for place in (at, at + 8))
    moved = replace(made.image, rom=shifted, data=made.image.data.replace(here, there), trailer=b"")
    why = f"the blob at {at + 8:#x} is not at a multiple of 64, as its runtime wants"
    assert f"FAILED blobs of the read-only part are whole: {why}" in failing(moved.to_bytes())
    with pytest.raises(IngotError) as caught:
        build_st_image(network, tmp_path / "lead", blobs_in_params=True)
    assert caught.value.what == "epoch-controller blobs want 64-byte alignment, the params of an image have 8"
    assert "ecblob_in_params" in caught.value.remedy


def test_blobs_in_front_of_the_params(tmp_path: Path) -> None:
    network = StImageNetwork()
    plain = build_st_image(network, tmp_path / "plain")
    made = build_st_image(network, tmp_path / "lead", blobs_in_params=True)
    assert not failing(made.content)
    assert made.image.params in network.with_blobs(WEIGHTS)
    assert network.moving() not in made.image.rom
    assert plain.image.ro_size - made.image.ro_size >= network.blob_bytes - 16
    # The CRC-32 and the size in the context are those of the pools' bytes alone, as ST's packager has them.
    assert made.image.context.params_bin_crc32 == plain.image.context.params_bin_crc32
    assert made.image.context.params_bin_size == len(WEIGHTS)
    assert [blob["in"] for blob in made.facts["blobs"]] == ["params", "params"]


def test_a_split_image_seals_its_blobs_too(tmp_path: Path) -> None:
    made = build_st_image(StImageNetwork(), tmp_path, blobs_in_params=True, split=True)
    assert not failing(made.content, made.params)
    broken = bytearray(made.params)
    broken[made.params.index(StImageNetwork().staying()) + 8] ^= 1
    assert failing(made.content, bytes(broken)) == ["FAILED seal holds: the params are not those that were sealed"]


def test_names_of_blobs_in_runtime_1_1_0(tmp_path: Path) -> None:
    """ST's packager turns `_ec_blob_1 []` into C that does not compile."""
    network = StImageNetwork(old_names=True)
    made = build_st_image(network, tmp_path, blobs_in_params=True)
    assert made.image.params in network.with_blobs(WEIGHTS) and not failing(made.content)


def test_mixed_pool_with_blobs_in_the_params(tmp_path: Path) -> None:
    """ST's packager has the mixed pool's bytes between the blobs and the pool through which they are reached."""
    network = StImageNetwork(mixed=True)
    made = build_st_image(network, tmp_path, blobs_in_params=True)
    pools = {pool.describe().split(".")[1]: pool for pool in made.image.pools if pool.pool_type == PoolType.RELOC}
    lead = network.blob_bytes
    assert made.image.params in network.with_blobs(WEIGHTS + MIXED)
    assert pools["PARAM"].offset == 0  # its segment begins with the blobs
    assert made.image.params[pools["MIXED"].offset :][: pools["MIXED"].size] == MIXED
    assert pools["MIXED"].offset == lead + len(WEIGHTS)
    assert not failing(made.content)
    table = made.image.ro_size + offset_of(made.image.header["params_start"])
    numbers = [i for i, pool in enumerate(made.image.pools) if pool == pools["PARAM"]]
    at = table + PoolDescriptor.SIZE * numbers[0] + 8
    defective = made.content[:at] + struct.pack("<I", 320) + made.content[at + 4 :]
    assert any("which is not behind them" in line for line in failing(defective))


def test_tail_of_a_copied_pool_that_does_not_start_at_its_base(tmp_path: Path) -> None:
    """ST's packager says 48 bytes to the pool's base, where the file has 96: the last are never copied."""
    network = StImageNetwork(fixed=0x34200000, fixed_first=48)
    made = build_st_image(network, tmp_path)
    (copied,) = [pool for pool in made.image.pools if pool.pool_type == PoolType.COPY]
    assert copied.data == PoolData.MIXED
    memory = bytearray(128)
    at = copied.dst - network.fixed
    memory[at : at + copied.size] = made.params[copied.offset :][: copied.size]
    assert memory[48:96] == FIXED


def test_a_read_only_pool_at_a_fixed_address_is_packaged_as_st_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = build_st_image(StImageNetwork(relative=False), tmp_path)
    pools = {pool.describe(): pool for pool in made.image.pools}
    assert pools["COPY.PARAM.R"].dst == 0x70380000 and pools["COPY.PARAM.R"].size == len(WEIGHTS)
    assert f"{pools['COPY.PARAM.R'].flags:#010x}" == "0x02010100"
    assert "at the fixed flash address 0x70380000" in capsys.readouterr().err
    assert not failing(made.content)
    with pytest.raises(IngotError, match="no read-only relative pool"):
        build_st_image(StImageNetwork(relative=False), tmp_path / "blobs", blobs_in_params=True)


def test_the_header_of_runtime_1_1_3(tmp_path: Path) -> None:
    made = build_st_image(StImageNetwork(version=(1, 1, 3, 262)), tmp_path)
    assert made.image.layout.abi == "1.1.3" and made.image.layout.size == 104
    assert made.image.context.version == (1, 1, 3) and made.image.context.rt_version_extra == 262
    assert len(made.facts["entry_points"]) == 12 and not failing(made.content)


def test_a_network_of_an_older_runtime_is_named(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match=r"wants ST's runtime 1\.1\.0-31"):
        build_st_image(StImageNetwork(version=(1, 1, 0, 31)), tmp_path)


@pytest.mark.parametrize("blobs_in_params", [False, True])
def test_a_blob_that_relocates_outside_is_not_packaged(tmp_path: Path, blobs_in_params: bool) -> None:
    with pytest.raises(IngotError, match="relocates word 6000 of a program of 6 words"):
        build_st_image(StImageNetwork(broken=True), tmp_path, blobs_in_params)


def test_broken_blobs_are_found_in_images(tmp_path: Path) -> None:
    network = StImageNetwork()
    broken = replace(network, broken=True).moving()
    for blobs_in_params in (False, True):
        made = build_st_image(network, tmp_path / str(blobs_in_params), blobs_in_params, seal="none")
        content = made.content.replace(network.moving(), broken)
        assert content != made.content
        lines = failing(content)  # where the params begin is unknown behind a broken blob: more is wrong then
        assert blobs_in_params or len(lines) == 1
        rule = "epoch-controller blobs are whole" if blobs_in_params else "blobs of the read-only part are whole"
        (line,) = (line for line in lines if line.startswith(f"FAILED {rule}: "))
        assert "relocates word 6000 of a program of 6 words" in line
        assert not as_dict(parse_image(content, "image"))["blobs"] or not blobs_in_params
    cut = bytearray(made.content)
    cut[made.content.index(network.staying()) + 4] = 0xFF  # the blob's length
    assert any("does not fit" in line for line in failing(bytes(cut)))


def test_the_loader_measures_blobs(tmp_path: Path) -> None:
    network = StImageNetwork(ram=0x66000000)
    made = build_st_image(network, tmp_path, blobs_in_params=True, seal="none")
    assert verdict(made.content) == ""
    assert verdict(sealed(made.content), "sealed") == ""
    reason = "an epoch-controller blob in front of the params is not whole"
    assert verdict(made.content.replace(network.moving(), replace(network, broken=True).moving())) == reason
    longer = network.staying()[:4] + struct.pack("<I", 1000) + network.staying()[8:]
    assert verdict(made.content.replace(network.staying(), longer)) == reason
    assert verdict(made.content[:-8]) == "the params are shorter than the image says"
    assert mutate(sealed(made.content), 4000, 5, "sealed").refused > 3500
    found = mutate(made.content, 4000, 6, "bare")
    assert found.codes[reason] > 10


@needs_qemu
@pytest.mark.emulated
@pytest.mark.parametrize(("mixed", "split"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("blobs_in_params", [False, True])
def test_blobs_point_at_the_pools_wherever_the_image_is(
    tmp_path: Path, mixed: bool, split: bool, blobs_in_params: bool
) -> None:
    from support.reloc_model import model_host, n6dk

    network = StImageNetwork(ram=0x312E0000, mixed=mixed, fixed=0x31200000, fixed_first=48)
    made = build_st_image(network, tmp_path, blobs_in_params, split)
    sample = bytes(range(50, 66))
    for mode, place in ((XIP, 0x71000000), (COPY, 0x71012348)):
        run = Session()
        open_regions(run, *n6dk())
        run.region(PSRAM, 1 << 20, MAY_HOLD_POOLS)
        run.load(made.file, place)
        params = place + made.image.header["params_offset"]
        if split:
            params = 0x71800010
            run.load(tmp_path / "network_rel_params.bin", params)
        ext = PSRAM + 0x8008 if mixed else 0
        ram = made.image.xip_ram if mode == XIP else made.image.copy_ram
        install = Install(place, "exec+8", ram, mode, ext_ram=ext, ext_size=40 if mixed else 0)
        run.install(replace(install, params=params if split else 0))
        run.infer([np.frombuffer(sample, np.uint8)])
        done = run.run(model_host(), n6dk()[0].machine)
        assert not done.refusals, done.lines
        weights = next(pool for pool in made.image.pools if pool.data == PoolData.PARAM)
        pool = params + weights.offset + (network.blob_bytes if blobs_in_params else 0)
        assert done.outputs == network.output(sample, pool, ext)
