# SPDX-License-Identifier: Apache-2.0
"""How often a network is right: labelled inputs through the host build of the firmware's C, beside LiteRT."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.answers.anomaly_counts import AnomalyCounts
from ingot.answers.average_precision import Box
from ingot.answers.counts import BoxCounts, ClassCounts
from ingot.answers.dataset import Dataset, open_dataset, open_pictures
from ingot.answers.host import BOXES, CLASSES, Answer, Answering, answering_of, answering_of_classes, class_names
from ingot.answers.places import place_in_picture
from ingot.base.errors import IngotError
from ingot.model import Manifest
from ingot.network.types import Network
from ingot.preprocessing.definition import image_input
from ingot.preprocessing.load import first_window, is_picture, load_inputs
from ingot.preprocessing.picture import read_picture
from ingot.preprocessing.wav import WAV_SUFFIX

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

#: Labels that are listed of wrong answers.
SHOWN = 5


@dataclass(frozen=True)
class Evaluation:
    """own, litert: the counts of both. different: labels of inputs for which an output differs by a byte.

    preprocessing: what was done with the first input. apart: input values that the firmware's C and the definition
    compute differently, and by how much at most. seconds: of this machine, without compiling.
    """

    names: tuple[str, ...]
    own: ClassCounts | BoxCounts
    litert: ClassCounts | BoxCounts
    different: tuple[str, ...]
    preprocessing: tuple[str, ...]
    apart: tuple[int, float]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        sides = {"ingot": self.own.as_dict(), "litert": self.litert.as_dict()}
        return {
            **sides,
            "classes": list(self.names),
            "inputs": self.own.total,
            "wrong": self.own.wrong,
            "different_outputs": list(self.different),
            "preprocessing": list(self.preprocessing),
            "input_values_apart": {"count": self.apart[0], "most": self.apart[1]},
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        """For people: the figures of both, a table, what is wrong."""
        lines = list(self.preprocessing[:1])
        for name, counts in (("Ingot", self.own), ("LiteRT", self.litert)):
            lines.append(f"{name:<8}{counts.headline()}")
        if self.apart[0]:
            lines.append(f"inputs  {self.apart[0]:,} values differ from the definition's, by {self.apart[1]:g} at most")
        if self.different:
            lines.append(
                f"outputs {len(self.different):,} inputs give other bytes than LiteRT's: {_some(self.different)}"
            )
        else:
            lines.append("outputs the same bytes as LiteRT's for every input")
        lines.append("")
        same = self.own.table() == self.litert.table()
        for name, counts in (("Ingot and LiteRT" if same else "Ingot", self.own), ("LiteRT", self.litert)):
            title, table = counts.table()
            lines += [f"{name}: {title}", table]
            if same:
                break
        if self.own.wrong:
            lines.append(f"wrong   {_some(self.own.wrong)}")
        return "\n".join(lines).rstrip()


def _some(labels: Sequence[str]) -> str:
    more = f", and {len(labels) - SHOWN:,} more" if len(labels) > SHOWN else ""
    return ", ".join(labels[:SHOWN]) + more


def evaluate(
    network: Network,
    folder: Path,
    model: Path,
    data: Path,
    manifest: Manifest | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Runs every labelled input through both. folder: where the network was compiled to. data: see open_dataset.

    Raises IngotError where data, model.yaml and network do not fit.
    """
    import numpy as np

    from ingot.device.run.host import HostNetwork
    from ingot.device.run.oracle import Reference

    answering, dataset = _opened(network, manifest, data)
    host, reference = HostNetwork(folder, network.name, quick=True), Reference(model, network=network)
    remembers = any(buffer.role == "state" for buffer in network.buffers)
    mine, litert = (_nothing_counted(answering, dataset, manifest) for _ in range(2))
    different: list[str] = []
    lines: tuple[str, ...] = ()
    apart, most = 0, 0.0
    started = time.monotonic()
    with ThreadPoolExecutor(1) as other:
        for done, item in enumerate(dataset.items()):
            if remembers and done:
                host.reset()
                reference.reset()
            sample = load_inputs(item.file, network, manifest)[0] if item.file is not None else None
            inputs = list(item.arrays) or _filled(answering, item.file) or (sample.arrays if sample else [])
            waiting = other.submit(reference.run, inputs)
            own = host.run(inputs)
            if sample is not None:
                lines = lines or sample.lines
                for given, defined in zip(inputs, sample.arrays, strict=True):
                    distance = np.abs(given.astype(np.float64) - defined.astype(np.float64))
                    apart, most = apart + int(np.count_nonzero(distance)), max(most, float(distance.max()))
            theirs = waiting.result()
            if any(a.tobytes() != b.tobytes() for a, b in zip(own, theirs, strict=True)):
                different.append(item.label)
            for counts, outputs in ((mine, own), (litert, theirs)):
                found, _ = answering.answers(outputs, inputs)
                if isinstance(counts, BoxCounts):
                    counts.add(item.label, item.boxes, _in_picture(found, network, manifest, item.file))
                else:
                    counts.add(item.label, item.truth, found[0].what, found[0].score)
            progress(done + 1, dataset.size)
    seconds = time.monotonic() - started
    return Evaluation(dataset.names, mine, litert, tuple(different), lines, (apart, most), seconds)


def _nothing_counted(answering: Answering, dataset: Dataset, manifest: Manifest | None) -> ClassCounts | BoxCounts:
    """The counts that fit the answers."""
    if answering.family in BOXES:
        return BoxCounts(dataset.names)
    if answering.family == "anomaly":
        assert manifest is not None
        nothing = [[0, 0], [0, 0]]
        return AnomalyCounts(dataset.names, nothing, threshold=float(manifest.postprocessing["threshold"]))
    return ClassCounts.of(dataset.names)


def _opened(network: Network, manifest: Manifest | None, data: Path) -> tuple[Answering, Dataset]:
    """What reads the outputs, and the labelled inputs."""
    import math

    answering = answering_of(network, manifest)
    if answering is None:
        if manifest is not None and manifest.postprocessing:
            family = manifest.postprocessing["type"]
            raise IngotError(
                f"postprocessing '{family}' gives no class that could be counted", where=str(manifest.path)
            )
        if len(network.outputs) != 1:
            raise IngotError(
                f"the network has {len(network.outputs)} outputs, and nothing says what they mean",
                where=network.model,
                remedy="Say it in a model.yaml: postprocessing: {type: ...}, see docs/app-config.md.",
            )
        classes = math.prod(network.outputs[0].shape)
        dataset = open_dataset(data, network, classes)
        if data.is_dir():
            manifest = _classified(manifest, network, dataset)
            answering = answering_of(network, manifest)
        return answering or answering_of_classes(network, dataset.names), dataset
    if answering.family in BOXES:
        assert manifest is not None
        return answering, open_pictures(data, class_names(manifest, answering.family))
    if answering.family not in CLASSES:
        raise IngotError(
            f"postprocessing '{answering.family}' gives no class that could be counted",
            where=str(manifest.path) if manifest else "",
        )
    assert manifest is not None
    names = class_names(manifest, answering.family)
    return answering, open_dataset(data, network, len(names), names)


def _in_picture(found: Sequence[Answer], network: Network, manifest: Manifest | None, file: Path | None) -> list[Box]:
    """Boxes of the network's input as those of the picture that became it."""
    assert file is not None
    height, width = read_picture(file).shape[:2]
    place = place_in_picture(image_input(network.inputs[0], manifest), width, height)
    boxes = []
    for answer in found:
        (left, top), (right, bottom) = place(*answer.box[:2]), place(*answer.box[2:])
        edges = (left / width, top / height, right / width, bottom / height)
        boxes.append(Box(answer.what, *edges, score=answer.score))
    return boxes


def _classified(manifest: Manifest | None, network: Network, dataset: Dataset) -> Manifest:
    """The model.yaml with the use case that the folders tell."""
    from dataclasses import replace

    from ingot.model import Source

    known = manifest or Manifest(network.name, "", Path(), Source(network.model))
    return replace(known, postprocessing={"type": "image_classification", "classes": list(dataset.names)})


def _filled(answering: Answering, file: Path | None) -> list[Array]:
    """The input as the firmware's C makes it; nothing for numbers, which it does not make."""
    if file is None:
        return []
    if answering.sound is not None and file.suffix.lower() == WAV_SUFFIX:
        return answering.heard(first_window(file, answering.sound))
    return answering.picture(read_picture(file)) if is_picture(file) else []
