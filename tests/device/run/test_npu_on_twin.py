# SPDX-License-Identifier: Apache-2.0
"""A whole firmware with layers for the NPU in the twin: the simulator answers its driver, the CPU is emulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions
from ingot.device.protocol.client import Client
from ingot.device.protocol.twin import twin_line
from ingot.device.protocol.validate import validate
from ingot.device.run.qemu import require_success, run
from ingot.device.run.samples import random_samples
from ingot.device.run.twin import INPUTS, OUTPUTS, write_samples
from ingot.device.run.verify import verify
from support.firmware import needs_gcc, needs_qemu
from support.npu_graphs import Small
from support.session import session_folder
from support.twin_model import TwinModel, build_for_twin

pytestmark = [needs_gcc, needs_qemu]


@pytest.fixture(scope="module")
def built() -> tuple[Path, TwinModel]:
    """Two programs of the NPU with a layer of the CPU before, between and behind."""
    folder = session_folder("npu")
    model = Small((4, 4, 32)).convolve(32).other().convolve(16).add().other().write(folder)
    return model, build_for_twin(model, folder, CompileOptions(npu="1"))


def test_outputs_are_the_prediction_byte_for_byte(built: tuple[Path, TwinModel]) -> None:
    model, twin = built
    assert [epoch.kind for epoch in twin.network.epochs] == ["EC", "SW", "EC", "SW"]
    lines: list[str] = []
    samples = random_samples(twin.network, 2, 1)
    outcome = verify(model, twin.elf, twin.images, twin.network, samples, machine=twin.machine, report=lines.append)
    assert outcome.passed, lines
    assert lines[-1] == (
        "ok: model: 2 samples equal to the prediction: NPU layers on the simulator, the others on this machine, "
        "byte for byte"
    )
    assert sum("values are not those of LiteRT's reference kernels, the largest by" in line for line in lines) == 2


def test_it_answers_over_the_serial_line_too(built: tuple[Path, TwinModel]) -> None:
    model, twin = built
    samples = random_samples(twin.network, 1, 1)
    with twin_line(twin.elf, twin.images, twin.machine, npu=True) as line:
        outcome = validate(model, twin.network, Client(line), samples, folder=twin.elf.parent)
    assert outcome.passed


def test_without_the_simulator_the_firmware_says_so(built: tuple[Path, TwinModel], tmp_path: Path) -> None:
    _, twin = built
    write_samples(tmp_path / INPUTS, twin.network, [inputs for _, inputs in random_samples(twin.network, 1, 1)])
    words = [INPUTS, OUTPUTS]
    done = run(twin.elf, twin.images, machine=twin.machine, arguments=words, folder=tmp_path, timeout=60)
    with pytest.raises(IngotError, match="nobody answers for the NPU: the twin was started without its simulator"):
        require_success(done, twin.elf)
