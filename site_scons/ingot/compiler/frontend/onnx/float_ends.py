# SPDX-License-Identifier: Apache-2.0
"""Whether the inputs or outputs of a QDQ file's network are float32.

Usually they are not: the QuantizeLinear behind an input and the DequantizeLinear before an output are left to the
application. They are where an entry of the file's metadata says so, which a section `quantize` of a model.yaml writes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ingot.compiler.frontend.onnx.proto import OnnxFile

KEY = "ingot.float"
ENDS = ("inputs", "outputs")


def ends_in_float(file: OnnxFile) -> Collection[str]:
    """Those of ENDS that stay float32."""
    said = {item.key: item.value for item in file.proto.metadata_props}.get(KEY, "")
    return frozenset(said.split()) & set(ENDS)


def set_ends_in_float(proto: Any, ends: Collection[str]) -> None:
    """Writes it into a ModelProto. ends: of ENDS."""
    if ends:
        entry = proto.metadata_props.add()
        entry.key, entry.value = KEY, " ".join(sorted(ends))
