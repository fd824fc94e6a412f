# SPDX-License-Identifier: Apache-2.0
"""Inputs and predicted outputs as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.preprocessing.numpy_file import numpy_arrays
from ingot.st.npu.judge.verdict import Verdict


def load_array(path: Path) -> npt.NDArray[Any]:
    """An array of a .npy file. Raises IngotError."""
    content = read_bounded(path, "array")
    if content.startswith(b"PK"):
        raise IngotError("is no .npy file with one array", where=str(path), remedy="Write it with numpy.save.")
    return numpy_arrays(content, str(path))["arr_0"]


def save_outputs(verdict: Verdict, folder: Path) -> None:
    """Writes the predicted bytes of each output as `<buffer>.bin`."""
    folder.mkdir(parents=True, exist_ok=True)
    for output in verdict.outputs:
        (folder / f"{output.name}.bin").write_bytes(output.content)
