# SPDX-License-Identifier: Apache-2.0
"""Mel filters against figures that librosa's and ST's own tables have."""

import math

import pytest

from ingot.preprocessing.mel import hann, mel_filters


@pytest.mark.parametrize(
    ("settings", "weights", "longest", "last"),
    [
        # ST's table for YAMNet: 64 HTK mels, not normalized
        ((16000, 512, 64, 125, 7500, True, False), 461, None, 239),
        # librosa's defaults: 80 Slaney mels
        ((16000, 512, 80, 0, 8000, False, True), 500, 18, 255),
    ],
)
def test_as_many_weights_as_the_tables_that_are_known(
    settings: tuple[int, int, int, float, float, bool, bool], weights: int, longest: int | None, last: int
) -> None:
    filters = mel_filters(*settings)
    runs = [stop - start + 1 for start, stop in zip(filters.starts, filters.stops, strict=True)]
    assert len(filters.weights) == sum(runs) == weights and max(filters.stops) == last
    assert longest is None or max(runs) == longest
    assert min(filters.weights) > 0


def test_slaneys_norm_gives_every_filter_the_same_area() -> None:
    """With many bins a filter the sum over them times their distance is the triangle's area, 1."""
    filters = mel_filters(16000, 1 << 15, 20, 0, 8000, False, True)
    at = 0
    for start, stop in zip(filters.starts, filters.stops, strict=True):
        part = filters.weights[at : at + stop - start + 1]
        at += len(part)
        assert abs(sum(part) * 16000 / (1 << 15) - 1) < 1e-3


def test_neighbours_without_norm_add_up_to_one() -> None:
    filters = mel_filters(16000, 512, 10, 0, 8000, True, False)
    total = [0.0] * 257
    at = 0
    for start, stop in zip(filters.starts, filters.stops, strict=True):
        for number in range(start, stop + 1):
            total[number] += filters.weights[at]
            at += 1
    peaks = [filters.starts[1], filters.stops[-2]]
    assert all(abs(value - 1) < 1e-9 for value in total[peaks[0] : peaks[1] + 1])


def test_a_filter_between_two_bins_is_said() -> None:
    with pytest.raises(ValueError, match="filter 0 of 128"):
        mel_filters(16000, 256, 128, 20, 8000, True, False)


def test_the_window_is_periodic() -> None:
    window = hann(8)
    assert window[0] == 0 and window[4] == 1
    assert all(math.isclose(window[n], window[8 - n]) for n in range(1, 8))
