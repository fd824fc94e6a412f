# SPDX-License-Identifier: Apache-2.0
"""A generated network on the emulated twin: network.c, the initializer and the board's linker script together."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingot.board import find_board, load_board, twin_of, twin_pools
from ingot.board.fit import load_pools
from ingot.compiler.compile import write_outputs
from ingot.compiler.emit.pools import used_pools
from ingot.device.run.twin import emulate, images_of
from ingot.link import toolchain
from ingot.link.linker_script import LinkSettings, linker_script
from ingot.network.types import NetworkPool
from support.compiled_table import POOLS, ROWS, WIDTH, compiled_table
from support.firmware import VALIDATE, base_objects, compile_c, needs_gcc, needs_qemu

pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]

#: The pools of the support module, the first one where the twin has that memory.
TWIN_POOLS: tuple[NetworkPool, ...] = (replace(POOLS[0], base=0x31100000), POOLS[1])


def tables_of(seed: int) -> list[np.ndarray]:
    """The two tables of the network."""
    calls = compiled_table(seed).program.calls
    return [np.asarray(call.params[0].data).view(np.int8) for call in calls]


def expected(sample: np.ndarray, seed: int) -> np.ndarray:
    first, second = tables_of(seed)
    return second[first[sample.view(np.uint8)].view(np.uint8)]


@pytest.mark.parametrize("placement", ["activations", "application"])
@pytest.mark.parametrize("fused", [False, True])
def test_outputs_are_those_of_the_tables(fused: bool, placement: str, tmp_path: Path) -> None:
    seed = 3
    compiled = compiled_table(seed, fused=fused, io_placement=placement, pools=TWIN_POOLS)
    assert used_pools(compiled)
    board = load_board(find_board("n6dk", toolchain.ROOT / "boards"))
    twin = twin_of(board)
    pools = twin_pools(board, twin, load_pools(board))
    network = write_outputs(compiled, tmp_path, pools)
    script = tmp_path / "firmware.ld"
    script.write_text(linker_script(twin, pools, network, LinkSettings(heap=4096)))
    sources = [*toolchain.application_sources(VALIDATE, twin=True), tmp_path / "network.c"]
    sources += [toolchain.ROOT / "firmware" / "kernels" / name for name in network.kernels]
    objects = [compile_c(source, tmp_path / f"{source.stem}.o", include=[tmp_path]) for source in sources]
    elf = tmp_path / "firmware.elf"
    subprocess.run(toolchain.link_command([*base_objects(), *objects], elf, twin.core, script), check=True)

    samples = [np.random.default_rng(i).integers(-128, 128, (1, ROWS, WIDTH, 1), dtype=np.int8) for i in range(3)]
    done = emulate(elf, images_of(network, tmp_path), network, [[x] for x in samples], machine=twin.machine)
    assert len(done.epochs) == (1 if fused else 2)
    for sample, inference in zip(samples, done.inferences, strict=True):
        np.testing.assert_array_equal(inference.outputs[0], expected(sample, seed))
