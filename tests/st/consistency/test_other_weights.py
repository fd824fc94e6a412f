# SPDX-License-Identifier: Apache-2.0
"""Initializers of another model: of weights that are as long as the model's, none has their bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.model.model_file import read_model_file
from ingot.st.consistency.finding import Subject
from ingot.st.consistency.other_weights import FEWEST, RULE
from ingot.st.consistency.rules import findings
from st.consistency.test_rules import subject
from support.st_model import SCALES, model_file
from support.st_output import BUFFERS, StBuffer, StNetwork

LENGTHS = [100 + 2 * number for number in range(FEWEST)]
CONTENTS = [bytes((37 * number + 11 * i * i) % 251 for i in range(length)) for number, length in enumerate(LENGTHS)]


def network() -> StNetwork:
    """A network of 3.0 whose octoFlash pool holds CONTENTS one after the other."""
    offsets = [sum(LENGTHS[:number]) for number in range(FEWEST)]
    weights = tuple(
        StBuffer(f"Conv2D_{number}_weights", 5, offset, length, (2, 1, 1, length // 2), "int8", 0, 3, param=True,
                 scale=SCALES[:2], zero_point=(0, 0))
        for number, (offset, length) in enumerate(zip(offsets, LENGTHS, strict=True))
    )  # fmt: skip
    return StNetwork(buffers=(*(buffer for buffer in BUFFERS if not buffer.param), *weights))


def output_of(folder: Path, contents: list[bytes], raw: list[bytes]) -> Subject:
    model = folder / "tiny.tflite"
    model.write_bytes(model_file(more=contents))
    files: dict[str, bytes | None] = {"network_c_info.json": None, "network_atonbuf.xSPI2.raw": b"".join(raw)}
    return subject(folder, network(), files, model=read_model_file(model))


@pytest.mark.parametrize("changed", [0, 1, FEWEST - 1])
def test_weights_in_another_order_are_the_models(tmp_path: Path, changed: int) -> None:
    """The compiler may have written some in a way of its own."""
    raw = [*(bytes(len(content)) for content in CONTENTS[:changed]), *(content[::-1] for content in CONTENTS[changed:])]
    assert findings(output_of(tmp_path, CONTENTS, raw)) == []


def test_a_model_that_was_trained_again_has_others(tmp_path: Path) -> None:
    """Its scales may be the same."""
    raw = [content[:-1] + bytes([content[-1] ^ 1]) for content in CONTENTS]
    found = output_of(tmp_path, CONTENTS, raw)
    (finding,) = findings(found)
    assert (finding.rule, finding.error) == (RULE, True)
    assert finding.where == str(tmp_path / "st_ai_output" / "network_atonbuf.xSPI2.raw")
    assert finding.what == (
        f"it has the weights of another model than tiny.tflite: of {FEWEST} that are as long as weights of that model, "
        "none has their bytes"
    )
    assert findings(replace(found, signature=False)) == []


def test_few_say_nothing(tmp_path: Path) -> None:
    assert findings(output_of(tmp_path, CONTENTS[1:], [bytes(len(content)) for content in CONTENTS])) == []
