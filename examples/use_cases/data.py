# SPDX-License-Identifier: 0BSD
"""Labelled data that a few lines generate: pictures of fruit, spoken-like sounds, movements."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FRUIT = ("apple", "lime", "brick", "leaf", "berry")
WORDS = ("yes", "no", "go", "noise")
MOVES = ("rest", "walk", "run", "shake")
MACHINE = ("normal", "anomaly")

RATE = 16000  # samples a second of a sound
CLIP = 8000  # samples of a clip
WINDOW = 64  # samples of a movement, at 26 Hz
TURNS, TURNS_RATE = 64, 1600.0  # samples of a vibration, and how many a second

_COLORS = {
    "apple": (200, 30, 30),
    "lime": (40, 180, 40),
    "brick": (190, 40, 30),
    "leaf": (30, 170, 50),
    "berry": (40, 50, 190),
}


def fruit(count: int, seed: int, size: int = 24) -> tuple[Array, Array]:
    """(uint8 RGB pictures (count, size, size, 3), their classes): a form in its color on a gray ground, with noise.

    Color and form are both needed: apples are red discs, bricks red squares, limes green discs, leaves green triangles.
    """
    random = np.random.default_rng(seed)
    numbers = np.arange(count) % len(FRUIT)
    y, x = np.mgrid[0:size, 0:size] + 0.5
    pictures = np.empty((count, size, size, 3), np.uint8)
    for i, number in enumerate(numbers):
        radius = random.uniform(0.22, 0.38) * size
        middle = random.uniform(0.42, 0.58, 2) * size
        dx, dy = x - middle[0], y - middle[1]
        name = FRUIT[number]
        if name == "brick":
            inside = np.maximum(abs(dx), abs(dy)) < radius * 0.9
        elif name == "leaf":
            inside = (dy < radius * 0.8) & (abs(dx) * 1.6 < dy + radius * 0.9)
        else:
            inside = dx * dx + dy * dy < radius * radius
        ground = np.full((size, size, 3), random.uniform(60, 200))
        ground[inside] = np.asarray(_COLORS[name]) + random.uniform(-25, 25, 3)
        pictures[i] = np.clip(ground + random.normal(0, 12, ground.shape), 0, 255)
    return pictures, numbers


def words(count: int, seed: int) -> tuple[Array, Array]:
    """(int16 sounds (count, CLIP) at RATE, their classes): "yes" rises and hisses, "no" falls, "go" is one tone."""
    random = np.random.default_rng(seed)
    numbers = np.arange(count) % len(WORDS)
    clips = np.empty((count, CLIP), np.int16)
    time = np.arange(CLIP) / RATE
    for i, number in enumerate(numbers):
        start, length = random.uniform(0.02, 0.12), random.uniform(0.25, 0.33)
        share = np.clip((time - start) / length, 0, 1)
        voiced = (time > start) & (time < start + length)
        low, high = random.uniform(350, 450), random.uniform(1400, 1700)
        frequency = {"yes": low + (high - low) * share, "no": high + (low - high) * share, "go": low + 0 * share}
        sound = random.normal(0, 0.01, CLIP)
        if WORDS[number] == "noise":
            sound += random.normal(0, random.uniform(0.02, 0.1), CLIP)
        else:
            phase = 2 * np.pi * np.cumsum(frequency[WORDS[number]]) / RATE + random.uniform(0, 6)
            sound += voiced * random.uniform(0.15, 0.5) * (np.sin(phase) + 0.4 * np.sin(2 * phase))
            if WORDS[number] == "yes":
                sound += (share >= 1) * (time < start + length + 0.1) * random.normal(0, 0.12, CLIP)
        clips[i] = np.clip(sound, -1, 1) * 32767
    return clips, numbers


def moves(count: int, seed: int) -> tuple[Array, Array]:
    """(float32 accelerations in g (count, WINDOW, 3), their classes)."""
    random = np.random.default_rng(seed)
    numbers = np.arange(count) % len(MOVES)
    windows = np.empty((count, WINDOW, 3), np.float32)
    time = np.arange(WINDOW) / 26.0
    for i, number in enumerate(numbers):
        gravity = random.normal(0, 1, 3)
        gravity /= np.linalg.norm(gravity)
        size, rate = {"rest": (0.02, 1), "walk": (0.3, 1.8), "run": (0.9, 3.0), "shake": (1.4, 6.0)}[MOVES[number]]
        swing = size * np.sin(2 * np.pi * rate * random.uniform(0.9, 1.1) * time + random.uniform(0, 6))
        direction = random.normal(0, 1, 3)
        direction /= np.linalg.norm(direction)
        windows[i] = gravity + swing[:, None] * direction + random.normal(0, 0.03, (WINDOW, 3))
    return windows, numbers


def machine(count: int, seed: int, faults: bool = True) -> tuple[Array, Array]:
    """(float32 vibrations in g (count, TURNS, 3) of a machine that turns 50 times a second, 1 for a faulty one or 0).

    Faults in turn: out of balance (the turning is twice as strong), a worn bearing (a ringing blow a turn), a loose
    foot (half the frequency comes along), a dead axis of the sensor. faults: every second window has one, else none.
    """
    random = np.random.default_rng(seed)
    numbers = np.arange(count) % 2 if faults else np.zeros(count, np.int64)
    windows = np.empty((count, TURNS, 3), np.float32)
    time = np.arange(TURNS) / TURNS_RATE
    for i, number in enumerate(numbers):
        rate, start = 50 * random.uniform(0.96, 1.04), random.uniform(0, 6.3)
        fault = ("balance", "bearing", "foot", "axis")[i // 2 % 4] if number else ""
        angle = 2 * np.pi * rate * time + start
        once = random.uniform(0.9, 1.1) * (2 if fault == "balance" else 1)
        window = once * np.stack([np.cos(angle), 0.8 * np.sin(angle), 0.3 * np.cos(angle + 1)], axis=1)
        window += random.uniform(0.2, 0.3) * np.sin(2 * angle + 0.5)[:, None] * np.array([1, 0.5, 1])
        if fault == "bearing":
            since = (rate * time + random.uniform(0, 1)) % 1 / rate
            window += (0.9 * np.exp(-400 * since) * np.cos(2 * np.pi * 500 * since))[:, None] * np.array([1, 1, 0.5])
        if fault == "foot":
            window += 0.6 * np.sin(angle / 2 + random.uniform(0, 6.3))[:, None] * np.array([0.3, 0.3, 1])
        if fault == "axis":
            window[:, int(random.integers(0, 2))] = 0
        windows[i] = window + random.normal(0, 0.05, (TURNS, 3))
    return windows, numbers
