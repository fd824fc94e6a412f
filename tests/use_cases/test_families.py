"""Every family: a network made for the test; arm-none-eabi-gcc compiles its header against a checker of all values."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from ingot.build.toolchain import cpu_flags
from ingot.emit.app_config import app_config
from ingot.errors import IngotError
from ingot.model import Manifest, load_manifest
from ingot.network import Network, NetworkBuffer
from ingot.use_cases.abi import ABIS
from ingot.use_cases.families import FAMILIES

Outputs = list[tuple[tuple[int, ...], str]]
Q = {"scale": (0.25,), "zero_point": (-3,)}


@dataclass(frozen=True)
class Example:
    """A family on one generation. expected: macro -> value; arrays: name -> values; classes in their table."""

    family: str
    abi: str
    keys: dict
    outputs: Outputs
    expected: dict[str, object]
    source: tuple[int, ...] = (1, 64, 96, 3)
    dtype: str = "uint8"
    arrays: dict[str, list[float]] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.family}-{self.abi}-{self.outputs[0][1]}"


def network(example: Example) -> Network:
    def buffer(name: str, shape: tuple[int, ...], dtype: str, role: str) -> NetworkBuffer:
        quant = Q if dtype != "float32" else {}
        return NetworkBuffer(name, "ram", 0, 1, shape, dtype, role, (0, 0), **quant)

    outputs = [buffer(f"out{n}", shape, dtype, "output") for n, (shape, dtype) in enumerate(example.outputs)]
    buffers = (buffer("in", example.source, example.dtype, "input"), *outputs)
    return Network("network", "m", "", "builtin", "", (), buffers, (), (), ())


def manifest(folder: Path, family: str, keys: dict, **more: object) -> Manifest:
    data = {"name": "m", "source": {"file": "m.tflite"}, "postprocessing": {"type": family, **keys}, **more}
    (folder / "model.yaml").write_text(yaml.safe_dump(data))
    return load_manifest(folder / "model.yaml")


BOXES = {"confidence_threshold": 0.6, "iou_threshold": 0.3, "max_boxes": 7}


def boxes(prefix: str) -> dict[str, object]:
    return {f"{prefix}_CONF_THRESHOLD": 0.6, f"{prefix}_IOU_THRESHOLD": 0.3, f"{prefix}_MAX_BOXES_LIMIT": 7}


def grids(prefix: str) -> dict[str, object]:
    sizes = {"L": (12, 8), "M": (6, 4), "S": (3, 2)}
    found: dict[str, object] = {}
    for letter, (columns, rows) in sizes.items():
        found |= {f"{prefix}_{letter}_GRID_WIDTH": columns, f"{prefix}_{letter}_GRID_HEIGHT": rows}
        found[f"{prefix}_{letter}_NB_INPUT_BOXES"] = columns * rows
    return found


def camera(abi: str) -> dict[str, object]:
    if abi == "h7":
        return {"INPUT_WIDTH": 96, "INPUT_HEIGHT": 64, "INPUT_CHANNELS": 3, "PP_COLOR_MODE": 1, "ASPECT_RATIO_MODE": 2}
    return {"NN_WIDTH": 96, "NN_HEIGHT": 64, "NN_BPP": 3, "COLOR_MODE": 1, "ASPECT_RATIO_MODE": 1}


def number(value: int) -> dict[str, object]:
    return {"INGOT_POSTPROCESS_NUMBER": value}


OD = {"n6-v1": "AI_OBJDETECT", "n6-v2": "AI_OD", "n6-v3": "AI_OD", "h7": "AI_OBJDETECT"}
TWO = {"classes": ["cat", 'd"og'], **BOXES}
ANCHORS = {"anchors": [1.0, 2.0, 0.5, 0.25], "anchors_unit": "grid"}


def examples() -> list[Example]:
    found: list[Example] = []
    for abi, kinds in (
        ("n6-v1", {"float32": 22}),
        ("n6-v2", {"float32": 22}),
        ("n6-v3", {"float32": 203, "int8": 204}),
    ):
        for dtype, value in kinds.items():
            expected = {
                **camera(abi),
                **number(value),
                "AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH": 20,
                "AI_SPE_MOVENET_POSTPROC_HEATMAP_HEIGHT": 10,
                "AI_SPE_MOVENET_POSTPROC_NB_KEYPOINTS": 13,
                "AI_POSE_PP_POSE_KEYPOINTS_NB": 13,
                "AI_POSE_PP_CONF_THRESHOLD": 0.6,
            }
            found.append(
                Example("heatmaps_spe", abi, {"confidence_threshold": 0.6}, [((1, 10, 20, 13), dtype)], expected)
            )
    for abi, dtype, value in (("n6-v2", "float32", 20), ("n6-v3", "float32", 200), ("n6-v3", "int8", 201)):
        expected = {**number(value), **boxes("AI_MPE_YOLOV8_PP"), "AI_MPE_YOLOV8_PP_TOTAL_BOXES": 126}
        expected |= {"AI_MPE_YOLOV8_PP_NB_CLASSES": 1, "AI_MPE_YOLOV8_PP_KEYPOINTS_NB": 17}
        expected |= {"AI_POSE_PP_POSE_KEYPOINTS_NB": 17, "AI_POSE_PP_CONF_THRESHOLD": 0.6}
        found.append(Example("yolo_mpe", abi, BOXES, [((1, 56, 126), dtype)], expected))
    for abi, value in (("n6-v1", 15), ("n6-v2", 15), ("n6-v3", 107), ("h7", None)):
        prefix = f"{OD[abi]}_SSD_PP" if abi == "n6-v3" else f"{OD[abi]}_SSD_ST_PP"
        expected = {**camera(abi), **boxes(prefix), f"{prefix}_NB_CLASSES": 3, f"{prefix}_TOTAL_DETECTIONS": 500}
        expected |= number(value) if value else {"POSTPROCESS_TYPE": 3}
        if abi == "n6-v3":
            expected |= {f"{prefix}_XY_VARIANCE": 0.1, f"{prefix}_WH_VARIANCE": 0.2}
        outputs = [((1, 500, 3), "float32"), ((1, 500, 4), "float32"), ((1, 500, 4), "float32")]
        found.append(Example("st_ssd", abi, TWO, outputs, expected, classes=["background", "cat", 'd"og']))
    for abi in ("n6-v3", "h7"):
        prefix = f"{OD[abi]}_SSD_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 3, f"{prefix}_TOTAL_DETECTIONS": 500}
        if abi == "h7":
            expected |= {"POSTPROCESS_TYPE": 4, f"{prefix}_XY_SCALE": 10.0, f"{prefix}_WH_SCALE": 5.0}
        else:
            expected |= {**number(108), f"{prefix}_XY_VARIANCE": 0.1, f"{prefix}_WH_VARIANCE": 0.2}
        outputs = [((1, 500, 4), "int8"), ((1, 500, 3), "int8")]
        found.append(Example("ssd", abi, {**TWO, "xy_scale": 10.0, "wh_scale": 5.0}, outputs, expected))
    for family, stride in (("tiny_yolo_v2", 32), ("st_yolo_lc", 16)):
        for abi, dtype, value in (
            ("n6-v1", "float32", 10),
            ("n6-v2", "float32", 10),
            ("n6-v3", "float32", 100),
            ("n6-v3", "int8", 101),
            ("h7", "float32", None),
        ):
            prefix = f"{OD[abi]}_YOLOV2_PP"
            columns, rows = 96 // stride, 64 // stride
            expected = {**camera(abi), **boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_NB_ANCHORS": 2}
            expected |= {f"{prefix}_GRID_WIDTH": columns, f"{prefix}_GRID_HEIGHT": rows}
            expected |= {f"{prefix}_NB_INPUT_BOXES": columns * rows}
            expected |= number(value) if value else {"POSTPROCESS_TYPE": 2}
            arrays = {f"{prefix}_ANCHORS": [1.0, 2.0, 0.5, 0.25]}
            outputs = [((1, rows, columns, 14), dtype)]
            found.append(
                Example(family, abi, {**TWO, **ANCHORS}, outputs, expected, arrays=arrays, classes=TWO["classes"])
            )
    for abi, dtype, value in (
        ("n6-v1", "float32", 14),
        ("n6-v2", "float32", 14),
        ("n6-v3", "int8", 106),
        ("h7", "float32", None),
    ):
        prefix = f"{OD[abi]}_YOLOVX_PP" if OD[abi] == "AI_OBJDETECT" else f"{OD[abi]}_ST_YOLOX_PP"
        expected = {**boxes(prefix), **grids(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_NB_ANCHORS": 1}
        expected |= number(value) if value else {"POSTPROCESS_TYPE": 5}
        arrays = {
            f"{prefix}_L_ANCHORS": [6.0, 4.0],
            f"{prefix}_M_ANCHORS": [3.0, 2.0],
            f"{prefix}_S_ANCHORS": [1.5, 1.0],
        }
        # in the order that a converter happens to give: coarse, fine, middle
        outputs = [((1, 2, 3, 7), dtype), ((1, 8, 12, 7), dtype), ((1, 4, 6, 7), dtype)]
        found.append(Example("st_yolo_x", abi, {**TWO, "anchors": [0.5, 0.5]}, outputs, expected, arrays=arrays))
    for abi, dtype, value in (
        ("n6-v1", "int8", 13),
        ("n6-v2", "float32", 12),
        ("n6-v2", "int8", 13),
        ("n6-v3", "float32", 103),
        ("n6-v3", "int8", 104),
    ):
        prefix = f"{OD[abi]}_YOLOV8_PP"
        expected = {**number(value), **boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_TOTAL_BOXES": 126}
        if dtype == "int8":
            expected |= {f"{prefix}_SCALE": 0.25, f"{prefix}_ZERO_POINT": -3}
        found.append(Example("yolo_v8", abi, TWO, [((1, 6, 126), dtype)], expected, classes=TWO["classes"]))
    for abi, value in (("n6-v2", 11), ("n6-v3", 102)):
        prefix = f"{OD[abi]}_YOLOV5_PP"
        expected = {**number(value), **boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_TOTAL_BOXES": 126}
        expected |= {f"{prefix}_SCALE": 0.25, f"{prefix}_ZERO_POINT": -3}
        found.append(Example("yolo_v5", abi, TWO, [((1, 126, 7), "uint8")], expected))
    prefix = "AI_OD_YOLO_D_PP"
    expected = {**number(109), **boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_IMG_WIDTH": 96}
    expected |= {
        f"{prefix}_IMG_HEIGHT": 64,
        f"{prefix}_STRIDE_0": 8,
        f"{prefix}_STRIDE_1": 16,
        f"{prefix}_STRIDE_2": 32,
    }
    outputs = [((1, 2, 3, 7), "int8"), ((1, 8, 12, 7), "int8"), ((1, 4, 6, 7), "int8")]
    found.append(Example("yolo_d", "n6-v3", TWO, outputs, expected))
    face = {"classes": ["face"], **BOXES}
    for dtype, value in (("float32", 110), ("uint8", 111), ("int8", 112)):
        prefix = "AI_OD_BLAZEFACE_PP"
        expected = {**number(value), **boxes(prefix), f"{prefix}_NB_KEYPOINTS": 6, f"{prefix}_NB_CLASSES": 1}
        expected |= {f"{prefix}_IMG_SIZE": 128, f"{prefix}_OUT_0_NB_BOXES": 512, f"{prefix}_OUT_1_NB_BOXES": 384}
        outputs = [((1, 384, 16), dtype), ((1, 512, 1), dtype), ((1, 512, 16), dtype), ((1, 384, 1), dtype)]
        found.append(Example("blazeface", "n6-v3", face, outputs, expected, source=(1, 128, 128, 3)))
    prefix = "AI_FD_YUNET_PP"
    expected = {**number(501), **boxes(prefix), f"{prefix}_NB_KEYPOINTS": 5, f"{prefix}_NB_CLASSES": 1}
    expected |= {f"{prefix}_IMG_SIZE": 64, f"{prefix}_OUT_32_NB_BOXES": 4, f"{prefix}_OUT_16_NB_BOXES": 16}
    expected |= {f"{prefix}_OUT_8_NB_BOXES": 64}
    outputs = [((1, count, values), "int8") for values in (1, 1, 4, 10) for count in (64, 16, 4)]
    found.append(Example("yunet", "n6-v3", face, outputs, expected, source=(1, 64, 64, 3)))
    for abi in ("n6-v2", "n6-v3", "h7"):
        expected = {**camera(abi), "NB_CLASSES": 2}
        if abi == "h7":
            expected |= {"QUANT_INPUT_TYPE": 1, "QUANT_OUTPUT_TYPE": 2}
        found.append(
            Example(
                "image_classification", abi, {"classes": ["a", "b"]}, [((1, 2), "int8")], expected, classes=["a", "b"]
            )
        )
    for abi, dtype, value in (("n6-v2", "float32", 40), ("n6-v3", "float32", 400), ("n6-v3", "int8", 401)):
        prefix = "AI_SSEG_DEEPLABV3_PP"
        expected = {**number(value), f"{prefix}_NB_CLASSES": 2, f"{prefix}_WIDTH": 48, f"{prefix}_HEIGHT": 32}
        found.append(Example("deeplab_v3", abi, {"classes": ["a", "b"]}, [((1, 32, 48, 2), dtype)], expected))
    for abi, value in (("n6-v2", 30), ("n6-v3", 300)):
        prefix = "AI_YOLOV8_SEG_PP"
        expected = {**number(value), **boxes(prefix), f"{prefix}_TOTAL_BOXES": 126, f"{prefix}_NB_CLASSES": 2}
        expected |= {f"{prefix}_MASK_NB": 32, f"{prefix}_MASK_SIZE": 16, "AI_YOLOV8_SEG_SCALE": 0.25}
        expected |= {
            "AI_YOLOV8_SEG_ZERO_POINT": -3,
            "AI_YOLOV8_SEG_MASK_SCALE": 0.25,
            "AI_YOLOV8_SEG_MASK_ZERO_POINT": -3,
        }
        # the masks first: the order of a converter does not matter
        outputs = [((1, 16, 16, 32), "int8"), ((1, 38, 126), "int8")]
        found.append(Example("yolo_v8_seg", abi, TWO, outputs, expected))
    x = "CTRL_X_CUBE_AI_"
    spectrogram = {"hop_length": 160, "n_fft": 512, "window_length": 400, "fmin": 125, "fmax": 7500}
    expected = {f"{x}MODE_NB_OUTPUT": 1, f"{x}MODE_CLASS_NUMBER": 3, f"{x}SENSOR_ODR": 16000.0, f"{x}SENSOR_FS": 112.5}
    expected |= {f"{x}SPECTROGRAM_NMEL": 64, f"{x}SPECTROGRAM_COL": 96, f"{x}SPECTROGRAM_HOP_LENGTH": 160}
    expected |= {f"{x}SPECTROGRAM_NFFT": 512, f"{x}SPECTROGRAM_WINDOW_LENGTH": 400, f"{x}SPECTROGRAM_FMIN": 125}
    expected |= {f"{x}SPECTROGRAM_FMAX": 7500, f"{x}SPECTROGRAM_NORMALIZE": 1, f"{x}OOD_THR": 0.5}
    keys = {"classes": ["speech", "clap"], "spectrogram": spectrogram, "other": True}
    found.append(
        Example("audio_event_detection", "n6-v2", keys, [((1, 3), "float32")], expected, source=(1, 64, 96, 1),
                dtype="int8", arrays={f"{x}MODE_CLASS_LIST": ["clap", "speech", "other"]})  # type: ignore[dict-item]
    )  # fmt: skip
    expected = {f"{x}MODE_CLASS_NUMBER": 2, f"{x}SENSOR_ODR": 26.0, f"{x}SENSOR_FS": 4.0, f"{x}NB_SAMPLES": 0}
    keys = {"classes": ["walk", "run"], "gravity_removed": True}
    found.append(
        Example("human_activity", "n6-v2", keys, [((1, 2), "float32")], expected, source=(1, 24, 3, 1), dtype="float32",
                arrays={f"{x}MODE_CLASS_LIST": ["walk", "run"]})  # type: ignore[dict-item]
    )  # fmt: skip
    expected = {"NB_CLASSES": 2, "INPUT_HEIGHT": 8, "INPUT_WIDTH": 8, "INPUT_CHANNELS": 2}
    expected |= {"BACKGROUND_REMOVAL": 120, "MAX_DISTANCE": 400, "MIN_DISTANCE": 100}
    keys = {"classes": ["like", "none"], "labels": [23, 0], "background_removal": 120, "max_distance": 400}
    keys |= {"min_distance": 100}
    found.append(
        Example("hand_posture", "n6-v2", keys, [((1, 2), "float32")], expected, source=(1, 8, 8, 2), dtype="float32",
                classes=["none", "like"])
    )  # fmt: skip
    return found


def checker(example: Example) -> str:
    """C that does not compile unless every value is the expected one."""
    lines = ["#include <string.h>", '#include "app_config.h"']
    for name, value in example.expected.items():
        test = (
            f"({name}) > {value - 1e-6:.9f} && ({name}) < {value + 1e-6:.9f}"
            if isinstance(value, float)
            else f"({name}) == {value}"
        )
        lines.append(f'_Static_assert({test}, "{name}");')
        if isinstance(value, float):
            lines.append(f'_Static_assert(sizeof ({name}) == sizeof (float), "{name} is no float");')
    for name, values in example.arrays.items():
        if isinstance(values[0], str):
            lines.append(f"static const char *const list_{name}[] = {name};")
            lines.append(f'_Static_assert(sizeof list_{name} / sizeof *list_{name} == {len(values)}, "{name}");')
            checks = [f'strcmp(list_{name}[{i}], "{value}") == 0' for i, value in enumerate(values)]
        else:
            lines.append(f'_Static_assert(sizeof {name} / sizeof *{name} == {len(values)}, "{name}");')
            checks = [f"{name}[{i}] == {value}f" for i, value in enumerate(values)]
        lines += _folded(name, checks)
    if example.classes:
        lines.append("static CLASSES_TABLE;")
        names = [name.replace('"', '\\"') for name in example.classes]
        lines += _folded("CLASSES", [f'strcmp(classes_table[{i}], "{name}") == 0' for i, name in enumerate(names)])
        lines.append(f'_Static_assert(NB_CLASSES == {len(names)}, "NB_CLASSES");')
    return "\n".join(lines) + "\n"


def _folded(name: str, checks: list[str]) -> list[str]:
    """Checks of an array: with optimization the compiler decides them, and the call of the undefined function is left
    in only when one is false."""
    calls = "\n".join(f"    if (!({check})) wrong_{name}();" for check in checks)
    return [
        f'extern void wrong_{name}(void) __attribute__((error("{name}")));',
        f"void check_{name}(void);",
        f"void check_{name}(void)\n{{\n{calls}\n}}",
    ]


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
@pytest.mark.parametrize("example", examples(), ids=str)
def test_every_value_of_every_family(tmp_path: Path, example: Example) -> None:
    header = app_config(manifest(tmp_path, example.family, example.keys), network(example), example.abi)
    (tmp_path / "app_config.h").write_text(header)
    source = tmp_path / "check.c"
    source.write_text(checker(example))
    flags = [*cpu_flags("cortex-m55"), "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unused-const-variable"]
    command = ["arm-none-eabi-gcc", *flags, f"-I{tmp_path}", "-c", str(source), "-o", str(tmp_path / "check.o")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + header


def test_every_family_has_an_example() -> None:
    assert {example.family for example in examples()} == set(FAMILIES)
    for abi in ABIS:
        assert any(example.abi == abi for example in examples())


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
@pytest.mark.parametrize("index", [0, 12, 25])
def test_the_checker_can_fail(tmp_path: Path, index: int) -> None:
    """One value changed in the header: the compiler says which."""
    example = examples()[index]
    header = app_config(manifest(tmp_path, example.family, example.keys), network(example), example.abi)
    name = next(name for name in example.expected if f"#define {name} " in header)
    (tmp_path / "app_config.h").write_text(f"{header}\n#undef {name}\n#define {name} 12345\n")
    (tmp_path / "check.c").write_text(checker(example))
    command = [
        "arm-none-eabi-gcc",
        "-O2",
        f"-I{tmp_path}",
        "-c",
        str(tmp_path / "check.c"),
        "-o",
        str(tmp_path / "c.o"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode and name in done.stderr


# ---- what is asked for, what is refused ----


def refused(folder: Path, family: str, keys: dict, outputs: Outputs, abi: str = "n6-v3", **more: object) -> str:
    example = Example(family, abi, keys, outputs, {}, **more)  # type: ignore[arg-type]
    with pytest.raises(IngotError) as caught:
        app_config(manifest(folder, family, keys), network(example), abi)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("family", "keys", "outputs", "message"),
    [
        ("yolo_v8", BOXES, [((1, 6, 126), "int8")], "needs the names of its classes, which the model does not say"),
        ("yolo_v8", {"classes": ["a"]}, [((1, 6, 126), "int8")], "classes has 1 names, but the model has 2 classes"),
        ("yolo_v8", TWO, [((1, 126, 6), "int8")], "which is (1, boxes, 4 + classes); ST's postprocessing reads"),
        ("yolo_v8", {**TWO, "anchors": [1, 2]}, [((1, 6, 126), "int8")], "anchors means nothing to 'yolo_v8'"),
        ("tiny_yolo_v2", TWO, [((1, 2, 3, 14), "int8")], "needs its anchors (width, height, ...)"),
        ("tiny_yolo_v2", {**TWO, "anchors": [1, 2]}, [((1, 2, 3, 14), "int8")], "needs the unit of its anchors"),
        ("tiny_yolo_v2", {**TWO, **ANCHORS}, [((1, 4, 6, 14), "int8")], "do not have the stride 32"),
        ("tiny_yolo_v2", {**TWO, **ANCHORS}, [((1, 2, 3, 15), "int8")], "which is not 2 anchors x (5 + classes)"),
        ("st_yolo_x", {**TWO, "anchors": [1]}, [((1, 2, 3, 7), "int8")] * 3, "pairs|list of numbers|non-empty"),
        ("yolo_mpe", {}, [((1, 57, 126), "int8")], "has 57 values a box, which is not 5 + 3 x keypoints"),
        ("yolo_v5", TWO, [((1, 126, 7), "int8")], "would be POSTPROCESS_OD_YOLO_V5_UI; there is only"),
        ("image_classification", {"classes": ["a"]}, [((1, 2), "int8")], "Give 2 names."),
        ("yunet", {"classes": ["f"]}, [((1, 64, 1), "int8")] * 12, "needs a square input; the model's has 64 x 96"),
    ],
)
def test_what_is_missing_or_contradicts_the_model(
    tmp_path: Path, family: str, keys: dict, outputs: Outputs, message: str
) -> None:
    try:
        words = refused(tmp_path, family, keys, outputs)
    except IngotError as error:  # the schema refused it before
        words = str(error)
    assert any(part in words for part in message.split("|")), words


def test_a_family_that_a_generation_lacks(tmp_path: Path) -> None:
    words = refused(tmp_path, "blazeface", {"classes": ["face"]}, [((1, 512, 16), "int8")], abi="n6-v2")
    assert "ST's applications of app_abi 'n6-v2' have no postprocessing 'blazeface'" in words
    assert "Those of n6-v3 have." in words


def test_anchors_in_fractions_of_the_image_become_cells(tmp_path: Path) -> None:
    keys = {**TWO, "anchors": [0.5, 0.25], "anchors_unit": "image"}
    example = Example("tiny_yolo_v2", "n6-v2", keys, [((1, 2, 3, 7), "float32")], {})
    header = app_config(manifest(tmp_path, "tiny_yolo_v2", keys), network(example), "n6-v2")
    assert "_ANCHORS[2 * AI_OD_YOLOV2_PP_NB_ANCHORS] = {1.500000f, 0.500000f};" in header


def test_channels_first_are_explained(tmp_path: Path) -> None:
    words = refused(tmp_path, "yolo_v8", TWO, [((1, 6, 126), "int8")], source=(1, 3, 64, 96))
    assert "generate with inputs_ch_position: chlast" in words


@pytest.mark.parametrize(
    ("abi", "aspect", "instead"), [("h7", "full_screen", "padding"), ("n6-v2", "padding", "full_screen")]
)
def test_an_aspect_ratio_that_the_application_lacks(tmp_path: Path, abi: str, aspect: str, instead: str) -> None:
    example = Example("image_classification", abi, {"classes": ["a", "b"]}, [((1, 2), "int8")], {})
    given = manifest(tmp_path, "image_classification", example.keys, preprocessing={"aspect_ratio": aspect})
    with pytest.raises(IngotError, match=f"Use crop, fit or {instead}"):
        app_config(given, network(example), abi)


def test_grayscale_for_one_channel(tmp_path: Path) -> None:
    example = Example(
        "image_classification", "h7", {"classes": ["a", "b"]}, [((1, 2), "int8")], {}, source=(1, 28, 28, 1)
    )
    header = app_config(manifest(tmp_path, "image_classification", example.keys), network(example), "h7")
    assert "#define PP_COLOR_MODE    GRAYSCALE_FORMAT" in header
