# SPDX-License-Identifier: 0BSD
"""Where the joints of a drawn puppet are: a heatmap a joint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scenes
from export import Quantized
from layers import Array, Conv, Network, logistic_slope

SIZE, CELLS = 48, 12
TESTS = 20
YAML = """\
name: puppet
title: The joints of a drawn puppet
source:
  file: puppet.tflite
application: pose_estimation
preprocessing:
  range: [0, 1]
postprocessing:
  type: heatmaps_spe
  confidence_threshold: 0.1
"""


def heatmaps(places: Array) -> Array:
    """(n, CELLS, CELLS, JOINTS): 1 in a joint's cell, less around it."""
    row, column = (np.mgrid[0:CELLS, 0:CELLS] + 0.5)[:, None, :, :, None] / CELLS
    x, y = places[:, None, None, :, 0], places[:, None, None, :, 1]
    shares: Array = np.exp(-((column - x) ** 2 + (row - y) ** 2) * CELLS**2 / (2 * 0.6**2))
    return shares


def slope(outputs: Array, shares: Array) -> Array:
    """Cells with a joint are few, and count as much as those without."""
    return logistic_slope(outputs, shares) * (1 + 20 * shares)


def puppet(folder: Path) -> None:
    """Writes the model, its model.yaml, and test pictures; places.csv has x and y of each joint in fractions."""
    from PIL import Image

    pictures, places = scenes.puppets(300, seed=1, size=SIZE)
    layers = [Conv(24), Conv(32), Conv(scenes.JOINTS, (1, 1), 1, relu=False)]
    network = Network((SIZE, SIZE, 3), layers)
    network.fit(pictures / 255, heatmaps(places), slope, epochs=20, batch=15, rate=1e-2)
    model = Quantized(network, pictures[:200] / 255, "uint8", (0.0, 1.0))
    shape = (1, CELLS, CELLS, scenes.JOINTS)
    (folder / "puppet.tflite").write_bytes(
        model.finish((model.share("LOGISTIC", model.last, shape), shape, "heatmaps"))
    )
    (folder / "model.yaml").write_text(YAML)
    (folder / "test").mkdir(exist_ok=True)
    pictures, places = scenes.puppets(TESTS, seed=3, size=2 * SIZE)
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / "test" / f"puppet-{i}.png")
    np.savetxt(folder / "places.csv", places.reshape(TESTS, -1), fmt="%.4f", delimiter=",")
