"""Audio events, human activity (CTRL_X_CUBE_AI_*), and hand posture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ingot.use_cases.case import Case
from ingot.use_cases.context import Context

RATES = (16000, 48000)
HAND_LABELS = range(20, 34)  # label ids of ST's hand posture application; 0 is "none"


def audio_event_detection(case: Case) -> Context:
    """Log-mel spectrogram in, a score a class out. Classes are sorted, as the training sorts them."""
    case.only_keys("spectrogram", "sample_rate", "ood_threshold", "other")
    (output,) = case.outputs(1)
    spectrogram: Mapping[str, Any] = case.need(
        "spectrogram",
        "how its input is made",
        "{hop_length: 160, n_fft: 512, window_length: 400, fmin: 125, fmax: 7500}",
    )
    rows, columns = _plane(case)
    rate = int(case.get("sample_rate", 16000))
    if rate not in RATES:
        raise case.error(
            f"postprocessing.sample_rate is {rate}; ST's microphone driver has 16000 and 48000", "sample_rate"
        )
    n_fft, window = int(spectrogram["n_fft"]), int(spectrogram["window_length"])
    if n_fft & (n_fft - 1) or window > n_fft:
        raise case.error(
            f"a transform of {n_fft} points needs a power of two, and a window of {window} must not be longer",
            "spectrogram",
        )
    names = case.classes(math.prod(output.shape) - bool(case.get("other")))
    return {
        "classes": sorted(names) + (["other"] if case.get("other") else []),
        "rate": rate,
        "n_mels": rows,
        "columns": columns,
        "spectrogram": {**SPECTROGRAM, **spectrogram},
        "ood_threshold": case.threshold("ood_threshold", 0.5),
    }


#: What librosa's defaults are where the model.yaml says nothing.
SPECTROGRAM: Mapping[str, Any] = {"norm": "slaney", "htk": False, "power": 2, "db": True, "fmin": 0, "fmax": 0}


def _plane(case: Case) -> tuple[int, int]:
    """(mels, columns) of the input (1, mels, columns, 1)."""
    source = case.network.inputs[0]
    shape = [extent for extent in source.shape[1:] if extent != 1]
    if len(shape) != 2:
        raise case.error(f"the model's input '{source.name}' is no spectrogram (1, mels, columns, 1)")
    return shape[0], shape[1]


def human_activity(case: Case) -> Context:
    """Accelerometer samples in, a score a class out. Classes keep the order of the model.yaml."""
    case.only_keys("sample_rate", "full_scale", "gravity_removed")
    (output,) = case.outputs(1)
    return {
        "classes": case.classes(math.prod(output.shape)),
        "rate": case.threshold("sample_rate", 26.0),
        "full_scale": case.threshold("full_scale", 4.0),
        "gravity": bool(case.get("gravity_removed", False)),
    }


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
