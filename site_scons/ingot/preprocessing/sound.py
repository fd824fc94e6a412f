# SPDX-License-Identifier: Apache-2.0
"""How a sound becomes an input: a spectrogram in mels, (1, mels, columns, 1), as the model.yaml's `spectrogram` says.

Column k is of the samples from k * hop_length on, `window_length` of them. The formulas are librosa's without padding:
samples / 32768 times a periodic Hann window, a transform of n_fft points, power or magnitude, mel filters, then
10 log10 or ln of at least 1e-10. firmware/preprocessing/sound_input.c computes the same in float32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.model import Manifest
from ingot.network.types import NetworkBuffer
from ingot.preprocessing.mel import MelFilters, hann, mel_filters
from ingot.preprocessing.quantization import quantization_of, quantized

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

FAMILY = "audio_event_detection"
RATES = (16000, 48000)
SMALLEST = 1e-10  # of an energy, before its logarithm

#: What librosa's defaults are where the model.yaml says nothing; fmax: half the sample rate.
SPECTROGRAM: Mapping[str, Any] = {"norm": "slaney", "htk": False, "power": 2, "db": True, "fmin": 0}
EXAMPLE = "{hop_length: 160, n_fft: 512, window_length: 400, fmin: 125, fmax: 7500}"


@dataclass(frozen=True)
class SoundInput:
    """A sound as an input. rate: samples a second. settings: the model.yaml's `spectrogram` with its defaults.

    filters: of settings. mean, std: the number is (logarithm - mean) / std.
    """

    buffer: NetworkBuffer
    rate: int
    settings: Mapping[str, Any]
    filters: MelFilters
    mean: float
    std: float

    @property
    def mels(self) -> int:
        return plane(self.buffer)[0]

    @property
    def columns(self) -> int:
        return plane(self.buffer)[1]

    @property
    def hop(self) -> int:
        return int(self.settings["hop_length"])

    @property
    def window(self) -> int:
        return int(self.settings["window_length"])

    @property
    def n_fft(self) -> int:
        return int(self.settings["n_fft"])

    @property
    def samples(self) -> int:
        """Of one input."""
        return (self.columns - 1) * self.hop + self.window

    @property
    def text(self) -> str:
        """ "mels 20x40: window 400, hop 160, 512 points, power in dB -> int8, scale 0.3, zero point 20"."""
        s = self.settings
        energy = ("power" if s["power"] == 2 else "magnitude") + (" in dB" if s["db"] else ", ln")
        moved = f", less {self.mean:g}, over {self.std:g}" if (self.mean, self.std) != (0.0, 1.0) else ""
        quantization = quantization_of(self.buffer)
        return (
            f"{self.mels} mels of {s['fmin']}..{s['fmax']} Hz, {self.columns} columns: window {self.window}, "
            f"hop {self.hop}, {self.n_fft} points, {energy}{moved} -> {quantization or self.buffer.dtype}"
        )


def plane(buffer: NetworkBuffer) -> tuple[int, int]:
    """(mels, columns) of an input. Raises ValueError for one that is no spectrogram."""
    extents = [extent for extent in buffer.shape[1:] if extent != 1]
    if len(extents) != 2:
        raise ValueError("no spectrogram")
    return extents[0], extents[1]


def sound_input(buffer: NetworkBuffer, manifest: Manifest | None) -> SoundInput | None:
    """The definition of a network's input by its model.yaml; None where it is of no sound. Raises IngotError."""
    if manifest is None or manifest.postprocessing.get("type") != FAMILY:
        return None
    rate, wanted = transform(manifest)
    settings = {**SPECTROGRAM, "fmax": rate // 2, **wanted}
    try:
        mels, _ = plane(buffer)
    except ValueError:
        shape = "x".join(map(str, buffer.shape))
        raise _error(manifest, f"the model's input '{buffer.name}' of {shape} is no spectrogram", "type") from None
    if not settings["fmin"] < settings["fmax"] <= rate / 2:
        raise _error(
            manifest,
            f"fmin {settings['fmin']} and fmax {settings['fmax']} are not in order below half the sample rate of "
            f"{rate}",
        )
    try:
        filters = mel_filters(
            rate,
            settings["n_fft"],
            mels,
            settings["fmin"],
            settings["fmax"],
            settings["htk"],
            settings["norm"] == "slaney",
        )
    except ValueError as error:
        raise _error(
            manifest,
            f"a transform of {settings['n_fft']} points has no bin in mel {error}",
            remedy="Take a larger n_fft, or a model with fewer mels.",
        ) from None
    mean, std = (float(manifest.preprocessing.get(key, default)) for key, default in (("mean", 0.0), ("std", 1.0)))
    return SoundInput(buffer, rate, settings, filters, mean, std)


def transform(manifest: Manifest) -> tuple[int, Mapping[str, Any]]:
    """(sample rate, the section `spectrogram`), as far as ST's microphone driver and transform can do it."""
    stated = manifest.postprocessing
    if "spectrogram" not in stated:
        raise _error(
            manifest,
            f"postprocessing '{stated.get('type')}' needs how its input is made, which the model does not say",
            "type",
            f"Add it, for example: spectrogram: {EXAMPLE}",
        )
    wanted: Mapping[str, Any] = stated["spectrogram"]
    rate = int(stated.get("sample_rate", RATES[0]))
    if rate not in RATES:
        raise _error(
            manifest,
            f"postprocessing.sample_rate is {rate}; ST's microphone driver has 16000 and 48000",
            "sample_rate",
        )
    n_fft, window = int(wanted["n_fft"]), int(wanted["window_length"])
    if n_fft & (n_fft - 1) or window > n_fft:
        raise _error(
            manifest,
            f"a transform of {n_fft} points needs a power of two, and a window of {window} must not be longer",
        )
    return rate, wanted


def _error(manifest: Manifest, what: str, key: str = "spectrogram", remedy: str = "") -> IngotError:
    return manifest.error(what, "postprocessing", key, remedy=remedy)


def windows(samples: Array, sound: SoundInput) -> list[tuple[int, Array]]:
    """(first sample, the samples of one input) over a sound, half an input apart; behind a short one zeros."""
    import numpy as np

    if len(samples) <= sound.samples:
        return [(0, np.pad(samples, (0, sound.samples - len(samples))))]
    step = max(1, sound.columns // 2) * sound.hop
    starts = range(0, len(samples) - sound.samples + 1, step)
    return [(start, samples[start : start + sound.samples]) for start in starts]


def sound_values(samples: Array, sound: SoundInput) -> tuple[Array, int]:
    """(the input's array, how many values saturate) of as many int16 samples as an input takes."""
    import numpy as np

    frames = np.lib.stride_tricks.sliding_window_view(samples, sound.window)[:: sound.hop][: sound.columns]
    shaped = frames / 32768.0 * np.asarray(hann(sound.window))
    spectrum = np.abs(np.fft.rfft(shaped, sound.n_fft, axis=1)) ** int(sound.settings["power"])
    bank = np.zeros((sound.mels, sound.n_fft // 2 + 1))
    at = 0
    for mel, (first, last) in enumerate(zip(sound.filters.starts, sound.filters.stops, strict=True)):
        bank[mel, first : last + 1] = sound.filters.weights[at : at + last + 1 - first]
        at += last + 1 - first
    energies = np.log(np.maximum(bank @ spectrum.T, SMALLEST)) * (10 / math.log(10) if sound.settings["db"] else 1)
    values = ((energies - sound.mean) / sound.std).astype(np.float32).reshape(sound.buffer.shape)
    quantization = quantization_of(sound.buffer)
    return quantized(values, quantization) if quantization else (values, 0)
