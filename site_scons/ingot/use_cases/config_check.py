# SPDX-License-Identifier: Apache-2.0
"""An app_config.h that somebody else wrote, held against the network: input size, types and outputs.

Nothing at run time compares them: with another model's file the camera fills another number of bytes, and the
postprocessing reads what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.network.types import Network
from ingot.use_cases.case import TYPE_LETTERS
from ingot.use_cases.config_macros import macros_of, number
from ingot.use_cases.config_outputs import from_outputs

#: The side of a square input, where a postprocessing has one of its own instead of NN_WIDTH (BlazeFace, YuNet).
_IMAGE_SIZE = re.compile(r"AI_\w+_PP_IMG_SIZE")


def check_config(file: Path, network: Network) -> None:
    """Raises IngotError for the first macro of an app_config.h that is not the network's.

    Looked at are NN_WIDTH and NN_HEIGHT, AI_..._PP_IMG_SIZE, the two letters that end POSTPROCESS_TYPE (types of
    input and output), the width and height of MoveNet's heatmap, and what ingot.use_cases.config_outputs knows of the
    outputs. A macro that is not there is not compared.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(file)) from error
    macros = macros_of(text)
    remedy = "Write it again for this network (ingot app-config), or give the network that it belongs to."
    for name, value, expected, what in _rows(macros, network):
        if value is not None and value != expected:
            raise IngotError(f"{name} is {value}, but the network's {what} {expected}", where=str(file), remedy=remedy)


Row = tuple[str, "int | str | None", "int | str", str]


def _rows(macros: Mapping[str, str], network: Network) -> Iterable[Row]:
    """What is compared, the plainest first."""
    yield from _sizes(macros, network)
    yield from _types(macros, network)
    for name, value, own in from_outputs(macros, network):
        yield name, value, own, "outputs make it"


def _sizes(macros: Mapping[str, str], network: Network) -> Iterable[Row]:
    """(macro, its value, the network's, what that is) of whole numbers."""
    shape = network.inputs[0].shape if network.inputs else ()
    if len(shape) == 4:
        yield "NN_HEIGHT", number("NN_HEIGHT", macros), shape[1], "input height is"
        yield "NN_WIDTH", number("NN_WIDTH", macros), shape[2], "input width is"
        for name in filter(_IMAGE_SIZE.fullmatch, macros):
            yield name, number(name, macros), shape[2], "input width is"
    shape = network.outputs[0].shape if network.outputs else ()
    if "SPE_MOVENET" in macros.get("POSTPROCESS_TYPE", "") and len(shape) == 4:
        for side, size in (("HEIGHT", shape[1]), ("WIDTH", shape[2])):
            name = f"AI_SPE_MOVENET_POSTPROC_HEATMAP_{side}"
            yield name, number(name, macros), size, f"heatmap {side.lower()} is"


def _types(macros: Mapping[str, str], network: Network) -> Iterable[Row]:
    """POSTPROCESS_TYPE ends with a letter for the input's type and one for the output's: _UF is uint8 and float32."""
    stated = re.fullmatch(r"(POSTPROCESS_\w+)_([A-Z]{2})", macros.get("POSTPROCESS_TYPE", ""))
    if stated is None or not network.inputs or not network.outputs:
        return
    letters = "".join(TYPE_LETTERS.get(buffer.dtype, "?") for buffer in (network.inputs[0], network.outputs[0]))
    yield "POSTPROCESS_TYPE", stated[0], f"{stated[1]}_{letters}", "type is"
