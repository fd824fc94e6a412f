# SPDX-License-Identifier: Apache-2.0
"""The pipeline: a model file in, files out; bit-exact on the host; retraining moves nothing but data."""

import hashlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.passes.test_optimize import retrained
from ingot.base.errors import IngotError
from ingot.board.mpool import Mpool, Pool
from ingot.compiler.compile import CompileOptions, compile_model, output_names, plan_network
from ingot.compiler.emit.network_c import emit_network_c
from ingot.compiler.frontend.tflite import read_tflite
from ingot.device.run.host import HostNetwork
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from ingot.model.asked import CHOICES
from ingot.network.c_info import read_c_info
from support.differential import program_of
from support.requantizable import requantizable
from support.shared import SHARED, shared

POOLS = Mpool(
    (
        Pool("cpuRAM2", "AXISRAM2", 0x34100000, 1 << 20),
        Pool("npuRAM3", "AXISRAM3", 0x34200000, 448 << 10, throughput="HIGH", latency="LOW"),
        Pool("npuRAM4", "AXISRAM4", 0x34270000, 448 << 10, throughput="HIGH", latency="LOW"),
        Pool("octoFlash", "xSPI2", 0x70380000, 61 << 20, "ACC_READ", latency="HIGH", cacheable=True),
    )
)
WAYS = {
    "balanced": CompileOptions(),
    "ram": CompileOptions(optimize="ram"),
    "speed": CompileOptions(optimize="speed"),
    "unfused": CompileOptions(fuse=False),
    "application": CompileOptions(io_placement="application", io_input="keep"),
}


def model_file(folder: Path, seed: int = 0) -> Path:
    path = folder / "model.tflite"
    path.write_bytes(requantizable(seed))
    return path


def assert_bit_exact(model: Path, folder: Path, samples: int, *, sanitize: bool = False) -> None:
    reference = Reference(model)
    network = HostNetwork(folder, sanitize=sanitize)
    for seed in range(samples):
        inputs = random_inputs([(p.shape, p.dtype.name) for p in reference.inputs], seed)
        for ours, theirs in zip(network.run(inputs), reference.run(inputs), strict=True):
            assert ours.tobytes() == theirs.tobytes(), f"sample {seed}"


@pytest.mark.parametrize("name", ["npuRAM4", "octoFlash"])
def test_a_pool_that_begins_between_words_is_refused(tmp_path: Path, name: str) -> None:
    pools = [
        replace(pool, base=(pool.base or 0) + 4, size=pool.size - 4) if pool.name == name else pool
        for pool in POOLS.pools
    ]
    begins = next(pool.base for pool in pools if pool.name == name)
    with pytest.raises(IngotError) as raised:
        compile_model(model_file(tmp_path), replace(POOLS, pools=tuple(pools)), tmp_path / "out")
    assert raised.value.what == f"pool '{name}' begins at 0x{begins:08X}, which is not a multiple of 8"
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_bit_exact_on_the_host(tmp_path: Path, way: str) -> None:
    model = model_file(tmp_path)
    network = compile_model(model, POOLS, tmp_path, WAYS[way])
    assert network == read_c_info(tmp_path / "network_c_info.json")
    assert network.peak >= network.lower_bound > 0
    assert_bit_exact(model, tmp_path, 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "way", [CompileOptions(optimize=name) for name in CHOICES["optimize"]] + [CompileOptions(fuse=False)]
)
def test_kept_inputs_survive_an_inference(tmp_path: Path, way: CompileOptions) -> None:
    """Byte for byte; without `keep` the same network writes over them."""
    model = model_file(tmp_path)
    for io_input in ("overwrite", "keep"):
        described = compile_model(model, POOLS, tmp_path, replace(way, io_input=io_input))
        network = HostNetwork(tmp_path)
        given = random_inputs([(buffer.shape, buffer.dtype) for buffer in described.inputs], 5)
        network.run(given)
        same = [held.tobytes() == array.tobytes() for held, array in zip(network.inputs(), given, strict=True)]
        assert all(same) == (io_input == "keep"), io_input
        last = max(epoch.number for epoch in described.epochs)
        assert all(buffer.epochs[1] == last for buffer in described.inputs) == (io_input == "keep")


@pytest.mark.slow
def test_no_access_out_of_bounds(tmp_path: Path) -> None:
    model = model_file(tmp_path)
    compile_model(model, POOLS, tmp_path, WAYS["ram"])
    assert_bit_exact(model, tmp_path, 2, sanitize=True)


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of the model from seed 0."""
    folder = tmp_path_factory.mktemp("first")
    compile_model(model_file(folder), POOLS, folder)
    return folder


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(1, 2**32 - 1))
def test_retraining_and_requantizing_change_data_only(first_build: Path, seed: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        compile_model(model_file(folder, seed), POOLS, folder)
        for file in ("network.c", "network.h"):
            assert (first_build / file).read_bytes() == (folder / file).read_bytes()
        raw = output_names("network", POOLS).raw
        before, after = ((part / raw).read_bytes() for part in (first_build, folder))
    assert len(before) == len(after) and before != after
    assert before[8:16] == after[8:16]


def test_retraining_changes_how_taps_are_summed_but_not_network_c(tmp_path: Path) -> None:
    """Whether two taps are summed in 16 bits depends on weights, so it is a flag in the parameters."""
    files, raws, flags = [], [], []
    for seed, wide in ((1, False), (2, True)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        model = folder / "model.tflite"
        model.write_bytes(requantizable(seed, wide=wide))
        compile_model(model, POOLS, folder)
        files.append((folder / "network.c").read_bytes())
        raws.append((folder / output_names("network", POOLS).raw).read_bytes())
        calls = program_of(model.read_bytes()).calls
        flags.append([int(call.params[0].data[4]) & 4 for call in calls if "depthwise" in call.kernel])
    assert flags == [[0], [4]]
    assert files[0] == files[1]
    assert raws[0][8:16] == raws[1][8:16] and len(raws[0]) == len(raws[1])


def test_a_requantized_initializer_runs_with_the_old_network_c(tmp_path: Path) -> None:
    """The weights-only update: new raw file, network.c of the first build."""
    model = model_file(tmp_path, 1)
    compile_model(model, POOLS, tmp_path)
    model.write_bytes(requantizable(2))
    compile_model(model, POOLS, tmp_path / "new")
    raw = output_names("network", POOLS).raw
    (tmp_path / raw).write_bytes((tmp_path / "new" / raw).read_bytes())
    assert_bit_exact(model, tmp_path, 2)


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    model = model_file(tmp_path)
    digests = []
    for folder in (tmp_path / "a", tmp_path / "another" / "folder"):
        compile_model(model, POOLS, folder)
        digests.append({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())})
    assert digests[0] == digests[1]
    assert sorted(digests[0]) == sorted(output_names("network", POOLS).all())


def test_files_that_stay_the_same_are_not_touched(tmp_path: Path) -> None:
    model = model_file(tmp_path)
    out = tmp_path / "out"
    compile_model(model, POOLS, out)
    times = {p.name: p.stat().st_mtime_ns for p in out.iterdir()}
    compile_model(model, POOLS, out)
    assert {p.name: p.stat().st_mtime_ns for p in out.iterdir()} == times


@pytest.mark.parametrize(
    ("pools", "options", "message"),
    [
        (POOLS, CompileOptions(optimize="size"), "optimize is 'size'\n  Use one of: balanced, ram, speed."),
        (POOLS, CompileOptions(io_placement="heap"), "io.placement is 'heap'"),
        (POOLS, CompileOptions(io_input="hold"), "io.input is 'hold'\n  Use one of: overwrite, keep, rows."),
        (POOLS, CompileOptions(ram_limit=100), "ram_limit=100: the activations of '"),
        (POOLS, CompileOptions(ram_limit=-3), "ram_limit is -3\n  Use a number of bytes, or 0 for no limit."),
        (POOLS, CompileOptions(name="my net"), "'my net' cannot be the name of a network"),
        (Mpool((POOLS.pools[0],)), CompileOptions(), "no pool can hold the weights"),
        (Mpool((Pool("tiny", "T", 0x20000000, 64), POOLS.pools[3])), CompileOptions(), "do not fit"),
        (Mpool((POOLS.pools[0], Pool("f", "F", 0x70000000, 64, "ACC_READ"))), CompileOptions(), "pool 'f' has 64"),
    ],
)
def test_mistakes_are_one_message_and_leave_nothing(
    tmp_path: Path, pools: Mpool, options: CompileOptions, message: str
) -> None:
    model = model_file(tmp_path)
    out = tmp_path / "out"
    with pytest.raises(IngotError) as caught:
        compile_model(model, pools, out, options)
    assert message in str(caught.value)
    assert not out.exists()


def test_an_absent_model_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="cannot read the model"):
        compile_model(tmp_path / "none.tflite", POOLS, tmp_path / "out")


def test_importing_the_pipeline_is_light() -> None:
    """Build tools import ingot.compiler.compile at every start."""
    import subprocess
    import sys

    code = "import sys; sys.path.insert(0, sys.argv[1]); import ingot.compiler.compile; print(*sys.modules)"
    root = Path(__file__).resolve().parents[2] / "site_scons"
    loaded = subprocess.run(
        [sys.executable, "-c", code, root], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"numpy", "tflite", "ai_edge_litert", "jinja2", "jsonschema", "flatbuffers"}
    assert not heavy & {name.split(".")[0] for name in loaded}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["mlperf_kws_ref_model", "omv_fomo_face_detection", "st_movenet_lightning_heatmaps_192_int8_pc"]
)
def test_a_retrained_real_model_has_the_same_network_c(name: str) -> None:
    graph = read_tflite(shared(f"models/{name}.tflite"))
    first, second = (
        emit_network_c(plan_network(source, "0" * 64, POOLS, CompileOptions(), name))
        for source in (graph, retrained(graph, 5))
    )
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(p.stem for p in (SHARED / "models").glob("*.tflite")) or ["(no models)"])
def test_real_models_are_bit_exact_on_the_host(tmp_path: Path, name: str) -> None:
    model = shared(f"models/{name}.tflite")
    network = compile_model(model, POOLS, tmp_path)
    assert network.peak >= network.lower_bound
    inputs = random_inputs([(p.shape, p.dtype.name) for p in Reference(model).inputs], 0)
    expected = Reference(model).run(inputs)
    for ours, theirs in zip(HostNetwork(tmp_path).run(inputs), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
