# SPDX-License-Identifier: Apache-2.0
"""What a build can ask of the built-in compiler: each option once, with its default and its values.

A step that takes these has one parameter `asked: Asked`, or `part: Part`; ingot.steps.registry makes an argument of
each field. Where the names differ, the metadata of a field has the name that users know: steps have inputs and outputs
of their own, which are files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ingot.base.errors import IngotError


def _one_of(*values: str) -> Any:
    """A field with these values, of which the first is the default."""
    return field(default=values[0], metadata={"choices": values})


def _named(option: str) -> Any:
    return field(default="", metadata={"option": option})


@dataclass(frozen=True)
class Part:
    """Which part of a model's file is the network, and how it is read.

    io_layout: how images lie in the inputs and outputs of a file that has channels first: "inputs_last" (channels last
        in inputs, outputs as the file has them), "channels_last" (in both) or "file" (as the file has both).
    input_shape: of the inputs whose file leaves extents free (ingot.compiler.frontend.input_shape).
    cut_inputs, cut_outputs, signature: see ingot.compiler.frontend.cut; "" for all of the file.
    """

    io_layout: str = _one_of("inputs_last", "channels_last", "file")
    input_shape: str = ""
    cut_inputs: str = _named("inputs")
    cut_outputs: str = _named("outputs")
    signature: str = ""

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that are not as by default."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {item.name: values[item.name] for item in fields(self) if values[item.name] != item.default}


@dataclass(frozen=True)
class Asked(Part):
    """All that is asked of the built-in compiler.

    io_placement: "activations" (inputs and outputs nest with the rest) or "application" (the application owns them).
    io_input: "overwrite" (the memory of inputs is used again once they are read), "keep" (inputs survive) or "rows"
        (the application hands them over some rows at a time). io_output: "whole", or "rows" in the same way.
    optimize: "balanced", "ram" or "speed". ram_limit: bytes that activations may take, with the fewest instructions
        within them; 0 leaves the choice to `optimize`. fuse: run operators row by row together where that saves RAM.
    weights_4bit: "keep" (half a byte each in flash) or "expand" (as int8).
    npu: "0", "1" or "only": whether layers run on the NPU.
    """

    io_placement: str = _one_of("activations", "application")
    io_input: str = _one_of("overwrite", "keep", "rows")
    io_output: str = _one_of("whole", "rows")
    optimize: str = _one_of("balanced", "ram", "speed")
    ram_limit: int = 0
    fuse: bool = True
    weights_4bit: str = _one_of("keep", "expand")
    npu: str = _one_of("0", "1", "only")

    def check_choices(self) -> None:
        """Raises IngotError for a value that is not one of the allowed."""
        for name, values in CHOICES.items():
            if (value := getattr(self, name)) not in values:
                raise IngotError(f"{_title(name)} is '{value}'", remedy=f"Use one of: {', '.join(values)}.")
        if self.ram_limit < 0:
            raise IngotError(f"ram_limit is {self.ram_limit}", remedy="Use a number of bytes, or 0 for no limit.")

    @property
    def part(self) -> Part:
        """What of it says which part of the file is the network."""
        return Part(**{item.name: getattr(self, item.name) for item in fields(Part)})


def _title(name: str) -> str:
    """io_layout as a model.yaml names it: io.layout."""
    return name.replace("_", ".", 1) if name.startswith("io_") else name


#: What is asked when nobody asks for anything, and the whole of a file as it is.
USUAL, WHOLE = Asked(), Part()

#: Field -> its values, the default first.
CHOICES: Mapping[str, tuple[str, ...]] = {
    item.name: item.metadata["choices"] for item in fields(Asked) if "choices" in item.metadata
}

#: Option -> the field, which is also the argument of steps.
FIELDS: Mapping[str, str] = {item.metadata.get("option", item.name): item.name for item in fields(Asked)}

#: Options that say what of a file is the network, and how it is read.
PART_OPTIONS = tuple(name for name, field_name in FIELDS.items() if field_name in {item.name for item in fields(Part)})

#: Options that a model.yaml has in its section `io`.
IO_OPTIONS = (*PART_OPTIONS, "io_placement", "io_input", "io_output")
