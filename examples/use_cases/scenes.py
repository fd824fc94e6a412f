# SPDX-License-Identifier: 0BSD
"""Labelled pictures that a few lines generate: forms with their boxes, and a puppet with marks at its joints."""

from __future__ import annotations

import numpy as np
from layers import Array

FORMS = ("disc", "square", "triangle")
_COLORS = ((210, 60, 50), (60, 90, 210), (220, 190, 60))

#: As ST's pose models number them.
JOINTS = 13
#: Pairs of joints that a limb joins, and where each joint is when the puppet stands: x, y in fractions of its height.
LIMBS = ((1, 2), (1, 3), (3, 5), (2, 4), (4, 6), (1, 7), (2, 8), (7, 8), (7, 9), (9, 11), (8, 10), (10, 12))
_STANDING = np.asarray(
    [(0, 0), (-0.14, 0.2), (0.14, 0.2), (-0.26, 0.36), (0.26, 0.36), (-0.34, 0.52), (0.34, 0.52), (-0.1, 0.55)]
    + [(0.1, 0.55), (-0.14, 0.77), (0.14, 0.77), (-0.16, 1), (0.16, 1)]
)

_MARKS = (
    *((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255), (255, 255, 255)),
    *((255, 128, 0), (128, 0, 255), (0, 128, 255), (170, 0, 90), (255, 190, 150), (0, 110, 60)),
)


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


def puppets(count: int, seed: int, size: int = 48) -> tuple[Array, Array]:
    """(uint8 RGB pictures, places of the joints (count, JOINTS, 2): x, y in fractions).

    Each joint has a mark of a color of its own.
    """
    random = np.random.default_rng(seed)
    pictures, places = np.empty((count, size, size, 3), np.uint8), np.empty((count, JOINTS, 2))
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
    for i in range(count):
        height = random.uniform(0.6, 0.8)
        corner = random.uniform((0.38, 0.06), (0.62, 0.94 - height))
        joints = corner + height * (_STANDING * (random.uniform(0.8, 1.2), 1) + random.normal(0, 0.035, (JOINTS, 2)))
        joints = np.clip(joints, 0.03, 0.97)
        ground = np.full((size, size, 3), random.uniform(10, 40))
        for a, b in LIMBS:
            for share in np.linspace(0, 1, 24):
                at = ((1 - share) * joints[a] + share * joints[b]) * size
                ground[int(at[1]), int(at[0])] = 60
        for k in range(JOINTS):
            ground[np.maximum(abs(x - joints[k, 0]), abs(y - joints[k, 1])) < 2.2 / size] = _MARKS[k]
        pictures[i] = np.clip(ground + random.normal(0, 6, ground.shape), 0, 255)
        places[i] = joints
    return pictures, places
