# SPDX-License-Identifier: Apache-2.0
"""ST's LL_ATON interface by version of the runtime: the numbers that network.c, images and the runtime agree on.

Generated C uses the names, so that the headers it is compiled with decide; whoever writes, reads or compares numbers
takes them from here. Source: the interface headers of ST's public runtimes 1.0.0-16, 1.1.0-31, 1.1.1-14, 1.1.3-8 and
1.1.3-262; sizes measured with arm-none-eabi-gcc for the Cortex-M55.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingot.network.version import Version

#: Enumerators of Buffer_DataType_TypeDef without the prefix DataType_, by NumPy's name of the type.
DATA_TYPE_OF = {
    "float32": "FLOAT",
    "int8": "INT8",
    "uint8": "UINT8",
    "int16": "INT16",
    "uint16": "UINT16",
    "int32": "INT32",
    "uint32": "UINT32",
    "int64": "INT64",
    "uint64": "UINT64",
    "float16": "FLOAT16",
    "float64": "DOUBLE",
    "bool": "BOOL",
}


@dataclass(frozen=True)
class Interface:
    """What one series of runtimes declares. since: the first version of the series.

    data_types: DataType_<key>. callbacks: LL_ATON_RT_Callbacktype_<key>. flags: EpochBlock_Flags_<key>.
    channel_positions: CHPos_<key>. user_io: LL_ATON_User_IO_<key>. results: LL_ATON_RT_<key>.
    network_bytes, instance_bytes: sizes of NN_Interface_TypeDef and, without NDEBUG, of NN_Instance_TypeDef.
    encryption: a network defines LL_ATON_WeightEncryption_Info_<name> and LL_ATON_BlobEncryption_Info_<name>.
    """

    since: Version
    data_types: Mapping[str, int]
    callbacks: Mapping[str, int]
    flags: Mapping[str, int]
    channel_positions: Mapping[str, int]
    user_io: Mapping[str, int]
    results: Mapping[str, int]
    network_bytes: int
    instance_bytes: int
    encryption: bool


def _numbered(names: str, first: int = 0) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split(), first)}


_WIDER = "INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64 COMPLEX64 COMPLEX128 BFLOAT16"
_TYPES_1_0 = {**_numbered(f"UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 {_WIDER}"), "FXP": 100}
_TYPES_1_1_1 = {**_numbered(f"UNDEFINED FLOAT UINT2 INT2 UINT4 INT4 UINT8 INT8 UINT16 INT16 {_WIDER}"), "FXP": 100}
_CALLBACKS = _numbered("PRE_START POST_START PRE_END POST_END NN_Init NN_DeInit RT_Init RT_Deinit")
_FLAGS = "epoch_start epoch_end blob last_eb pure_hw pure_sw hybrid internal"
_FLAGS_1_0 = {"NONE": 0, **{name: 1 << bit for name, bit in _numbered(_FLAGS).items()}}
_FLAGS_1_1_1 = {**_FLAGS_1_0, "blob_encrypted": 1 << 8}
_POSITIONS = _numbered("UNDEFINED First Last Mixed")
_USER_IO = _numbered("NOERROR WRONG_ALIGN WRONG_SIZE WRONG_INDEX")
_RESULTS = _numbered("NO_WFE WFE DONE")

#: By series, oldest first.
INTERFACES = (
    Interface(Version(1, 0, 0), _TYPES_1_0, _CALLBACKS, _FLAGS_1_0, _POSITIONS, _USER_IO, _RESULTS, 44, 48, False),
    Interface(Version(1, 1, 0), _TYPES_1_0, _CALLBACKS, _FLAGS_1_0, _POSITIONS, _USER_IO, _RESULTS, 44, 52, False),
    Interface(Version(1, 1, 1), _TYPES_1_1_1, _CALLBACKS, _FLAGS_1_1_1, _POSITIONS, _USER_IO, _RESULTS, 44, 52, False),
    Interface(Version(1, 1, 3), _TYPES_1_1_1, _CALLBACKS, _FLAGS_1_1_1, _POSITIONS, _USER_IO, _RESULTS, 52, 52, True),
)

#: The runtime that the built-in compiler writes for; firmware/runtime/ll_aton_version.h says the same.
BUILTIN = Version(1, 1, 1, 14)
#: The runtime that an image of the built-in compiler asks for, by `runtime_abi=`.
IMAGE_RUNTIMES = {"1.1.1": BUILTIN, "1.1.3": Version(1, 1, 3, 262)}


def interface_of(version: Version | None) -> Interface:
    """The interface of a runtime; of one that is not in the table that of the version before it.

    None, a network.c that names no version, is taken as the built-in compiler's.
    """
    known = [entry for entry in INTERFACES if entry.since <= (version or BUILTIN)]
    return known[-1] if known else INTERFACES[0]


def data_type(dtype: str) -> str:
    """The C enumerator for a NumPy type name; DataType_UNDEFINED for one that the interface has not."""
    return f"DataType_{DATA_TYPE_OF.get(dtype, 'UNDEFINED')}"


def dtype_of(text: str, version: Version | None) -> str:
    """NumPy's name for `DataType_INT8`, or for a number as the headers of that version have it; "" for any other."""
    names = {name: dtype for dtype, name in DATA_TYPE_OF.items()}
    if text.isdigit():
        numbers = {number: name for name, number in interface_of(version).data_types.items()}
        return names.get(numbers.get(int(text), ""), "")
    return names.get(text.removeprefix("DataType_"), "")
