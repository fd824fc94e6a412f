"""app_config.h: how the application treats the network's input and output, in the macros ST's applications read.

A family of postprocessing has a function here and a template of the same name in toolchain/templates/app_config/.
Whatever the model itself says (sizes, keypoints, types) is read from the model; a model.yaml that says otherwise is an
error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingot.emit import c_text
from ingot.emit.render import render
from ingot.model import Manifest
from ingot.network import Network, NetworkBuffer

Context = Mapping[str, Any]

ASPECT_RATIOS = {"crop": "ASPECT_RATIO_CROP", "fit": "ASPECT_RATIO_FIT", "full_screen": "ASPECT_RATIO_FULLSCREEN"}
COLOR_MODES = {"rgb": "COLOR_RGB", "bgr": "COLOR_BGR"}

# The letter of a type in ST's POSTPROCESS_<family>_<input><output> names.
TYPE_LETTERS = {"uint8": "U", "int8": "I", "float32": "F"}

# ST's pose applications stop with #error at any other number.
POSE_KEYPOINTS = (13, 17)
EXTERNAL_MEMORY = 0x60000000


def app_config(manifest: Manifest, network: Network) -> str:
    """The text of app_config.h. Raises IngotError where the model.yaml contradicts the model."""
    family = str(manifest.postprocessing.get("type", ""))
    specific = FAMILIES[family](manifest, network) if family else {}
    return render(
        f"app_config/{family or 'base'}.h.j2",
        origin=c_text.comment(f"{manifest.name}/model.yaml" if manifest.document else manifest.source.file),
        stand_in=network.stand_in,
        camera=_camera(manifest, network),
        message_1=c_text.string(_message_1(manifest, network)),
        message_2=c_text.string(_message_2(network)),
        **specific,
    )


def _camera(manifest: Manifest, network: Network) -> Context | None:
    """Size and format of the image that the network takes; None when its input is no image."""
    wanted = bool(manifest.postprocessing)
    source = network.inputs[0]
    if len(source.shape) != 4 or source.shape[0] != 1 or source.shape[3] != 3:
        if not wanted:
            return None
        raise manifest.error(
            f"postprocessing '{manifest.postprocessing['type']}' needs an image with 3 channels; "
            f"the model's input '{source.name}' has shape {_shape(source)}",
            "postprocessing",
            "type",
        )
    _, height, width, channels = source.shape
    return {
        "height": height,
        "width": width,
        "bpp": channels,
        "aspect_ratio": ASPECT_RATIOS[manifest.preprocessing.get("aspect_ratio", "crop")],
        "color_mode": COLOR_MODES[manifest.preprocessing.get("color_mode", "rgb")],
    }


def heatmaps_spe(manifest: Manifest, network: Network) -> Context:
    """Single-person pose estimation: one heatmap a keypoint, output (1, height, width, keypoints)."""
    output = _only_output(manifest, network)
    if len(output.shape) != 4 or output.shape[0] != 1:
        raise manifest.error(
            f"postprocessing 'heatmaps_spe' needs an output (1, height, width, keypoints); "
            f"the model's output '{output.name}' has shape {_shape(output)}",
            "postprocessing",
            "type",
        )
    _, height, width, keypoints = output.shape
    stated = manifest.postprocessing.get("keypoints", keypoints)
    if stated != keypoints:
        raise manifest.error(
            f"postprocessing.keypoints is {stated}, but the model's output '{output.name}' has {keypoints} channels",
            "postprocessing",
            "keypoints",
            remedy=f"Write {keypoints}, or leave the key out.",
        )
    if keypoints not in POSE_KEYPOINTS:
        raise manifest.error(
            f"the model has {keypoints} keypoints; ST's pose applications know {POSE_KEYPOINTS[0]} and "
            f"{POSE_KEYPOINTS[1]}",
            "postprocessing",
            "type",
        )
    return {
        "postprocess_type": _postprocess_type(manifest, network, "POSTPROCESS_SPE_MOVENET", ("UF", "UI")),
        "heatmap_width": width,
        "heatmap_height": height,
        "keypoints": keypoints,
        "confidence_threshold": float(manifest.postprocessing.get("confidence_threshold", 0.5)),
    }


FAMILIES: Mapping[str, Callable[[Manifest, Network], Context]] = {"heatmaps_spe": heatmaps_spe}


def _postprocess_type(manifest: Manifest, network: Network, family: str, suffixes: tuple[str, ...]) -> str:
    """`family` with the suffix of the model's types: the first letter is its input's, the second its output's."""
    source, output = network.inputs[0], network.outputs[0]
    suffix = TYPE_LETTERS.get(source.dtype, "?") + TYPE_LETTERS.get(output.dtype, "?")
    derived = f"{family}_{suffix}"
    stated = manifest.postprocessing.get("postprocess_type", derived)
    types = f"the model takes {source.dtype} and gives {output.dtype}"
    if suffix not in suffixes:
        known = " and ".join(f"{family}_{known}" for known in suffixes)
        raise manifest.error(
            f"{types}, which would be {derived}; there are only {known}",
            "postprocessing",
            "type",
            remedy="Convert the model with other input and output types.",
        )
    if stated != derived:
        raise manifest.error(
            f"postprocessing.postprocess_type is {stated}, but {types}: {derived}",
            "postprocessing",
            "postprocess_type",
            remedy=f"Write {derived}, or leave the key out.",
        )
    return derived


def _only_output(manifest: Manifest, network: Network) -> NetworkBuffer:
    if len(network.outputs) != 1:
        raise manifest.error(
            f"postprocessing '{manifest.postprocessing['type']}' needs a model with one output; "
            f"this one has {len(network.outputs)}",
            "postprocessing",
            "type",
        )
    return network.outputs[0]


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


def _shape(buffer: NetworkBuffer) -> str:
    return "x".join(str(extent) for extent in buffer.shape)
