# SPDX-License-Identifier: Apache-2.0
"""Pictures as inputs, against a second computation, against Pillow, and against the application's C."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingot.base.errors import IngotError
from ingot.device.run.oracle import Reference
from ingot.link import toolchain
from ingot.network.types import NetworkBuffer
from ingot.preprocessing.definition import ImageInput
from ingot.preprocessing.picture import input_pixels, input_values, read_picture
from ingot.preprocessing.quantization import Quantization, quantized
from ingot.preprocessing.resize import boxes, resized
from support.host_library import host_library, needs_cc
from support.pictures import bilinear, codes, photo, prepared, real_numbers
from support.tflite_builder import unary

Array = npt.NDArray[Any]
SIZES = st.integers(1, 24)
WINDOWS = {"crop": "crop", "stretch": "fit", "pad": "padding"}
ORDERS = {"rgb": "RGB", "bgr": "BGR", "grayscale": "L"}
TYPES = {"float32": "f32", "int8": "s8", "uint8": "u8", "int16": "s16"}


def image_of(
    width: int,
    height: int,
    window: str = "crop",
    color: str = "rgb",
    *,
    dtype: str = "uint8",
    scale: float | None = 1.0,
    zero: int = 0,
    pixel_range: tuple[float, float] = (0.0, 255.0),
    first: bool = False,
    mean: tuple[float, ...] = (),
    std: tuple[float, ...] = (),
) -> ImageInput:
    channels = 1 if color == "grayscale" else 3
    shape = (1, channels, height, width) if first else (1, height, width, channels)
    scales = () if scale is None else (scale,)
    buffer = NetworkBuffer("image", "p", 0, 1, shape, dtype, "input", (0, 0), scales, (zero,) if scales else ())
    return ImageInput(
        buffer,
        width,
        height,
        channels,
        first,
        color,
        WINDOWS[window],
        pixel_range,
        mean or (0.0,) * channels,
        std or (1.0,) * channels,
    )


# ---- geometry ----


@pytest.mark.slow
@given(w=SIZES, h=SIZES, width=SIZES, height=SIZES)
def test_scaling_is_the_formula_of_the_page(w: int, h: int, width: int, height: int) -> None:
    pixels = photo(w, h, seed=w * 100 + h)
    np.testing.assert_array_equal(resized(pixels, width, height), bilinear(pixels, width, height))


@pytest.mark.parametrize(("width", "height"), [(40, 30), (7, 5), (64, 48), (13, 48), (1, 1)])
def test_pillow_samples_the_same_places(width: int, height: int) -> None:
    """Image.transform takes bilinear samples with the same centres, in floating point."""
    pixels = photo(64, 48)
    sampled = Image.fromarray(pixels).transform(
        (width, height), Image.Transform.EXTENT, (0, 0, 64, 48), Image.Resampling.BILINEAR
    )
    apart = np.abs(np.asarray(sampled).astype(int) - resized(pixels, width, height).astype(int))
    assert apart.max() <= 1


@pytest.mark.slow
@given(
    w=SIZES,
    h=SIZES,
    width=SIZES,
    height=SIZES,
    window=st.sampled_from(list(WINDOWS)),
    color=st.sampled_from(list(ORDERS)),
)
def test_windows_and_colors(w: int, h: int, width: int, height: int, window: str, color: str) -> None:
    pixels = photo(w, h, seed=w + 31 * h)
    made = input_pixels(pixels, image_of(width, height, window, color))
    np.testing.assert_array_equal(made, prepared(pixels, width, height, window, ORDERS[color]))


@given(w=st.integers(1, 5000), h=st.integers(1, 5000), width=SIZES, height=SIZES, window=st.sampled_from(list(WINDOWS)))
def test_boxes_lie_inside(w: int, h: int, width: int, height: int, window: str) -> None:
    taken, filled = boxes(window, (w, h), (width, height))
    assert taken.left >= 0 and taken.top >= 0 and taken.left + taken.width <= w and taken.top + taken.height <= h
    assert filled.left >= 0 and filled.left + filled.width <= width and filled.top + filled.height <= height
    assert min(taken.width, taken.height, filled.width, filled.height) >= 1
    if w * height == h * width:
        assert (taken.width, taken.height, filled.width, filled.height) == (w, h, width, height)


# ---- values ----

VALUES = [
    {"dtype": "float32", "scale": None, "pixel_range": (0.0, 1.0)},
    {"dtype": "float32", "scale": None, "pixel_range": (-1.0, 1.0), "first": True},
    {
        "dtype": "float32",
        "scale": None,
        "pixel_range": (0.0, 1.0),
        "mean": (0.485, 0.456, 0.406),
        "std": (0.2, 0.3, 0.4),
    },
    {"dtype": "uint8", "scale": 1 / 255, "zero": 0, "pixel_range": (0.0, 1.0)},
    {"dtype": "uint8", "scale": 1 / 127.5, "zero": 127, "pixel_range": (-1.0, 1.0)},
    {"dtype": "uint8", "scale": None, "pixel_range": (0.0, 255.0)},
    {"dtype": "int8", "scale": 1 / 255, "zero": -128, "pixel_range": (0.0, 1.0), "first": True},
    {"dtype": "int8", "scale": 1 / 127.5, "zero": -1, "pixel_range": (-1.0, 1.0)},
    {
        "dtype": "int8",
        "scale": 0.0186584,
        "zero": -14,
        "pixel_range": (0.0, 1.0),
        "mean": (0.4,) * 3,
        "std": (0.1,) * 3,
    },
    {"dtype": "int8", "scale": 0.001, "zero": 5, "pixel_range": (-1.0, 1.0)},
    {"dtype": "int16", "scale": 1 / 32767, "zero": 0, "pixel_range": (-1.0, 1.0)},
]


@pytest.mark.parametrize("given_values", VALUES, ids=lambda v: f"{v['dtype']} {v['pixel_range']}")
def test_values(given_values: dict[str, Any]) -> None:
    image = image_of(9, 7, **given_values)
    pixels = np.random.default_rng(2).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    pixels[0, :2] = [[0, 127, 255], [128, 1, 254]]
    array, beyond = input_values(pixels, image)
    expected = real_numbers(pixels, *image.pixel_range, image.mean, image.std)  # type: ignore[misc]
    if image.buffer.dtype != "float32":
        expected = codes(expected, given_values["scale"] or 1.0, given_values.get("zero", 0), image.buffer.dtype)
    expected = np.moveaxis(expected, 2, 0)[None] if image.channels_first else expected[None]
    assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(array, expected)
    assert (beyond > 0) == (given_values["scale"] in (0.0186584, 0.001))


def test_the_known_cases_word_by_word() -> None:
    """Bytes 0, 128 and 255 in the four quantizations that people have."""
    pixels = np.array([0, 128, 255], np.uint8).reshape(1, 1, 3)
    for dtype, scale, zero, pixel_range, expected in (
        ("int8", 1 / 255, -128, (0.0, 1.0), [-128, 0, 127]),
        ("int8", 1 / 127.5, -1, (-1.0, 1.0), [-128, 0, 126]),  # 1 / float32(1 / 127.5) is 127.49999
        ("uint8", 1 / 127.5, 127, (-1.0, 1.0), [0, 128, 254]),
        ("uint8", 1.0, 0, (0.0, 255.0), [0, 128, 255]),
        ("int8", 1 / 127.5, 0, (0.0, 1.0), [0, 64, 127]),
    ):
        image = image_of(1, 1, dtype=dtype, scale=scale, zero=zero, pixel_range=pixel_range)
        array, _ = input_values(pixels, image)
        assert array.ravel().tolist() == expected, (dtype, scale, zero)


@pytest.mark.parametrize(
    ("dtype", "scale", "zero"),
    [("int8", 1 / 255, -128), ("int8", 1 / 127.5, -1), ("uint8", 1 / 127.5, 127), ("int8", 0.0186584, -14)],
)
def test_codes_are_those_of_litert(dtype: str, scale: float, zero: int) -> None:
    """The operator QUANTIZE of LiteRT's reference kernels, on all bytes and on halves between codes."""
    halves = (np.arange(-300, 301) / 2 * np.float32(scale)).astype(np.float32)
    reals = np.concatenate([real_numbers(np.arange(256), 0, 1), real_numbers(np.arange(256), -1, 1), halves])[None]
    (expected,) = Reference(unary("QUANTIZE", reals.shape, ("float32", None, 0), (dtype, scale, zero))).run([reals])
    made, _ = quantized(reals, Quantization(dtype, scale, zero))
    np.testing.assert_array_equal(made, expected)


# ---- the application's C ----


def c_library() -> ctypes.CDLL:
    return host_library(
        "firmware/preprocessing/image_input.c",
        "tests/firmware/fixture/image_input.c",
        include=(*toolchain.INCLUDE_DIRS, "firmware/preprocessing"),
    )


def define(library: ctypes.CDLL, image: ImageInput) -> None:
    order, window = ["rgb", "bgr", "grayscale"].index(image.color_mode), ["crop", "stretch", "pad"].index(image.window)
    library.define(image.width, image.height, image.channels, order, window, int(image.channels_first))
    assert image.pixel_range is not None
    mean, std = ((ctypes.c_double * 3)(*numbers) for numbers in (image.mean, image.std))
    library.define_range(*(ctypes.c_double(number) for number in image.pixel_range), mean, std)


@needs_cc
@given(
    w=st.integers(1, 70),
    h=st.integers(1, 70),
    width=SIZES,
    height=SIZES,
    window=st.sampled_from(list(WINDOWS)),
    color=st.sampled_from(list(ORDERS)),
)
def test_c_scales_alike(w: int, h: int, width: int, height: int, window: str, color: str) -> None:
    library, image = c_library(), image_of(width, height, window, color)
    picture = np.random.default_rng(w * h).integers(0, 256, (h, w, 3), dtype=np.uint8)
    define(library, image)
    made = np.full((height, width, image.channels), 0xA5, np.uint8)
    library.resize(ctypes.c_void_p(picture.ctypes.data), w, h, ctypes.c_void_p(made.ctypes.data))
    np.testing.assert_array_equal(made, input_pixels(picture, image))


@needs_cc
@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("given_values", VALUES, ids=lambda v: f"{v['dtype']} {v['pixel_range']}")
def test_c_computes_the_same_bytes(given_values: dict[str, Any], in_place: bool) -> None:
    library, image = c_library(), image_of(16, 17, **given_values)
    in_place = in_place and not image.channels_first
    pixels = np.arange(256 * 3 + 48, dtype=np.int64).reshape(17, 16, 3).astype(np.uint8)  # every byte in every channel
    expected, _ = input_values(pixels, image)
    define(library, image)
    made = np.empty_like(expected)
    scale = None if given_values["scale"] is None else ctypes.byref(ctypes.c_float(given_values["scale"]))
    filled = library.fill(
        TYPES[image.buffer.dtype].encode(),
        made.itemsize * 8,
        scale,
        given_values.get("zero", 0),
        ctypes.c_void_p(pixels.ctypes.data),
        in_place,
        ctypes.c_void_p(made.ctypes.data),
        made.nbytes,
    )
    assert filled & 0xFF
    assert made.tobytes() == expected.tobytes()


@needs_cc
def test_c_refuses_an_input_of_another_size() -> None:
    library, image = c_library(), image_of(4, 4)
    define(library, image)
    memory = np.zeros(64, np.uint8)
    address = ctypes.c_void_p(memory.ctypes.data)
    assert not library.fill(b"u8", 8, None, 0, address, False, address, 47) & 0xFF


# ---- files ----


def read(tmp_path: Path, picture: Image.Image, name: str = "p.png", **options: Any) -> Array:
    picture.save(tmp_path / name, **options)
    return read_picture(tmp_path / name)


def test_a_photo_that_lies_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    picture = Image.new("RGB", (40, 20), (200, 0, 0))
    picture.paste((0, 0, 200), (0, 0, 20, 20))
    upright = read(tmp_path, picture, "p.jpg", exif=exif)
    assert upright.shape == (40, 20, 3)
    assert upright[5, 10, 2] > 150 and upright[35, 10, 0] > 150  # left became top


def test_kinds_of_pictures(tmp_path: Path) -> None:
    assert read(tmp_path, Image.new("L", (2, 1), 77)).tolist() == [[[77] * 3] * 2]
    assert read(tmp_path, Image.new("RGBA", (1, 1), (1, 2, 3, 255))).tolist() == [[[1, 2, 3]]]
    palette = Image.new("RGB", (2, 2), (9, 8, 7)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert read(tmp_path, palette).tolist() == [[[9, 8, 7]] * 2] * 2
    with pytest.raises(IngotError, match="has transparent pixels"):
        read(tmp_path, Image.new("RGBA", (1, 1), (1, 2, 3, 254)))
    with pytest.raises(IngotError, match="more than 8 bits a pixel"):
        read(tmp_path, Image.fromarray(np.full((2, 2), 40000, np.uint16)))
    whole = photo(40, 40)
    Image.fromarray(whole).save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:200])
    with pytest.raises(IngotError, match="is not a readable image"):
        read_picture(tmp_path / "cut.png")
