# SPDX-License-Identifier: Apache-2.0
"""The definition of an input: what its quantization tells, what the model.yaml states, what is asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingot.base.errors import IngotError
from ingot.model import Manifest, load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.definition import ImageInput, image_input, image_inputs, may_be_image, needed_range
from ingot.preprocessing.quantization import told_range


def buffer(
    dtype: str = "int8", scale: float | None = None, zero: int = 0, shape: tuple[int, ...] = (1, 24, 32, 3)
) -> NetworkBuffer:
    quantized = () if scale is None else (scale,)
    return NetworkBuffer("image", "p", 0, 1, shape, dtype, "input", (0, 0), quantized, (zero,) if quantized else ())


def manifest(folder: Path, **preprocessing: Any) -> Manifest:
    data = {"name": "m", "source": {"file": "m.tflite"}, "preprocessing": preprocessing}
    (folder / "model.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    return load_manifest(folder / "model.yaml")


def defined(given: NetworkBuffer, folder: Path, **preprocessing: Any) -> ImageInput:
    model = manifest(folder, **preprocessing)
    return needed_range(image_input(given, model), model)


def refused(given: NetworkBuffer, folder: Path, **preprocessing: Any) -> str:
    with pytest.raises(IngotError) as caught:
        defined(given, folder, **preprocessing)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("dtype", "scale", "zero", "told"),
    [
        ("int8", 1 / 255, -128, (0, 1)),
        ("uint8", 1 / 255, 0, (0, 1)),
        ("uint8", 1 / 256, 0, (0, 1)),
        ("int8", 1 / 127.5, -1, (-1, 1)),
        ("int8", 1 / 127.5, 0, (-1, 1)),
        ("uint8", 1 / 127.5, 127, (-1, 1)),
        ("uint8", 0.007843137718737125, 128, (-1, 1)),
        ("uint8", 1.0, 0, (0, 255)),
        ("int8", 1.0, -128, (0, 255)),
        ("uint8", None, 0, (0, 255)),
        # A symmetric quantizer writes these for 0..1 as well as for -1..1.
        ("int8", 1 / 127, 0, None),
        ("int8", 1 / 128, 0, None),
        ("int16", 1 / 32767, 0, None),
        ("int8", 1.0, 0, None),
        ("int8", 1 / 255, -127, None),
        ("int8", 0.0186584, -14, None),
        ("float32", None, 0, None),
        ("int8", None, 0, None),
    ],
)
def test_what_a_quantization_tells(
    dtype: str, scale: float | None, zero: int, told: tuple[float, float] | None
) -> None:
    assert told_range(buffer(dtype, scale, zero)) == told


def test_what_is_not_told_is_asked_for(tmp_path: Path) -> None:
    assert refused(buffer("float32"), tmp_path) == (
        "model.yaml:4: input 'image' is float32, which does not tell what it was trained with: what do the bytes 0 and "
        "255 of a pixel stand for?\n  State it in the model.yaml: preprocessing: {range: [0, 1]}."
    )
    assert "which is none of the usual ranges" in refused(buffer("int8", 0.0186584, -14), tmp_path, color_mode="bgr")
    assert refused(buffer("int8", 1 / 127, 0), tmp_path).startswith(
        "model.yaml:4: input 'image' is int8 with scale 1/127 and zero point 0, that is -1.008 to 1, which is none"
    )
    with pytest.raises(IngotError, match=r"State it in a model\.yaml for the file") as caught:
        needed_range(image_input(buffer("float32"), None), None)
    assert str(caught.value).startswith("preprocessing: input 'image' is float32")


def test_what_is_stated(tmp_path: Path) -> None:
    image = defined(buffer("float32"), tmp_path, range=[-1, 1], color_mode="bgr", aspect_ratio="fit")
    assert (image.pixel_range, image.color_mode, image.window) == ((-1, 1), "bgr", "stretch")
    assert (image.width, image.height, image.channels) == (32, 24, 3)
    plain = defined(buffer("int8", 1 / 255, -128), tmp_path)
    assert (plain.pixel_range, plain.color_mode, plain.window) == ((0, 1), "rgb", "crop")
    assert plain.values_text == "0..1 -> int8, scale 1/255, zero point -128"


def test_mean_and_deviation_of_each_channel(tmp_path: Path) -> None:
    keys = {"range": [0, 1], "mean": [0.485, 0.456, 0.406], "std": 0.25}
    image = defined(buffer("float32"), tmp_path, **keys)
    assert (image.mean, image.std) == ((0.485, 0.456, 0.406), (0.25, 0.25, 0.25))
    assert image.values_text == "0..1, less (0.485, 0.456, 0.406), over 0.25 -> float32"
    assert "has a mean or a std, to which the range" in refused(buffer("int8", 1 / 255, -128), tmp_path, mean=0.5)
    assert refused(buffer("float32"), tmp_path, range=[0, 1], mean=[0.5]) == (
        "model.yaml:8: preprocessing.mean has 1 numbers, but the model's input has 3 channels"
    )


def test_statements_that_contradict_the_input(tmp_path: Path) -> None:
    assert refused(buffer("int8", 1 / 255, -128), tmp_path, range=[0, 255]) == (
        "model.yaml:5: preprocessing.range is 0..255, but input 'image' is int8, scale 1/255, zero point -128, which "
        "is made for 0..1\n  Write [0, 1], or leave the key out."
    )
    assert "made for 0..255" in refused(buffer("uint8", 1.0, 0), tmp_path, range=[0, 1])
    assert "range is 1..1, which is one value" in refused(buffer("float32"), tmp_path, range=[1, 1])
    assert "has 3 channels" in refused(buffer("float32"), tmp_path, color_mode="grayscale")
    assert defined(buffer("int8", 1 / 127.5, 0), tmp_path, range=[0, 1]).pixel_range == (0, 1)  # symmetric: half of it
    assert "int8 without a scale" in refused(buffer("int8"), tmp_path, range=[0, 1])
    assert not may_be_image(buffer("int8"), None)


@pytest.mark.parametrize(
    ("shape", "layout", "expected"),
    [
        ((1, 24, 32, 3), None, (24, 32, 3, False)),
        ((1, 3, 24, 32), None, (24, 32, 3, True)),
        ((1, 1, 24, 32), None, (24, 32, 1, True)),
        ((1, 3, 24, 3), "channels_first", (24, 3, 3, True)),
        ((1, 3, 24, 3), "channels_last", (3, 24, 3, False)),
    ],
)
def test_layout(
    shape: tuple[int, ...], layout: str | None, expected: tuple[int, int, int, bool], tmp_path: Path
) -> None:
    keys = {} if layout is None else {"layout": layout}
    image = defined(buffer("uint8", 1.0, 0, shape), tmp_path, **keys)
    assert (image.height, image.width, image.channels, image.channels_first) == expected


def test_a_layout_that_nobody_can_know_or_that_is_wrong(tmp_path: Path) -> None:
    assert refused(buffer("uint8", 1.0, 0, (1, 3, 24, 3)), tmp_path) == (
        "model.yaml:4: input 'image' is 1x3x24x3: its channels may be first or last\n"
        "  State it in the model.yaml: preprocessing: {layout: channels_last}."
    )
    assert refused(buffer("uint8", 1.0, 0), tmp_path, layout="channels_first") == (
        "model.yaml:5: preprocessing.layout is 'channels_first', but input 'image' is 1x24x32x3, whose channels are "
        "last"
    )


def test_a_gray_image_without_an_axis_for_channels(tmp_path: Path) -> None:
    flat = buffer("uint8", 1.0, 0, (1, 28, 30))
    assert not may_be_image(flat, None)
    model = manifest(tmp_path, color_mode="grayscale")
    assert may_be_image(flat, model)
    image = image_input(flat, model)
    assert (image.height, image.width, image.channels) == (28, 30, 1)


def two_inputs() -> Network:
    second = NetworkBuffer("depth", "p", 0, 1, (1, 8, 8, 1), "float32", "input", (0, 0))
    return Network("n", "m", "", "builtin", "0", (), (buffer("uint8", 1 / 255, 0), second), (), (), ())


def test_several_inputs_by_name(tmp_path: Path) -> None:
    keys = {"aspect_ratio": "fit", "inputs": {"depth": {"range": [0, 10], "color_mode": "grayscale"}}}
    color, depth = image_inputs(two_inputs(), manifest(tmp_path, **keys))
    assert color is not None and depth is not None
    assert (color.color_mode, color.pixel_range, color.window) == ("rgb", (0, 1), "stretch")
    assert (depth.color_mode, depth.pixel_range, depth.window) == ("grayscale", (0, 10), "stretch")
    with pytest.raises(IngotError) as caught:
        image_inputs(two_inputs(), manifest(tmp_path, inputs={"dept": {"range": [0, 1]}}))
    assert str(caught.value).replace(f"{tmp_path}/", "") == (
        "model.yaml:6: the network has no input 'dept'\n  Its inputs are: image, depth."
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("range", [0], "a pixel's bytes 0 and 255 stand for"),
        ("range", 1, "a pixel's bytes 0 and 255 stand for"),
        ("std", 0, "a number above 0"),
        ("mean", "x", "a number, or a list of one a channel"),
        ("layout", "nchw", "preprocessing.layout is 'nchw', which is not known"),
        ("inputs", {"image": {"camera": "usb"}}, "unknown key 'camera' in preprocessing.inputs.image"),
    ],
)
def test_values_that_mean_nothing(tmp_path: Path, key: str, value: Any, message: str) -> None:
    with pytest.raises(IngotError, match=re.escape(message)):
        manifest(tmp_path, **{key: value})
