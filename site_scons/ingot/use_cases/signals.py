# SPDX-License-Identifier: Apache-2.0
"""Audio events, speech enhancement, human activity (CTRL_X_CUBE_AI_*), and hand posture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ingot.use_cases.case import Case, shape_text
from ingot.use_cases.context import Context
from ingot.use_cases.mel import hann, mel_filters

RATES = (16000, 48000)
HAND_LABELS = range(20, 34)  # label ids of ST's hand posture application; 0 is "none"

#: What librosa's defaults are where the model.yaml says nothing; fmax: half the sample rate.
SPECTROGRAM: Mapping[str, Any] = {"norm": "slaney", "htk": False, "power": 2, "db": True, "fmin": 0}
EXAMPLE = "{hop_length: 160, n_fft: 512, window_length: 400, fmin: 125, fmax: 7500}"


def audio_event_detection(case: Case) -> Context:
    """Log-mel spectrogram in, a score a class out. Classes are sorted, as the training sorts them."""
    case.only_keys("spectrogram", "sample_rate", "ood_threshold", "other")
    (output,) = case.outputs(1)
    rate, wanted = _transform(case)
    rows, columns = _plane(case)
    spectrogram = {**SPECTROGRAM, "fmax": rate // 2, **wanted}
    if not spectrogram["fmin"] < spectrogram["fmax"] <= rate / 2:
        raise case.error(
            f"fmin {spectrogram['fmin']} and fmax {spectrogram['fmax']} are not in order below half the sample rate of "
            f"{rate}",
            "spectrogram",
        )
    names = case.classes(math.prod(output.shape) - bool(case.get("other")))
    try:
        filters = mel_filters(
            rate,
            spectrogram["n_fft"],
            rows,
            spectrogram["fmin"],
            spectrogram["fmax"],
            spectrogram["htk"],
            spectrogram["norm"] == "slaney",
        )
    except ValueError as error:
        raise case.error(
            f"a transform of {spectrogram['n_fft']} points has no bin in mel {error}",
            "spectrogram",
            remedy="Take a larger n_fft, or a model with fewer mels.",
        ) from None
    return {
        "classes": sorted(names) + (["other"] if case.get("other") else []),
        "rate": rate,
        "n_mels": rows,
        "columns": columns,
        "spectrogram": spectrogram,
        # As ST sets it: silence is found on linear energies only.
        "silence_threshold": 0 if spectrogram["db"] else 100,
        "ood_threshold": case.threshold("ood_threshold", 0.5),
        "window": hann(spectrogram["window_length"]),
        "filters": filters,
    }


def speech_enhancement(case: Case) -> Context:
    """Short-time transform in, (1, bins, columns), and a mask for it out.

    A patch has its own columns and, before and behind them, `lookahead` columns of its neighbours.
    """
    case.only_abis("n6-v1", "n6-v2", "n6-v3")
    case.only_keys("spectrogram", "sample_rate", "lookahead", "silence_threshold")
    case.outputs(1)
    rate, wanted = _transform(case)
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


def _transform(case: Case) -> tuple[int, Mapping[str, Any]]:
    """(sample rate, the section `spectrogram`), as far as ST's microphone driver and transform can do it."""
    wanted: Mapping[str, Any] = case.need("spectrogram", "how its input is made", EXAMPLE)
    rate = int(case.get("sample_rate", 16000))
    if rate not in RATES:
        raise case.error(
            f"postprocessing.sample_rate is {rate}; ST's microphone driver has 16000 and 48000", "sample_rate"
        )
    n_fft, window = int(wanted["n_fft"]), int(wanted["window_length"])
    if n_fft & (n_fft - 1) or window > n_fft:
        raise case.error(
            f"a transform of {n_fft} points needs a power of two, and a window of {window} must not be longer",
            "spectrogram",
        )
    return rate, wanted


def _plane(case: Case) -> tuple[int, int]:
    """(rows, columns) of the input (1, mels or bins, columns, 1)."""
    source = case.network.inputs[0]
    shape = [extent for extent in source.shape[1:] if extent != 1]
    if len(shape) != 2:
        raise case.error(f"the model's input '{source.name}' of {shape_text(source)} is no spectrogram")
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
