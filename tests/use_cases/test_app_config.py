# SPDX-License-Identifier: Apache-2.0
"""app_config.h: ST's names and literals, values from the model, contradictions refused."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.model import Manifest, load_manifest
from ingot.network.c_info_writing import render_c_info
from ingot.network.types import Network, NetworkBuffer, NetworkPool
from ingot.preprocessing.definition import image_input
from ingot.steps import app_config as app_config_steps
from ingot.use_cases.app_config import app_config

POSE = """\
name: pose
source: {file: pose.tflite}
preprocessing: {color_mode: bgr, aspect_ratio: full_screen}
postprocessing:
  type: heatmaps_spe
"""


def buffer(role: str, shape: tuple[int, ...], dtype: str) -> NetworkBuffer:
    return NetworkBuffer(role, "cpuRAM2", 0, 1, shape, dtype, role, (0, 0))


def network(*, shape: tuple[int, ...] = (1, 40, 56, 17), dtype: str = "float32", source: str = "uint8") -> Network:
    """A network that takes a 160x224 image and gives an output of that shape and type."""
    return Network(
        name="network",
        model="pose",
        model_sha256="",
        compiler="builtin",
        compiler_version="",
        pools=(NetworkPool("cpuRAM2", "AXISRAM2", 0x34100000, 1 << 20, 1000, "ACC_WRITE"),),
        buffers=(buffer("input", (1, 160, 224, 3), source), buffer("output", shape, dtype)),
        epochs=(),
        layers=(),
        initializers=(),
    )


def manifest(folder: Path, text: str = POSE) -> Manifest:
    (folder / "model.yaml").write_text(text)
    return load_manifest(folder / "model.yaml")


def macros(header: str) -> dict[str, str]:
    return dict(re.findall(r"^#define (\w+) +([^ /\n].*?) *(?:/\*.*)?$", header, re.MULTILINE))


def refused(model: Manifest, net: Network) -> str:
    with pytest.raises(IngotError) as caught:
        app_config(model, net)
    return str(caught.value).replace(f"{model.folder}/", "")


def test_every_value_comes_from_the_model_or_its_yaml(tmp_path: Path) -> None:
    assert macros(app_config(manifest(tmp_path), network())) == {
        "CAMERA_FLIP": "CMW_MIRRORFLIP_NONE",
        "ASPECT_RATIO_CROP": "(1)",
        "ASPECT_RATIO_FIT": "(2)",
        "ASPECT_RATIO_FULLSCREEN": "(3)",
        "ASPECT_RATIO_MODE": "ASPECT_RATIO_FULLSCREEN",
        "POSTPROCESS_TYPE": "POSTPROCESS_SPE_MOVENET_UF",
        "NN_WIDTH": "(224)",
        "NN_HEIGHT": "(160)",
        "NN_BPP": "3",
        "COLOR_BGR": "(0)",
        "COLOR_RGB": "(1)",
        "COLOR_MODE": "COLOR_BGR",
        "INGOT_IMAGE_INPUT": "{.width = 224, .height = 160, .channels = 3, .order = INGOT_IMAGE_BGR, "
        ".window = INGOT_IMAGE_STRETCH, .channels_first = 0, .low = 0.0, .high = 255.0, .mean = {0.0, 0.0, 0.0}, "
        ".std = {1.0, 1.0, 1.0}}",
        "AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH": "(56)",
        "AI_SPE_MOVENET_POSTPROC_HEATMAP_HEIGHT": "(40)",
        "AI_SPE_MOVENET_POSTPROC_NB_KEYPOINTS": "(17)",
        "AI_POSE_PP_CONF_THRESHOLD": "(0.5f)",
        "AI_POSE_PP_POSE_KEYPOINTS_NB": "(17)",
        "WELCOME_MSG_0": '"Single Pose Estimation"',
        "WELCOME_MSG_1": '"pose.tflite"',
        "WELCOME_MSG_2": '"Model Running in STM32 MCU internal memory"',
    }


@pytest.mark.parametrize(("threshold", "literal"), [("1", "(1.0f)"), ("0.05", "(0.05f)"), ("0.00001", "(1e-05f)")])
def test_a_threshold_is_a_valid_float_literal(tmp_path: Path, threshold: str, literal: str) -> None:
    header = app_config(manifest(tmp_path, f"{POSE}  confidence_threshold: {threshold}\n"), network())
    assert macros(header)["AI_POSE_PP_CONF_THRESHOLD"] == literal


def test_an_int8_output_has_the_other_suffix(tmp_path: Path) -> None:
    header = app_config(manifest(tmp_path), network(dtype="int8"))
    assert macros(header)["POSTPROCESS_TYPE"] == "POSTPROCESS_SPE_MOVENET_UI"


def test_a_stand_in_says_so_in_header_and_display(tmp_path: Path) -> None:
    header = app_config(manifest(tmp_path), replace(network(), stand_in=True))
    assert "/* STAND-IN: the model's weights are invented." in header
    assert macros(header)["WELCOME_MSG_1"] == '"STAND-IN for pose.tflite"'


def test_activations_outside_the_chip_are_said(tmp_path: Path) -> None:
    psram = NetworkPool("hyperRAM", "xSPI1", 0x90000000, 1 << 24, 5, "ACC_WRITE")
    header = app_config(manifest(tmp_path), replace(network(), pools=(psram,)))
    assert macros(header)["WELCOME_MSG_2"] == '"Model Running in external memory"'


def test_keypoints_that_contradict_the_model(tmp_path: Path) -> None:
    model = manifest(tmp_path, f"{POSE}  keypoints: 13\n")
    assert refused(model, network()) == (
        "model.yaml:6: postprocessing.keypoints is 13, but the model's output 'output' has 17 channels\n"
        "  Write 17, or leave the key out."
    )


def test_a_number_of_keypoints_that_no_application_knows(tmp_path: Path) -> None:
    assert refused(manifest(tmp_path), network(shape=(1, 40, 56, 14))) == (
        "model.yaml:5: the model has 14 keypoints; ST's pose applications know 13 and 17"
    )


def test_a_type_whose_suffix_contradicts_the_model(tmp_path: Path) -> None:
    model = manifest(tmp_path, f"{POSE}  postprocess_type: POSTPROCESS_SPE_MOVENET_UI\n")
    assert refused(model, network()) == (
        "model.yaml:6: postprocessing.postprocess_type is POSTPROCESS_SPE_MOVENET_UI, but the model takes uint8 and "
        "gives float32: POSTPROCESS_SPE_MOVENET_UF\n  Write POSTPROCESS_SPE_MOVENET_UF, or leave the key out."
    )


@pytest.mark.parametrize("abi", ["h7", "h743"])
def test_a_board_whose_generation_has_no_pose(tmp_path: Path, abi: str) -> None:
    """Ingot's application reads heatmaps there, too; ST's type is asked for by name only, and is refused."""
    crop = POSE.replace("full_screen", "crop")
    defined = macros(app_config(manifest(tmp_path, crop), network(dtype="int8"), abi))
    assert defined["AI_SPE_MOVENET_POSTPROC_NB_KEYPOINTS"] == "(17)"
    assert "POSTPROCESS_TYPE" not in defined and "CAMERA_INTERFACE" not in defined
    model = manifest(tmp_path, f"{crop}  postprocess_type: POSTPROCESS_SPE_MOVENET_UI\n")
    with pytest.raises(IngotError, match=f"ST's applications of app_abi '{abi}' have no postprocessing 'heatmaps_spe'"):
        app_config(model, network(dtype="int8"), abi)


def test_types_that_no_application_takes(tmp_path: Path) -> None:
    """Of ST's; Ingot's own take every type, so that it is no error where nobody says whose application it is."""
    model, net = manifest(tmp_path), network(source="int8")
    assert "POSTPROCESS_TYPE" not in macros(app_config(model, net))
    assert "POSTPROCESS_TYPE" in macros(app_config(model, network()))
    with pytest.raises(IngotError) as caught:
        app_config(model, net, "n6-v3")
    assert (
        str(caught.value)
        .replace(f"{model.folder}/", "")
        .startswith(
            "model.yaml:5: the model takes int8 and gives float32, which would be POSTPROCESS_SPE_MOVENET_IF; "
            "there are only POSTPROCESS_SPE_MOVENET_UF and POSTPROCESS_SPE_MOVENET_UI\n"
        )
    )


def test_shapes_that_are_no_image_or_no_heatmaps(tmp_path: Path) -> None:
    model = manifest(tmp_path)
    flat = network()
    flat = replace(flat, buffers=(buffer("input", (1, 640), "uint8"), flat.buffers[1]))
    assert "needs an image with 3 channels; the model's input 'input' has shape 1x640" in refused(model, flat)
    assert "the model's output 'output' has shape 1x34" in refused(model, network(shape=(1, 34)))
    two = replace(network(), buffers=(*network().buffers, buffer("output", (1, 4), "float32")))
    assert "needs a model with one output; this one has 2" in refused(model, two)


def test_without_postprocessing_there_are_the_sizes_of_an_image_at_most(tmp_path: Path) -> None:
    model = manifest(tmp_path, "name: plain\nsource: {file: plain.tflite}\n")
    assert macros(app_config(model, network()))["NN_WIDTH"] == "(224)"
    flat = replace(network(), buffers=(buffer("input", (1, 640), "int8"), buffer("output", (1, 640), "int8")))
    assert set(macros(app_config(model, flat))) == {"WELCOME_MSG_1", "WELCOME_MSG_2"}


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_a_c_compiler_takes_it_whatever_the_names_are(tmp_path: Path) -> None:
    text = POSE.replace("pose.tflite", "'a \"b\" \\c */ ??/ é.tflite'")
    source = tmp_path / "t.c"
    source.write_text(app_config(manifest(tmp_path, text), network()) + "const char *m = WELCOME_MSG_1;\n")
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


PRINTER = """
#include "app_config.h"
#include "image_input.h"
#include <stdio.h>
int main(void)
{
    static const ingot_image_input d = INGOT_IMAGE_INPUT;
    printf("%d %d %d %d %d %d %.17g %.17g", d.width, d.height, d.channels, d.order, d.window, d.channels_first, d.low,
           d.high);
    for (int c = 0; c < d.channels; c++)
        printf(" %.17g %.17g", d.mean[c], d.std[c]);
    printf(" %d %d", ASPECT_RATIO_MODE, COLOR_MODE);
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
@pytest.mark.parametrize("aspect", ["crop", "fit", "full_screen"])
@pytest.mark.parametrize(
    ("color", "keys"),
    [("rgb", "range: [0, 1], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]"), ("bgr", "range: [-1, 1]")],
)
def test_c_reads_the_definition(tmp_path: Path, aspect: str, color: str, keys: str) -> None:
    """The macros of app_config.h as a program sees them, beside the definition that `input=` follows."""
    given = f"{{color_mode: {color}, aspect_ratio: {aspect}, {keys}}}"
    model = manifest(tmp_path, f"name: m\nsource: {{file: m.tflite}}\npreprocessing: {given}\n")
    net = network(source="float32")
    (tmp_path / "app_config.h").write_text(app_config(model, net))
    (tmp_path / "t.c").write_text(PRINTER)
    folders = [f"-I{folder}" for folder in (tmp_path, ROOT / "firmware/preprocessing", ROOT / "firmware/runtime")]
    subprocess.run(
        ["cc", "-std=gnu11", "-Werror", *folders, str(tmp_path / "t.c"), "-o", str(tmp_path / "t")], check=True
    )
    printed = subprocess.run([str(tmp_path / "t")], capture_output=True, text=True, check=True).stdout.split()
    image = image_input(net.inputs[0], model)
    assert image.pixel_range is not None
    order, window = ("rgb", "bgr", "grayscale").index(color), ("crop", "stretch", "pad").index(image.window)
    numbers = [image.width, image.height, image.channels, order, window, 0, *image.pixel_range]
    numbers += [value for pair in zip(image.mean, image.std, strict=True) for value in pair]
    numbers += [("crop", "fit", "full_screen").index(aspect) + 1, int(color == "rgb")]
    assert [float(word) for word in printed] == numbers


def test_a_range_that_nothing_tells_is_no_macro(tmp_path: Path) -> None:
    """ST's applications do without; those that need it ask for it (ingot.steps.app_config, #error in the C)."""
    plain = manifest(tmp_path, "name: plain\nsource: {file: plain.tflite}\n")
    header = macros(app_config(plain, network(source="float32")))
    assert "INGOT_IMAGE_INPUT" not in header and header["NN_WIDTH"] == "(224)"
    posing = manifest(tmp_path, "name: p\nsource: {file: p.tflite}\napplication: pose_estimation\n")
    (tmp_path / "network_c_info.json").write_text(render_c_info(network(source="float32")))
    with pytest.raises(IngotError, match="what do the bytes 0 and 255 of a pixel stand for"):
        app_config_steps.app_config(
            tmp_path / "network_c_info.json", tmp_path / "app_config.h", manifest=str(posing.path)
        )
    assert not (tmp_path / "app_config.h").exists()


def test_requantizing_leaves_the_header_alone(tmp_path: Path) -> None:
    def header(scale: float, zero: int) -> str:
        source, *rest = network().buffers
        return app_config(
            model, replace(network(), buffers=(replace(source, scale=(scale,), zero_point=(zero,)), *rest))
        )

    model = manifest(tmp_path)
    assert header(2 / 255, 127) == header(2.001 / 255, 128) != header(1 / 255, 0)
