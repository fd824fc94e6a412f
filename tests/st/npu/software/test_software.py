# SPDX-License-Identifier: Apache-2.0
"""Calls of software epochs, read from C text of our own, and what the routines make of memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.software.calls import SoftwareCall, inputs_of, software_calls
from ingot.st.npu.software.routines import run_call
from support.npu_build import FLASH, RAM
from support.npu_memory import memory, read
from support.npu_model import tensor_members

Array = npt.NDArray[Any]
OUT = RAM + 0x1000


def function(body: str) -> str:
    """A software epoch 5 of network.c."""
    return f"static void LL_ATON_Start_EpochBlock_5(const void *epoch_block)\n{{\n{body}\n}}\n"


def kernel(name: str, *members: str) -> SoftwareCall:
    """A call of ll_sw_forward_<name> with a structure of these members."""
    structure = "\n".join(members)
    text = function(f"  X_sw_info x1_sw_info = {{\n{structure}\n  }};\n\n  ll_sw_forward_{name}(&x1_sw_info);")
    ((call,),) = software_calls(text, "network.c").values()
    return call


def constant(name: str, address: int, count: int = 1, signed: int = 1) -> str:
    """A constant of the structure."""
    return (
        f"    .{name}.mem.start_offset = ((unsigned char *)(PHYSICAL({address:#x}UL + 0))), /* hex */\n"
        f"    .{name}.dim.num_elem = {count},\n    .{name}.format.is_signed = {signed},"
    )


def scales(scale_in: float, point_in: int, scale_out: float, point_out: int) -> tuple[dict[int, Array], list[str]]:
    """Scales and zero points in flash, and the members that name them."""
    places = {
        FLASH: np.array([scale_in], "<f4"), FLASH + 16: np.array([point_in], np.int8),
        FLASH + 32: np.array([scale_out], "<f4"), FLASH + 48: np.array([point_out], np.int8),
    }  # fmt: skip
    names = ("is", "izp", "os", "ozp")
    return places, [constant(name, FLASH + 16 * number) for number, name in enumerate(names)]


def table(name: str, shape: tuple[int, ...], address: int, chpos: str = "Last") -> str:
    """A table of one buffer."""
    sides = ", ".join(map(str, shape))
    return (
        f"  static const uint32_t {name}_shape[] = {{ {sides} }};\n"
        f"  static const LL_Buffer_InfoTypeDef {name}[] = {{\n    {{\n"
        f'      .name = "b",\n      .addr_base = {{(unsigned char *)({address:#x}UL)}},\n'
        f"      .offset_start = 0,\n      .chpos = CHPos_{chpos},\n      .nbits = 8,\n      .shape = {name}_shape,\n"
        "    },\n    {\n      .name = NULL,\n    }\n  };\n"
    )


def library(tables: str, call: str) -> SoftwareCall:
    """A call of LL_ATON_LIB_..."""
    ((found,),) = software_calls(function(f"{tables}\n  {call}"), "network.c").values()
    return found


def test_dequantize_and_quantize() -> None:
    places, members = scales(0.25, -3, 0.5, 7)
    x = np.arange(-8, 8).astype(np.int8)
    shapes = [
        tensor_members("general.input", (1, 2, 2, 4), RAM, 1),
        tensor_members("general.output", (1, 2, 2, 4), OUT, 4),
    ]
    store = memory({RAM: x, **places})
    call = kernel("dequantizelinear", *shapes, *members)
    assert [place.address for place in inputs_of(call)] == [RAM]
    run_call(call, store)
    assert np.array_equal(read(store, OUT, (16,), "f4"), (x.astype(np.float32) + 3) * 0.25)
    back = [
        tensor_members("general.input", (1, 2, 2, 4), OUT, 4),
        tensor_members("general.output", (1, 2, 2, 4), RAM + 0x2000, 1),
    ]
    run_call(kernel("quantizelinear", *back, *members), store)
    expected = np.array([np.trunc((v + 3) * 0.5 + (0.5 if v + 3 >= 0 else -0.5)) + 7 for v in x.tolist()])
    assert np.array_equal(read(store, RAM + 0x2000, (16,)), expected)


def test_softmax() -> None:
    places, members = scales(0.1, 2, 1 / 256, -128)
    x = np.array([10, 20, 30, -40], np.int8)
    shapes = [
        tensor_members("general.input", (1, 1, 4, 1), RAM, 1),
        tensor_members("general.output", (1, 1, 4, 1), OUT, 1),
    ]
    store = memory({RAM: x, **places})
    run_call(kernel("softmax_integer", *shapes, *members, "    .axis = 3,"), store)
    powers = np.exp((x.astype(np.float64) - 2) * 0.1)
    assert np.array_equal(read(store, OUT, (4,)), np.rint(powers / powers.sum() * 256 - 128).clip(-128, 127))
    floats = [
        tensor_members("general.input", (1, 1, 4, 1), RAM, 4),
        tensor_members("general.output", (1, 1, 4, 1), OUT, 4),
    ]
    store = memory({RAM: np.array([0.5, 1, -1, 2], "<f4")})
    run_call(kernel("softmax", *floats, "    .axis = 3,"), store)
    assert abs(float(read(store, OUT, (4,), "f4").sum()) - 1) < 1e-6


def test_sigmoid() -> None:
    shapes = [
        tensor_members("general.input", (1, 1, 1, 3), RAM, 4),
        tensor_members("general.output", (1, 1, 1, 3), OUT, 4),
    ]
    store = memory({RAM: np.array([0, 2, -2], "<f4")})
    run_call(kernel("activ", *shapes, "    .general.type = LL_SW_SIGMOID,"), store)
    assert np.allclose(read(store, OUT, (3,), "f4"), [0.5, 0.880797, 0.119203])
    with pytest.raises(IngotError, match=r"general\.type = LL_SW_TANH"):
        run_call(kernel("activ", *shapes, "    .general.type = LL_SW_TANH,"), store)


def test_resize() -> None:
    """Twice the size: values at the borders stay, those between are a quarter of the way."""
    places, members = scales(0.5, 0, 0.5, 0)
    x = np.array([[0, 40], [80, 120]], np.int8).reshape(1, 2, 2, 1)
    shapes = [
        tensor_members("general.input", (1, 2, 2, 1), RAM, 1),
        tensor_members("general.output", (1, 4, 4, 1), OUT, 1),
    ]
    words = ["    .mode = RESIZE_LINEAR,", "    .coord_transf_mode = HALF_PIXEL,"]
    store = memory({RAM: x, **places})
    run_call(kernel("resize_integer", *shapes, *members, *words), store)
    row = np.array([0, 10, 30, 40])
    assert np.array_equal(read(store, OUT, (4, 4)), row[None, :] + 2 * row[:, None])
    with pytest.raises(IngotError, match="RESIZE_CUBIC"):
        run_call(kernel("resize_integer", *shapes, *members, "    .mode = RESIZE_CUBIC,"), store)


def test_convolution() -> None:
    """3x3 with padding, a multiplier a channel."""
    chance = np.random.default_rng(2)
    places, members = scales(0.5, 3, 0.25, -4)
    x, weights = (
        chance.integers(-128, 128, (1, 4, 5, 2)).astype(np.int8),
        chance.integers(-9, 9, (3, 3, 3, 2)).astype(np.int8),
    )
    bias, steps = np.array([100, -200, 300], "<i4"), np.array([0.01, 0.02, 0.03], "<f4")
    places |= {
        FLASH + 0x100: weights,
        FLASH + 0x200: bias,
        FLASH + 0x300: steps,
        FLASH + 0x400: np.zeros(3, np.int8),
        RAM: x,
    }
    call = kernel(
        "conv_integer",
        tensor_members("general.input", (1, 4, 5, 2), RAM, 1),
        tensor_members("weights", (3, 3, 3, 2), FLASH + 0x100, 1),
        tensor_members("general.output", (1, 4, 5, 3), OUT, 1), *members, constant("ws", FLASH + 0x300, 3),
        constant("wzp", FLASH + 0x400, 3), constant("bias", FLASH + 0x200, 3),
        "    .ngroup = 1,", "    .pads = {1, 1, 1, 1},", "    .strides = {1, 1},", "    .dilations = {1, 1},",
    )  # fmt: skip
    store = memory(places)
    run_call(call, store)
    padded = np.pad(x[0].astype(np.int64) - 3, ((1, 1), (1, 1), (0, 0)))
    expected = np.zeros((4, 5, 3))
    for y in range(4):
        for column in range(5):
            for k in range(3):
                total = int((padded[y : y + 3, column : column + 3] * weights[k]).sum()) + int(bias[k])
                value = total * float(steps[k]) * 0.5 / 0.25
                expected[y, column, k] = np.clip(np.trunc(value + np.copysign(0.5, value)) - 4, -128, 127)
    assert np.array_equal(read(store, OUT, (4, 5, 3)), expected)


def test_concat() -> None:
    """Two buffers along the channels."""
    x = np.arange(24).astype(np.int8)
    inputs = table("i", (1, 2, 3, 2), RAM).replace(
        "    {\n      .name = NULL,",
        f'    {{\n      .name = "c",\n      .addr_base = {{(unsigned char *)({RAM + 12:#x}UL)}},\n'
        "      .offset_start = 0,\n      .nbits = 8,\n      .shape = i_shape,\n    },\n    {\n      .name = NULL,",
    )
    call = library(inputs + table("o", (1, 2, 3, 4), OUT), "LL_ATON_LIB_Concat(i, 2, o, 1, 4, 6);")
    store = memory({RAM: x})
    run_call(call, store)
    parts = x.reshape(2, 1, 2, 3, 2)
    assert np.array_equal(read(store, OUT, (1, 2, 3, 4)), np.concatenate([parts[0], parts[1]], axis=3))


def test_depth_to_space_and_back() -> None:
    x = np.arange(48).astype(np.int8).reshape(1, 2, 3, 8)
    there = library(
        table("i", (1, 2, 3, 8), RAM) + table("o", (1, 4, 6, 2), OUT),
        "LL_ATON_LIB_DMA_DepthToSpace(i, 1, o, 2, 2, 2, 3);",
    )
    store = memory({RAM: x})
    run_call(there, store)
    found = read(store, OUT, (4, 6, 2))
    for y, column, channel in ((0, 0, 0), (0, 1, 1), (3, 5, 0), (2, 3, 1)):
        block = 2 * (y % 2) + column % 2
        assert found[y, column, channel] == x[0, y // 2, column // 2, 2 * block + channel]
    back = library(
        table("i", (1, 4, 6, 2), OUT) + table("o", (1, 2, 3, 8), RAM + 0x2000),
        "LL_ATON_LIB_DMA_SpaceToDepth(i, 1, o, 2, 2, 3, 4);",
    )
    run_call(back, store)
    assert np.array_equal(read(store, RAM + 0x2000, (1, 2, 3, 8)), x)


TRANSPOSE = """  static const uint32_t as_0[] = {{ 24, 12, 4, 1 }};
  static const uint32_t bs_0[] = {{ 24, {strides}, 1 }};
  static const uint8_t order[] = {{ {order} }};
  static const uint8_t places[] = {{ {places} }};
"""


def transpose(order: tuple[int, ...], places: tuple[int, ...], shape: tuple[int, ...]) -> SoftwareCall:
    """(1, 2, 3, 4) to the shape."""
    arrays = TRANSPOSE.format(
        strides=f"{shape[2] * shape[3]}, {shape[3]}",
        order=", ".join(map(str, order)),
        places=", ".join(map(str, places)),
    )
    tables = table("a", (1, 2, 3, 4), RAM) + table("b", shape, OUT)
    return library(
        arrays + tables, "LL_ATON_LIB_DMA_Transpose(&a[0], as[0], &b[0], bs[0], places, order, 0, 1, nn_instance);"
    )


def test_transpose() -> None:
    x = np.arange(24).astype(np.int8).reshape(1, 2, 3, 4)
    store = memory({RAM: x})
    run_call(transpose((0, 3, 1, 2), (0, 2, 3, 1), (1, 4, 2, 3)), store)
    assert np.array_equal(read(store, OUT, (1, 4, 2, 3)), x.transpose(0, 3, 1, 2))
    with pytest.raises(IngotError, match="permutation"):
        run_call(transpose((0, 3, 1, 2), (0, 1, 2, 3), (1, 4, 2, 3)), store)


def test_an_unknown_call_is_refused() -> None:
    call = kernel("lstm", tensor_members("general.input", (1, 1, 1, 4), RAM, 1))
    with pytest.raises(IngotError) as error:
        run_call(call, memory({}))
    assert str(error.value.what) == "ll_sw_forward_lstm has no routine that does it"
    assert error.value.where == "network.c, epoch 5"


@pytest.mark.parametrize("damage", [(".nbits = 8", ".nbits = 12"), ("_shape[] = { 1, 2", "_shape[] = { 0, 2")])
def test_damaged_tables_are_refused(damage: tuple[str, str]) -> None:
    tables = table("i", (1, 2, 3, 8), RAM) + table("o", (1, 4, 6, 2), OUT)
    text = function(f"{tables}\n  LL_ATON_LIB_DMA_DepthToSpace(i, 1, o, 2, 2, 2, 3);").replace(*damage)
    with pytest.raises(IngotError):
        software_calls(text, "network.c")
