# SPDX-License-Identifier: Apache-2.0
"""Each rule: silent on an output that fits, and its exact words on one that does not."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.model.model_file import read_model_file
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.consistency.rules import enforce, findings
from ingot.st.prebuilt.describe import describe_output
from ingot.st.prebuilt.output import open_output
from ingot.st.stedgeai.pack import open_pack
from support.st_output import StNetwork, intel_hex

OUTPUT = "st_ai_output"


def subject(
    folder: Path, network: StNetwork | None = None, files: dict[str, bytes | None] | None = None, **more: Any
) -> Subject:
    """An output in `folder` on the n6dk board. files: contents instead of the network's, None for none."""
    target = folder / OUTPUT
    target.mkdir()
    for name, content in {**(network or StNetwork()).files(), **(files or {})}.items():
        if content is not None:
            (target / name).write_bytes(content)
    board = load_board(ROOT / "boards" / "n6dk" / "board.yaml")
    output = open_output(target)
    found = describe_output(output)
    return Subject(found.network, output, found.source, found.document, found.built, board, load_pools(board), **more)


def words(found: list[Finding], folder: Path) -> list[str]:
    return [f"{f.rule}: {f.where}: {f.what}".replace(f"{folder}/", "").replace(f"{ROOT}/", "") for f in found]


def test_an_output_that_fits_breaks_no_rule(tmp_path: Path) -> None:
    model = tmp_path / "tiny.tflite"
    model.write_bytes(b"a model")
    network = StNetwork(signature=hashlib.md5(b"a model").hexdigest())
    assert (
        findings(subject(tmp_path, network, model=read_model_file(model), camera=True, pack=open_pack(pack(tmp_path))))
        == []
    )


@pytest.mark.parametrize("size", [699, 701, 4096])
def test_a_raw_file_of_another_size(tmp_path: Path, size: int) -> None:
    found = findings(subject(tmp_path, files={"network_atonbuf.xSPI2.raw": bytes(size)}))
    assert words(found, tmp_path) == [
        f"raw-size: st_ai_output/network_atonbuf.xSPI2.raw: the file has {size:,} bytes, the network uses 700 of pool "
        "'octoFlash'"
    ]


@pytest.mark.parametrize(("size", "fits"), [(600, False), (680, True), (700, True), (703, False)])
def test_a_network_c_alone_lists_not_every_constant(tmp_path: Path, size: int, fits: bool) -> None:
    """It says "0.68 KB" for the pool; of the constants, those up to byte 650 are listed."""
    network = StNetwork().with_buffer(name="Conv2D_1_weights", size=649).with_buffer(name="Conv2D_1_offset", offset=649)
    files = {"network_c_info.json": None, "network_atonbuf.xSPI2.raw": bytes(size)}
    assert (findings(subject(tmp_path, network, files)) == []) == fits


def test_an_initializer_that_is_not_there(tmp_path: Path) -> None:
    network = StNetwork().with_buffer(name="Conv2D_1_offset", pool=1, offset=4096)
    found = findings(subject(tmp_path, network, {"network_atonbuf.AXISRAM5.raw": None}))
    assert words(found, tmp_path)[:1] == [
        "initializer-missing: st_ai_output: the network has 4,097 bytes of parameters in pool 'npuRAM5', but "
        "network_atonbuf.AXISRAM5.raw is not there"
    ]


def test_an_initializer_as_hex_is_as_good(tmp_path: Path) -> None:
    raw = StNetwork().raws()["network_atonbuf.xSPI2.raw"]
    files = {"network_atonbuf.xSPI2.raw": None, "network_atonbuf.xSPI2.hex": intel_hex(0x70380000, raw)}
    assert findings(subject(tmp_path, files=files)) == []


def test_a_pool_that_is_larger_than_the_boards_is_right_where_its_bytes_are_used(tmp_path: Path) -> None:
    """As ST's file for NUCLEO-N657X0-Q, whose pool ends past the flash."""
    assert findings(subject(tmp_path, StNetwork().with_pool("octoFlash", size=64 << 20))) == []


def test_an_empty_initializer_of_an_unused_pool_is_no_stray(tmp_path: Path) -> None:
    assert findings(subject(tmp_path, files={"network_atonbuf.AXISRAM3.raw": b""})) == []


def test_an_initializer_in_ram_is_not_forgotten(tmp_path: Path) -> None:
    found = findings(subject(tmp_path, StNetwork().with_buffer(name="Conv2D_1_offset", pool=1, offset=4096)))
    assert words(found, tmp_path)[0] == (
        "initializer-in-ram: st_ai_output/network_atonbuf.AXISRAM5.raw: network_atonbuf.AXISRAM5.raw belongs in RAM "
        "(pool 'npuRAM5', 0x342E0000), which is empty after power-up"
    )
    assert not found[0].error


def test_an_initializer_of_another_run(tmp_path: Path) -> None:
    found = findings(subject(tmp_path, files={"network_atonbuf.AXISRAM5.raw": b"old"}))
    assert [f.rule for f in found] == ["initializer-stray"] and not found[0].error


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"base": 0x71000000}, "the network has pool 'octoFlash' at 0x71000000, the board at 0x70380000"),
        ({"used": 64 << 20}, "the network uses 64 MiB of pool 'octoFlash', the board has 12,800 KiB"),
        ({"fname": "xSPI3"}, "the network has pool 'octoFlash' with the file postfix 'xSPI3', the board with 'xSPI2'"),
        ({"rights": "ACC_WRITE"}, "the network has pool 'octoFlash' as ACC_WRITE, the board as ACC_READ"),
    ],
)
def test_a_pool_that_contradicts_the_boards(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    found = findings(subject(tmp_path, StNetwork().with_pool("octoFlash", **change)))
    assert what in [f.what for f in found if f.rule == "pool-differs"]
    assert all(f.where.endswith("boards/n6dk/stm32n6.mpool:167") for f in found if f.rule == "pool-differs")


def test_a_pool_that_the_board_lacks_and_one_that_is_not_used(tmp_path: Path) -> None:
    network = StNetwork()
    renamed = replace(network, pools=tuple(replace(p, name="npuRAM9") if p.number == 1 else p for p in network.pools))
    assert [f.what for f in findings(subject(tmp_path, renamed))] == [
        "the network uses pool 'npuRAM9', which stm32n6.mpool lacks"
    ]


def test_an_unused_pool_may_differ(tmp_path: Path) -> None:
    assert findings(subject(tmp_path, StNetwork().with_pool("hyperRAM", size=32 << 20))) == []


def test_a_network_c_of_an_older_run_beside_a_newer_c_info(tmp_path: Path) -> None:
    """The firmware is made of network.c, so that what it says counts too."""
    old = StNetwork().with_pool("octoFlash", base=0x71000000).network_c().encode()
    found = findings(subject(tmp_path, files={"network.c": old}))
    assert [f.what for f in found] == ["network.c has pool 'octoFlash' at 0x71000000, the board at 0x70380000"]


def test_a_network_c_alone_that_contradicts_the_board(tmp_path: Path) -> None:
    network = StNetwork().with_pool("npuRAM5", base=0x34200000)
    found = findings(subject(tmp_path, network, {"network_c_info.json": None}))
    assert "the network has pool 'npuRAM5' at 0x34200000, the board at 0x342E0000" in [f.what for f in found]


def test_cacheable_internal_ram(tmp_path: Path) -> None:
    found = findings(subject(tmp_path, StNetwork().with_pool("npuRAM5", cacheable=True)))
    assert words(found, tmp_path) == [
        "pool-cacheable: st_ai_output: the network was generated with pool 'npuRAM5' as CACHEABLE_ON, but it is "
        "internal (0x342E0000)"
    ]


def pack(
    folder: Path, version: str = "1 1 3 8", runtime: str = "12 0 1", library: str = "NetworkRuntime1201_CM55_GCC.a"
) -> Path:
    """A folder with the files of ST's runtime that say versions."""
    root = folder / "pack"
    (root / "Npu" / "ll_aton").mkdir(parents=True)
    parts = ("MAJOR", "MINOR", "MICRO", "DEV")
    (root / "Npu" / "ll_aton" / "ll_aton_version.h").write_text(
        "".join(f"#define LL_ATON_VERSION_{p} ({n})\n" for p, n in zip(parts, version.split(), strict=True))
    )
    (root / "core_datatypes.h").write_text(
        "".join(f"#define AI_PLATFORM_RUNTIME_{p} ({n})\n" for p, n in zip(parts, runtime.split(), strict=False))
    )
    (root / library).write_bytes(b"!<arch>\n")
    return root


def test_headers_of_another_version(tmp_path: Path) -> None:
    found = findings(subject(tmp_path, pack=open_pack(pack(tmp_path, "1 1 3 9"))))
    assert words(found, tmp_path) == [
        "ll-aton-version: pack/Npu/ll_aton/ll_aton_version.h: the network wants LL_ATON 1.1.3-8, "
        "the headers are of 1.1.3-9"
    ]


def test_headers_are_compared_with_c_info_where_there_is_no_network_c(tmp_path: Path) -> None:
    found = findings(subject(tmp_path, files={"network.c": None}, pack=open_pack(pack(tmp_path, "1 1 10 8"))))
    assert [f.what for f in found] == ["the network wants LL_ATON 1.1.3-8, the headers are of 1.1.10-8"]


def test_a_library_of_another_version(tmp_path: Path) -> None:
    found = findings(subject(tmp_path, pack=open_pack(pack(tmp_path, library="NetworkRuntime1010_CM55_GCC.a"))))
    assert [f.what for f in found] == ["the library is of runtime 10.1.0, the headers beside it are of 12.0.1"]


@pytest.mark.parametrize("digest", ["md5", "sha256"])
def test_an_output_of_another_model(tmp_path: Path, digest: str) -> None:
    model = tmp_path / "tiny.tflite"
    model.write_bytes(b"retrained")
    old = hashlib.new(digest, b"before").hexdigest()
    network = StNetwork(signature=old)
    if digest == "sha256":
        network = StNetwork(change=lambda d: d.update(ingot={"version": 1, "model_sha256": old}))
    (found,) = findings(subject(tmp_path, network, model=read_model_file(model)))
    new = hashlib.new(digest, b"retrained").hexdigest()
    assert found.rule == "stale-output" and found.error
    assert f"its signature is {old[:12]}..., that of tiny.tflite is {new[:12]}..." in found.what


def test_sts_signature_may_be_left_out_and_ingots_not(tmp_path: Path) -> None:
    """How ST's tools sign is inferred; whoever knows better says so. The SHA-256 of Ingot's own run is certain."""
    model = tmp_path / "tiny.tflite"
    model.write_bytes(b"retrained")
    for name in ("st", "ours"):
        (tmp_path / name).mkdir()
    st = StNetwork(signature=hashlib.md5(b"before").hexdigest())
    compared = subject(tmp_path / "st", st, model=read_model_file(model))
    (found,) = findings(compared)
    assert "write check_signature: false" in found.remedy
    assert findings(replace(compared, signature=False)) == []
    ours = StNetwork(change=lambda d: d.update(ingot={"version": 1, "model_sha256": hashlib.sha256(b"b").hexdigest()}))
    (found,) = findings(subject(tmp_path / "ours", ours, model=read_model_file(model), signature=False))
    assert found.rule == "stale-output" and "check_signature" not in found.remedy


def test_a_camera_line_that_is_no_multiple_of_16(tmp_path: Path) -> None:
    network = StNetwork().with_buffer(name="Input_0_out_0", shape=(1, 30, 34, 3), size=3060)
    (found,) = findings(subject(tmp_path, network, camera=True))
    assert found.what == "a line of the input image has 34 x 3 = 102 bytes, which is no multiple of 16"
    assert "a width of 32 or 48 avoids both" in found.remedy and not found.error


def test_the_first_error_is_raised_and_warnings_are_said(tmp_path: Path) -> None:
    network = StNetwork().with_buffer(name="Input_0_out_0", shape=(1, 30, 34, 3), size=3060)
    warned: list[str] = []
    found = subject(tmp_path, network, camera=True)
    assert len(enforce(found, warned.append)) == 1 and "warning: input 'Input_0_out_0': a line" in warned[0]
    with pytest.raises(IngotError, match=r"no multiple of 16 \[camera-width\]"):
        enforce(found, warned.append, strict=True)
