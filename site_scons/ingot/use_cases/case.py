# SPDX-License-Identifier: Apache-2.0
"""One application of one network: the model.yaml's wishes, the tensors, and errors that name the key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ingot.base.errors import IngotError
from ingot.model import Manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.use_cases.abi import Abi

# The letter of a type in ST's POSTPROCESS_<family>_<input><output> names.
TYPE_LETTERS = {"uint8": "U", "int8": "I", "float32": "F"}

#: Keys of `postprocessing` that every family takes.
COMMON_KEYS = ("type", "postprocess_type", "classes")
#: Those of every detector.
BOX_KEYS = ("confidence_threshold", "iou_threshold", "max_boxes")


class LacksFamilyError(IngotError):
    """ST's applications of a generation have no such family of postprocessing."""


@dataclass(frozen=True)
class Case:
    """typed: whether there has to be an application of ST's for the family, and for the types of input and output."""

    manifest: Manifest
    network: Network
    abi: Abi
    typed: bool = field(default=True, kw_only=True)

    @property
    def family(self) -> str:
        return str(self.manifest.postprocessing.get("type", ""))

    def error(self, what: str, key: str = "type", remedy: str = "") -> IngotError:
        return self.manifest.error(what, "postprocessing", key, remedy=remedy)

    def get(self, key: str, default: Any = None) -> Any:
        return self.manifest.postprocessing.get(key, default)

    def need(self, key: str, what: str, example: str) -> Any:
        """A value that no tensor tells. Raises IngotError that asks for it."""
        value = self.get(key)
        if value is None:
            raise self.error(
                f"postprocessing '{self.family}' needs {what}, which the model does not say",
                remedy=f"Add it, for example: {key}: {example}",
            )
        return value

    def only_keys(self, *keys: str) -> None:
        """Refuses a key that means nothing to this family."""
        for key in self.manifest.postprocessing:
            if key not in (*COMMON_KEYS, *keys):
                raise self.error(
                    f"postprocessing.{key} means nothing to '{self.family}'",
                    key,
                    remedy=f"Known to it: {', '.join(sorted(keys)) or 'none'}.",
                )

    def only_abis(self, *names: str) -> None:
        """Raises LacksFamilyError where no application of ST's is there for the family and one has to be."""
        if self.typed and self.abi.name not in names:
            what = f"ST's applications of app_abi '{self.abi.name}' have no postprocessing '{self.family}'"
            error = self.error(what, remedy=f"Those of {', '.join(names)} have.")
            raise LacksFamilyError(error.what, where=error.where, remedy=error.remedy)

    # ---- tensors ----

    def image(self) -> tuple[int, int, int]:
        """(height, width, channels) of the input. Raises IngotError when it is no image."""
        source = self.network.inputs[0]
        channels = (1, 3) if self.abi.h7 or self.family == "image_classification" else (3,)
        if len(source.shape) != 4 or source.shape[0] != 1 or source.shape[3] not in channels:
            raise self.error(
                f"postprocessing '{self.family}' needs an image with {' or '.join(map(str, channels))} channels; "
                f"the model's input '{source.name}' has shape {shape_text(source)}",
                remedy=nchw_hint(source),
            )
        return source.shape[1], source.shape[2], source.shape[3]

    def outputs(self, *counts: int) -> tuple[NetworkBuffer, ...]:
        if len(self.network.outputs) not in counts:
            number = " or ".join(map(str, counts)) + (" output" if counts == (1,) else " outputs")
            raise self.error(
                f"postprocessing '{self.family}' needs a model with {number if counts != (1,) else 'one output'}; "
                f"this one has {len(self.network.outputs)}"
            )
        return self.network.outputs

    def inputs(self, count: int) -> tuple[NetworkBuffer, ...]:
        """The inputs, which have to be so many. Raises IngotError."""
        if len(self.network.inputs) != count:
            raise self.error(
                f"postprocessing '{self.family}' needs a model with {count} input{'s' * (count > 1)}; "
                f"this one has {len(self.network.inputs)}"
            )
        return self.network.inputs

    def output(self, ndims: int, axes: str) -> NetworkBuffer:
        """The only output, of that many dimensions, the first of them 1."""
        (output,) = self.outputs(1)
        return self.shaped(output, ndims, axes)

    def shaped(self, output: NetworkBuffer, ndims: int, axes: str) -> NetworkBuffer:
        """An output of that many dimensions, the first of them 1; ST's tools put more of 1 in front."""
        shape = output.shape
        while len(shape) > ndims > 0 and shape[0] == 1:
            shape = shape[1:]
        if len(shape) != ndims or shape[0] != 1:
            raise self.error(
                f"postprocessing '{self.family}' needs an output {axes}; the model's output '{output.name}' has shape "
                f"{shape_text(output)}"
            )
        return replace(output, shape=shape)

    def table(self, output: NetworkBuffer, rows: str, boxes: str) -> tuple[int, int]:
        """(values a box, boxes) of an output (1, values, boxes); a fourth dimension of 1 is left out.

        Of the two orders the one with fewer values than boxes is meant; ST's readers take (values, boxes).
        """
        shape = tuple(extent for extent in output.shape[1:] if extent != 1)
        if len(shape) != 2 or output.shape[0] != 1:
            self.shaped(output, -1, f"(1, {rows}, {boxes})")
        if shape[0] >= shape[1]:
            raise self.error(
                f"the model's output '{output.name}' has shape {shape_text(output)}, which is (1, {boxes}, {rows}); "
                f"ST's postprocessing reads (1, {rows}, {boxes})",
                remedy="Convert the model without the transposition at its end, or generate with outputs_ch_position.",
            )
        return shape[0], shape[1]

    def quantization(self, output: NetworkBuffer) -> tuple[float, int]:
        """(scale, zero point) of an output; (1, 0) for float."""
        if not output.scale:
            return 1.0, 0
        if len(output.scale) != 1:
            raise self.error(f"the model's output '{output.name}' has a scale a channel; ST's postprocessing takes one")
        return output.scale[0], output.zero_point[0]

    # ---- classes and thresholds ----

    def classes(self, count: int, background: bool = False) -> list[str]:
        """Names of the classes. count: how many the model has, background included."""
        names = [str(name) for name in self.need("classes", "the names of its classes", "[person, car]")]
        if background:
            names = ["background", *(name for name in names if name != "background")]
        if len(names) != count:
            extra = " with the background" if background else ""
            raise self.error(
                f"postprocessing.classes has {len(names)} names{extra}, but the model has {count} classes",
                "classes",
                remedy=f"Give {count - background} names.",
            )
        return names

    def threshold(self, key: str, default: float) -> float:
        return float(self.get(key, default))

    def boxes(self, iou: float = 0.5) -> dict[str, Any]:
        """The thresholds that every detector has. iou: where the model.yaml says nothing."""
        return {
            "conf": self.threshold("confidence_threshold", 0.5),
            "iou": self.threshold("iou_threshold", iou),
            "max_boxes": int(self.get("max_boxes", 10)),
        }

    def equal(self, key: str, derived: int, what: str) -> int:
        """A value that the model says; one that the model.yaml gives as well must be the same."""
        stated = self.get(key, derived)
        if stated != derived:
            raise self.error(
                f"postprocessing.{key} is {stated}, but {what}",
                key,
                remedy=f"Write {derived}, or leave the key out.",
            )
        return derived

    # ---- type ----

    def postprocess_type(self, family: str, output: NetworkBuffer | None = None, also: str = "") -> dict[str, Any]:
        """Name and number of `family` with the suffix of the model's types: input's letter, output's letter.

        also: another family that ST has for the same outputs; taken where the model.yaml names it.
        Nothing where no type is needed.
        """
        if not self.typed:
            return {}
        if self.abi.h7:
            return {"postprocess_type": f"POSTPROCESS_{family}", "postprocess_number": self.abi.numbers[family]}
        source, output = self.network.inputs[0], output or self.network.outputs[0]
        suffix = TYPE_LETTERS.get(source.dtype, "?") + TYPE_LETTERS.get(output.dtype, "?")
        derived = f"POSTPROCESS_{family}_{suffix}"
        known = [f"POSTPROCESS_{name}" for name in self.abi.numbers if name.rpartition("_")[0] == family]
        stated = self.get("postprocess_type", derived)
        if also and stated == f"POSTPROCESS_{also}_{suffix}" and f"{also}_{suffix}" in self.abi.numbers:
            return {"postprocess_type": stated, "postprocess_number": self.abi.numbers[f"{also}_{suffix}"]}
        types = f"the model takes {source.dtype} and gives {output.dtype}"
        if derived not in known and not known:
            raise self.error(
                f"ST's applications of app_abi '{self.abi.name}' have no {derived.rpartition('_')[0]}",
                remedy="Use another app_abi in board.yaml.",
            )
        if derived not in known:
            names = " and ".join([", ".join(known[:-1]), known[-1]] if known[1:] else known)
            raise self.error(
                f"{types}, which would be {derived}; there {'are' if known[1:] else 'is'} only {names}",
                remedy="Convert the model with other input and output types.",
            )
        if stated != derived:
            raise self.error(
                f"postprocessing.postprocess_type is {stated}, but {types}: {derived}",
                "postprocess_type",
                remedy=f"Write {derived}, or leave the key out.",
            )
        number = self.abi.numbers[derived.removeprefix("POSTPROCESS_")]
        return {"postprocess_type": derived, "postprocess_number": number}


def shape_text(buffer: NetworkBuffer) -> str:
    return "x".join(str(extent) for extent in buffer.shape)


def nchw_hint(buffer: NetworkBuffer) -> str:
    """What to do about an image whose channels are first."""
    if len(buffer.shape) == 4 and buffer.shape[1] in (1, 3) and buffer.shape[3] not in (1, 3):
        return "Its channels are first; cameras deliver them last: generate with inputs_ch_position: chlast."
    return ""


def pairs(case: Case, key: str, values: Sequence[float]) -> list[tuple[float, float]]:
    """(width, height) pairs of a flat list."""
    if len(values) % 2 or not values:
        raise case.error(f"postprocessing.{key} has {len(values)} numbers, which are no pairs", key)
    return [(float(values[i]), float(values[i + 1])) for i in range(0, len(values), 2)]
