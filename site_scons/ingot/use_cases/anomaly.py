# SPDX-License-Identifier: Apache-2.0
"""Anomalies: an autoencoder gives back what is normal, so its error tells what is not.

The error is the mean of (input - output)^2 over all numbers, both as their codes stand for them: what is beyond the
range of a quantized input counts as the end of it. firmware/postprocessing/answer_anomaly.c computes it.
"""

from __future__ import annotations

import math

from ingot.model import Manifest
from ingot.use_cases.case import Case, shape_text
from ingot.use_cases.context import Context
from ingot.use_cases.signals import sensor_members

#: What is printed of a normal input and of any other, where `classes` says nothing.
NAMES = ("normal", "anomaly")


def anomaly(case: Case) -> Context:
    """As many numbers out as in, and a threshold for the error. Raises IngotError for any other network."""
    case.only_keys("threshold", "sample_rate")
    (output,) = case.outputs(1)
    (source,) = case.inputs(1)
    if math.prod(output.shape) != math.prod(source.shape):
        raise case.error(
            f"postprocessing '{case.family}' needs a model that gives back its input; this one takes "
            f"{shape_text(source)} and gives {shape_text(output)}"
        )
    threshold = float(case.need("threshold", "the error above which an input is an anomaly", "0.1"))
    names = anomaly_names(case.manifest)
    if len(names) != len(NAMES):
        raise case.error(
            f"postprocessing.classes has {len(names)} names; '{case.family}' prints two",
            "classes",
            remedy="Name what is normal and what is not, or leave the key out.",
        )
    return {
        "classes": names,
        "rate": case.threshold("sample_rate", 26.0),
        "sensor": sensor_members(case),
        "anomaly": {"threshold": f"{threshold!r}f", "decimals": decimals(threshold)},
        "anomaly_bytes": source.size,
    }


def anomaly_names(manifest: Manifest) -> list[str]:
    """What is printed of a normal input, and of any other."""
    return [str(name) for name in manifest.postprocessing.get("classes", NAMES)]


def decimals(threshold: float) -> int:
    """Digits behind the point of an error, so that the threshold has three that count: 0.123 -> 3, 45.6 -> 1."""
    return min(max(2 - math.floor(math.log10(threshold)), 0), 6)
