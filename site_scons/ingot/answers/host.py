# SPDX-License-Identifier: Apache-2.0
"""An application's preprocessing and postprocessing on this machine: the same C with the same app_config.h.

answering = answering_of(network, manifest)
inputs = answering.picture(pixels)
answers, words = answering.answers(outputs, inputs)
"""

from __future__ import annotations

import ctypes
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base import c_text
from ingot.base.errors import IngotError
from ingot.base.host_cc import build, digest
from ingot.base.places import cache_dir, firmware_dir
from ingot.base.render import render
from ingot.model import Manifest
from ingot.network.ll_aton import data_type
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.load import sound_of
from ingot.preprocessing.sound import SoundInput
from ingot.use_cases.anomaly import anomaly_names
from ingot.use_cases.app_config import app_config_texts
from ingot.use_cases.ssd import BACKGROUND

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

#: Families whose answers are boxes.
BOXES = ("yolo_v8", "yolo_v5", "tiny_yolo_v2", "st_yolo_lc", "ssd", "st_ssd")

#: Family of postprocessing -> the files of firmware/postprocessing that read its outputs.
READERS: Mapping[str, tuple[str, ...]] = {
    "image_classification": ("answer_classes.c",),
    "audio_event_detection": ("answer_classes.c",),
    "human_activity": ("answer_classes.c",),
    "anomaly": ("answer_anomaly.c",),
    **dict.fromkeys(BOXES, ("answer_boxes.c", "boxes_yolo.c", "boxes_ssd.c")),
    "heatmaps_spe": ("answer_keypoints.c", "heatmaps.c"),
}

#: Families whose answer is one class.
CLASSES = ("image_classification", "audio_event_detection", "human_activity", "anomaly")

MOST = 100  # answers to one input
FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared", "-Wall", "-fno-strict-aliasing")
FOLDERS = ("postprocessing", "preprocessing", "runtime")


class _Answer(ctypes.Structure):
    """`ingot_answer` of firmware/postprocessing/answer.h."""

    _fields_ = (
        ("what", ctypes.c_uint32),
        ("score", ctypes.c_float),
        ("box", ctypes.c_float * 4),
    )


@dataclass(frozen=True)
class Answer:
    """One thing that the outputs say. what: number of the class or key point. name: the class's, or "7".
    score: of an anomaly its error.

    box: left, top, right, bottom as fractions of the input.
    """

    what: int
    name: str
    score: float
    box: tuple[float, float, float, float]


class Answering:
    """One network's preprocessing and postprocessing. family: a key of READERS. texts: app_config.h and beside it.

    names: of the classes. sound: how the input is made of a sound, None for any other.
    Raises IngotError where the C does not compile.
    """

    def __init__(
        self,
        network: Network,
        family: str,
        texts: Mapping[str, str],
        names: Sequence[str],
        sound: SoundInput | None = None,
    ) -> None:
        self.network, self.family, self.names = network, family, tuple(names)
        self.sound = sound
        self._library = _load(_built(network, family, texts))
        self._library.host_address.restype = ctypes.c_void_p

    def picture(self, pixels: Array) -> list[Array]:
        """The network's input for a picture: uint8 RGB (height, width, 3) of any size."""
        import numpy as np

        data = np.ascontiguousarray(pixels)
        filled = self._library.host_picture(data.ctypes.data_as(ctypes.c_void_p), data.shape[1], data.shape[0])
        return self._input(filled)

    def heard(self, samples: Array) -> list[Array]:
        """The network's input for a sound: as many int16 samples as the definition takes."""
        import numpy as np

        data = np.ascontiguousarray(samples)
        return self._input(self._library.host_sound(data.ctypes.data_as(ctypes.c_void_p)))

    def _input(self, filled: int) -> list[Array]:
        import numpy as np

        if not filled:
            raise IngotError("app_config.h is of another network than this one", where=self.network.model)
        (buffer,) = self.network.inputs
        values = np.frombuffer(ctypes.string_at(self._library.host_address(0, 0), buffer.size), buffer.dtype)
        return [values.reshape(buffer.shape)]

    def answers(self, outputs: Sequence[Array], inputs: Sequence[Array] = ()) -> tuple[list[Answer], list[str]]:
        """(what the outputs say, the lines that the firmware prints). inputs: of that run, needed for anomalies."""
        for role, arrays in enumerate((inputs, outputs)):
            self._put(role, arrays)
        self._library.host_keep()
        found, text = (_Answer * MOST)(), ctypes.c_char_p()
        count = self._library.host_answers(found, MOST, ctypes.byref(text))
        answers = [Answer(one.what, self._name(one.what), one.score, tuple(one.box)) for one in found[:count]]
        return answers, (text.value or b"").decode(errors="replace").splitlines()

    def _put(self, role: int, arrays: Sequence[Array]) -> None:
        """Copies the arrays to the inputs (0) or the outputs (1)."""
        import numpy as np

        for number, array in enumerate(arrays):
            data = np.ascontiguousarray(array)
            ctypes.memmove(self._library.host_address(role, number), data.ctypes.data, data.nbytes)

    def _name(self, number: int) -> str:
        return self.names[number] if number < len(self.names) else str(number)


def answering_of(network: Network, manifest: Manifest | None) -> Answering | None:
    """What reads the outputs as the model.yaml's `postprocessing` says; None where that says nothing that is read."""
    family = str(manifest.postprocessing.get("type", "")) if manifest else ""
    if manifest is None or family not in READERS:
        return None
    texts = app_config_texts(manifest, network)
    if family in BOXES and "#define INGOT_BOXES" not in texts["app_config.h"]:
        raise manifest.error(
            f"nothing tells the anchors of '{family}'",
            "postprocessing",
            "type",
            remedy="Give the model with its TFLite_Detection_PostProcess, or `anchors` with four numbers a box.",
        )
    return Answering(network, family, texts, class_names(manifest, family), sound_of(network, manifest))


def class_names(manifest: Manifest, family: str) -> list[str]:
    """Names of the classes in the order of the scores."""
    if family == "anomaly":
        return anomaly_names(manifest)
    names = [str(name) for name in manifest.postprocessing.get("classes", [])]
    if family in ("ssd", "st_ssd"):
        return [name for name in names if name != BACKGROUND]
    # As ST's training of audio events sorts them (ingot.use_cases.signals).
    return sorted(names) if family == "audio_event_detection" else names


def answering_of_classes(network: Network, names: Sequence[str]) -> Answering:
    """The same for a network with a score a class, whose inputs are given as numbers."""
    labels = ", ".join(c_text.string(name) for name in names)
    texts = {"app_config.h": f"#define INGOT_CLASS_LABELS {{{labels}}}\n"}
    return Answering(network, "image_classification", texts, names)


def _built(network: Network, family: str, texts: Mapping[str, str]) -> Path:
    """The shared library, from the cache where it is."""
    glue = render(
        "host_answer.c.j2",
        tables=[
            {"name": name, "buffers": [_described(buffer) for buffer in buffers]}
            for name, buffers in (("input", network.inputs), ("output", network.outputs))
        ],
        pixels=sum(buffer.size for buffer in network.inputs),
    )
    folder = cache_dir() / "answers" / digest([glue, *(part for item in sorted(texts.items()) for part in item)])
    for name, text in {**texts, "host_answer.c": glue}.items():
        _write(folder / name, text)
    search = [folder, *(firmware_dir() / name for name in FOLDERS)]
    sources = [firmware_dir() / "postprocessing" / name for name in READERS[family]]
    sources += [firmware_dir() / "preprocessing" / name for name in PREPROCESSING]
    sources += [folder / name for name in texts if name.endswith(".c")]
    sources += [firmware_dir() / "runtime" / name for name in ("ingot_console.c", "ingot_stop.c")]
    headers = [path for place in search for path in place.glob("*.h")]
    return build([folder / "host_answer.c", *sources], FLAGS, ".so", headers, search=search)


PREPROCESSING = ("image_input.c", "sound_input.c")


def _write(path: Path, text: str) -> None:
    """A file of the cache, under its name only when it is complete."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(text)
    shutil.move(file.name, path)


def _described(buffer: NetworkBuffer) -> dict[str, Any]:
    import numpy as np

    return {
        "size": buffer.size,
        "shape": buffer.shape or (1,),
        "type": data_type(buffer.dtype),
        "bits": 8 * np.dtype(buffer.dtype).itemsize,
        "scale": [f"{scale!r}f" for scale in buffer.scale],
        "zero_point": buffer.zero_point or (0,) * len(buffer.scale),
    }


def _load(path: Path) -> ctypes.CDLL:
    return ctypes.CDLL(str(path))
