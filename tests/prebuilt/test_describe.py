"""Outputs of ST's tools read: c_info and network.c alone end in the same description; the real 3.0.0 output."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.emit.c_info import read_c_info
from ingot.errors import IngotError
from ingot.network import Network
from ingot.prebuilt.describe import describe_output, render_description
from ingot.prebuilt.output import open_output
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
    """Without what a network.c alone cannot say: lifetimes, layers, MACs, the model."""
    return replace(
        network,
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
