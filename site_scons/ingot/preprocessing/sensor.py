# SPDX-License-Identifier: Apache-2.0
"""How a window of a sensor's samples becomes an input: (1, samples, axes), or (1, samples) of one axis.

The number in the input is (number - mean) / std, quantized. firmware/preprocessing/sensor_input.c computes the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingot.model import Manifest
from ingot.network.types import NetworkBuffer

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

#: Families whose input is such a window.
FAMILIES = ("human_activity", "anomaly")


@dataclass(frozen=True)
class SensorInput:
    """A window as an input. samples: the oldest first. axes: numbers of a sample, in the sensor's units."""

    buffer: NetworkBuffer
    samples: int
    axes: int
    mean: float
    std: float


def sensor_input(buffer: NetworkBuffer, manifest: Manifest | None) -> SensorInput | None:
    """The definition of a network's input by its model.yaml; None where it is of no sensor, or of one whose gravity
    ST's preprocessing takes out first."""
    if manifest is None or manifest.postprocessing.get("type") not in FAMILIES or len(buffer.shape) < 2:
        return None
    if manifest.postprocessing.get("gravity_removed"):
        return None
    mean, std = (float(manifest.preprocessing.get(key, default)) for key, default in (("mean", 0.0), ("std", 1.0)))
    return SensorInput(buffer, buffer.shape[1], math.prod(buffer.shape[2:]), mean, std)


def windows(samples: Array, sensor: SensorInput) -> list[tuple[int, Array]]:
    """(number of the first sample, the window as the input's real numbers, float32), half a window apart."""
    import numpy as np

    step = max(1, sensor.samples // 2)
    starts = range(0, len(samples) - sensor.samples + 1, step)
    scaled = ((samples.astype(np.float32) - np.float32(sensor.mean)) / np.float32(sensor.std)).astype(np.float32)
    return [(start, scaled[start : start + sensor.samples].reshape(sensor.buffer.shape)) for start in starts]
