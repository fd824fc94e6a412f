# SPDX-License-Identifier: Apache-2.0
"""The same conversation with firmware in QEMU, over the UART of the emulated machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.protocol.client import Client
from ingot.device.protocol.twin import twin_line
from ingot.device.protocol.validate import text, validate
from ingot.device.run.qemu import Image
from ingot.device.run.samples import random_samples
from support.firmware import initializer, needs_gcc, needs_qemu, validate_firmware, write_weights
from support.pose_model import pose_model
from support.twin_model import build_for_twin

pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]

PARAMETERS = np.arange(-30, 130, 10, dtype=np.int8)
MACHINE = "mps3-an547"


def test_inferences_over_the_uart(tmp_path: Path) -> None:
    elf = validate_firmware(tmp_path)
    weights = write_weights(tmp_path, initializer(PARAMETERS.tobytes()))
    with twin_line(elf, weights, MACHINE) as line:
        client = Client(line)
        served = client.hello()
        assert (served.name, served.unit, served.input_bytes, served.output_bytes) == (
            "network",
            "instructions",
            16,
            16,
        )
        for seed in range(4):
            sample = np.random.default_rng(seed).integers(-128, 128, 16, dtype=np.int8)
            answer = client.infer(sample.tobytes(), 16)
            np.testing.assert_array_equal(np.frombuffer(answer.outputs, np.int8), -(sample + PARAMETERS))
            assert 40 < answer.cost < 3000
        line.send(b"\0noise\0\0" * 50)
        line.send(bytes(range(256)))
        assert client.infer(bytes(16), 16).outputs == (-PARAMETERS).tobytes()
        epochs = client.epochs()
        assert len(epochs) == 2 and sum(epochs) <= answer.cost
        client.end()


def test_a_firmware_that_stops_is_quoted(tmp_path: Path) -> None:
    elf = validate_firmware(tmp_path)
    weights = write_weights(tmp_path, initializer(PARAMETERS.tobytes())[:-1] + b"\x01")
    with pytest.raises(IngotError, match=r"the firmware said: .*damaged"), twin_line(elf, weights, MACHINE) as line:
        Client(line).hello()


def test_no_firmware(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="nothing to emulate"), twin_line(tmp_path / "no.elf", [], MACHINE):
        pass


def test_a_model_against_the_reference(tmp_path: Path) -> None:
    model = tmp_path / "small.tflite"
    model.write_bytes(pose_model(0))
    built = build_for_twin(model, tmp_path)
    lines: list[str] = []
    samples = random_samples(built.network, 2, 1)
    with twin_line(built.elf, built.images, built.machine) as line:
        outcome = validate(model, built.network, Client(line), samples, lines.append)
    assert outcome.passed and len(outcome.samples) == 2 and len(outcome.epochs) == len(built.network.epochs)
    assert all(line.endswith("equal") for line in lines)
    assert "2/2" in text(outcome, built.network)

    other = tmp_path / "other.tflite"
    other.write_bytes(pose_model(1))
    with twin_line(built.elf, built.images, built.machine) as line:
        outcome = validate(other, built.network, Client(line), samples[:1])
    assert not outcome.passed and outcome.samples[0].measures[0].worst > 0


def test_a_damaged_image_does_not_start(tmp_path: Path) -> None:
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(b"no ELF")
    with (
        pytest.raises(IngotError, match=r"did not open its serial line|closed the line"),
        twin_line(elf, [Image(elf, 0x70000000)], MACHINE) as line,
    ):
        Client(line, patience=1, first_wait=0.1).hello()
