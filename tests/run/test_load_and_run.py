"""load-and-run on the twin: both modes, whole and split, other addresses, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.errors import IngotError
from ingot.run.load_and_run import load_and_run
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.reloc_model import build_image, model_host, n6dk

pytestmark = [needs_gcc, needs_qemu, pytest.mark.emulated]


def test_modes_forms_and_addresses(tmp_path: Path) -> None:
    model, other = tmp_path / "m.tflite", tmp_path / "other.tflite"
    model.write_bytes(pose_model(0))
    other.write_bytes(pose_model(1))
    made = build_image(model, tmp_path / "image")
    board, mpool = n6dk()
    common = (model_host(), made.network, board, mpool)

    whole = load_and_run(*common, made.file, mode="XIP", model=model)
    assert whole.equal and whole.instructions > 1000 and whole.install > 100
    assert any("network" in line for line in whole.lines)
    split = load_and_run(*common, made.split, made.params, mode="COPY", model=model, addresses=(0x71100008, 0x71900008))
    assert split.equal and split.instructions == pytest.approx(whole.instructions, rel=0.01)
    assert load_and_run(*common, made.file, model=other).equal is False
    only = load_and_run(*common, made.file, inference=False)
    assert (only.instructions, only.equal, only.outputs) == (0, None, ())

    damaged = tmp_path / "damaged.bin"
    content = bytearray(made.file.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(IngotError, match="the loader refuses the image"):
        load_and_run(*common, damaged)
