# SPDX-License-Identifier: Apache-2.0
"""Outputs of ST's tools read: c_info and network.c alone end in the same description; the real 3.0.0 output."""

import contextlib
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.network.c_info import read_c_info
from ingot.network.types import Network
from ingot.st.prebuilt import take
from ingot.st.prebuilt.describe import describe_output, render_description
from ingot.st.prebuilt.files import output_files
from ingot.st.prebuilt.output import open_output
from ingot.st.prebuilt.take import Place, take_output
from support.shared import shared
from support.st_output import VERSIONS, StNetwork


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def described(folder: Path) -> Network:
    return describe_output(open_output(folder)).network


def comparable(network: Network) -> Network:
    """Without what one of the two cannot say: lifetimes, layers, MACs, the model; the name in C."""
    return replace(
        network,
        name="network",
        model="",
        compiler_version="",
        layers=(),
        notes=(),
        pools=tuple(sorted(network.pools, key=lambda pool: pool.name)),
        buffers=tuple(sorted((replace(b, epochs=(0, 0)) for b in network.buffers), key=lambda b: b.name)),
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_c_info_and_network_c_give_the_same_description(tmp_path: Path, version: str) -> None:
    files = StNetwork(version=version).files()
    from_info = described(write(tmp_path / "info", {k: v for k, v in files.items() if k != "network.c"}))
    from_text = described(write(tmp_path / "text", {k: v for k, v in files.items() if not k.endswith(".json")}))
    assert comparable(from_info) == comparable(from_text)
    assert [e.kind for e in from_text.epochs] == ["EC", "SW"]
    (given,), (made,) = from_text.inputs, from_text.outputs
    assert (given.shape, given.dtype, given.scale, given.zero_point) == ((1, 32, 32, 3), "uint8", (0.0078125,), (127,))
    assert (made.shape, made.dtype) == ((1, 8, 8, 4), "int8")
    (initializer,) = from_text.initializers
    assert (initializer.address, initializer.size) == (0x70380000, 700) and initializer.crc32


def test_epoch_controller_blobs_are_read_from_the_text(tmp_path: Path) -> None:
    files = StNetwork(blobs=True).files()
    del files["network_c_info.json"]
    network = described(write(tmp_path, files))
    assert [(e.number, e.kind) for e in network.epochs] == [(1, "EC"), (2, "SW")]
    assert "1 epoch controller blobs" in network.notes and "network.c wants LL_ATON 1.1.3-8" in network.notes


def test_a_virtual_pool_is_not_counted_twice(tmp_path: Path) -> None:
    network = described(write(tmp_path, StNetwork().files()))
    assert network.pool("cpuRAM2_npuRAM3").subpools == ("cpuRAM2", "npuRAM3")
    ram, npu = network.pool("cpuRAM2"), network.pool("npuRAM3")
    assert (ram.start, ram.used) == ((1 << 20) - 2048, 1 << 20)
    assert (npu.start, npu.used) == (0, 2048)
    real = sum(pool.used - pool.start for pool in network.pools if not pool.virtual and pool.rights == "ACC_WRITE")
    assert real == 3072 + 4096


def test_a_zip_is_as_good_as_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "st_ai_output", StNetwork().files())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"somewhere/st_ai_output/{file.name}")
    (tmp_path / "output.zip").write_bytes(packed.getvalue())
    assert described(tmp_path / "output.zip") == described(folder)


def test_the_description_on_disk_is_read_back(tmp_path: Path) -> None:
    for name, files in (("info", StNetwork().files()), ("text", {"network.c": StNetwork().network_c().encode()})):
        found = describe_output(open_output(write(tmp_path / name, files)))
        file = tmp_path / f"{name}.json"
        file.write_text(render_description(found))
        again = read_c_info(file)
        assert again.initializers == found.network.initializers
        assert again.buffers == found.network.buffers and again.epochs == found.network.epochs
        assert again.compiler == "prebuilt"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "there is neither a c_info.json nor a network.c in it"),
        ({"network.c": b"int x;"}, "the file has no comments about memory pools"),
        ({"network_c_info.json": b"{"}, "not a JSON file"),
        ({"network_c_info.json": b"[]"}, "at the top level"),
        ({"x.zip": b"no zip"}, "is not a readable zip file"),
    ],
)
def test_what_is_no_output_is_one_message(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    folder = write(tmp_path / "output", files)
    with pytest.raises(IngotError, match=message):
        describe_output(open_output(folder / "x.zip" if "x.zip" in files else folder))


def test_a_cpu_target_is_read_too(tmp_path: Path) -> None:
    """As for STM32H7 and U5: one heap without an address, weights in an array, nodes that are no epochs."""

    def cpu(document: dict) -> None:
        document["memory_pools"] = [
            {"id": 1, "name": "heap_overlay_pool", "address": "NULL", "rights": "ACC_WRITE", "size_bytes": -1,
             "used_size_bytes": (1 << 20) + 2048, "offset_start": 0, "buffers": [1, 2, 3], "subpools": [],
             "virtual": False},
            {"id": 2, "name": "weights_array", "address": "g_weights", "rights": "ACC_READ", "size_bytes": -1,
             "used_size_bytes": 700, "offset_start": 0, "buffers": [4, 5], "subpools": []},
        ]  # fmt: skip
        for buffer in document["buffers"]:
            buffer["mpool_id"] = 2 if buffer["is_param"] else 1
            buffer.pop("intq")
        document["buffers"][0] |= {"shape": [32, 32, 3], "shape_map": ["H", "W", "CH"]}
        document["graphs"][0]["nodes"] = [
            {"id": 1, "name": "conv2d_1", "macc": 10, "mapping": "NODE_SW", "type": "CONV2D"},
            {"id": 2, "name": "nl_2", "macc": 5, "mapping": "NODE_SW", "type": "NL"},
        ]
        for key in ("memory_accesses", "power_estimates"):
            del document[key]

    network = described(write(tmp_path, {"network_c_info.json": StNetwork(change=cpu).c_info().encode()}))
    assert [(e.number, e.kind, e.kernels) for e in network.epochs] == [(1, "SW", ("CONV2D",)), (2, "SW", ("NL",))]
    assert network.inputs[0].shape == (1, 32, 32, 3)
    assert network.pool("heap_overlay_pool").base is None and network.pool("heap_overlay_pool").size == (1 << 20) + 2048
    assert network.initializers == ()
    assert [layer.kind for layer in network.layers] == ["CONV2D", "NL"]


def test_the_real_output_of_3_0_without_its_c_files() -> None:
    network = described(shared("st_ai_output"))
    assert (network.name, network.compiler_version) == ("network", "3.0.0-20426 123672867")
    assert sum(e.kind == "EC" for e in network.epochs) == 55 and sum(e.kind == "SW" for e in network.epochs) == 1
    (initializer,) = network.initializers
    assert (initializer.file, initializer.size, initializer.crc32) == ("network_atonbuf.xSPI2.raw", 212609, 3101342828)
    used = {pool.name: pool.used for pool in network.pools if pool.used and not pool.virtual}
    assert used == {"npuRAM5": 245760, "octoFlash": 212609}
    assert len(network.buffers) == 257 and network.peak == 245760
    assert network.layers[1].kind == "Conv" and network.layers[1].epoch == 2


# ---- zips from elsewhere ----


def packed(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "output.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("prefix", ["../../../", "/etc/", "..\\..\\", "C:\\x\\", "a/../../"])
def test_folders_in_a_zip_lead_nowhere(tmp_path: Path, prefix: str) -> None:
    """What is written has base names alone, whatever the member's folder is; as Windows' zip programs spell it, too."""
    files = StNetwork().files()
    output = open_output(packed(tmp_path, {prefix + name: content for name, content in files.items()}))
    assert set(output_files(output)) - {"st_c_info.json", "st_generate_report.txt"} <= set(files)
    assert describe_output(output).network.pools
    out = tmp_path / "out"
    board = load_board(ROOT / "boards" / "n6dk" / "board.yaml")
    take_output(output.path, out, Place(board, load_pools(board)), lambda line: None)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "output.zip"}
    assert {path.relative_to(out).as_posix() for path in out.rglob("*")} == set(output_files(output))


@pytest.mark.parametrize("name", ["C:network.c", "net\nwork.c", "$(touch x).c", "a;b.c", "\u202enetwork.c"])
def test_names_that_no_tool_of_st_writes(tmp_path: Path, name: str) -> None:
    with pytest.raises(IngotError, match="has characters that names of ST's files have not"):
        open_output(packed(tmp_path, {**StNetwork().files(), name: b""}))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """600 MiB of zeros in some 600 KB: refused by what the directory says, before anything is read."""
    piece = zlib.compressobj(wbits=-15)
    block = piece.compress(bytes(1 << 20)) + piece.flush(zlib.Z_FULL_FLUSH)  # stands for itself, as often as wanted
    path = packed(tmp_path, {**StNetwork().files(), "zz.bin": block * 600})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")  # the directory's last entry: size at 24
    data[at + 24 : at + 28] = (600 << 20).to_bytes(4, "little")
    path.write_bytes(data)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(IngotError, match="are said to have more than 512 MiB together"):
        open_output(path)


def test_a_zip_whose_directory_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, StNetwork().files())
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")  # the directory's first entry: sizes at 20 and 24
    data[at + 24 : at + 28] = (5).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(IngotError, match=r"output\.zip:network\.c: cannot read the file: "):
        describe_output(open_output(path))


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_zip_is_one_message(tmp_path: Path, seed: int) -> None:
    data = bytearray(packed(tmp_path, StNetwork().files()).read_bytes())
    chosen = random.Random(seed)
    for _ in range(8):
        data[chosen.randrange(len(data))] ^= chosen.randrange(1, 256)
    path = tmp_path / "output.zip"
    path.write_bytes(data)
    with contextlib.suppress(IngotError):  # anything else fails the test
        output = open_output(path)
        describe_output(output)
        for name in output.members:
            output.read(name)


def test_an_encrypted_zip_is_one_message(tmp_path: Path) -> None:
    path = packed(tmp_path, StNetwork().files())
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(data)
    with pytest.raises(IngotError, match="encrypted"):
        describe_output(open_output(path))


def test_files_that_a_mac_adds_and_files_of_the_build_are_not_taken(tmp_path: Path) -> None:
    more = {
        "__MACOSX/._network.c": b"\x00",
        "app_config.h": b"old",
        "model.onnx": b"x",
        "network_atonbuf.xSPI2.hex": b"",
    }
    output = open_output(packed(tmp_path, {**StNetwork().files(), **more}))
    taken = set(output_files(output))
    assert "network.c" in taken
    assert not taken & {"._network.c", "app_config.h", "model.onnx", "network_atonbuf.xSPI2.hex"}


# ---- c_info of other versions ----


def _remove(document: dict[str, Any], *keys: str) -> None:
    for key in keys:
        document.pop(key, None)


LENIENT: dict[str, Callable[[dict[str, Any]], None]] = {
    "no estimates": lambda d: _remove(d, "memory_accesses", "power_estimates", "ec_blobs_info"),
    "null estimates": lambda d: d.update(memory_accesses=None, power_estimates=None, ec_blobs_info=None),
    "unknown keys": lambda d: d.update(new_in_5=[1], buffers=[b | {"encrypted": False} for b in d["buffers"]]),
    "hexadecimal addresses": lambda d: [p.update(address=hex(int(p["address"]))) for p in d["memory_pools"]],
    "addresses as numbers": lambda d: [p.update(address=int(p["address"])) for p in d["memory_pools"]],
    "null scales of parameters": lambda d: [b.update(intq=None) for b in d["buffers"] if not b["intq"]],
    "no scales of parameters": lambda d: [b.pop("intq") for b in d["buffers"] if not b["intq"]],
    "pools marked virtual": lambda d: [p.update(virtual=bool(p["subpools"])) for p in d["memory_pools"]],
    "subpools by name": lambda d: d["memory_pools"][5].update(subpools=["cpuRAM2", "npuRAM3"]),
    "no alignment, no persistence": lambda d: [_remove(p, "alignment", "user_allocated") for p in d["memory_pools"]],
    "null attributes": lambda d: [p.update(user_allocated=None, pipelined=None) for p in d["memory_pools"]],
    "description beside type": lambda d: [n.update(description=n.get("type", "")) for n in d["graphs"][0]["nodes"]],
    "no edges": lambda d: d["graphs"][0].pop("edges"),
    "no generation time": lambda d: d["environment"]["generated_model"].pop("generated_time"),
}


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", LENIENT)
def test_what_other_versions_spell_otherwise_is_the_same_network(tmp_path: Path, version: str, name: str) -> None:
    def info(folder: str, change: Callable[[dict[str, Any]], Any]) -> Network:
        document = json.loads(StNetwork(version=version).c_info())
        change(document)
        return described(write(tmp_path / folder, {"network_c_info.json": json.dumps(document).encode()}))

    assert info("changed", LENIENT[name]) == info("plain", lambda document: None)


def test_a_schema_that_is_not_known_is_named(tmp_path: Path) -> None:
    document = json.loads(StNetwork().c_info()) | {"json_schema_version": "3.0"}
    with pytest.raises(IngotError, match=r"'2\.0' was expected at json_schema_version"):
        described(write(tmp_path, {"network_c_info.json": json.dumps(document).encode()}))


def test_a_file_nested_too_deeply_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="not a JSON file"):
        described(write(tmp_path, {"network_c_info.json": b"[" * 100_000}))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["network.c", "network_c_info.json"])
def test_a_damaged_text_is_a_description_or_one_message(tmp_path: Path, which: str) -> None:
    """Cut off, with wrong characters, with holes: never anything but IngotError."""
    files = StNetwork(blobs=True).files()
    if which == "network.c":
        del files["network_c_info.json"]
    write(tmp_path, files)
    refused = 0
    for seed in range(150):
        draw = random.Random(seed)
        data = bytearray(files[which])
        if seed % 3 == 0:
            data = data[: draw.randrange(len(data))]
        elif seed % 3 == 1:
            for _ in range(draw.randrange(1, 8)):
                data[draw.randrange(len(data))] = draw.choice(b'{}[]"0123456789-,.:xnul/* ')
        else:
            start = draw.randrange(len(data))
            del data[start : start + draw.randrange(60)]
        (tmp_path / which).write_bytes(data)
        try:
            described(tmp_path)
        except IngotError:
            refused += 1
    assert refused


def test_what_is_copied_is_what_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool runs again into the same folder while a build takes its output over."""
    files = StNetwork().files()
    source = tmp_path / "st_ai_output"
    source.mkdir()
    for name, content in files.items():
        (source / name).write_bytes(content)
    checked = take.check_output

    def check_and_replace(*arguments: Any) -> None:
        checked(*arguments)
        for name in files:
            (source / name).write_bytes(b"another run")

    monkeypatch.setattr(take, "check_output", check_and_replace)
    board = load_board(ROOT / "boards" / "n6dk" / "board.yaml")
    take_output(source, tmp_path / "out", Place(board, load_pools(board)), lambda line: None)
    for name in ("network.c", "network_atonbuf.xSPI2.raw"):
        assert (tmp_path / "out" / name).read_bytes() == files[name]


@pytest.mark.parametrize("pools", [0.5, "x", {"a": 1}, 7])
def test_memory_pools_of_another_type_are_one_message(tmp_path: Path, pools: object) -> None:
    files = StNetwork().files()
    name = next(name for name in files if name.endswith("c_info.json"))
    document = json.loads(files[name]) | {"memory_pools": pools}
    with pytest.raises(IngotError, match="at memory_pools"):
        described(write(tmp_path, files | {name: json.dumps(document).encode()}))
