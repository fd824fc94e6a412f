# SPDX-License-Identifier: Apache-2.0
"""The stand-in of MoveNet: the real graph, deterministic, and numerically alive."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ingot.base.places import ROOT
from ingot.compiler.frontend.tflite import read_tflite
from ingot.compiler.graph import Graph
from ingot.device.run.oracle import Reference
from ingot.model.stand_in import build_stand_in, is_stand_in
from support.shared import shared

SCRIPT = ROOT / "models" / "movenet" / "standin.py"
MOVENET = "models/st_movenet_lightning_heatmaps_192_int8_pc.tflite"


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("standin") / "movenet.tflite"
    path.write_bytes(build_stand_in(SCRIPT))
    return path


def structure(graph: Graph) -> list[tuple[object, ...]]:
    """Kind, options, and the shape, type and granularity of every tensor of each operator."""
    listed = []
    for op in graph.operators:
        tensors = [graph.tensors[t] for t in (*op.inputs, *op.outputs) if t is not None]
        options = sorted((key, value) for key, value in op.attrs.items() if isinstance(value, (int, str, bool)))
        listed.append((op.kind, options, [(t.shape, t.dtype, t.quant and t.quant.scale.size) for t in tensors]))
    return listed


def test_its_bytes_are_the_same_everywhere(stand_in: Path) -> None:
    digest = hashlib.sha256(stand_in.read_bytes()).hexdigest()
    assert digest == "835a1c9e8b20ae9910e1650fcdd44ccdceb9bd08bb2a79667c3356cb9ec9b385"


def test_it_is_known_for_what_it_is(stand_in: Path, tmp_path: Path) -> None:
    assert is_stand_in(stand_in.read_bytes())
    other = tmp_path / "other.tflite"
    other.write_bytes(b"TFL3")
    assert not is_stand_in(other.read_bytes())


def test_it_is_the_real_graph_operator_for_operator(stand_in: Path) -> None:
    real = structure(read_tflite(shared(MOVENET)))
    made = structure(read_tflite(stand_in))
    assert len(made) == len(real) == 88
    for number, (a, b) in enumerate(zip(made, real, strict=True)):
        assert a == b, f"operator {number}"


def test_its_outputs_depend_on_the_input_and_are_not_saturated(stand_in: Path) -> None:
    reference = Reference(stand_in)
    generator = np.random.default_rng(5)
    first, second = (reference.run([generator.integers(0, 256, (1, 192, 192, 3), dtype=np.uint8)])[0] for _ in range(2))
    assert first.shape == (1, 48, 48, 13) and first.dtype == np.float32
    assert not np.array_equal(first, second)
    for values in (first, second):
        assert values.std() > 0.1
        assert np.mean((values <= 0.0) | (values >= 0.99609375)) < 0.05
