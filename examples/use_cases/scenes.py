# SPDX-License-Identifier: 0BSD
"""Labelled pictures that a few lines generate: forms with their boxes."""

from __future__ import annotations

import numpy as np
from layers import Array

FORMS = ("disc", "square", "triangle")
_COLORS = ((210, 60, 50), (60, 90, 210), (220, 190, 60))


def forms(count: int, seed: int, size: int = 48) -> tuple[Array, list[Array]]:
    """(uint8 RGB pictures (count, size, size, 3), their boxes (n, 5): class, centre x, y, width, height in fractions).

    A picture has one or two forms, which do not overlap, in about their class's color on a gray ground with noise.
    """
    random = np.random.default_rng(seed)
    pictures, boxes = np.empty((count, size, size, 3), np.uint8), []
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
    for i in range(count):
        ground = np.full((size, size, 3), random.uniform(70, 190))
        found: list[tuple[float, ...]] = []
        for _ in range(random.integers(1, 3)):
            width, height = random.uniform(0.24, 0.42, 2)
            centre_x, centre_y = random.uniform(width / 2, 1 - width / 2), random.uniform(height / 2, 1 - height / 2)
            if any(
                abs(centre_x - b[1]) < (width + b[3]) / 2 and abs(centre_y - b[2]) < (height + b[4]) / 2 for b in found
            ):
                continue
            what = int(random.integers(len(FORMS)))
            dx, dy = 2 * (x - centre_x) / width, 2 * (y - centre_y) / height
            inside = {
                "disc": dx * dx + dy * dy < 1,
                "square": np.maximum(abs(dx), abs(dy)) < 1,
                "triangle": (dy < 1) & (2 * abs(dx) < dy + 1),
            }[FORMS[what]]
            ground[inside] = np.asarray(_COLORS[what]) + random.uniform(-45, 45, 3)
            found.append((what, centre_x, centre_y, width, height))
        pictures[i] = np.clip(ground + random.normal(0, 10, ground.shape), 0, 255)
        boxes.append(np.asarray(found))
    return pictures, boxes
