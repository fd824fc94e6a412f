# SPDX-License-Identifier: Apache-2.0
"""app_config.h: how the application treats the network's input and output, in the macros ST's applications read.

A family of postprocessing has a function in ingot.use_cases and a template of the same name in
toolchain/templates/app_config/. Whatever the model itself says (sizes, keypoints, types) is read from the model; a
model.yaml that says otherwise is an error. docs/app-config.md lists families, keys and generations (app_abi).

Where ST's application reads the same macros from ai_model_config.h, that file is written as well; audio applications
get their tables in user_mel_tables.h and .c.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingot.base import c_text
from ingot.base.errors import IngotError
from ingot.base.render import render
from ingot.model import Manifest
from ingot.network.types import Network
from ingot.preprocessing.definition import ImageInput, image_input, may_be_image
from ingot.use_cases.abi import AUTO, GENERATIONS, Abi, find_abi
from ingot.use_cases.case import Case, LacksFamilyError
from ingot.use_cases.config_files import NO_CAMERA, config_files
from ingot.use_cases.context import Context
from ingot.use_cases.families import FAMILIES, READ_HERE

ASPECT_RATIOS = {
    "crop": "ASPECT_RATIO_CROP",
    "fit": "ASPECT_RATIO_FIT",
    "full_screen": "ASPECT_RATIO_FULLSCREEN",
    "padding": "ASPECT_RATIO_PADDING",
}
COLOR_MODES = {"rgb": "COLOR_RGB", "bgr": "COLOR_BGR"}
H7_COLORS = {"rgb": "RGB_FORMAT", "bgr": "BGR_FORMAT", "grayscale": "GRAYSCALE_FORMAT"}
H7_TYPES = {"uint8": "UINT8_FORMAT", "int8": "INT8_FORMAT", "float32": "FLOAT32_FORMAT"}
#: What the applications show in a line of their own.
TITLES = {
    "heatmaps_spe": "Single Pose Estimation",
    "yolo_mpe": "Multi Pose Estimation",
    "yolo_v8_seg": "Instance Segmentation",
}
EXTERNAL_MEMORY = 0x60000000


def app_config(manifest: Manifest, network: Network, abi: str = AUTO) -> str:
    """The text of app_config.h. abi: of the board. Raises IngotError where the model.yaml contradicts the model."""
    return app_config_texts(manifest, network, abi)["app_config.h"]


def app_config_texts(manifest: Manifest, network: Network, abi: str = AUTO) -> Mapping[str, str]:
    """app_config.h and the files that belong to it (ingot.use_cases.config_files), by name."""
    family = str(manifest.postprocessing.get("type", ""))
    case, specific = _described(manifest, network, family, GENERATIONS if abi == AUTO else (abi,))
    origin = c_text.comment(f"{manifest.name}/model.yaml" if manifest.document else manifest.source.file)
    config = config_text(
        case,
        family,
        specific,
        numbered=abi != AUTO,
        origin=origin,
        stand_in=network.stand_in,
        camera=None if family in NO_CAMERA else _image(case),
        message_0=c_text.string(TITLES[family]) if family in TITLES else "",
        message_1=c_text.string(_message_1(manifest, network)),
        message_2=c_text.string(_message_2(network)),
    )
    texts = {"app_config.h": config}
    for name in config_files(family, case.abi.name):
        if name == "ai_model_config.h":
            texts[name] = config
        else:
            tables = {"window": specific["window"], "filters": specific.get("filters")}
            texts[name] = render(f"app_config/{name}.j2", origin=origin, **tables)
    return texts


def config_text(case: Case, family: str, specific: Context, **more: Any) -> str:
    """The header of a family whose values are `specific`. more: what stands around them, by default nothing."""
    own = ("sound", "sensor", "detector", "head", "cells", "anomaly", "anomaly_bytes")  # of Ingot's applications
    nothing = dict.fromkeys(("postprocess_type", "postprocess_number", "camera", "numbered", "stand_in", *own))
    values = {**nothing, **dict.fromkeys(("origin", "message_0", "message_1", "message_2"), ""), **specific}
    names = specific.get("classes", [])
    for key, listed in (("classes", names), ("class_labels", specific.get("class_labels", names))):
        values[key] = [c_text.string(name) for name in listed]
    template = f"app_config/{family or 'none'}.h.j2"
    return render(template, base=_base(family, case.abi), abi=case.abi, **{**values, **more})


def _described(manifest: Manifest, network: Network, family: str, names: Sequence[str]) -> tuple[Case, Context]:
    """The family's values, in the first of those generations that has the model's types.

    Ingot's own applications read every type. They are meant where the generation is open and none has the types, and
    where the board's generation has no application for the family at all.
    """
    read_here = family in READ_HERE and "postprocess_type" not in manifest.postprocessing
    cases = [Case(manifest, network, find_abi(name)) for name in names]
    for case in cases:
        try:
            return case, FAMILIES[family](case) if family else {}
        except IngotError as error:
            alone = read_here and (names == GENERATIONS or isinstance(error, LacksFamilyError))
            if case is cases[-1] and not alone:
                raise
    case = replace(cases[-1], typed=False)
    return case, FAMILIES[family](case)


def _base(family: str, abi: Abi) -> str:
    """The template that the family's extends."""
    if family in NO_CAMERA:
        return "app_config/base_signals.h.j2"
    return "app_config/base_h7.h.j2" if abi.h7 else "app_config/base.h.j2"


def _image(case: Case) -> Context | None:
    """Size and format of the image that the network takes; None when its input is no image and nobody wants one."""
    source, stated = case.network.inputs[0], bool(case.manifest.preprocessing)
    try:
        if case.family or not stated:
            case.image()
        elif not may_be_image(source, case.manifest):
            return None
        image = image_input(source, case.manifest)
    except IngotError:
        if case.family or stated:
            raise
        return None
    colors = H7_COLORS if case.abi.h7 else COLOR_MODES
    return {
        "height": image.height,
        "width": image.width,
        "bpp": image.channels,
        "aspect_ratio": _aspect_ratio(case, image),
        "color_mode": colors.get(image.color_mode, "COLOR_RGB"),
        "definition": _definition(image),
        "interfaces": _interfaces(case),
        "input_type": H7_TYPES.get(source.dtype, ""),
        "output_type": H7_TYPES.get(case.network.outputs[0].dtype, ""),
    }


def _aspect_ratio(case: Case, image: ImageInput) -> str:
    """The macro of the aspect ratio. Raises IngotError for one that the generation has not."""
    aspect = image.aspect_ratio
    if aspect == ("full_screen" if case.abi.h7 else "padding"):
        raise case.manifest.error(
            f"preprocessing.aspect_ratio is '{aspect}', which ST's {'H7' if case.abi.h7 else 'N6'} applications lack",
            "preprocessing",
            "aspect_ratio",
            remedy=f"Use crop, fit or {'padding' if case.abi.h7 else 'full_screen'}.",
        )
    return ASPECT_RATIOS[aspect]


def _definition(image: ImageInput) -> dict[str, str] | None:
    """The members of ingot_image_input (firmware/preprocessing/image_input.h); None where nothing tells the range."""
    if image.pixel_range is None:
        return None
    low, high = image.pixel_range
    return {
        "width": str(image.width),
        "height": str(image.height),
        "channels": str(image.channels),
        "order": f"INGOT_IMAGE_{image.color_mode.upper()}",
        "window": f"INGOT_IMAGE_{image.window.upper()}",
        "channels_first": str(int(image.channels_first)),
        "low": repr(low),
        "high": repr(high),
        "mean": c_text.doubles(image.mean),
        "std": c_text.doubles(image.std),
    }


def _interfaces(case: Case) -> tuple[str, str] | None:
    """What camera and display hang on, where the board leaves that open (NUCLEO-H743ZI2). Raises IngotError."""
    wanted = case.manifest.preprocessing
    keys = ("camera", "display")
    if case.abi.name != "h743" or not case.typed:
        for key in keys:
            if key in wanted:
                what = f"preprocessing.{key} means nothing to ST's applications of app_abi '{case.abi.name}'"
                raise case.manifest.error(what, "preprocessing", key, remedy="Leave it out.")
        return None
    for key, example in zip(keys, ("dcmi", "spi"), strict=True):
        if key not in wanted:
            raise case.manifest.error(
                f"an application for app_abi 'h743' needs the interface of its {key}, which the board leaves open",
                "preprocessing",
                remedy=f"Add it, for example: {key}: {example}",
            )
    if wanted["camera"] == wanted["display"] == "usb":
        raise case.manifest.error(
            "camera and display cannot both be on USB: the board has one port for them",
            "preprocessing",
            "display",
            remedy="Use spi for one of them.",
        )
    return str(wanted["camera"]).upper(), str(wanted["display"]).upper()


def _message_1(manifest: Manifest, network: Network) -> str:
    name = manifest.source.file.rsplit("/", 1)[-1]
    return f"STAND-IN for {name}" if network.stand_in else name


def _message_2(network: Network) -> str:
    """Where the activations are, as ST's display says it."""
    external = any(
        pool.base is not None and pool.base >= EXTERNAL_MEMORY and pool.used and pool.rights == "ACC_WRITE"
        for pool in network.pools
    )
    return "Model Running in external memory" if external else "Model Running in STM32 MCU internal memory"
