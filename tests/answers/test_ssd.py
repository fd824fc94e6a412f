# SPDX-License-Identifier: Apache-2.0
"""Boxes of an SSD: the firmware's C against LiteRT's TFLite_Detection_PostProcess, and against NumPy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.answers.host import Answering, answering_of
from ingot.base.errors import IngotError
from ingot.board import find_board, load_board
from ingot.board.fit import load_pools
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.device.run.host import HostNetwork
from ingot.link import toolchain
from ingot.model import load_manifest
from ingot.network.c_info import read_c_info
from ingot.network.detection import DetectionHead
from ingot.network.types import Network, NetworkBuffer
from support.host_library import needs_cc
from support.ssd_model import BOXES, CLASSES, anchors, ssd_model, with_operator
from support.tflite_builder import Builder

pytestmark = needs_cc

YAML = """\
name: m
source: {{file: m.tflite}}
preprocessing: {{range: [0, 1]}}
postprocessing:
  type: {family}
  classes: [{classes}]
  confidence_threshold: {confidence}
  max_boxes: 6
"""


def corners() -> Any:
    """The same as left, top, right, bottom."""
    at = anchors()
    low, high = at[:, :2] - at[:, 2:] / 2, at[:, :2] + at[:, 2:] / 2
    return np.concatenate([low[:, ::-1], high[:, ::-1]], axis=1)


def litert(content: bytes, inputs: list[Any]) -> list[tuple[str, float, list[float]]]:
    """What the operator finds: class, score, edges as left, top, right, bottom."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    boxes, classes, scores, count = (interpreter.get_tensor(d["index"])[0] for d in interpreter.get_output_details())
    found = []
    for i in range(int(count)):
        top, left, bottom, right = map(float, boxes[i])
        found.append((CLASSES[int(classes[i])], float(scores[i]), [left, top, right, bottom]))
    return found


def network(*outputs: tuple[tuple[int, ...], str, float, int], head: DetectionHead | None = None) -> Network:
    source = NetworkBuffer("image", "p", 0, 96 * 96 * 3, (1, 96, 96, 3), "uint8", "input", (0, 0), (1 / 255,), (0,))
    made = [
        NetworkBuffer(
            f"out_{i}",
            "p",
            0,
            int(np.prod(shape)) * np.dtype(dtype).itemsize,
            shape,
            dtype,
            "output",
            (0, 0),
            *(((scale,), (zero,)) if scale else ((), ())),
        )
        for i, (shape, dtype, scale, zero) in enumerate(outputs)
    ]
    return Network("network", "m.tflite", "", "builtin", "", (), (source, *made), (), (), (), detection=head)


def reader(folder: Path, net: Network, keys: str = "", family: str = "ssd", confidence: float = 0.4) -> Answering:
    text = YAML.format(family=family, classes=", ".join(CLASSES), confidence=confidence)
    (folder / "model.yaml").write_text(text + keys)
    answering = answering_of(net, load_manifest(folder / "model.yaml"))
    assert answering is not None
    return answering


def same(answers: Any, wanted: list[tuple[str, float, list[float]]]) -> int:
    assert [answer.name for answer in answers] == [name for name, _, _ in wanted]
    np.testing.assert_allclose([a.score for a in answers], [score for _, score, _ in wanted], rtol=1e-5)
    edges = np.asarray([box for _, _, box in wanted]).reshape(-1, 4)
    np.testing.assert_allclose(np.asarray([a.box for a in answers]).reshape(-1, 4), edges, rtol=1e-4, atol=2e-6)
    return len(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("regular", [False, True])
def test_boxes_against_the_operator_of_litert(regular: bool, tmp_path: Path) -> None:
    """Both kinds of suppression; at most one class of a box is above the threshold, which is all that is kept here."""
    b = Builder()
    shapes = ((1, BOXES, 4), (1, BOXES, 1 + len(CLASSES)))
    content = b.finish(with_operator(b, *(b.input(shape, "float32") for shape in shapes), regular))
    head = DetectionHead("out_1", tuple(map(float, anchors().ravel())), (10.0, 8.0, 5.0, 4.0), regular, 0.35)
    answering = reader(tmp_path, network(*((shape, "float32", 0.0, 0) for shape in shapes), head=head))
    random, seen = np.random.default_rng(2), 0
    for _ in range(30):
        offsets = random.normal(0, 1, shapes[0]).astype("f4")
        shares = random.dirichlet(np.full(1 + len(CLASSES), 0.4), BOXES)[None]
        shares[shares.argsort(axis=2).argsort(axis=2) < len(CLASSES)] *= 0.3  # all but the largest
        scores = shares.astype("f4")
        answers, _ = answering.answers([offsets, scores])
        seen += same(answers, litert(content, [offsets, scores]))
    assert seen > 100


@pytest.mark.slow
def test_a_network_that_ends_before_the_operator_says_what_the_file_says(tmp_path: Path) -> None:
    """Anchors, scales and suppression come from the file; LiteRT runs the whole of it."""
    content = ssd_model()
    (tmp_path / "m.tflite").write_bytes(content)
    pools = load_pools(load_board(find_board("n6dk", toolchain.ROOT / "boards")))
    compile_model(tmp_path / "m.tflite", pools, tmp_path, CompileOptions(cut_outputs="offsets,scores"))
    net = read_c_info(tmp_path / "network_c_info.json")
    wanted = DetectionHead(
        "scores", tuple(map(float, anchors().ravel())), (10.0, 8.0, 5.0, 4.0), False, np.float32(0.35)
    )
    assert net.detection == replace(wanted, iou_threshold=pytest.approx(0.35))  # type: ignore[arg-type]
    answering, host = reader(tmp_path, net), HostNetwork(tmp_path)
    random, seen = np.random.default_rng(4), 0
    for _ in range(10):
        picture = random.integers(-128, 128, (1, 12, 12, 3)).astype(np.int8)
        found = litert(content, [picture])
        scores = [score for _, score, _ in found]
        assert len(set(scores)) > 1
        answers, _ = answering.answers(host.run([picture]))
        seen += same(answers, found)
    assert seen >= 30


def decoded(offsets: Any, order: str, scales: Any) -> Any:
    """Edges (boxes, 4) as left, top, right, bottom."""
    at = anchors().astype(np.float64)
    if order == "corners":
        at = corners().astype(np.float64)
        low, size = at[:, :2], at[:, 2:] - at[:, :2]
        return np.concatenate([offsets[:, :2] * size + low, offsets[:, 2:] * size + at[:, 2:]], axis=1)
    moved = offsets / scales
    centre = moved[:, :2] * at[:, 2:] + at[:, :2]
    half = np.exp(moved[:, 2:]) * at[:, 2:] / 2
    low, high = centre - half, centre + half
    if order == "yxhw":
        low, high = low[:, ::-1], high[:, ::-1]
    return np.concatenate([low, high], axis=1)


def kept(edges: Any, scores: Any, classes: Any, iou: float) -> list[int]:
    """Greedy suppression within a class, the best first."""
    found: list[int] = []
    area = np.prod(edges[:, 2:] - edges[:, :2], axis=1)
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] < 0.4 or len(found) == 6:
            break
        same_class = [j for j in found if classes[j] == classes[i]]
        common = [
            np.clip(np.minimum(edges[i, 2:], edges[j, 2:]) - np.maximum(edges[i, :2], edges[j, :2]), 0, None).prod()
            for j in same_class
        ]
        if all(c <= iou * (area[i] + area[j] - c) for c, j in zip(common, same_class, strict=True)):
            found.append(int(i))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "activation", "dtype"),
    [("yxhw", "softmax", "int8"), ("xywh", "logistic", "uint8"), ("corners", "shares", "float32")],
)
def test_raw_heads_and_corners_against_numpy(order: str, activation: str, dtype: str, tmp_path: Path) -> None:
    """Anchors from the model.yaml, or of an output; quantized values tie, of ties the first box counts."""
    quantization = {"int8": (0.05, 3), "uint8": (0.05, 128), "float32": (0.0, 0)}[dtype]
    shapes = ((1, BOXES, 1 + len(CLASSES)), (1, BOXES, 4))
    outputs = [(shape, dtype, *quantization) for shape in shapes]
    if order == "corners":
        net = network(*outputs, ((1, BOXES, 4), "float32", 0.0, 0))
        answering = reader(tmp_path, net, "  iou_threshold: 0.3\n", "st_ssd")
    else:
        listed = ", ".join(f"{value:.9g}" for value in anchors().ravel())
        keys = f"  iou_threshold: 0.3\n  xy_scale: 10\n  wh_scale: 5\n  anchors: [{listed}]\n"
        keys += f"  box_order: {order}\n  score_activation: {activation}\n"
        answering = reader(tmp_path, network(*outputs), keys)
    random, seen = np.random.default_rng(5), 0
    for _ in range(20):
        reals = [random.normal(0, 2, shapes[0]), random.normal(0, 0.1 if order == "corners" else 1.5, shapes[1])]
        codes = [real.astype("f4") for real in reals]
        if quantization[0]:
            limits = np.iinfo(dtype)
            codes = [
                np.clip(np.rint(r / quantization[0]) + quantization[1], limits.min, limits.max).astype(dtype)
                for r in reals
            ]
        exact = [
            (c.astype(np.float64) - quantization[1]) * np.float32(quantization[0]) if quantization[0] else c
            for c in codes
        ]
        if activation == "softmax":
            shares = np.exp(exact[0][0]) / np.exp(exact[0][0]).sum(axis=1, keepdims=True)
        else:
            shares = 1 / (1 + np.exp(-exact[0][0])) if activation == "logistic" else exact[0][0]
        best, classes = shares[:, 1:].max(axis=1), shares[:, 1:].argmax(axis=1)
        edges = decoded(exact[1][0].astype(np.float64), order, np.asarray([10, 10, 5, 5]))
        more = [corners()[None]] if order == "corners" else []
        numbers = kept(edges, best, classes, 0.3)
        answers, _ = answering.answers([*codes, *more])
        seen += same(answers, [(CLASSES[classes[i]], best[i], list(edges[i])) for i in numbers])
    assert seen > 60


@pytest.mark.slow
def test_suppression_across_classes_is_a_key(tmp_path: Path) -> None:
    """Two boxes of two classes at one place: both, or the better one."""
    head = DetectionHead("out_0", tuple(map(float, anchors().ravel())), (10.0, 10.0, 5.0, 5.0), True, 0.5)
    net = network(((1, BOXES, 4), "float32", 0.0, 0), ((1, BOXES, 4), "float32", 0.0, 0), head=head)
    scores = np.zeros((1, BOXES, 4), "f4")
    scores[0, 0, 1], scores[0, 1, 2] = 0.9, 0.8
    offsets = np.zeros((1, BOXES, 4), "f4")
    offsets[0, 1, :2] = (anchors()[0, :2] - anchors()[1, :2]) / anchors()[1, 2:] * 10
    offsets[0, 1, 2:] = np.log(anchors()[0, 2:] / anchors()[1, 2:]) * 5
    for key, names in (("class", ["cat", "dog"]), ("all", ["cat"])):
        answers, _ = reader(tmp_path, net, f"  suppression: {key}\n").answers([scores, offsets])
        assert [answer.name for answer in answers] == names


def test_anchors_that_nobody_tells_or_that_do_not_fit(tmp_path: Path) -> None:
    net = network(((1, BOXES, 4), "float32", 0.0, 0), ((1, BOXES, 4), "float32", 0.0, 0))
    scales = "  xy_scale: 10\n  wh_scale: 5\n"
    with pytest.raises(IngotError) as caught:
        reader(tmp_path, net, scales)
    assert str(caught.value) == (
        f"{tmp_path}/model.yaml:5: nothing tells the anchors of 'ssd'\n"
        "  Give the model with its TFLite_Detection_PostProcess, or `anchors` with four numbers a box."
    )
    with pytest.raises(IngotError, match=r"there are 4 numbers of anchors, the model has 90 boxes of 4"):
        reader(tmp_path, net, f"{scales}  anchors: [0.5, 0.5, 1, 1]\n")
    head = DetectionHead("out_0", (0.5,) * 4 * BOXES, (10.0, 10.0, 5.0, 5.0), True, 0.5)
    with pytest.raises(IngotError, match="xy_scale is 7, but the file's TFLite_Detection_PostProcess has 10"):
        reader(tmp_path, replace(net, detection=head), "  xy_scale: 7\n")
