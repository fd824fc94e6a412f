# SPDX-License-Identifier: Apache-2.0
"""input=: files of every kind, what they become, and the messages for those that do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.model import Manifest, load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.load import load_input, load_pixels
from support.pictures import codes, photo, prepared, real_numbers, save

Spec = tuple[str, tuple[int, ...], float | None, int]


def network(**inputs: Spec) -> Network:
    """name=(dtype, shape, scale, zero point)."""
    buffers = tuple(
        NetworkBuffer(
            name, "p", 0, 1, shape, dtype, "input", (0, 0), (scale,) if scale else (), (zero,) if scale else ()
        )
        for name, (dtype, shape, scale, zero) in inputs.items()
    )
    return Network("n", "m", "", "builtin", "0", (), buffers, (), (), ())


def stated(folder: Path, text: str) -> Manifest:
    (folder / "model.yaml").write_text(f"name: m\nsource: {{file: m.tflite}}\npreprocessing: {text}\n")
    return load_manifest(folder / "model.yaml")


def refused(file: Path, given: Network, manifest: Manifest | None = None) -> str:
    with pytest.raises(IngotError) as caught:
        load_input(file, given, manifest)
    return str(caught.value).replace(f"{file.parent}/", "")


def array_file(folder: Path, array: Any, name: str = "a.npy") -> Path:
    np.save(folder / name, array)
    return folder / name


IMAGE: Spec = ("int8", (1, 6, 8, 3), 1 / 255, -128)
FLAT: Spec = ("int8", (1, 4), 0.5, 10)


# ---- pictures ----


def test_a_picture_by_the_models_definition(tmp_path: Path) -> None:
    picture = photo(30, 9)
    file = save(picture, tmp_path / "photo.png")
    sample = load_input(file, network(image=IMAGE), stated(tmp_path, "{color_mode: bgr, aspect_ratio: crop}"))
    expected = codes(real_numbers(prepared(picture, 8, 6, "crop", "BGR"), 0, 1), 1 / 255, -128, "int8")[None]
    np.testing.assert_array_equal(sample.arrays[0], expected)
    assert sample.lines == (
        "input photo.png: 30x9, crop 12x9 to 8x6 bilinear, BGR, 0..1 -> int8, scale 1/255, zero point -128",
    )


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("{aspect_ratio: fit}", "30x9, stretch 30x9 to 8x6 bilinear, RGB"),
        ("{aspect_ratio: padding}", "30x9, 30x9 to 8x2 bilinear, padded to 8x6, RGB"),
        ("{}", "30x9, crop 12x9 to 8x6 bilinear, RGB"),
    ],
)
def test_the_line_says_what_was_done(keys: str, line: str, tmp_path: Path) -> None:
    file = save(photo(30, 9), tmp_path / "p.png")
    (said,) = load_input(file, network(image=IMAGE), stated(tmp_path, keys)).lines
    assert said == f"input p.png: {line}, 0..1 -> int8, scale 1/255, zero point -128"


def test_values_beyond_the_type_are_counted(tmp_path: Path) -> None:
    file = save(np.full((6, 8, 3), 255, np.uint8), tmp_path / "white.png")
    narrow = network(image=("int8", (1, 6, 8, 3), 0.004, 5))
    (line,) = load_input(file, narrow, stated(tmp_path, "{range: [-1, 1]}")).lines
    assert line.endswith(
        "8x6, crop 8x6 unscaled, RGB, -1..1 -> int8, scale 1/250, zero point 5; 144 of 144 values saturate"
    )


def test_pictures_that_have_no_meaning(tmp_path: Path) -> None:
    file = save(photo(8, 6), tmp_path / "p.png")
    assert refused(file, network(image=("float32", (1, 6, 8, 3), None, 0))) == (
        "preprocessing: input 'image' is float32, which does not tell what it was trained with: what do the bytes 0 "
        "and 255 of a pixel stand for?\n  State it in a model.yaml for the file: preprocessing: {range: [0, 1]}."
    )
    assert refused(file, network(x=FLAT)) == (
        "p.png: an image does not fit input 'x', which is int8 1x4\n  Give a .npy file."
    )
    assert refused(file, network(image=IMAGE, depth=FLAT)) == (
        "p.png: is one file, the network has 2 inputs: image, depth\n"
        "  Give a .npz file with an array for each input, by its name."
    )
    assert refused(tmp_path / "absent.png", network(image=IMAGE)) == "absent.png: no such file"
    (tmp_path / "text.png").write_text("no picture")
    assert refused(tmp_path / "text.png", network(image=IMAGE)).startswith("text.png: is not a readable image: ")


# ---- arrays ----


def test_arrays_of_the_inputs_type_are_taken_as_they_are(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    given = network(x=("uint8", (1, 2, 2, 3), 0.5, 3))
    for file in (array_file(tmp_path, array), array_file(tmp_path, array[0], "no_batch.npy")):
        sample = load_input(file, given)
        np.testing.assert_array_equal(sample.arrays[0], array)
        assert sample.lines == (f"input {file.name}: uint8 codes as they are",)
    big_endian = array_file(tmp_path, np.array([[1.5, -2.0]], ">f4"), "big.npy")
    sample = load_input(big_endian, network(x=("float32", (1, 2), None, 0)))
    assert sample.arrays[0].dtype == np.dtype("float32") and sample.arrays[0].tolist() == [[1.5, -2.0]]
    assert sample.lines == ("input big.npy: float32 values as they are",)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_real_values_are_quantized(dtype: str, tmp_path: Path) -> None:
    file = array_file(tmp_path, np.array([[0.25, -0.25, 3.0, 100.0]], dtype))
    sample = load_input(file, network(x=FLAT))
    assert sample.arrays[0].dtype == np.int8
    assert sample.arrays[0].tolist() == [[11, 9, 16, 127]]  # halves away from zero; 100 / 0.5 + 10 saturates
    assert sample.lines == (
        f"input a.npy: {dtype} real values -> int8, scale 1/2, zero point 10; 1 of 4 values saturate",
    )


def test_wide_floats_become_float32(tmp_path: Path) -> None:
    file = array_file(tmp_path, np.array([[0.1, 2.0]]))
    sample = load_input(file, network(x=("float32", (1, 2), None, 0)))
    np.testing.assert_array_equal(sample.arrays[0], np.array([[0.1, 2.0]], np.float32))
    assert sample.lines == ("input a.npy: float64 real values -> float32",)


@pytest.mark.parametrize(
    ("array", "spec", "message"),
    [
        (
            np.zeros((1, 4), np.uint8),
            FLAT,
            "is uint8 1x4, input 'x' is int8 1x4\n  Give int8 codes, or float32 real values.",
        ),
        (
            np.zeros((1, 4), np.int64),
            FLAT,
            "is int64 1x4, input 'x' is int8 1x4\n  Give int8 codes, or float32 real values.",
        ),
        (
            np.zeros((1, 4), np.uint8),
            ("float32", (1, 4), None, 0),
            "is uint8 1x4, input 'x' is float32 1x4\n  Give float32 values.",
        ),
        (
            np.zeros((1, 4), np.float32),
            ("int32", (1, 4), None, 0),
            "is float32 1x4, input 'x' is int32 1x4\n  Give int32 values.",
        ),
        (np.zeros((4, 1), np.int8), FLAT, "is int8 4x1, input 'x' is int8 1x4"),
        (
            np.zeros((1, 3, 6, 8), np.int8),
            IMAGE,
            "is int8 1x3x6x8, input 'x' is int8 1x6x8x3\n  It would fit with its channels last: transpose(0, 2, 3, 1).",
        ),
        (
            np.array([[0, np.nan, 0, 0]], np.float32),
            FLAT,
            "the value at [0, 1] is nan, which int8 cannot hold",
        ),
        (
            np.array([[0, 1e300, 0, 0]]),
            ("float32", (1, 4), None, 0),
            "the value at [0, 1] is 1e+300, which float32 cannot hold",
        ),
        (
            np.array([[0, 128, 255, 200]], np.float32),
            ("int8", (1, 4), 1 / 255, -128),
            "3 of 4 real values are outside of 0..1, which is what input 'x' holds (int8, scale 1/255, zero point "
            "-128)\n  Scale them to that range; pixels or codes belong into an array of int8.",
        ),
    ],
)
def test_arrays_that_do_not_fit(array: Any, spec: Spec, message: str, tmp_path: Path) -> None:
    assert refused(array_file(tmp_path, array), network(x=spec)) == f"a.npy: {message}"


def archive(folder: Path, arrays: Mapping[str, Any]) -> Path:
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def test_an_archive_by_the_names_of_the_inputs(tmp_path: Path) -> None:
    given = network(left=FLAT, right=("float32", (1, 2), None, 0))
    left, right = np.zeros((1, 4), np.float32), np.ones((1, 2), np.float32)
    sample = load_input(archive(tmp_path, {"right": right, "left": left}), given)
    assert [array.shape for array in sample.arrays] == [(1, 4), (1, 2)]
    assert sample.lines == (
        "input a.npz for 'left': float32 real values -> int8, scale 1/2, zero point 10",
        "input a.npz for 'right': float32 values as they are",
    )
    in_order = load_input(archive(tmp_path, {"arr_0": left, "arr_1": right}), given)
    np.testing.assert_array_equal(in_order.arrays[1], right)
    assert refused(archive(tmp_path, {"left": left, "rihgt": right}), given) == (
        "a.npz: has the arrays left, rihgt, the network the inputs left, right\n"
        "  Name the arrays like the inputs: np.savez(file, **{name: array})."
    )
    assert refused(archive(tmp_path, {"left": left}), given) == (
        "a.npz: has 1 array, the network 2 inputs: left, right\n"
        "  Give a .npz file with an array for each input, by its name."
    )
    assert refused(archive(tmp_path, {"a": left, "b": left}), network(x=FLAT)) == (
        "a.npz: has 2 arrays, the network 1 input: x"
    )


def test_files_that_are_no_arrays(tmp_path: Path) -> None:
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY no")
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    archive(tmp_path, {"x": np.zeros(1000)})
    (tmp_path / "cut.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:500])
    for name in ("broken.npy", "objects.npy", "cut.npz"):
        assert refused(tmp_path / name, network(x=FLAT)).startswith(f"{name}: is not a readable NumPy file: ")


# ---- bytes ----


def test_bytes_as_they_are_in_memory(tmp_path: Path) -> None:
    given = network(left=FLAT, right=("float32", (1, 2), None, 0))
    left, right = np.array([[-128, 0, 5, 127]], np.int8), np.array([[1.5, -2]], "<f4")
    file = tmp_path / "sample.bin"
    file.write_bytes(left.tobytes() + right.tobytes())
    sample = load_input(file, given)
    assert [array.tolist() for array in sample.arrays] == [left.tolist(), right.tolist()]
    file.write_bytes(left.tobytes())
    assert refused(file, given) == ("sample.bin: has 4 bytes, the network's input 12 (int8 1x4 and float32 1x2)")


# ---- for an application that takes pixels ----


def test_pixels_for_an_application(tmp_path: Path) -> None:
    picture, given = photo(30, 9), network(image=IMAGE)
    sample = load_pixels(save(picture, tmp_path / "p.png"), given, stated(tmp_path, "{color_mode: bgr}"))
    np.testing.assert_array_equal(sample.arrays[0], prepared(picture, 8, 6, "crop", "BGR"))
    pixels = photo(8, 6)
    np.testing.assert_array_equal(load_pixels(array_file(tmp_path, pixels[None]), given).arrays[0], pixels)
    with pytest.raises(IngotError, match="is int8 6x8x3; the application takes pixels, uint8 6x8x3"):
        load_pixels(array_file(tmp_path, pixels[None].astype(np.int8)), given)
