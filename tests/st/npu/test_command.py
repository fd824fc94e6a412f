# SPDX-License-Identifier: Apache-2.0
"""`ingot npu ...` on own builds, as a user calls it, and damage that never becomes a traceback."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.st.npu.instructions import assemble, parse_listing
from support.npu_build import FLASH, RAM, TWO_BUFFERS, TWO_EPOCHS, conv_epoch, write_build


def ingot(*words: object) -> subprocess.CompletedProcess[str]:
    code = "from ingot.cli.main import main; main()"
    command = [sys.executable, "-c", code, "npu", *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "site_scons", check=False)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return write_build(tmp_path / "build", {"_ec_blob_1": TWO_EPOCHS}, TWO_BUFFERS, bytes(16))


def test_the_list_says_what_an_epoch_does(build: Path) -> None:
    result = ingot("list", build)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "network: 2 epochs on the NPU, blobs (1: plain)\n"
        "\n"
        "epoch 1 (_ec_blob_1): reads 80 bytes, 16 of them from cached memory; writes 64\n"
        "  CONVACC0  conv 1x1 stride 1x1 pads 0000, 4x4x4 -> 4 kernels, zero 0, >> 0, 1 byte\n"
        "  STRENG0   read  0x34200000..0x3420003f 64 x 8 bits\n"
        "  STRENG1   write 0x34200100..0x3420013f 64 x 8 bits\n"
        "  STRENG5   read  0x70380000..0x7038000f 16 x 8 bits\n"
        "  CONVACC0 -> STRENG1\n"
        "  STRENG0 -> CONVACC0.feature\n"
        "  STRENG5 -> CONVACC0.kernel\n"
        "\n"
        "epoch 2 (_ec_blob_1): reads 64 bytes, 0 of them from cached memory; writes 64\n"
        "  ARITH0    a*x+b*y+c, >> 14, 1 byte, rounds, saturates\n"
        "  STRENG0   read  0x34200100..0x3420013f 64 x 8 bits\n"
        "  STRENG1   write 0x34200200..0x3420023f 64 x 8 bits\n"
        "  ARITH0 -> STRENG1\n"
        "  STRENG0 -> ARITH0.x\n"
    )


def test_the_list_as_json_has_every_field(build: Path) -> None:
    facts = json.loads(ingot("list", build, "--json").stdout)
    assert [epoch["epoch"] for epoch in facts["epochs"]] == [1, 2]
    (conv,) = facts["epochs"][0]["units"]
    assert (conv["unit"], conv["fields"]["BTCDEPTH"], conv["fields"]["NR"]) == ("CONVACC0", 4, 4)
    assert facts["epochs"][0]["streams"][2]["first"] == FLASH


def test_the_dump_is_assembled_to_the_same_words(build: Path) -> None:
    from ingot.st.npu.build import read_build

    result = ingot("dump", build)
    assert result.returncode == 0
    blob = read_build(build).blobs["_ec_blob_1"]
    assert tuple(assemble(parse_listing(result.stdout))) == blob.words


@pytest.mark.slow
def test_the_census_names_what_was_never_verified(tmp_path: Path) -> None:
    odd = conv_epoch(1, RAM, FLASH, RAM + 0x100, KUNSIGNED=1, FC=1)
    build = write_build(tmp_path, {"_ec_blob_1": [odd]}, TWO_BUFFERS)
    result = ingot("census", build)
    assert result.returncode == 0
    assert "  CONVACC FC = 0x1 (seen: 0x0), 1 times, epochs 1\n" in result.stdout
    assert "  CONVACC KUNSIGNED = 0x1 (seen: 0x0), 1 times, epochs 1\n" in result.stdout
    refused = ingot("list", build)
    assert refused.returncode == 2
    assert refused.stderr == (
        "ingot: _ec_blob_1, epoch 1: CONVACC0 FC is 0x1; public builds have 0; CONVACC0 KUNSIGNED is 0x1; "
        "public builds have 0\n"
        "  Nobody has verified what this does, so it is not guessed. `ingot npu census` lists all of it.\n"
    )


@pytest.mark.slow
def test_the_proof_ends_with_its_faults_and_a_status(build: Path) -> None:
    assert ingot("prove", build).stdout.endswith("no faults\n")
    (build / "network_atonbuf.xSPI2.raw").write_bytes(bytes(8))
    result = ingot("prove", build)
    assert result.returncode == 2
    assert "  epoch 1: STRENG5 reads 8 bytes from 0x70380008 on that no file has\n1 fault\n" in result.stdout
    assert result.stderr == (
        f"ingot: {build}: the proof found 1 fault in the epochs of the NPU\n"
        "  Take the model and all generated files of one run of the tool.\n"
    )


@pytest.mark.slow
def test_what_is_no_build_is_refused(tmp_path: Path) -> None:
    for verb in ("list", "dump", "census", "prove"):
        result = ingot(verb, tmp_path)
        assert result.returncode == 2
        assert result.stderr.startswith(f"ingot: {tmp_path}: there is neither a c_info.json nor a network.c in it")


@pytest.mark.slow
def test_damaged_builds_never_crash_nor_leave_their_pools(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        import npu_mutations as mutations
    finally:
        sys.path.pop(0)
    from ingot.base.errors import IngotError
    from ingot.st.npu.build import read_build

    path = mutations.own_build(tmp_path / "own")
    build, results = read_build(path), set()
    for number in range(300):
        chance = random.Random(number)
        folder = tmp_path / "damaged"
        folder.mkdir(exist_ok=True)
        try:
            if number % 3:
                damaged = mutations.with_damaged_blob(build, chance)
            else:
                damaged = mutations.with_damaged_source(path, folder, chance)
            results.add(mutations.outcome(damaged))
        except IngotError as error:
            results.add("refused")
            assert str(error)
    assert {"refused", "found: tables"} <= results
    assert "outside" not in results
