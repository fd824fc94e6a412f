# SPDX-License-Identifier: Apache-2.0
"""A small model, and a build of it for the NPU with ST's names: convolution, addition of two, average, dequantization.

The last layer runs on the CPU. Constants follow from the model by the rules of npu_layer.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ingot.st.npu.container import PLAIN
from ingot.st.npu.machine import HardwareEpoch
from support.npu_build import FLASH, RAM, Buffer, write_build
from support.npu_layer import Convolution, convolution_epoch, mean_epoch
from support.tflite_builder import Builder

HEIGHT, WIDTH, CHANNELS, OUTPUTS = 6, 7, 3, 8
INPUT, FIRST, MEAN, FLOATS = RAM, RAM + 0x1000, RAM + 0x4000, RAM + 0x5000
SCALES = FLASH + 0x800
PIXELS = HEIGHT * WIDTH
SHIFT, FRACTION = 2, 11

DEQUANTIZE = """
static void LL_ATON_Start_EpochBlock_3(const void *epoch_block)
{{
  Dequantizelinear_sw_info dequantizelinear1_sw_info = {{
{members}
    .general.type = LL_SW_DEQUANTIZELINEAR,
  }};

  ll_sw_forward_dequantizelinear(&dequantizelinear1_sw_info);
}}
"""


def tensor_members(name: str, shape: Sequence[int], address: int, element: int, signed: int = 1) -> str:
    """The members of a software epoch's structure about a tensor: batch, height, width, channels."""
    lines, step = [], element
    strides = {}
    for side, size in reversed(list(zip("bhwc", shape, strict=True))):
        strides[side] = step
        step *= size
    for side, size in zip("bhwc", shape, strict=True):
        lines += [f"    .{name}.dim.tensor_{side} = {size},", f"    .{name}.stride.{side} = {strides[side]},"]
    lines.append(f"    .{name}.dim.num_elem = {int(np.prod(shape))},")
    lines.append(f"    .{name}.mem.start_offset = ((unsigned char *)(PHYSICAL({address:#x}UL + 0))),")
    lines.append(f"    .{name}.format.is_signed = {signed},")
    return "\n".join(lines)


def write_model(folder: Path, seed: int = 1) -> tuple[Path, Convolution, tuple[float, int]]:
    """model.tflite, its convolution, and the scale and zero point of the average."""
    chance = np.random.default_rng(seed)
    weights = chance.integers(-127, 128, (OUTPUTS, 3, 3, CHANNELS)).astype(np.int8)
    bias = chance.integers(-2000, 2000, OUTPUTS).astype(np.int32)
    scales = np.linspace(0.004, 0.009, OUTPUTS).astype(np.float32)
    builder = Builder()
    x = builder.input((1, HEIGHT, WIDTH, CHANNELS), "int8", 0.02, 5)
    w = builder.constant(weights, [float(scale) for scale in scales], axis=0)
    b = builder.constant(bias, [0.02 * float(scale) for scale in scales], axis=0)
    y = builder.tensor((1, HEIGHT, WIDTH, OUTPUTS), "int8", 0.08, -11)
    m = builder.tensor((1, OUTPUTS), "int8", 0.03, -7)
    z = builder.tensor((1, OUTPUTS), "float32")
    builder.operator("CONV_2D", [x, w, b], [y], padding="SAME", stride_h=1, stride_w=1)
    builder.operator("MEAN", [y, builder.constant(np.array([1, 2], np.int32))], [m], keep_dims=False)
    builder.operator("DEQUANTIZE", [m], [z])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.tflite"
    path.write_bytes(builder.finish([z]))
    layer = Convolution(weights, bias, 0.02, 5, scales, 0.08, -11, (1, 1, 1, 1), (HEIGHT, WIDTH, CHANNELS))
    return path, layer, (0.03, -7)


def own_build(
    folder: Path,
    layer: Convolution,
    mean: tuple[float, int],
    *,
    change: Callable[[list[HardwareEpoch]], list[HardwareEpoch]] = lambda epochs: epochs,
    damage: Callable[[bytes], bytes] = lambda content: content,
    magic: int = PLAIN,
    shift: int = SHIFT,
    fraction: int = FRACTION,
) -> Path:
    """A build of the model. change: of the epochs, damage: of the initializer, before they are written."""
    epoch, content = convolution_epoch(1, layer, INPUT, FLASH, FIRST, shift, fraction)
    average = mean_epoch(2, FIRST, MEAN, (HEIGHT, WIDTH, OUTPUTS), layer.scale_out, layer.zero_out, mean[0], mean[1])
    constants = np.float32(mean[0]).tobytes() + bytes(12) + np.int8(mean[1]).tobytes()
    weights = damage(content + bytes(0x800 - len(content)) + constants + bytes(111))
    members = "\n".join(
        [
            tensor_members("general.input", (1, 1, 1, OUTPUTS), MEAN, 1),
            tensor_members("general.output", (1, 1, 1, OUTPUTS), FLOATS, 4),
            f"    .is.mem.start_offset = ((unsigned char *)(PHYSICAL({SCALES:#x}UL + 0))),",
            "    .is.dim.num_elem = 1,",
            f"    .izp.mem.start_offset = ((unsigned char *)(PHYSICAL({SCALES + 16:#x}UL + 0))),",
            "    .izp.format.is_signed = 1,",
            "    .izp.dim.num_elem = 1,",
        ]
    )
    return write_build(
        folder,
        {"_ec_blob_1": change([epoch, average])},
        buffers(layer, mean, len(content)),
        weights,
        magic,
        software=[3],
        functions=DEQUANTIZE.format(members=members),
    )


def buffers(layer: Convolution, mean: tuple[float, int], size: int) -> list[Buffer]:
    """The tables, with the names that ST's compiler gives."""
    image = (1, HEIGHT, WIDTH, CHANNELS)
    scales = tuple(float(scale) for scale in layer.scale_weights)
    frame, made = PIXELS * OUTPUTS, (1, HEIGHT, WIDTH, OUTPUTS)
    result = (1, 1, 1, OUTPUTS)
    return [
        Buffer("Input_0_out_0", "input", INPUT, PIXELS * CHANNELS, 0, False, (0.02,), image, 5, "last"),
        Buffer("Conv2D_3_weights", "input", FLASH, size, 0, True, scales, (OUTPUTS, 3, 3, CHANNELS)),
        Buffer("Dequantize_7_scale", "input", SCALES, 4, 0, True, (1.0,), (1, 1, 1, 1), bits=32),
        Buffer("Conv2D_3_off_bias_out_5", "internal", FIRST, frame, 1, False, (0.08,), made, -11, "last"),
        Buffer("AveragePool_5_out_0", "internal", MEAN, OUTPUTS, 2, False, mean[:1], result, mean[1], "last"),
        Buffer(
            "Dequantize_7_out_0",
            "output",
            FLOATS,
            4 * OUTPUTS,
            3,
            False,
            (),
            result,
            layout="last",
            bits=32,
            type="DataType_FLOAT",
        ),
    ]
