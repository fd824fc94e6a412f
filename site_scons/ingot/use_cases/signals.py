# SPDX-License-Identifier: Apache-2.0
"""Audio events, speech enhancement, human activity (CTRL_X_CUBE_AI_*), and hand posture."""

from __future__ import annotations

import math

from ingot.preprocessing.mel import hann
from ingot.preprocessing.sensor import sensor_input
from ingot.preprocessing.sound import SoundInput, plane, sound_input, transform
from ingot.use_cases.case import Case, shape_text
from ingot.use_cases.context import Context

HAND_LABELS = range(20, 34)  # label ids of ST's hand posture application; 0 is "none"


def audio_event_detection(case: Case) -> Context:
    """Log-mel spectrogram in, a score a class out. Classes are sorted, as the training sorts them."""
    case.only_keys("spectrogram", "sample_rate", "ood_threshold", "other")
    (output,) = case.outputs(1)
    sound = sound_input(case.network.inputs[0], case.manifest)
    assert sound is not None
    names = case.classes(math.prod(output.shape) - bool(case.get("other")))
    return {
        "classes": sorted(names) + (["other"] if case.get("other") else []),
        "rate": sound.rate,
        "n_mels": sound.mels,
        "columns": sound.columns,
        "spectrogram": sound.settings,
        # As ST sets it: silence is found on linear energies only.
        "silence_threshold": 0 if sound.settings["db"] else 100,
        "ood_threshold": case.threshold("ood_threshold", 0.5),
        "window": hann(sound.window),
        "filters": sound.filters,
        "sound": _definition(sound),
    }


def _definition(sound: SoundInput) -> dict[str, str]:
    """The members of ingot_sound_definition (firmware/preprocessing/sound_input.h)."""
    angle = 2 * math.pi / sound.n_fft
    return {
        "rate": str(sound.rate),
        "hop": str(sound.hop),
        "window": str(sound.window),
        "fft": str(sound.n_fft),
        "mels": str(sound.mels),
        "columns": str(sound.columns),
        "magnitude": str(int(sound.settings["power"] == 1)),
        "decibels": str(int(sound.settings["db"])),
        "mean": f"{sound.mean!r}f",
        "std": f"{sound.std!r}f",
        "cosine": repr(math.cos(angle)),
        "sine": repr(math.sin(angle)),
    }


def speech_enhancement(case: Case) -> Context:
    """Short-time transform in, (1, bins, columns), and a mask for it out.

    A patch has its own columns and, before and behind them, `lookahead` columns of its neighbours.
    """
    case.only_abis("n6-v1", "n6-v2", "n6-v3")
    case.only_keys("spectrogram", "sample_rate", "lookahead", "silence_threshold")
    case.outputs(1)
    rate, wanted = transform(case.manifest)
    for key in wanted:
        if key not in ("hop_length", "n_fft", "window_length"):
            raise case.error(f"spectrogram.{key} means nothing to '{case.family}'", "spectrogram")
    bins, columns = _plane(case)
    if bins != wanted["n_fft"] // 2 + 1:
        raise case.error(
            f"the model takes {bins} bins, but a transform of {wanted['n_fft']} points has {wanted['n_fft'] // 2 + 1}",
            "spectrogram",
        )
    lookahead = int(case.need("lookahead", "how many columns of a patch belong to each neighbour", "5"))
    if columns <= 2 * lookahead:
        raise case.error(
            f"postprocessing.lookahead is {lookahead} on both sides, but the model takes {columns} columns", "lookahead"
        )
    return {
        "classes": [],
        "rate": rate,
        "columns": columns - 2 * lookahead,
        "lookahead": lookahead,
        "spectrogram": wanted,
        "silence_threshold": case.threshold("silence_threshold", -50.0),
        "window": hann(wanted["window_length"]),
    }


def _plane(case: Case) -> tuple[int, int]:
    """(rows, columns) of the input (1, mels or bins, columns, 1)."""
    source = case.network.inputs[0]
    try:
        return plane(source)
    except ValueError:
        raise case.error(f"the model's input '{source.name}' of {shape_text(source)} is no spectrogram") from None


def human_activity(case: Case) -> Context:
    """Accelerometer samples in, a score a class out. Classes keep the order of the model.yaml."""
    case.only_keys("sample_rate", "full_scale", "gravity_removed")
    (output,) = case.outputs(1)
    return {
        "classes": case.classes(math.prod(output.shape)),
        "rate": case.threshold("sample_rate", 26.0),
        "full_scale": case.threshold("full_scale", 4.0),
        "gravity": bool(case.get("gravity_removed", False)),
        "sensor": sensor_members(case),
    }


def sensor_members(case: Case) -> dict[str, str] | None:
    """The members of ingot_sensor_definition (firmware/preprocessing/sensor_input.h); None where it has none."""
    sensor = sensor_input(case.network.inputs[0], case.manifest)
    if sensor is None:
        return None
    numbers = {"samples": str(sensor.samples), "axes": str(sensor.axes)}
    return {**numbers, "mean": f"{sensor.mean!r}f", "std": f"{sensor.std!r}f"}


def hand_posture(case: Case) -> Context:
    """An image of distances and signals (1, rows, columns, 2) in, a score a posture out. Classes go by their labels."""
    case.only_keys("labels", "max_distance", "min_distance", "background_removal")
    (output,) = case.outputs(1)
    source = case.network.inputs[0]
    if len(source.shape) != 4:
        raise case.error(f"the model's input '{source.name}' is not (1, rows, columns, values)")
    names = case.classes(math.prod(output.shape))
    labels = case.need("labels", "the label number of each class (0, 20..33)", "[0, 20, 21]")
    wrong = [label for label in labels if label != 0 and label not in HAND_LABELS]
    if len(labels) != len(names) or wrong or len(set(labels)) != len(labels):
        raise case.error(
            "postprocessing.labels must be one number a class, each of 0 and 20 to 33 once at most", "labels"
        )
    ordered = sorted(zip(labels, names, strict=True))
    return {
        "shape": source.shape[1:],
        "classes": [name for _, name in ordered],
        "labels": [label for label, _ in ordered],
        "background_removal": int(case.need("background_removal", "a distance in mm", "120")),
        "max_distance": int(case.need("max_distance", "a distance in mm", "400")),
        "min_distance": int(case.need("min_distance", "a distance in mm", "100")),
    }
