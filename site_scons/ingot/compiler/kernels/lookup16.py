# SPDX-License-Identifier: Apache-2.0
"""Tables over the range of int16 with linear interpolation (LiteRT's LUTPopulate for int16)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

_STEPS = 512


def int16_table(
    function: Callable[[npt.NDArray[np.floating]], npt.NDArray[np.floating]],
    input_scale: float,
    input_zero_point: int,
    output_scale: float,
    output_zero_point: int,
    dtype: type[np.floating] = np.float64,
) -> npt.NDArray[np.int16]:
    """513 numbers (and one of padding): `function` from the input's scale to the output's.

    Each entry is corrected by half the error that interpolation makes in the middle of its step. Computed in `dtype`;
    where infinities leave no number, 0, as a host's conversion to int16 does.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _table(function, input_scale, input_zero_point, output_scale, output_zero_point, dtype)


def _table(
    function: Callable[[npt.NDArray[np.floating]], npt.NDArray[np.floating]],
    input_scale: float,
    input_zero_point: int,
    output_scale: float,
    output_zero_point: int,
    dtype: type[np.floating],
) -> npt.NDArray[np.int16]:
    scale, out_scale = dtype(input_scale), dtype(output_scale)
    low = scale * dtype(-32768 - input_zero_point)
    high = scale * dtype(32767 - input_zero_point)
    out_low = out_scale * dtype(-32768 - output_zero_point)
    out_high = out_scale * dtype(32767 - output_zero_point)
    step = dtype((high - low) / dtype(_STEPS))
    inverse = dtype(dtype(65536) / (out_high - out_low))
    index = np.arange(_STEPS, dtype=dtype)
    values = function(low + index * step)
    middles = function(low + index * step + dtype(step / dtype(2)))
    following = function(low + (index + dtype(1)) * step)
    samples = _round(values * inverse)
    interpolated = _round((following * inverse + samples) / dtype(2))
    bias = _round((interpolated - _round(middles * inverse)) / dtype(2))
    table = np.zeros(_STEPS + 2, np.int16)
    table[:_STEPS] = np.nan_to_num(np.clip(samples - bias, -32768, 32767)).astype(np.int16)
    last = _round(function(np.asarray([high], dtype)) * inverse)
    table[_STEPS] = np.clip(last, -32768, 32767).astype(np.int16)[0]
    return table


def _round(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """To the nearest integer, ties away from zero; the type stays."""
    result: npt.NDArray[np.floating] = np.trunc(x + np.copysign(x.dtype.type(0.5), x))
    return result
