# SPDX-License-Identifier: Apache-2.0
"""mAP: against cases that were computed by hand, against NumPy, and from pictures with their boxes to the figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ingot.answers.average_precision import Box, Matched, average_precision, matched, mean_average_precision, overlap
from ingot.answers.box_files import boxes_of, pictures_with_boxes
from ingot.answers.counts import BoxCounts
from ingot.answers.evaluate import Evaluation, evaluate
from ingot.base.errors import IngotError
from ingot.model import load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.load import inputs_in
from support.host_library import needs_cc

LEFT = Box(0, 0.0, 0.0, 0.4, 0.4)
RIGHT = Box(0, 0.5, 0.0, 0.9, 0.4)


def scored(box: Box, score: float, across: float = 0.0) -> Box:
    return Box(box.what, box.left + across, box.top, box.right + across, box.bottom, score)


@pytest.mark.parametrize(
    ("other", "value"),
    [
        (LEFT, 1.0),
        (Box(0, 0.2, 0.0, 0.6, 0.4), 0.08 / 0.24),  # half of each: 1/3
        (Box(0, 0.0, 0.0, 0.4, 0.2), 0.5),
        (Box(0, 0.4, 0.0, 0.8, 0.4), 0.0),  # side by side
        (Box(0, 0.1, 0.1, 0.1, 0.3), 0.0),  # no area
    ],
)
def test_intersection_over_union(other: Box, value: float) -> None:
    assert overlap(LEFT, other) == pytest.approx(value)
    assert overlap(other, LEFT) == pytest.approx(value)


@pytest.mark.parametrize(
    ("right", "truths", "value"),
    [
        ((True,), 1, 1.0),
        ((True, False, True), 2, 1 / 2 + 1 / 2 * 2 / 3),  # recall 1/2 at precision 1, 1 at 2/3
        ((False, True), 1, 1 / 2),
        ((False, True, True), 2, 2 / 3),  # 1/2 and 2/3: the better one counts for the lower recall too
        ((True, True, False, False), 4, 1 / 2),  # two of four are never found
        ((), 3, 0.0),
        ((False, False), 3, 0.0),
        ((False,), 0, None),
    ],
)
def test_areas_by_hand(right: tuple[bool, ...], truths: int, value: float | None) -> None:
    result = average_precision(Matched(right, tuple(range(len(right))), truths))
    assert result == (None if value is None else pytest.approx(value))


def test_a_box_counts_once_and_only_in_its_picture() -> None:
    found = [[scored(LEFT, 0.5), scored(LEFT, 0.9, 0.01)], [scored(LEFT, 0.8)]]
    result = matched([[LEFT], [RIGHT]], found, 0, 0.5)
    assert result == Matched((True, False, False), (0, 1, 0), 2), "the surest has it; the second picture has another"


def test_the_box_that_is_overlapped_most_is_the_one() -> None:
    """Not a free one that is overlapped less."""
    near = scored(LEFT, 1.0, 0.1)
    found = [[scored(LEFT, 0.9), scored(LEFT, 0.8, 0.02)]]
    assert overlap(found[0][1], near) > 0.5
    assert matched([[LEFT, near]], found, 0, 0.5).right == (True, False)


def test_a_limit_that_is_reached_is_enough() -> None:
    half = [[Box(0, 0.0, 0.0, 0.4, 0.2, 0.9)]]
    assert matched([[LEFT]], half, 0, 0.5).right == (True,)
    assert matched([[LEFT]], half, 0, 0.55).right == (False,)


def test_the_mean_is_over_classes_that_are_there() -> None:
    truths = [[LEFT, Box(2, 0.5, 0.5, 1.0, 1.0)]]
    found = [[scored(LEFT, 0.9), Box(1, 0.0, 0.0, 1.0, 1.0, 0.8)]]
    assert mean_average_precision(truths, found, 4, 0.5) == (0.5, [1.0, None, 0.0, None])


def test_figures_against_numpy() -> None:
    """Random boxes, counted a second time by arrays."""
    random = np.random.default_rng(4)

    def boxes(count: int) -> Any:
        low = random.uniform(0, 0.7, (count, 2))
        return np.concatenate([low, low + random.uniform(0.1, 0.3, (count, 2))], axis=1)

    for _ in range(30):
        truths = [boxes(random.integers(0, 5)) for _ in range(6)]
        found = [np.concatenate([true + random.normal(0, 0.02, true.shape), boxes(2)]) for true in truths]
        scores = [random.permutation(1000)[: len(one)] / 1000 for one in found]
        flat = [
            (s, n, box)
            for n, (one, ss) in enumerate(zip(found, scores, strict=True))
            for box, s in zip(one, ss, strict=True)
        ]
        used: set[tuple[int, int]] = set()
        hits = []
        for _, n, box in sorted(flat, key=lambda item: -item[0]):
            true = truths[n]
            sides = np.clip(np.minimum(box[2:], true[:, 2:]) - np.maximum(box[:2], true[:, :2]), 0, None)
            common = sides.prod(axis=1)
            shares = common / ((box[2:] - box[:2]).prod() + (true[:, 2:] - true[:, :2]).prod(axis=1) - common)
            best = int(shares.argmax()) if len(true) else -1
            hit = best >= 0 and shares[best] >= 0.5 and (n, best) not in used
            used |= {(n, best)} if hit else set()
            hits.append(hit)
        total = sum(map(len, truths))
        good = np.cumsum(hits)
        precision = np.maximum.accumulate((good / np.arange(1, len(hits) + 1))[::-1])[::-1]
        expected = float(np.sum(np.diff(np.concatenate([[0], good / total])) * precision))
        counts = BoxCounts(("thing",))
        for n in range(6):
            own = [Box(0, *box, score=s) for box, s in zip(found[n].tolist(), scores[n].tolist(), strict=True)]
            counts.add(str(n), [Box(0, *box) for box in truths[n].tolist()], own)
        assert counts.map50 == pytest.approx(expected)
        assert counts.map50_95 < counts.map50


# ---- from files to the figure

YAML = """\
name: m
source: {file: m.tflite}
preprocessing: {range: [0, 1], aspect_ratio: crop}
postprocessing: {type: yolo_v8, classes: [cat, dog], confidence_threshold: 0.4, iou_threshold: 0.5, max_boxes: 5}
"""


def network() -> Network:
    source = NetworkBuffer("image", "p", 0, 96 * 96 * 3, (1, 96, 96, 3), "uint8", "input", (0, 0), (1 / 255,), (0,))
    boxes = NetworkBuffer("boxes", "p", 0, 6 * 8 * 4, (1, 6, 8), "float32", "output", (0, 0))
    return Network("network", "m.tflite", "", "builtin", "", (), (source, boxes), (), (), ())


def says(*boxes: tuple[int, float, float, float, float, float]) -> Any:
    """The output of a YOLOv8 for boxes (class, score, centre x, y, width, height of the input)."""
    values = np.zeros((1, 6, 8), np.float32)
    for i, (what, score, *place) in enumerate(boxes):
        values[0, :4, i], values[0, 4 + what, i] = place, score
    return [values]


def counted(folder: Path, monkeypatch: pytest.MonkeyPatch, outputs: list[Any]) -> Evaluation:
    """What is counted when the network says these, one picture after the other."""

    class Says:
        def __init__(self, *_: Any, **__: Any) -> None:
            self.left = list(outputs)

        def run(self, inputs: list[Any]) -> Any:
            assert inputs[0].shape == (1, 96, 96, 3)
            return self.left.pop(0)

    monkeypatch.setattr("ingot.device.run.host.HostNetwork", Says)
    monkeypatch.setattr("ingot.device.run.oracle.Reference", Says)
    (folder / "model.yaml").write_text(YAML)
    manifest = load_manifest(folder / "model.yaml")
    return evaluate(network(), folder, folder / "m.tflite", folder / "data", manifest)


@needs_cc
def test_boxes_of_pictures_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of pictures of 2 to 1 the input is the middle: found boxes are in fractions of it, true ones of the picture."""
    for part in ("images", "labels"):
        (tmp_path / "data" / part).mkdir(parents=True)
    for name, text in (
        ("a", "0 0.375 0.5 0.25 1.0\ndog 0.625 0.5 0.25 1\n"),
        ("b", "cat 0.5 0.5 0.2 0.4\n"),
        ("c", ""),
    ):
        Image.new("RGB", (64, 32)).save(tmp_path / "data" / "images" / f"{name}.png")
        (tmp_path / "data" / "labels" / f"{name}.txt").write_text(text)
    first = says((0, 0.9, 0.25, 0.5, 0.5, 1.0), (1, 0.8, 0.75, 0.5, 0.5, 1.0))
    result = counted(
        tmp_path, monkeypatch, [first, says((1, 0.7, 0.5, 0.5, 0.2, 0.2)), says((0, 0.5, 0.5, 0.5, 0.1, 0.1))]
    )
    facts = result.as_dict()
    # cat: right, then one too many, and one of two never found. dog: right, then one that is a cat.
    assert facts["ingot"] == facts["litert"]
    assert facts["ingot"]["classes_AP50"] == pytest.approx({"cat": 0.5, "dog": 1.0})
    assert facts["ingot"]["mAP50"] == pytest.approx(0.75)
    assert facts["ingot"]["mAP50_95"] == pytest.approx(0.75), "the right ones are exactly there"
    assert (facts["ingot"]["boxes"], facts["ingot"]["found"], facts["inputs"]) == (3, 4, 3)
    assert facts["wrong"] == ["b.png", "c.png"]
    text = result.text()
    assert "Ingot   mAP  75.0 % at IoU 0.5," in text
    assert "Ingot and LiteRT: boxes at IoU 0.5\n" in text
    assert "wrong   b.png, c.png" in text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.2", "x.txt:2: is no box: '0 0.5 0.5 0.2'"),
        ("0 a 0.5 0.2 0.2", "x.txt:2: is no box: '0 a 0.5 0.2 0.2'"),
        ("2 0.5 0.5 0.2 0.2", "x.txt:2: '2' is no class"),
        ("cta 0.5 0.5 0.2 0.2", "x.txt:2: 'cta' is no class\n  Did you mean 'cat'? The classes are 0 to 1: cat, dog."),
        ("0 0.5 0.5 1.2 0.2", "x.txt:2: is no box in a picture: 0.5 0.5 1.2 0.2"),
        ("0 320 240 50 60", "x.txt:2: is no box in a picture: 320 240 50 60"),
        ("0 0.5 0.5 nan 0.2", "x.txt:2: is no box in a picture: 0.5 0.5 nan 0.2"),
        ("0 0.5 0.5 0 0.2", "x.txt:2: is no box in a picture: 0.5 0.5 0 0.2"),
    ],
)
def test_a_line_that_is_no_box_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "x.txt").write_text(f"1 0.5 0.5 1.0001 1\n{line}\n")
    with pytest.raises(IngotError) as error:
        boxes_of(tmp_path / "x.txt", ("cat", "dog"))
    assert message in str(error.value)


def test_a_folder_without_pictures_or_boxes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="holds no picture"):
        pictures_with_boxes(tmp_path, ("cat",))
    with pytest.raises(IngotError, match="is no folder"):
        pictures_with_boxes(tmp_path / "x.npz", ("cat",))
    Image.new("RGB", (8, 8)).save(tmp_path / "x.png")
    with pytest.raises(IngotError, match=r"x\.txt: there is no such file, which should have the boxes"):
        pictures_with_boxes(tmp_path, ("cat",))
    (tmp_path / "x.txt").write_text("cat 0.5 0.5 1 1\n")
    (tmp_path / ".DS_Store").touch()
    ((file, boxes),) = pictures_with_boxes(tmp_path, ("cat",))
    assert file == tmp_path / "x.png" and len(boxes) == 1
    assert inputs_in(tmp_path) == [tmp_path / "x.png"]
