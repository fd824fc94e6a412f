# SPDX-License-Identifier: Apache-2.0
"""Generations of ST's applications: which macro names, and which numbers of POSTPROCESS types.

| app_abi | applications | object detection | numbers |
|---|---|---|---|
| n6-v1 | N6 GettingStarted 1.x (ST Edge AI 2.0) | AI_OBJDETECT_* | 10-40 |
| n6-v2 | N6 GettingStarted 2.x (2.1) | AI_OD_* | 10-40 |
| n6-v3 | N6 GettingStarted 3.x and 4.x (2.2 to 4.x) | AI_OD_* | 100-501 |
| h7 | model zoo applications for STM32H7 | AI_OBJDETECT_* | 1-5 |
| h743 | that for NUCLEO-H743ZI2: as h7, with the interfaces of camera and display | AI_OBJDETECT_* | 1-5 |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError, did_you_mean


@dataclass(frozen=True)
class Abi:
    """A generation. od: prefix of object detection macros. numbers: POSTPROCESS type (without the prefix) -> value.

    stai: applications read sizes from stai_network.h (NN_WIDTH and so on are defined all the same).
    """

    name: str
    od: str
    numbers: Mapping[str, int]
    stai: bool = False

    @property
    def h7(self) -> bool:
        return self.name in ("h7", "h743")


EARLY = {
    "OD_YOLO_V2_UF": 10,
    "OD_YOLO_V5_UU": 11,
    "OD_YOLO_V8_UF": 12,
    "OD_YOLO_V8_UI": 13,
    "OD_ST_YOLOX_UF": 14,
    "OD_ST_SSD_UF": 15,
    "MPE_YOLO_V8_UF": 20,
    "MPE_PD_UF": 21,
    "SPE_MOVENET_UF": 22,
    "ISEG_YOLO_V8_UI": 30,
    "SSEG_DEEPLAB_V3_UF": 40,
}
LATE = {
    "OD_YOLO_V2_UF": 100,
    "OD_YOLO_V2_UI": 101,
    "OD_YOLO_V5_UU": 102,
    "OD_YOLO_V8_UF": 103,
    "OD_YOLO_V8_UI": 104,
    "OD_ST_YOLOX_UF": 105,
    "OD_ST_YOLOX_UI": 106,
    "OD_SSD_UF": 107,
    "OD_SSD_UI": 108,
    "OD_ST_YOLOD_UI": 109,
    "OD_BLAZEFACE_UF": 110,
    "OD_BLAZEFACE_UU": 111,
    "OD_BLAZEFACE_UI": 112,
    "MPE_YOLO_V8_UF": 200,
    "MPE_YOLO_V8_UI": 201,
    "MPE_PD_UF": 202,
    "SPE_MOVENET_UF": 203,
    "SPE_MOVENET_UI": 204,
    "ISEG_YOLO_V8_UI": 300,
    "SSEG_DEEPLAB_V3_UF": 400,
    "SSEG_DEEPLAB_V3_UI": 401,
    "FD_BLAZEFACE_UI": 500,
    "FD_YUNET_UI": 501,
}
H7 = {"YOLO_V2": 2, "ST_SSD": 3, "SSD": 4, "ST_YOLO_X": 5}

#: Where nothing is stated: the older generation where it has the model's types, else the newer.
AUTO = "auto"
GENERATIONS = ("n6-v2", "n6-v3")
ABIS = {
    abi.name: abi
    for abi in (
        Abi("n6-v1", "AI_OBJDETECT", EARLY),
        Abi("n6-v2", "AI_OD", EARLY),
        Abi("n6-v3", "AI_OD", LATE, stai=True),
        Abi("h7", "AI_OBJDETECT", H7),
        Abi("h743", "AI_OBJDETECT", H7),
    )
}


def find_abi(name: str) -> Abi:
    """The generation of that name. Raises IngotError."""
    if name not in ABIS:
        raise IngotError(f"there is no app_abi '{name}'", remedy=did_you_mean(name, ABIS))
    return ABIS[name]
