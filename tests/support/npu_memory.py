# SPDX-License-Identifier: Apache-2.0
"""Epochs run as a program would run them: assembled to a blob, decoded again, on a memory of a test's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.envelope import refuse_strangers
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.npu.memory import Region
from ingot.st.npu.program import blob_of_epochs
from ingot.st.npu.sim.epoch import DEFAULT, EpochResult, Settings, run_epoch
from ingot.st.npu.sim.store import Store
from support.npu_build import FLASH, RAM

Array = npt.NDArray[Any]


def memory(content: Mapping[int, Array]) -> Store:
    """Memory with arrays at addresses, little endian; RAM and flash as the tests' builds have them."""
    store = Store(
        (Region("", RAM, RAM + (1 << 20), ("ram",), True), Region("", FLASH, FLASH + (1 << 20), ("flash",), False))
    )
    for address, values in content.items():
        store.put("", address, np.ascontiguousarray(values).tobytes(), "test")
    return store


def run(epoch: HardwareEpoch, store: Store, settings: Settings = DEFAULT) -> EpochResult:
    """Assembles the epoch, decodes the blob, and runs what comes out."""
    machine = Machine()
    (decoded,) = machine.run(blob_of_epochs([epoch]), "blob")
    refuse_strangers(decoded)
    return run_epoch(decoded, store, settings)


def read(store: Store, address: int, shape: tuple[int, ...], kind: str = "i1") -> Array:
    """An array in memory."""
    item = np.dtype(kind).newbyteorder("<")
    size = int(np.prod(shape)) * item.itemsize
    return np.frombuffer(store.view("", address, size, "test").tobytes(), item).reshape(shape)
