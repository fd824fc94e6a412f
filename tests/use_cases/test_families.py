# SPDX-License-Identifier: Apache-2.0
"""Every family: a network made for the test; arm-none-eabi-gcc compiles its header against a checker of all values.

| family | N6, 10-40 (v1 AI_OBJDETECT_*, v2 AI_OD_*) | N6, 100-501 (v3) | H7, 1-5 |
|---|---|---|---|
| heatmaps_spe, yolo_mpe | float32 | float32, int8 | |
| st_ssd | float32 | float32, int8 | float32 |
| ssd | | float32, int8 | float32 |
| tiny_yolo_v2, st_yolo_lc, st_yolo_x | float32 | float32, int8 | float32 |
| yolo_v8 | float32, int8 | float32, int8 | |
| yolo_v5 | uint8 | uint8 | |
| yolo_d, yunet | | int8 | |
| blazeface | | float32, uint8, int8; FD type | |
| image_classification | int8 | int8 | int8; and NUCLEO-H743ZI2 |
| deeplab_v3 | float32 | float32, int8 | |
| yolo_v8_seg | int8 | int8 | |
| audio_event_detection, human_activity, hand_posture, speech_enhancement, anomaly | no generations | | |

A header may define nothing that its checker does not assert, and the other way round.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingot.base.errors import IngotError
from ingot.link.toolchain import cpu_flags
from ingot.model import Manifest, load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.use_cases.abi import ABIS
from ingot.use_cases.app_config import app_config, app_config_texts
from ingot.use_cases.config_check import check_config
from ingot.use_cases.config_files import NO_CAMERA, config_files
from ingot.use_cases.families import FAMILIES

Outputs = list[tuple[tuple[int, ...], str]]
Q = {"scale": (0.25,), "zero_point": (-3,)}
gcc = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")


class Symbol(str):
    """A value that ST's headers define: the checker has an enumerator of each."""


#: A macro without a value.
FLAG = object()

#: What app_postprocess.h of each generation says, as read in ST's repositories (not from Ingot's own table).
EARLY = {
    "OD_YOLO_V2_UF": 10, "OD_YOLO_V5_UU": 11, "OD_YOLO_V8_UF": 12, "OD_YOLO_V8_UI": 13, "OD_ST_YOLOX_UF": 14,
    "OD_ST_SSD_UF": 15, "MPE_YOLO_V8_UF": 20, "SPE_MOVENET_UF": 22, "ISEG_YOLO_V8_UI": 30, "SSEG_DEEPLAB_V3_UF": 40,
}  # fmt: skip
LATE = {
    "OD_YOLO_V2_UF": 100, "OD_YOLO_V2_UI": 101, "OD_YOLO_V5_UU": 102, "OD_YOLO_V8_UF": 103, "OD_YOLO_V8_UI": 104,
    "OD_ST_YOLOX_UF": 105, "OD_ST_YOLOX_UI": 106, "OD_SSD_UF": 107, "OD_SSD_UI": 108, "OD_ST_YOLOD_UI": 109,
    "OD_BLAZEFACE_UF": 110, "OD_BLAZEFACE_UU": 111, "OD_BLAZEFACE_UI": 112, "MPE_YOLO_V8_UF": 200,
    "MPE_YOLO_V8_UI": 201, "SPE_MOVENET_UF": 203, "SPE_MOVENET_UI": 204, "ISEG_YOLO_V8_UI": 300,
    "SSEG_DEEPLAB_V3_UF": 400, "SSEG_DEEPLAB_V3_UI": 401, "FD_BLAZEFACE_UI": 500, "FD_YUNET_UI": 501,
}  # fmt: skip
TYPES = {"n6-v1": EARLY, "n6-v2": EARLY, "n6-v3": LATE}


@dataclass(frozen=True)
class Example:
    """A family on one generation. number: of the POSTPROCESS type, 0 for none. expected: macro -> value, beside those
    that every header of the generation has; arrays: name -> values; classes in their table."""

    family: str
    abi: str
    keys: dict[str, Any]
    outputs: Outputs
    number: int = 0
    expected: dict[str, Any] = field(default_factory=dict)
    source: tuple[int, ...] = (1, 64, 96, 3)
    dtype: str = "uint8"
    arrays: dict[str, list[Any]] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.family}-{self.abi}-{self.outputs[0][1]}-{self.number}"


def network(example: Example) -> Network:
    def buffer(name: str, shape: tuple[int, ...], dtype: str, role: str) -> NetworkBuffer:
        quant: dict[str, Any] = Q if dtype != "float32" else {}
        return NetworkBuffer(name, "ram", 0, 1, shape, dtype, role, (0, 0), **quant)

    outputs = [buffer(f"out{n}", shape, dtype, "output") for n, (shape, dtype) in enumerate(example.outputs)]
    buffers = (buffer("in", example.source, example.dtype, "input"), *outputs)
    return Network("network", "m", "", "builtin", "", (), buffers, (), (), ())


def manifest(folder: Path, family: str, keys: dict[str, Any], **more: object) -> Manifest:
    data = {"name": "m", "source": {"file": "m.tflite"}, "postprocessing": {"type": family, **keys}, **more}
    (folder / "model.yaml").write_text(yaml.safe_dump(data))
    return load_manifest(folder / "model.yaml")


# ---- what every header of a generation has ----


def common(example: Example) -> dict[str, Any]:
    """Macros of camera, colors, types, classes and display."""
    if example.family in NO_CAMERA:
        return {}
    _, height, width, channels = example.source
    values: dict[str, Any] = {"NB_CLASSES": len(example.classes)} if example.classes else {}
    if example.abi in ("h7", "h743"):
        formats = {"uint8": 1, "int8": 2, "float32": 3}
        values |= {"INPUT_HEIGHT": height, "INPUT_WIDTH": width, "INPUT_CHANNELS": channels}
        values |= {"ASPECT_RATIO_FIT": 1, "ASPECT_RATIO_CROP": 2, "ASPECT_RATIO_PADDING": 3, "ASPECT_RATIO_MODE": 2}
        values |= {"RGB_FORMAT": 1, "BGR_FORMAT": 2, "GRAYSCALE_FORMAT": 3, "PP_COLOR_MODE": 1 if channels == 3 else 3}
        values |= {"UINT8_FORMAT": 1, "INT8_FORMAT": 2, "FLOAT32_FORMAT": 3}
        values |= {"QUANT_INPUT_TYPE": formats[example.dtype], "QUANT_OUTPUT_TYPE": formats[example.outputs[0][1]]}
        if example.number:
            names = ("CENTER_NET", "YOLO_V2", "ST_SSD", "SSD", "ST_YOLO_X")
            values |= {f"POSTPROCESS_{name}": n for n, name in enumerate(names, 1)}
            values["POSTPROCESS_TYPE"] = example.number
        return values | example.expected
    values |= {"USE_DCACHE": FLAG, "CAMERA_FLIP": Symbol("CMW_MIRRORFLIP_NONE")}
    values |= {"ASPECT_RATIO_CROP": 1, "ASPECT_RATIO_FIT": 2, "ASPECT_RATIO_FULLSCREEN": 3, "ASPECT_RATIO_MODE": 1}
    values |= {"NN_WIDTH": width, "NN_HEIGHT": height, "NN_BPP": channels}
    values |= {"COLOR_BGR": 0, "COLOR_RGB": 1, "COLOR_MODE": 1}
    values |= {"WELCOME_MSG_1": "m.tflite", "WELCOME_MSG_2": "Model Running in STM32 MCU internal memory"}
    if example.abi == "n6-v1":
        values |= {"CAPTURE_FORMAT": Symbol("DCMIPP_PIXEL_PACKER_FORMAT_RGB565_1"), "CAPTURE_BPP": 2}
        values |= {"CAMERA_WIDTH": 0, "CAMERA_HEIGHT": 0, "LCD_FG_WIDTH": 800, "LCD_FG_HEIGHT": 480}
        values["LCD_FG_FRAMEBUFFER_SIZE"] = 800 * 480 * 2
    if example.number:
        values |= {"POSTPROCESS_TYPE": example.number, "INGOT_POSTPROCESS_NUMBER": example.number}
    return values | example.expected


# ---- the families ----

BOXES = {"confidence_threshold": 0.6, "iou_threshold": 0.3, "max_boxes": 7}
N6 = ("n6-v1", "n6-v2", "n6-v3")
OD = {"n6-v1": "AI_OBJDETECT", "n6-v2": "AI_OD", "n6-v3": "AI_OD", "h7": "AI_OBJDETECT"}
NAMES = ["cat", 'd"og']
TWO = {"classes": NAMES, **BOXES}
ANCHORS = {"anchors": [1.0, 2.0, 0.5, 0.25], "anchors_unit": "grid"}
LETTERS = {"float32": "F", "int8": "I", "uint8": "U"}


def types(stem: str, *abis: str) -> list[tuple[str, str, int]]:
    """(generation, output type, number) of every type `stem` with a uint8 input."""
    return [
        (abi, dtype, TYPES[abi][f"{stem}_U{letter}"])
        for abi in abis
        for dtype, letter in LETTERS.items()
        if f"{stem}_U{letter}" in TYPES[abi]
    ]


def boxes(prefix: str) -> dict[str, Any]:
    return {f"{prefix}_CONF_THRESHOLD": 0.6, f"{prefix}_IOU_THRESHOLD": 0.3, f"{prefix}_MAX_BOXES_LIMIT": 7}


def grids(prefix: str) -> dict[str, Any]:
    sizes = {"L": (12, 8), "M": (6, 4), "S": (3, 2)}
    found: dict[str, Any] = {}
    for letter, (columns, rows) in sizes.items():
        found |= {f"{prefix}_{letter}_GRID_WIDTH": columns, f"{prefix}_{letter}_GRID_HEIGHT": rows}
        found[f"{prefix}_{letter}_NB_INPUT_BOXES"] = columns * rows
    return found


def poses() -> list[Example]:
    found = []
    for abi, dtype, number in types("SPE_MOVENET", *N6):
        expected = {
            "AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH": 20,
            "AI_SPE_MOVENET_POSTPROC_HEATMAP_HEIGHT": 10,
            "AI_SPE_MOVENET_POSTPROC_NB_KEYPOINTS": 13,
            "AI_POSE_PP_POSE_KEYPOINTS_NB": 13,
            "AI_POSE_PP_CONF_THRESHOLD": 0.6,
            "WELCOME_MSG_0": "Single Pose Estimation",
        }
        keys = {"confidence_threshold": 0.6}
        found.append(Example("heatmaps_spe", abi, keys, [((1, 10, 20, 13), dtype)], number, expected))
    for abi, dtype, number in types("MPE_YOLO_V8", *N6):
        expected = {**boxes("AI_MPE_YOLOV8_PP"), "AI_MPE_YOLOV8_PP_TOTAL_BOXES": 126}
        expected |= {"AI_MPE_YOLOV8_PP_NB_CLASSES": 1, "AI_MPE_YOLOV8_PP_KEYPOINTS_NB": 17}
        expected |= {"AI_POSE_PP_POSE_KEYPOINTS_NB": 17, "AI_POSE_PP_CONF_THRESHOLD": 0.6}
        expected |= {"WELCOME_MSG_0": "Multi Pose Estimation", "USE_BINDINGS": FLAG, "BINDINGS_NB": 2}
        keys = {**BOXES, "bindings": [[0, 1, 65280], [1, 16, 255]]}
        arrays = {"BINDINGS": [0, 1, 65280, 1, 16, 255]}
        found.append(Example("yolo_mpe", abi, keys, [((1, 56, 126), dtype)], number, expected, arrays=arrays))
    return found


def detectors() -> list[Example]:
    found = []
    for abi, dtype, number in [*types("OD_ST_SSD", *N6), *types("OD_SSD", "n6-v3"), ("h7", "float32", 3)]:
        prefix = f"{OD[abi]}_SSD_PP" if abi == "n6-v3" else f"{OD[abi]}_SSD_ST_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 3, f"{prefix}_TOTAL_DETECTIONS": 500}
        if abi == "n6-v3":
            expected |= {f"{prefix}_XY_VARIANCE": 0.1, f"{prefix}_WH_VARIANCE": 0.2}
        outputs = [((1, 500, 3), dtype), ((1, 500, 4), dtype), ((1, 500, 4), dtype)]
        found.append(Example("st_ssd", abi, TWO, outputs, number, expected, classes=["background", *NAMES]))
    for abi, dtype, number in [*types("OD_SSD", "n6-v3"), ("h7", "float32", 4)]:
        prefix = f"{OD[abi]}_SSD_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 3, f"{prefix}_TOTAL_DETECTIONS": 500}
        names, values = (("XY_SCALE", "WH_SCALE"), (10.0, 5.0)) if abi == "h7" else (("XY_VARIANCE", "WH_VARIANCE"),
                                                                                       (0.1, 0.2))  # fmt: skip
        expected |= {f"{prefix}_{name}": value for name, value in zip(names, values, strict=True)}
        keys = {**TWO, "xy_scale": 10.0, "wh_scale": 5.0}
        outputs = [((1, 500, 4), dtype), ((1, 500, 3), dtype)]
        found.append(Example("ssd", abi, keys, outputs, number, expected, classes=["background", *NAMES]))
    for family, stride in (("tiny_yolo_v2", 32), ("st_yolo_lc", 16)):
        for abi, dtype, number in [*types("OD_YOLO_V2", *N6), ("h7", "float32", 2)]:
            prefix = f"{OD[abi]}_YOLOV2_PP"
            columns, rows = 96 // stride, 64 // stride
            expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_NB_ANCHORS": 2}
            expected |= {f"{prefix}_GRID_WIDTH": columns, f"{prefix}_GRID_HEIGHT": rows}
            expected |= {f"{prefix}_NB_INPUT_BOXES": columns * rows}
            arrays: dict[str, list[Any]] = {f"{prefix}_ANCHORS": [1.0, 2.0, 0.5, 0.25]}
            outputs = [((1, rows, columns, 14), dtype)]
            keys = {**TWO, **ANCHORS}
            found.append(Example(family, abi, keys, outputs, number, expected, arrays=arrays, classes=NAMES))
    for abi, dtype, number in [*types("OD_ST_YOLOX", *N6), ("h7", "float32", 5)]:
        prefix = f"{OD[abi]}_YOLOVX_PP" if OD[abi] == "AI_OBJDETECT" else f"{OD[abi]}_ST_YOLOX_PP"
        expected = {**boxes(prefix), **grids(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_NB_ANCHORS": 1}
        arrays = {
            f"{prefix}_L_ANCHORS": [6.0, 4.0],
            f"{prefix}_M_ANCHORS": [3.0, 2.0],
            f"{prefix}_S_ANCHORS": [1.5, 1.0],
        }
        # in the order that a converter happens to give: coarse, fine, middle
        outputs = [((1, 2, 3, 7), dtype), ((1, 8, 12, 7), dtype), ((1, 4, 6, 7), dtype)]
        keys = {**TWO, "anchors": [0.5, 0.5]}
        found.append(Example("st_yolo_x", abi, keys, outputs, number, expected, arrays=arrays, classes=NAMES))
    for abi, dtype, number in types("OD_YOLO_V8", *N6):
        prefix = f"{OD[abi]}_YOLOV8_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_TOTAL_BOXES": 126}
        if dtype == "int8":
            expected |= {f"{prefix}_SCALE": 0.25, f"{prefix}_ZERO_POINT": -3}
        found.append(Example("yolo_v8", abi, TWO, [((1, 6, 126), dtype)], number, expected, classes=NAMES))
    for abi, dtype, number in types("OD_YOLO_V5", *N6):
        prefix = f"{OD[abi]}_YOLOV5_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_TOTAL_BOXES": 126}
        expected |= {f"{prefix}_SCALE": 0.25, f"{prefix}_ZERO_POINT": -3}
        found.append(Example("yolo_v5", abi, TWO, [((1, 126, 7), dtype)], number, expected, classes=NAMES))
    for abi, dtype, number in types("OD_ST_YOLOD", "n6-v3"):
        prefix = "AI_OD_YOLO_D_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_CLASSES": 2, f"{prefix}_IMG_WIDTH": 96, f"{prefix}_IMG_HEIGHT": 64}
        expected |= {f"{prefix}_STRIDE_{n}": stride for n, stride in enumerate((8, 16, 32))}
        outputs = [((1, 2, 3, 7), dtype), ((1, 8, 12, 7), dtype), ((1, 4, 6, 7), dtype)]
        found.append(Example("yolo_d", abi, TWO, outputs, number, expected, classes=NAMES))
    return found


def faces() -> list[Example]:
    found = []
    face = {"classes": ["face"], **BOXES}
    named = {"postprocess_type": "POSTPROCESS_FD_BLAZEFACE_UI"}
    kinds: list[tuple[str, int, dict[str, Any]]] = [(d, n, {}) for _, d, n in types("OD_BLAZEFACE", "n6-v3")]
    for dtype, number, keys in [*kinds, ("int8", LATE["FD_BLAZEFACE_UI"], named)]:
        prefix = "AI_FD_BLAZEFACE_PP" if keys else "AI_OD_BLAZEFACE_PP"
        expected = {**boxes(prefix), f"{prefix}_NB_KEYPOINTS": 6, f"{prefix}_NB_CLASSES": 1, f"{prefix}_IMG_SIZE": 128}
        expected |= {f"{prefix}_OUT_0_NB_BOXES": 512, f"{prefix}_OUT_1_NB_BOXES": 384}
        batch = (1, 1) if keys else (1,)  # ST's tools put another 1 in front
        outputs = [((*batch, *shape), dtype) for shape in ((384, 16), (512, 1), (512, 16), (384, 1))]
        found.append(
            Example("blazeface", "n6-v3", {**face, **keys}, outputs, number, expected, (1, 128, 128, 3),
                    classes=["face"])
        )  # fmt: skip
    prefix = "AI_FD_YUNET_PP"
    expected = {**boxes(prefix), f"{prefix}_NB_KEYPOINTS": 5, f"{prefix}_NB_CLASSES": 1, f"{prefix}_IMG_SIZE": 64}
    expected |= {f"{prefix}_OUT_32_NB_BOXES": 4, f"{prefix}_OUT_16_NB_BOXES": 16, f"{prefix}_OUT_8_NB_BOXES": 64}
    outputs = [((1, count, values), "int8") for values in (1, 1, 4, 10) for count in (64, 16, 4)]
    number = LATE["FD_YUNET_UI"]
    found.append(Example("yunet", "n6-v3", face, outputs, number, expected, (1, 64, 64, 3), classes=["face"]))
    return found


def images() -> list[Example]:
    found = []
    keys: dict[str, Any] = {"classes": ["a", "b"]}
    for abi in (*N6, "h7", "h743"):
        expected: dict[str, Any] = {}
        more = {"preprocessing": {"camera": "spi", "display": "usb"}} if abi == "h743" else {}
        if abi == "h743":
            expected |= {"CAMERA_INTERFACE_DCMI": 1, "CAMERA_INTERFACE_USB": 2, "CAMERA_INTERFACE_SPI": 3}
            expected |= {"CAMERA_INTERFACE": 3, "CAMERA_SENSOR_OV5640": FLAG}
            expected |= {"DISPLAY_INTERFACE_USB": 1, "DISPLAY_INTERFACE_SPI": 2, "DISPLAY_INTERFACE": 1}
        for source in ((1, 64, 96, 3), (1, 28, 28, 1)):
            if source[3] == 1 and abi not in ("h7", "h743"):
                continue
            found.append(
                Example("image_classification", abi, keys, [((1, 2), "int8")], 0, expected, source, classes=["a", "b"],
                        more=more)
            )  # fmt: skip
    for abi, dtype, number in types("SSEG_DEEPLAB_V3", *N6):
        prefix = "AI_SSEG_DEEPLABV3_PP"
        expected = {f"{prefix}_NB_CLASSES": 2, f"{prefix}_WIDTH": 48, f"{prefix}_HEIGHT": 32}
        outputs: Outputs = [((1, 32, 48, 2), dtype)]
        found.append(Example("deeplab_v3", abi, keys, outputs, number, expected, classes=["a", "b"]))
    for abi, dtype, number in types("ISEG_YOLO_V8", *N6):
        prefix = "AI_YOLOV8_SEG_PP"
        expected = {**boxes(prefix), f"{prefix}_TOTAL_BOXES": 126, f"{prefix}_NB_CLASSES": 2, f"{prefix}_MASK_NB": 32}
        expected |= {f"{prefix}_MASK_SIZE": 16, "AI_YOLOV8_SEG_SCALE": 0.25, "AI_YOLOV8_SEG_ZERO_POINT": -3}
        expected |= {"AI_YOLOV8_SEG_MASK_SCALE": 0.25, "AI_YOLOV8_SEG_MASK_ZERO_POINT": -3}
        expected["WELCOME_MSG_0"] = "Instance Segmentation"
        # the masks first: the order of a converter does not matter
        outputs = [((1, 16, 16, 32), dtype), ((1, 38, 126), dtype)]
        found.append(Example("yolo_v8_seg", abi, TWO, outputs, number, expected, classes=NAMES))
    return found


X = "CTRL_X_CUBE_AI_"
SPECTROGRAM = {"hop_length": 160, "n_fft": 512, "window_length": 400}


def signals() -> list[Example]:
    found = []
    for db in (True, False):
        spectrogram = {**SPECTROGRAM, "fmin": 125, "fmax": 7500}
        spectrogram |= {} if db else {"db": False, "htk": True, "norm": "none", "power": 1}
        expected: dict[str, Any] = {
            "MODEL_NAME": "X-CUBE-AI AED",
            "MODE_NB_OUTPUT": 1,
            "MODE_OUTPUT_1": Symbol("CTRL_AI_CLASS_DISTRIBUTION"),
            "MODE_CLASS_NUMBER": 3,
            "SENSOR_TYPE": Symbol("COM_TYPE_MIC"),
            "SENSOR_NAME": "imp34dt05",
            "SENSOR_ODR": 16000.0,
            "SENSOR_FS": 112.5,
            "NB_SAMPLES": 0,
            "PREPROC": Symbol("CTRL_AI_SPECTROGRAM_LOG_MEL"),
            "SPECTROGRAM_NMEL": 64,
            "SPECTROGRAM_COL": 96,
            "SPECTROGRAM_HOP_LENGTH": 160,
            "SPECTROGRAM_NFFT": 512,
            "SPECTROGRAM_WINDOW_LENGTH": 400,
            "SPECTROGRAM_NORMALIZE": int(db),
            "SPECTROGRAM_FORMULA": Symbol("MEL_SLANEY" if db else "MEL_HTK"),
            "SPECTROGRAM_FMIN": 125,
            "SPECTROGRAM_FMAX": 7500,
            "SPECTROGRAM_TYPE": Symbol("SPECTRUM_TYPE_POWER" if db else "SPECTRUM_TYPE_MAGNITUDE"),
            "SPECTROGRAM_LOG_FORMULA": Symbol(f"LOGMELSPECTROGRAM_SCALE_{'DB' if db else 'LOG'}"),
            "SPECTROGRAM_SILENCE_THR": 0 if db else 100,
            "SPECTROGRAM_WIN": Symbol("user_win"),
            "SPECTROGRAM_MEL_LUT": Symbol("user_melFilterLut"),
            "SPECTROGRAM_MEL_START_IDX": Symbol("user_melFiltersStartIndices"),
            "SPECTROGRAM_MEL_STOP_IDX": Symbol("user_melFiltersStopIndices"),
            "OOD_THR": 0.25,
        }
        sizes = {"INGOT_SOUND_FFT": 512, "INGOT_SOUND_MELS": 64, "INGOT_SOUND_COLUMNS": 96}
        keys = {"classes": ["speech", "clap"], "spectrogram": spectrogram, "other": True, "ood_threshold": 0.25}
        lists = {f"{X}MODE_CLASS_LIST": ["clap", "speech", "other"], "CTRL_SEQUENCE": [Symbol("CTRL_CMD_PARAM_AI"), 0]}
        found.append(
            Example("audio_event_detection", "n6-v2", keys, [((1, 3), "float32")],
                    expected={**{X + name: value for name, value in expected.items()}, **sizes}, source=(1, 64, 96, 1),
                    dtype="int8" if db else "float32", arrays=lists)
        )  # fmt: skip
    expected = {
        "MODEL_NAME": "X-CUBE-AI STFT TCN",
        "MODE_NB_OUTPUT": 1,
        "MODE_OUTPUT_1": Symbol("CTRL_AI_SPECTROGRAM"),
        "SENSOR_TYPE": Symbol("COM_TYPE_MIC"),
        "AUDIO_OUT": Symbol("COM_TYPE_HEADSET"),
        "SENSOR_NAME": "imp34dt05",
        "SENSOR_ODR": 16000.0,
        "SENSOR_FS": 112.5,
        "PREPROC": Symbol("CTRL_AI_STFT"),
        "POSTPROC": Symbol("CTRL_AI_ISTFT"),
        "SPECTROGRAM_HOP_LENGTH": 160,
        "SPECTROGRAM_NFFT": 512,
        "SPECTROGRAM_WINDOW_LENGTH": 400,
        "SPECTROGRAM_COL_NO_OVL": 30,
        "SPECTROGRAM_COL_OVL": 5,
        "SPECTROGRAM_WIN": Symbol("user_win"),
        "AUDIO_OUT_DB_THRESHOLD": -40.0,
    }
    found.append(
        Example("speech_enhancement", "n6-v3", {"spectrogram": SPECTROGRAM, "lookahead": 5, "silence_threshold": -40},
                [((1, 257, 40), "float32")],
                expected={**{X + k: v for k, v in expected.items()}, "CTRL_AI_HW_SELECT": Symbol("STM32N6570-DK")},
                source=(1, 257, 40), dtype="float32", arrays={"CTRL_SEQUENCE": [Symbol("CTRL_CMD_PARAM_AI"), 0]})
    )  # fmt: skip
    for gravity in (True, False):
        expected = {"MODE_NB_OUTPUT": 1, "MODE_OUTPUT_1": Symbol("CTRL_AI_CLASS_DISTRIBUTION"), "MODE_CLASS_NUMBER": 2}
        expected |= {"SENSOR_TYPE": Symbol("COM_TYPE_ACC"), "SENSOR_ODR": 26.0, "SENSOR_FS": 4.0, "NB_SAMPLES": 0}
        expected |= {"PREPROC": Symbol("CTRL_AI_GRAV_ROT_SUPPR")} if gravity else {}
        keys = {"classes": ["walk", "run"], "gravity_removed": gravity}
        found.append(
            Example("human_activity", "n6-v2", keys, [((1, 2), "float32")],
                    expected={X + name: value for name, value in expected.items()}, source=(1, 24, 3, 1),
                    dtype="float32", arrays={f"{X}MODE_CLASS_LIST": ["walk", "run"]})
        )  # fmt: skip
    expected = {"NB_CLASSES": 2, "INPUT_HEIGHT": 8, "INPUT_WIDTH": 6, "INPUT_CHANNELS": 2}
    expected |= {"BACKGROUND_REMOVAL": 120, "MAX_DISTANCE": 400, "MIN_DISTANCE": 100}
    keys = {"classes": ["like", "none"], "labels": [23, 0], "background_removal": 120, "max_distance": 400}
    keys |= {"min_distance": 100}
    found.append(
        Example("hand_posture", "n6-v2", keys, [((1, 2), "float32")], expected=expected, source=(1, 8, 6, 2),
                dtype="float32", arrays={"EVK_LABEL_TABLE": [0, 23]}, classes=["none", "like"])
    )  # fmt: skip
    found.append(
        Example("anomaly", "n6-v2", {"threshold": 0.5, "sample_rate": 1600}, [((1, 72), "int8")],
                expected={f"{X}SENSOR_ODR": 1600.0, "INGOT_ANOMALY_BYTES": 1}, source=(1, 24, 3, 1), dtype="int8",
                arrays={"INGOT_CLASS_LABELS": ["normal", "anomaly"]})
    )  # fmt: skip
    return found


def examples() -> list[Example]:
    return [*poses(), *detectors(), *faces(), *images(), *signals()]


# ---- the checker ----

GUARDS = {"APP_CONFIG", "__AI_MODEL_CONFIG_H__", "AI_MODEL_CONFIG_H"}


def defined(header: str) -> set[str]:
    """Every macro and array that a header defines."""
    macros = set(re.findall(r"^#define (\w+)", header, re.MULTILINE)) - GUARDS
    return macros | set(re.findall(r"^static const float (\w+)\[", header, re.MULTILINE))


def checker(example: Example) -> str:
    """C that does not compile unless every value is the expected one."""
    values = {**common(example), **(example.expected if example.family in NO_CAMERA else {})}
    listed = [value for array in example.arrays.values() for value in array]
    symbols = {value for value in [*values.values(), *listed] if isinstance(value, Symbol)}
    words = sorted({word for symbol in symbols for word in re.split(r"\W", symbol)})
    types_known = TYPES.get(example.abi, {})
    lines = ["#include <string.h>"]
    lines += [f"enum {{ {', '.join(f'{w} = {n}' for n, w in enumerate(words, 1001))} }};"] if words else []
    lines += [f"#define POSTPROCESS_{name} {value}" for name, value in types_known.items()]
    lines.append('#include "app_config.h"')
    for name, value in values.items():
        if value is FLAG:
            lines.append(f"#ifndef {name}\n#error {name}\n#endif\ntypedef int flag_{name} {name};")
        elif isinstance(value, (Symbol, int)):
            lines.append(f'_Static_assert(({name}) == {value}, "{name}");')
        elif isinstance(value, str):
            lines += _folded(name, [f'strcmp({name}, "{value}") == 0'])
        else:
            test = f"({name}) > {value - 1e-6:.9f} && ({name}) < {value + 1e-6:.9f}"
            lines.append(f'_Static_assert({test}, "{name}");')
            lines.append(f'_Static_assert(sizeof ({name}) == sizeof (float), "{name} is no float");')
    for name, listed in example.arrays.items():
        lines += _array(name, listed)
    if labels(example):
        lines += _array("INGOT_CLASS_LABELS", [name.replace('"', '\\"') for name in labels(example)])
    if example.classes:
        lines.append("static CLASSES_TABLE;")
        names = [name.replace('"', '\\"') for name in example.classes]
        lines += _folded("CLASSES", [f'strcmp(classes_table[{i}], "{name}") == 0' for i, name in enumerate(names)])
    return "\n".join(lines) + "\n"


def _array(name: str, listed: list[Any]) -> list[str]:
    if isinstance(listed[0], str) and not isinstance(listed[0], Symbol):
        checks = [f'strcmp(list_{name}[{i}], "{value}") == 0' for i, value in enumerate(listed)]
        return [f"static const char *const list_{name}[] = {name};", _length(f"list_{name}", listed),
                *_folded(name, checks)]  # fmt: skip
    if name in ("BINDINGS", "EVK_LABEL_TABLE"):
        table = name.lower()
        flat = [f"{table}[{i // 3}][{i % 3}]" if name == "BINDINGS" else f"{table}[{i}]" for i in range(len(listed))]
        return [f"static {name};", f'_Static_assert(sizeof {table} == {4 * len(listed)}, "{name}");',
                *_folded(name, [f"{at} == {value}" for at, value in zip(flat, listed, strict=True)])]  # fmt: skip
    if isinstance(listed[0], float):
        return [_length(name, listed), *_folded(name, [f"{name}[{i}] == {v}f" for i, v in enumerate(listed)])]
    checks = [f"list_{name}[{i}] == {value}" for i, value in enumerate(listed)]
    return [f"static const int list_{name}[] = {name};", _length(f"list_{name}", listed), *_folded(name, checks)]


def _length(name: str, listed: list[Any]) -> str:
    return f'_Static_assert(sizeof {name} / sizeof *{name} == {len(listed)}, "{name}");'


def _folded(name: str, checks: list[str]) -> list[str]:
    """Checks that no constant expression can say: with optimization the compiler decides them, and the call of the
    undefined function is left in only when one is false."""
    calls = "\n".join(f"    if (!({check})) wrong_{name}();" for check in checks)
    return [
        f'extern void wrong_{name}(void) __attribute__((error("{name}")));',
        f"void check_{name}(void);",
        f"void check_{name}(void)\n{{\n{calls}\n}}",
    ]


def asserted(example: Example) -> set[str]:
    """What the checker of an example looks at."""
    tables = {"CLASSES_TABLE"} if example.classes else set()
    tables |= {"INGOT_CLASS_LABELS"} if labels(example) else set()
    boxes = {"yolo_v8", "yolo_v5", "tiny_yolo_v2", "st_yolo_lc"}
    tables |= {"INGOT_BOXES"} if example.family in boxes else set()  # tests/answers/test_boxes.py computes with it
    # ST's with its anchors in an output: tests/answers/test_ssd.py.
    tables |= {"INGOT_BOXES", "INGOT_SSD"} if example.family == "st_ssd" else set()
    tables |= {"INGOT_ANCHORS"} if example.family in ("tiny_yolo_v2", "st_yolo_lc") else set()
    if example.family == "human_activity" and not example.keys["gravity_removed"]:
        tables |= {"INGOT_SENSOR_INPUT", "INGOT_SENSOR_SAMPLES", "INGOT_SENSOR_AXES"}
    if example.family == "anomaly":  # tests/answers/test_anomaly.py computes with it
        tables |= {"INGOT_SENSOR_INPUT", "INGOT_SENSOR_SAMPLES", "INGOT_SENSOR_AXES", "INGOT_ANOMALY"}
    # How a sound or a window becomes an input: tests/answers computes it.
    tables |= {"INGOT_SOUND_INPUT"} if "INGOT_SOUND_FFT" in example.expected else set()
    return {*common(example), *example.expected, *example.arrays, *tables}


def labels(example: Example) -> list[str]:
    """The names of the classes, for Ingot's own postprocessing: without a background."""
    names = example.classes or example.arrays.get(f"{X}MODE_CLASS_LIST", [])
    return [name for name in names if name != "background" or example.family not in ("ssd", "st_ssd")]


def compile_checker(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "check.c").write_text(source)
    flags = [*cpu_flags("cortex-m55"), "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unused-const-variable"]
    command = ["arm-none-eabi-gcc", *flags, f"-I{folder}", "-c", str(folder / "check.c"), "-o", str(folder / "check.o")]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
@gcc
@pytest.mark.parametrize("example", examples(), ids=str)
def test_every_value_of_every_family(tmp_path: Path, example: Example) -> None:
    made = manifest(tmp_path, example.family, example.keys, **example.more)
    header = app_config(made, network(example), example.abi)
    (tmp_path / "app_config.h").write_text(header)
    assert defined(header) == asserted(example)
    done = compile_checker(tmp_path, checker(example))
    assert done.returncode == 0, done.stderr + header


def test_every_family_generation_and_type_has_an_example() -> None:
    made = examples()
    assert {example.family for example in made} == set(FAMILIES)
    assert {example.abi for example in made} == set(ABIS)
    for abi, known in TYPES.items():
        assert {e.number for e in made if e.abi == abi and e.number} == set(known.values())
        # palm detection has a type, but no family of ST's model zoo
        assert {k: v for k, v in ABIS[abi].numbers.items() if k != "MPE_PD_UF"} == known
    assert {e.number for e in made if e.abi == "h7" and e.number} == set(ABIS["h7"].numbers.values()) == {2, 3, 4, 5}


@pytest.mark.slow
@gcc
@pytest.mark.parametrize("example", examples()[::9], ids=str)
def test_the_checker_can_fail(tmp_path: Path, example: Example) -> None:
    """One value after the other changed in the header: the compiler says which."""
    made = manifest(tmp_path, example.family, example.keys, **example.more)
    header = app_config(made, network(example), example.abi)
    names = [name for name, value in {**common(example), **example.expected}.items() if value is not FLAG]
    for name in [*names[:2], names[-1]]:
        wrong = '"other"' if "MSG" in name or "NAME" in name else "12345"
        other = f"\n#undef {name}\n#define {name} {wrong}\n"
        (tmp_path / "app_config.h").write_text(header + other)
        done = compile_checker(tmp_path, checker(example))
        assert done.returncode and name in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("example", [made for made in examples() if made.family not in NO_CAMERA], ids=str)
def test_somebody_elses_header_is_held_against_the_outputs(tmp_path: Path, example: Example) -> None:
    """Each whole number that the outputs tell, changed: refused by its name."""
    header = app_config(manifest(tmp_path, example.family, example.keys, **example.more), network(example), example.abi)
    file = tmp_path / "app_config.h"
    file.write_text(header)
    check_config(file, network(example))
    told = {name: value for name, value in example.expected.items() if name.startswith("AI_") and type(value) is int}
    for name, value in told.items():
        file.write_text(re.sub(rf"^(#define {name} ).*$", rf"\g<1>({value + 1})", header, flags=re.MULTILINE))
        if name.endswith("MAX_BOXES_LIMIT"):
            check_config(file, network(example))
            continue
        with pytest.raises(IngotError, match=f": {name} is {value + 1}, but the network's "):
            check_config(file, network(example))


@pytest.mark.parametrize(
    ("abi", "chosen", "expected"),
    [
        ("n6-v2", {"aspect_ratio": "fit", "color_mode": "bgr"}, ("ASPECT_RATIO_MODE ASPECT_RATIO_FIT", "COLOR_BGR")),
        ("n6-v3", {"aspect_ratio": "full_screen"}, ("ASPECT_RATIO_MODE ASPECT_RATIO_FULLSCREEN", "COLOR_RGB")),
        ("h7", {"aspect_ratio": "fit", "color_mode": "bgr"}, ("ASPECT_RATIO_MODE    ASPECT_RATIO_FIT", "BGR_FORMAT")),
        ("h7", {"aspect_ratio": "padding"}, ("ASPECT_RATIO_MODE    ASPECT_RATIO_PADDING", "RGB_FORMAT")),
    ],
)
def test_the_cameras_choices(tmp_path: Path, abi: str, chosen: dict[str, str], expected: tuple[str, str]) -> None:
    example = next(e for e in images() if e.abi == abi)
    header = app_config(manifest(tmp_path, example.family, example.keys, preprocessing=chosen), network(example), abi)
    assert f"#define {expected[0]}\n" in header
    assert re.search(rf"^#define (PP_)?COLOR_MODE +{expected[1]}$", header, re.MULTILINE)


def test_without_a_stated_generation_the_first_that_has_the_type(tmp_path: Path) -> None:
    for dtype, name in (("float32", "AI_SPE"), ("int8", "AI_SPE")):
        example = Example("heatmaps_spe", "auto", {}, [((1, 10, 20, 13), dtype)])
        header = app_config(manifest(tmp_path, "heatmaps_spe", {}), network(example))
        assert f"POSTPROCESS_SPE_MOVENET_U{LETTERS[dtype]}\n" in header and name in header
        assert "INGOT_POSTPROCESS_NUMBER" not in header


# ---- the files beside it ----


def audio(db: bool = True) -> Example:
    return next(e for e in signals() if e.family == "audio_event_detection" and (e.dtype == "int8") == db)


def test_which_files_belong_to_it(tmp_path: Path) -> None:
    for example in examples():
        made = manifest(tmp_path, example.family, example.keys, **example.more)
        texts = app_config_texts(made, network(example), example.abi)
        assert tuple(texts) == ("app_config.h", *config_files(example.family, example.abi))
        if "ai_model_config.h" in texts:
            assert texts["ai_model_config.h"] == texts["app_config.h"]
    assert config_files("image_classification", "h7") == ("ai_model_config.h",)
    assert config_files("yolo_v8", "n6-v3") == ()
    assert config_files("speech_enhancement", "n6-v3") == (
        "ai_model_config.h",
        "user_mel_tables.h",
        "user_mel_tables.c",
    )


@gcc
@pytest.mark.parametrize("half", [False, True])
def test_the_tables_of_an_audio_application_compile_to_their_numbers(tmp_path: Path, half: bool) -> None:
    """Read back from the object file: 461 weights, which ST's own table for these settings has too."""
    import struct

    example = audio(db=False)
    for name, text in app_config_texts(manifest(tmp_path, example.family, example.keys), network(example)).items():
        (tmp_path / name).write_text(text)
    symbols = ("user_win", "user_melFilterLut", "user_melFiltersStartIndices", "user_melFiltersStopIndices")
    flags = [*cpu_flags("cortex-m55"), "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fdata-sections", f"-I{tmp_path}"]
    flags += ["-DPREPROC_FLOAT_16"] if half else []
    target = tmp_path / "tables.o"
    subprocess.run(["arm-none-eabi-gcc", *flags, "-c", tmp_path / "user_mel_tables.c", "-o", target], check=True)
    found = {}
    for name in symbols:
        binary = tmp_path / f"{name}.bin"
        command = ["arm-none-eabi-objcopy", "-O", "binary", "-j", f".rodata.{name}", str(target), str(binary)]
        subprocess.run(command, check=True)
        data = binary.read_bytes()
        letter, size = ("I", 4) if "Indices" in name else ("e", 2) if half else ("f", 4)
        found[name] = struct.unpack(f"<{len(data) // size}{letter}", data)
    window, weights, starts, stops = (found[name] for name in symbols)
    assert (len(window), len(weights), len(starts), len(stops)) == (400, 461, 64, 64)
    assert sum(b - a + 1 for a, b in zip(starts, stops, strict=True)) == 461 and (starts[0], stops[-1]) == (5, 239)
    tolerance = 1e-3 if half else 1e-7
    assert window[0] == 0 and abs(window[200] - 1) < tolerance and abs(window[100] - 0.5) < tolerance
    assert window[1:200] == window[:200:-1]  # periodic: symmetric around sample 200
    # The first filter by hand: 125 Hz to 7500 Hz in 65 equal steps of HTK's mels; bin 5 is 156.25 Hz,
    # behind the peak.
    first, last = (2595 * math.log10(1 + hertz / 700) for hertz in (125, 7500))
    mels = [first + (last - first) * n / 65 for n in range(3)]
    _, peak, high = (700 * (10 ** (mel / 2595) - 1) for mel in mels)
    assert peak < 156.25 and abs(weights[0] - (high - 156.25) / (high - peak)) < max(tolerance, 1e-6)


# ---- what is asked for, what is refused ----


def refused(folder: Path, family: str, keys: dict[str, Any], outputs: Outputs, abi: str = "n6-v3", **more: Any) -> str:
    example = Example(family, abi, keys, outputs, **more)  # type: ignore[arg-type]
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
        (
            "yolo_v8",
            {**TWO, "postprocess_type": "POSTPROCESS_OD_YOLO_V8_UF"},
            [((1, 6, 126), "int8")],
            "postprocess_type is POSTPROCESS_OD_YOLO_V8_UF, but the model takes uint8 and gives int8",
        ),
        (
            "deeplab_v3",
            {"classes": ["a", "b"]},
            [((1, 8, 8, 2), "uint8")],
            "would be POSTPROCESS_SSEG_DEEPLAB_V3_UU; there are only",
        ),
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
    example = Example("tiny_yolo_v2", "n6-v2", keys, [((1, 2, 3, 7), "float32")])
    header = app_config(manifest(tmp_path, "tiny_yolo_v2", keys), network(example), "n6-v2")
    assert "_ANCHORS[2 * AI_OD_YOLOV2_PP_NB_ANCHORS] = {1.500000f, 0.500000f};" in header


def test_channels_first_are_explained(tmp_path: Path) -> None:
    words = refused(tmp_path, "yolo_v8", TWO, [((1, 6, 126), "int8")], source=(1, 3, 64, 96))
    assert "generate with inputs_ch_position: chlast" in words


@pytest.mark.parametrize(
    ("abi", "aspect", "instead"), [("h7", "full_screen", "padding"), ("n6-v2", "padding", "full_screen")]
)
def test_an_aspect_ratio_that_the_application_lacks(tmp_path: Path, abi: str, aspect: str, instead: str) -> None:
    example = Example("image_classification", abi, {"classes": ["a", "b"]}, [((1, 2), "int8")])
    given = manifest(tmp_path, "image_classification", example.keys, preprocessing={"aspect_ratio": aspect})
    with pytest.raises(IngotError, match=f"Use crop, fit or {instead}"):
        app_config(given, network(example), abi)


def test_grayscale_for_one_channel(tmp_path: Path) -> None:
    example = Example("image_classification", "h7", {"classes": ["a", "b"]}, [((1, 2), "int8")], source=(1, 28, 28, 1))
    header = app_config(manifest(tmp_path, "image_classification", example.keys), network(example), "h7")
    assert "#define PP_COLOR_MODE    GRAYSCALE_FORMAT" in header


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"display": "usb"}, "needs the interface of its camera"),
        ({"camera": "dcmi"}, "needs the interface of its display"),
        ({"camera": "usb", "display": "usb"}, "camera and display cannot both be on USB"),
    ],
)
def test_the_interfaces_of_nucleo_h743_are_asked_for(tmp_path: Path, chosen: dict[str, str], message: str) -> None:
    example = next(e for e in images() if e.abi == "h743")
    with pytest.raises(IngotError, match=message):
        app_config(manifest(tmp_path, example.family, example.keys, preprocessing=chosen), network(example), "h743")


def test_interfaces_mean_nothing_to_other_boards(tmp_path: Path) -> None:
    example = next(e for e in images() if e.abi == "h7")
    made = manifest(tmp_path, example.family, example.keys, preprocessing={"camera": "usb"})
    with pytest.raises(IngotError, match=r"preprocessing\.camera means nothing to ST's applications of app_abi 'h7'"):
        app_config(made, network(example), "h7")


@pytest.mark.parametrize(
    ("spectrogram", "message"),
    [
        ({"n_fft": 500}, "a transform of 500 points needs a power of two"),
        ({"window_length": 600}, "a window of 600 must not be longer"),
        ({"fmin": 7000, "fmax": 6000}, "fmin 7000 and fmax 6000 are not in order below half the sample rate of 16000"),
        ({"fmax": 9000}, "fmax 9000 are not in order"),
        (
            {"n_fft": 128, "window_length": 128, "fmin": 20},
            r"a transform of 128 points has no bin in mel filter \d of 64",
        ),
    ],
)
def test_spectrograms_that_no_board_can_compute(tmp_path: Path, spectrogram: dict[str, int], message: str) -> None:
    example = audio()
    keys = {**example.keys, "spectrogram": {**example.keys["spectrogram"], **spectrogram}}
    with pytest.raises(IngotError, match=message):
        app_config(manifest(tmp_path, example.family, keys), network(example))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"lookahead": 20}, "lookahead is 20 on both sides, but the model takes 40 columns"),
        ({"spectrogram": {**SPECTROGRAM, "n_fft": 1024}}, "takes 257 bins, but a transform of 1024 points has 513"),
        ({"spectrogram": {**SPECTROGRAM, "fmin": 5}}, "fmin means nothing to 'speech_enhancement'"),
        ({"sample_rate": 44100}, "sample_rate is 44100; ST's microphone driver has 16000 and 48000"),
    ],
)
def test_a_speech_enhancement_that_does_not_fit_its_model(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    example = next(e for e in signals() if e.family == "speech_enhancement")
    with pytest.raises(IngotError, match=message):
        app_config(manifest(tmp_path, example.family, {**example.keys, **keys}), network(example), "n6-v3")
