# SPDX-License-Identifier: Apache-2.0
"""The validate firmware on the emulated twin: outputs, costs, and what happens when something is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.run import qemu
from ingot.device.run.qemu import Image
from ingot.device.run.twin import emulate, images_of
from support.firmware import (
    fixture_network,
    initializer,
    needs_gcc,
    needs_qemu,
    validate_firmware,
    write_weights,
)

pytestmark = [pytest.mark.emulated, needs_gcc, needs_qemu]

PARAMETERS = np.arange(-30, 130, 10, dtype=np.int8)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return validate_firmware(tmp_path_factory.mktemp("firmware"))


def expected(sample: np.ndarray) -> np.ndarray:
    return -(sample + PARAMETERS)


def samples(count: int) -> list[list[np.ndarray]]:
    random = np.random.default_rng(1)
    return [[random.integers(-128, 128, (1, 16), dtype=np.int8)] for _ in range(count)]


def test_outputs_of_every_sample(firmware: Path, tmp_path: Path) -> None:
    given = samples(5)
    done = emulate(firmware, write_weights(tmp_path, initializer(PARAMETERS.tobytes())), fixture_network(), given)
    assert [inference.number for inference in done.inferences] == [0, 1, 2, 3, 4]
    for sample, inference in zip(given, done.inferences, strict=True):
        np.testing.assert_array_equal(inference.outputs[0], expected(sample[0]))


def test_costs_are_plausible_and_repeatable(firmware: Path, tmp_path: Path) -> None:
    weights = write_weights(tmp_path, initializer(PARAMETERS.tobytes()))
    runs = [emulate(firmware, weights, fixture_network(), samples(2)) for _ in range(2)]
    assert runs[0].inferences[1].instructions == runs[1].inferences[1].instructions
    assert runs[0].epochs == runs[1].epochs
    first = runs[0]
    assert len(first.epochs) == 2
    assert all(20 < cost < 1000 for cost in first.epochs)
    assert sum(first.epochs) <= first.inferences[1].instructions < sum(first.epochs) + 1000
    assert 0 < first.stack_used < first.stack_size == 0x2000


def test_on_sample_can_end_the_run(firmware: Path, tmp_path: Path) -> None:
    weights = write_weights(tmp_path, initializer(PARAMETERS.tobytes()))
    done = emulate(firmware, weights, fixture_network(), samples(5), on_sample=lambda inference: inference.number < 1)
    assert len(done.inferences) == 2


def test_inputs_and_outputs_of_the_application(tmp_path: Path) -> None:
    elf = validate_firmware(tmp_path, behaviour=5)
    given = samples(2)
    done = emulate(elf, write_weights(tmp_path, initializer(PARAMETERS.tobytes())), fixture_network(), given)
    for sample, inference in zip(given, done.inferences, strict=True):
        np.testing.assert_array_equal(inference.outputs[0], expected(sample[0]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no initializer there (expected layout 0102030405060708, first bytes found 00000000)"),
        (initializer(PARAMETERS.tobytes(), form=2), "refused: format 2, this firmware reads 1"),
        (
            initializer(PARAMETERS.tobytes(), layout=b"\xff" * 8),
            "expected layout 0102030405060708, found ffffffffffffffff",
        ),
        (initializer(PARAMETERS.tobytes() * 2), "expected 80 bytes, found 96"),
        (
            initializer(PARAMETERS.tobytes())[:-1] + b"\x01",
            "the data is damaged: CRC-32 should be 0x",
        ),
    ],
    ids=["absent", "format", "layout", "size", "damaged"],
)
def test_wrong_weights_are_refused(firmware: Path, tmp_path: Path, content: bytes, message: str) -> None:
    weights = write_weights(tmp_path, content or bytes(80))
    with pytest.raises(IngotError) as error:
        emulate(firmware, weights, fixture_network(), samples(1))
    assert "the firmware stopped with status 1" in str(error.value)
    assert "ingot: weights at 0x70380000 refused: " in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (1, "UsageFault: stack overflow sp=0x"),
        (2, "data access where nothing answers pc=0x310"),
        (3, "this network has epochs for the NPU; they need ST's runtime"),
    ],
    ids=["stack", "bus", "npu"],
)
def test_what_the_firmware_says_when_it_fails(tmp_path: Path, behaviour: int, message: str) -> None:
    elf = validate_firmware(tmp_path, behaviour)
    with pytest.raises(IngotError) as error:
        emulate(elf, write_weights(tmp_path, initializer(PARAMETERS.tobytes())), fixture_network(), samples(1))
    assert message in str(error.value)


def test_a_firmware_that_hangs_is_ended(tmp_path: Path) -> None:
    elf = validate_firmware(tmp_path, behaviour=4)
    weights = write_weights(tmp_path, initializer(PARAMETERS.tobytes()))
    with pytest.raises(IngotError, match=r"did not end within 2 s; it printed last: .*init: \d+"):
        emulate(elf, weights, fixture_network(), samples(1), timeout=2)


def test_a_sample_that_does_not_fit(firmware: Path, tmp_path: Path) -> None:
    weights = write_weights(tmp_path, initializer(PARAMETERS.tobytes()))
    with pytest.raises(IngotError, match=r"input 'in' is int8 \[1, 16\], the given value is uint8 \[1, 16\]"):
        emulate(firmware, weights, fixture_network(), [[np.zeros((1, 16), np.uint8)]])
    with pytest.raises(IngotError, match="has 1 inputs, the sample has 2"):
        emulate(firmware, weights, fixture_network(), [[np.zeros((1, 16), np.int8)] * 2])


def test_weights_that_do_not_fit_the_memory(firmware: Path, tmp_path: Path) -> None:
    file = tmp_path / "raw,with comma.raw"
    file.write_bytes(bytes(0x1000))
    with pytest.raises(IngotError, match=r"QEMU failed: .*overlap"):
        emulate(firmware, [Image(file, 0x31000400)], fixture_network(), samples(1))


def test_missing_files_and_tools(firmware: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IngotError, match="not there, nothing to emulate"):
        emulate(tmp_path / "absent.elf", [], fixture_network(), samples(1))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(IngotError, match="qemu-system-arm is not installed") as error:
        qemu.run(firmware)
    assert "apt-get install qemu-system-arm" in error.value.remedy


def test_names_with_commas_and_spaces(firmware: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a, b"
    folder.mkdir()
    elf = folder / "my, firmware.elf"
    elf.write_bytes(firmware.read_bytes())
    weights = write_weights(folder, initializer(PARAMETERS.tobytes()))
    given = samples(1)
    done = emulate(elf, weights, fixture_network(), given)
    np.testing.assert_array_equal(done.inferences[0].outputs[0], expected(given[0][0]))


def test_images_of_a_network(tmp_path: Path) -> None:
    assert images_of(fixture_network(), tmp_path) == [Image(tmp_path / "network_atonbuf.xSPI2.raw", 0x70380000)]
