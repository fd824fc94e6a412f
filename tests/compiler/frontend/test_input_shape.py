# SPDX-License-Identifier: Apache-2.0
"""Free extents of inputs: refused by name, or given."""

import pytest

from compiler.frontend.examples import I8, i32, weights
from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions
from ingot.compiler.frontend.input_shape import parse_input_shape
from ingot.compiler.frontend.tflite import parse_tflite
from ingot.device.run.oracle import Reference
from support.differential import check_network
from support.shared import shared
from support.tflite_builder import Builder


def image_model(signature=(-1, -1, -1, 3), stored=(1, 1, 1, 3)) -> bytes:
    b = Builder()
    x = b.input(stored, *I8, signature=signature, name="image")
    y = b.tensor((1, 1, 1, 4), *I8, signature=(-1, -1, -1, 4))
    bias = b.constant(i32(1, 2, 3, 4), [0.002] * 4)
    b.operator("CONV_2D", [x, b.constant(weights(4, 3, 3, 3), [0.02] * 4), bias], [y], padding="SAME")
    return b.finish([y])


def two_inputs() -> bytes:
    b = Builder()
    x = b.input((1, 1), *I8, signature=(-1, -1), name="serving_default_a:0")
    z = b.input((1, 4), *I8, name="b, second")
    y = b.tensor((1, 1), *I8)
    b.operator("CONCATENATION", [x, z], [y], axis=1)
    return b.finish([y])


def refusal(model: bytes, shape: str = "") -> str:
    with pytest.raises(IngotError) as caught:
        parse_tflite(model, "m", "m.tflite", shape)
    return str(caught.value)


HELP = "(--input-shape of the command `ingot`, io.input_shape in the model.yaml)."


def test_a_free_image_is_refused() -> None:
    assert refusal(image_model()) == (
        "m.tflite: the input has extents that the file leaves free: 'image' (shape_signature [-1, -1, -1, 3]).\n"
        f"  Give them: input_shape=1xHxWx3 with numbers for the letters {HELP}"
    )


def test_stored_extents_are_proposed() -> None:
    assert "Give them: input_shape=1x320x320x3 (" in refusal(image_model(stored=(1, 320, 320, 3)))
    assert "Give them: input_shape=1x320x320x3 (" in refusal(image_model((1, -1, 320, 3), (1, 320, 320, 3)))


def test_the_length_of_a_signal_is_no_batch() -> None:
    b = Builder()
    x = b.input((1,), *I8, signature=(-1,), name="waveform")
    y = b.tensor((1,), *I8)
    b.operator("RELU", [x], [y])
    assert "'waveform' (shape_signature [-1]).\n  Give them: input_shape=N with" in refusal(b.finish([y]))
    assert parse_tflite(b.finish([y]), "m", "m", "160").tensors[y].shape == (160,)


def test_of_several_inputs() -> None:
    assert "'serving_default_a:0' (shape_signature [-1, -1]).\n  Give them: input_shape=serving_default_a:0:1xN" in (
        refusal(two_inputs())
    )
    graph = parse_tflite(two_inputs(), "m", "m", "serving_default_a:0:1x5,b, second:1x4")
    assert graph.tensors[graph.outputs[0]].shape == (1, 9)
    assert refusal(two_inputs(), "1x5") == (
        "m.tflite: input_shape=1x5 does not say which of the model's 2 inputs it means.\n"
        "  Its inputs: serving_default_a:0, b, second. Write name:1x5."
    )
    assert refusal(two_inputs(), "serving_default_a:1x5") == (
        "m.tflite: input_shape: the model has no input 'serving_default_a'.\n  Did you mean 'serving_default_a:0'?"
    )


@pytest.mark.parametrize("shape", ["1x8x8x4", "1x8x8", "8"])
def test_a_shape_that_contradicts_the_file(shape: str) -> None:
    given = [int(n) for n in shape.split("x")]
    assert refusal(image_model(), shape) == (
        f"m.tflite: input_shape gives the input 'image' the shape {given}, but its shape_signature is "
        "[-1, -1, -1, 3].\n  Only extents that are -1 in the shape_signature can be given; export the model again for "
        "others."
    )


def test_a_fixed_shape_can_only_be_repeated() -> None:
    model = image_model(signature=None, stored=(1, 8, 8, 3))
    assert parse_tflite(model, "m", "m", "1x8x8x3")
    assert "the shape [1, 9, 8, 3], but its shape is fixed, [1, 8, 8, 3]." in refusal(model, "1x9x8x3")


def test_a_signature_of_another_rank() -> None:
    assert "the shape [1, 4, 4, 3] and the shape_signature [-1, 3]" in refusal(image_model((-1, 3), (1, 4, 4, 3)))


def test_how_shapes_are_written() -> None:
    assert parse_input_shape("") == {}
    assert parse_input_shape("1x2x3") == {"": (1, 2, 3)}
    assert parse_input_shape("a:0:1x2,b=c,d:3") == {"a:0": (1, 2), "b=c,d": (3,)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,96,96,3", "does not say which inputs it means"),
        ("96*96", "is not a shape"),
        ("1x-1", "is not a shape"),
        ("0x4", "is not a shape"),
        ("1x4,", "is not a shape"),
        ("a:", "is not a shape"),
        ("a:1,a:2", "gives 'a' twice"),
        ("1x2,b:1", "does not say which inputs it means"),
    ],
)
def test_what_is_no_shape(text: str, words: str) -> None:
    with pytest.raises(IngotError) as caught:
        parse_input_shape(text)
    assert caught.value.what.startswith(f"input_shape is '{text}', which ") and words in caught.value.what
    assert "Write input_shape=1x96x96x3" in caught.value.remedy


@pytest.mark.parametrize("shape", ["1x8x9x3", "2x3x1x3"])
def test_given_it_computes_as_litert(shape: str) -> None:
    check_network(image_model(), samples=3, options=CompileOptions(input_shape=shape))


def test_the_reference_takes_free_extents_only() -> None:
    assert Reference(image_model(), [(1, 8, 9, 3)]).inputs[0].shape == (1, 8, 9, 3)
    assert Reference(image_model(signature=None), [(1, 8, 9, 3)]).inputs[0].shape == (1, 1, 1, 3)
    assert Reference(two_inputs(), [(1, 5), (1, 4)]).inputs[0].shape == (1, 5)


def test_a_real_file() -> None:
    model = shared("cases/16_free_image_size.tflite").read_bytes()
    assert "'image' (shape_signature [-1, -1, -1, 3])" in refusal(model)
    check_network(model, samples=2, options=CompileOptions(input_shape="1x8x9x3"))
