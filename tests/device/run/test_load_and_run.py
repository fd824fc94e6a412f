# SPDX-License-Identifier: Apache-2.0
"""load-and-run on the twin's serial line: both modes, whole and split, other addresses, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.device.protocol.client import Client
from ingot.device.protocol.twin import twin_line
from ingot.device.protocol.validate import Validation
from ingot.device.run.load_and_run import Placing, commands, load_and_run, placing
from ingot.device.run.qemu import Image
from ingot.device.run.samples import random_samples
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.reloc_model import RelocModel, build_image, model_host, n6dk

pytestmark = [needs_gcc, needs_qemu, pytest.mark.emulated]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RelocModel:
    folder = tmp_path_factory.mktemp("image")
    (folder / "m.tflite").write_bytes(pose_model(0))
    return build_image(folder / "m.tflite", folder / "image")


@pytest.fixture(scope="module")
def model(made: RelocModel) -> Path:
    return made.file.parents[1] / "m.tflite"


def place(*words: object, **named: object) -> Placing:
    return placing(n6dk()[0], *words, **named)  # type: ignore[arg-type]


def run(
    what: Placing, made: RelocModel, model: Path | None, samples: int = 1, lines: list[str] | None = None
) -> Validation | None:
    board, mpool = n6dk()
    images = [Image(file, address) for _, file, address in what.files]
    with twin_line(model_host(), images, board.machine) as line:
        given = random_samples(made.network, samples, 1) if samples else []
        say = lines.append if lines is not None else lambda line: None
        return load_and_run(Client(line), commands(board, mpool, what), made.network, given, model, say)


def test_modes_forms_and_addresses(made: RelocModel, model: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    whole = run(place(made.file, None, "XIP"), made, model, 2, lines)
    assert whole is not None and whole.passed and len(whole.samples) == 2
    assert len(whole.epochs) == len(made.network.epochs)
    assert whole.samples[0].cost > 1000 and whole.served.init > 100
    assert any("network" in line for line in lines) and lines[-1].endswith("equal")
    split = run(place(made.split, made.params, "COPY", 0x71100008, 0x71900008), made, model)
    assert split is not None and split.passed
    assert split.samples[0].cost == pytest.approx(whole.samples[0].cost, rel=0.01)

    other = tmp_path / "other.tflite"
    other.write_bytes(pose_model(1))
    wrong = run(place(made.file, None, "XIP"), made, other)
    assert wrong is not None and not wrong.passed
    alone = run(place(made.file, None, "XIP"), made, None)
    assert alone is not None and alone.samples[0].measures == () and alone.samples[0].outputs
    assert run(place(made.file, None, "XIP"), made, model, samples=0) is None


def test_a_damaged_image_is_refused(made: RelocModel, model: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bin"
    content = bytearray(made.file.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(IngotError, match="the loader refuses the image: "):
        run(place(damaged, None, "XIP"), made, model)


def test_the_same_firmware_serves_one_host_after_the_other(made: RelocModel, model: Path) -> None:
    """Every host begins with a reset: more of them than there is room for regions and instances."""
    board, mpool = n6dk()
    what = place(made.split, made.params, "COPY")
    samples = random_samples(made.network, 1, 1)
    with twin_line(model_host(), [Image(file, at) for _, file, at in what.files], board.machine) as line:
        for _ in range(6):
            outcome = load_and_run(Client(line), commands(board, mpool, what), made.network, samples, model)
            assert outcome is not None and outcome.passed
        client = Client(line)
        client.hello()
        assert client.command("reset") == (0, "")
        assert client.command("nonsense 1")[0] == 1
        with pytest.raises(IngotError, match="no network yet"):
            client.infer(b"", 16)


def test_places_that_cannot_be(made: RelocModel) -> None:
    with pytest.raises(IngotError, match="not in the flash of 'n6dk'"):
        place(made.file, None, "XIP", 0x90000000)
    with pytest.raises(IngotError, match="not divisible by 8"):
        place(made.file, None, "XIP", 0x71000004)
    with pytest.raises(IngotError, match="image and params overlap at 0x71000010"):
        place(made.split, made.params, "XIP", 0x71000000, 0x71000010)
    with pytest.raises(IngotError, match="cannot be read"):
        place(made.file.with_name("no.bin"), None, "XIP")
