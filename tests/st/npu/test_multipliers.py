# SPDX-License-Identifier: Apache-2.0
"""Multipliers against scales: in proportion but for rounding, or a channel is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.st.npu.build import read_build
from ingot.st.npu.described import disagreements, read_places
from ingot.st.npu.multipliers import out_of_proportion
from ingot.st.npu.proof import prove
from ingot.st.npu.weights import compare_weights
from support.npu_model import own_build, write_model


@given(st.lists(st.floats(0.001, 1), min_size=8, max_size=64), st.floats(1000, 30000))
def test_rounded_multipliers_fit(scales: list[float], factor: float) -> None:
    real = np.array(scales)
    assert out_of_proportion(np.round(real * factor / real.max()).astype(np.int64), real) is None


@given(st.lists(st.floats(0.5, 1), min_size=8, max_size=64), st.integers(0, 7))
def test_a_channel_that_is_one_percent_off_is_named(scales: list[float], channel: int) -> None:
    real = np.array([*scales, 0.9])  # so that at least two are not the changed one
    found = np.round(real * 20000).astype(np.int64)
    right = int(found[channel])
    found[channel] = round(right * 1.01)
    worst = out_of_proportion(found, real)
    assert worst is not None and worst[:2] == (channel, round(right * 1.01)) and abs(worst[2] - right) <= 1


def test_the_multipliers_of_a_build(tmp_path: Path) -> None:
    model, layer, mean = write_model(tmp_path)
    found = compare_weights(read_build(own_build(tmp_path / "build", layer, mean)), model)
    assert [item.verdict for item in found.streams] == ["equal"]
    scales = layer.scale_weights.copy()
    scales[3] *= np.float32(1.02)
    from dataclasses import replace

    path = own_build(tmp_path / "other", replace(layer, scale_weights=scales), mean)
    text = (path / "network.c").read_text().replace(repr(float(scales[3])), repr(float(layer.scale_weights[3])))
    (path / "network.c").write_text(text)
    (item,) = compare_weights(read_build(path), model).streams
    assert item.verdict == "scaled" and item.note.startswith("the multiplier of channel 3 is ")


def test_c_info_that_lies_elsewhere(tmp_path: Path) -> None:
    _, layer, mean = write_model(tmp_path)
    path = own_build(tmp_path / "build", layer, mean)
    pools = [{"id": 4, "address": str(0x34200000), "subpools": []}, {"id": 5, "address": "relative"}]
    buffer = {"name": "AveragePool_5_out_0", "mpool_id": 4, "offset_start": 0x4000, "size_bytes": 8}
    document = {"memory_pools": pools, "buffers": [buffer, {"name": "Input_0_out_0", "mpool_id": 5}]}
    (path / "network_c_info.json").write_text(json.dumps(document))
    assert prove(read_build(path)).holds
    buffer["offset_start"] = 0x4008
    (path / "network_c_info.json").write_text(json.dumps(document))
    (fault,) = prove(read_build(path)).faults
    assert (fault.kind, fault.what) == (
        "c-info",
        "'AveragePool_5_out_0' lies at 0x34204000 with 8 bytes in network.c, at 0x34204008 with 8 in c_info",
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"memory_pools": [{}], "buffers": []}', '{"memory_pools": 3}'])
def test_a_damaged_c_info_is_refused(text: str) -> None:
    with pytest.raises(IngotError, match="is no c_info"):
        read_places(text, "network_c_info.json")


def test_buffers_without_an_address_are_left_out(tmp_path: Path) -> None:
    _, layer, mean = write_model(tmp_path)
    source = read_build(own_build(tmp_path / "build", layer, mean)).source
    assert disagreements(source, {}) == []
