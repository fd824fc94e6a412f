# SPDX-License-Identifier: Apache-2.0
"""The tables of ST's audio applications: the window, and a bank of mel filters without its zeros.

The formulas are librosa's (`filters.mel`, `filters.get_window("hann")`), which ST's training uses, so that the board
computes the spectrogram that the model was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

# Slaney's scale: linear below 1 kHz (200/3 Hz a mel), logarithmic above (27 mels for a factor of 6.4).
_LINEAR = 200.0 / 3
_BREAK = 1000.0
_STEP = math.log(6.4) / 27


@dataclass(frozen=True)
class MelFilters:
    """starts, stops: first and last bin of each filter that is not zero. weights: those bins, filter after filter."""

    starts: tuple[int, ...]
    stops: tuple[int, ...]
    weights: tuple[float, ...]


def hann(length: int) -> tuple[float, ...]:
    """The periodic Hann window of so many samples."""
    return tuple(0.5 - 0.5 * math.cos(2 * math.pi * n / length) for n in range(length))


def mel_filters(
    rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float, htk: bool, slaney_norm: bool
) -> MelFilters:
    """Triangular filters between fmin and fmax (Hz), equally far apart in mels.

    Raises ValueError when a filter is so narrow that no bin of the transform falls into it.
    """
    to_mel, to_hz = (_htk_mel, _htk_hz) if htk else (_slaney_mel, _slaney_hz)
    edges = _edges(fmin, fmax, n_mels + 2, to_mel, to_hz)
    starts: list[int] = []
    stops: list[int] = []
    weights: list[float] = []
    for low, peak, high in zip(edges, edges[1:], edges[2:], strict=False):
        area = 2 / (high - low) if slaney_norm else 1.0
        values = []
        for number in range(n_fft // 2 + 1):
            frequency = number * rate / n_fft
            height = min((frequency - low) / (peak - low), (high - frequency) / (high - peak))
            values.append(max(0.0, height) * area)
        bins = [number for number, value in enumerate(values) if value > 0]
        if not bins:
            raise ValueError(f"filter {len(starts)} of {n_mels} ({low:.0f} to {high:.0f} Hz)")
        starts.append(bins[0])
        stops.append(bins[-1])
        weights += values[bins[0] : bins[-1] + 1]
    return MelFilters(tuple(starts), tuple(stops), tuple(weights))


def _edges(
    fmin: float, fmax: float, count: int, to_mel: Callable[[float], float], to_hz: Callable[[float], float]
) -> list[float]:
    low, high = to_mel(fmin), to_mel(fmax)
    return [to_hz(low + (high - low) * n / (count - 1)) for n in range(count)]


def _htk_mel(hertz: float) -> float:
    return 2595.0 * math.log10(1 + hertz / 700)


def _htk_hz(mel: float) -> float:
    return 700.0 * (10 ** (mel / 2595) - 1)


def _slaney_mel(hertz: float) -> float:
    return hertz / _LINEAR if hertz < _BREAK else _BREAK / _LINEAR + math.log(hertz / _BREAK) / _STEP


def _slaney_hz(mel: float) -> float:
    turn = _BREAK / _LINEAR
    return mel * _LINEAR if mel < turn else _BREAK * math.exp(_STEP * (mel - turn))
