# SPDX-License-Identifier: Apache-2.0
"""Inputs and predicted outputs as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.judge.verdict import Verdict


def load_array(path: Path) -> npt.NDArray[Any]:
    """An array of a .npy file. Raises IngotError."""
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IngotError(f"is no .npy file: {error}", where=str(path), remedy="Write it with numpy.save.") from None
    if not isinstance(found, np.ndarray):
        raise IngotError("is no .npy file with one array", where=str(path), remedy="Write it with numpy.save.")
    return found


def save_outputs(verdict: Verdict, folder: Path) -> None:
    """Writes the predicted bytes of each output as `<buffer>.bin`."""
    folder.mkdir(parents=True, exist_ok=True)
    for output in verdict.outputs:
        (folder / f"{output.name}.bin").write_bytes(output.content)
