# SPDX-License-Identifier: Apache-2.0
"""The numbers of ST's interface, for every public version of its runtime, and Ingot's own headers beside them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.compiler.graph import DType
from ingot.image.nbin import LAYOUTS
from ingot.image.source import StNetwork as ImageNetwork
from ingot.link import toolchain
from ingot.network.ll_aton import BUILTIN, IMAGE_RUNTIMES, INTERFACES, data_type, dtype_of, interface_of
from ingot.network.version import Version, parse_defines
from ingot.st.prebuilt.network_c import parse_network_c
from support.firmware import needs_gcc
from support.st_output import StNetwork

RUNTIME = toolchain.ROOT / "firmware" / "runtime"

#: Every version of ST's runtime that is public, and what its headers say of the numbers that differ.
OLD = {"UINT8": 2, "INT8": 3, "UINT16": 4, "INT16": 5, "INT32": 6, "INT64": 7, "BOOL": 9, "UINT32": 12, "BFLOAT16": 16}
NEW = {
    "UINT2": 2, "INT2": 3, "UINT4": 4, "INT4": 5, "UINT8": 6, "INT8": 7, "UINT16": 8, "INT16": 9, "INT32": 10,
    "INT64": 11, "BOOL": 13, "UINT32": 16, "BFLOAT16": 20,
}  # fmt: skip
PUBLIC = {
    Version(1, 0, 0, 16): (OLD, 18, False, 44, 48, False),
    Version(1, 1, 0, 31): (OLD, 18, False, 44, 52, False),
    Version(1, 1, 1, 14): (NEW, 22, True, 44, 52, False),
    Version(1, 1, 3, 8): (NEW, 22, True, 52, 52, True),
    Version(1, 1, 3, 262): (NEW, 22, True, 52, 52, True),
}


@pytest.mark.parametrize("version", PUBLIC, ids=str)
def test_every_public_runtime(version: Version) -> None:
    types, count, encrypted_blobs, network_bytes, instance_bytes, encryption = PUBLIC[version]
    interface = interface_of(version)
    assert {name: interface.data_types.get(name) for name in types} == types
    assert len(interface.data_types) == count
    assert (interface.data_types["UNDEFINED"], interface.data_types["FLOAT"], interface.data_types["FXP"]) == (
        0,
        1,
        100,
    )
    assert dict(interface.callbacks) == {
        "PRE_START": 0, "POST_START": 1, "PRE_END": 2, "POST_END": 3,
        "NN_Init": 4, "NN_DeInit": 5, "RT_Init": 6, "RT_Deinit": 7,
    }  # fmt: skip
    flags = {"NONE": 0, "epoch_start": 1, "epoch_end": 2, "blob": 4, "last_eb": 8, "pure_hw": 0x10, "pure_sw": 0x20}
    flags |= {"hybrid": 0x40, "internal": 0x80} | ({"blob_encrypted": 0x100} if encrypted_blobs else {})
    assert dict(interface.flags) == flags
    assert dict(interface.channel_positions) == {"UNDEFINED": 0, "First": 1, "Last": 2, "Mixed": 3}
    assert dict(interface.user_io) == {"NOERROR": 0, "WRONG_ALIGN": 1, "WRONG_SIZE": 2, "WRONG_INDEX": 3}
    assert dict(interface.results) == {"NO_WFE": 0, "WFE": 1, "DONE": 2}
    assert (interface.network_bytes, interface.instance_bytes) == (network_bytes, instance_bytes)
    assert interface.encryption == encryption


def test_a_version_between_is_of_the_series_before_it() -> None:
    assert interface_of(Version(1, 1, 2)) is interface_of(Version(1, 1, 1, 14))
    assert interface_of(Version(2, 0)) is INTERFACES[-1] and interface_of(Version(0, 9)) is INTERFACES[0]
    assert interface_of(None) is interface_of(BUILTIN)


@needs_gcc
def test_ingots_headers_have_the_numbers_of_their_version(tmp_path: Path) -> None:
    """Every enumerator, as the cross compiler sees it."""
    version = parse_defines((RUNTIME / "ll_aton_version.h").read_text(), "LL_ATON_VERSION")
    assert version == BUILTIN
    interface = interface_of(version)
    numbers = {
        **{f"DataType_{name}": number for name, number in interface.data_types.items()},
        **{f"LL_ATON_RT_Callbacktype_{name}": number for name, number in interface.callbacks.items()},
        **{f"EpochBlock_Flags_{name}": number for name, number in interface.flags.items()},
        **{f"CHPos_{name}": number for name, number in interface.channel_positions.items()},
        **{f"LL_ATON_User_IO_{name}": number for name, number in interface.user_io.items()},
        **{f"LL_ATON_RT_{name}": number for name, number in interface.results.items()},
        "sizeof(NN_Interface_TypeDef)": interface.network_bytes,
        "sizeof(NN_Instance_TypeDef)": interface.instance_bytes,
    }
    lines = [f'_Static_assert({name} == {number}, "{name}");' for name, number in numbers.items()]
    source = tmp_path / "numbers.c"
    source.write_text("\n".join(['#include "ll_aton_runtime.h"', *lines]) + "\n")
    flags = ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard", "-fsyntax-only", f"-I{RUNTIME}"]
    done = subprocess.run([toolchain.tool(), *flags, str(source)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_type_of_a_model_has_a_name() -> None:
    for dtype in DType:
        assert data_type(dtype.value) != "DataType_UNDEFINED", dtype
        assert dtype_of(data_type(dtype.value), None) == dtype.value
    assert data_type("complex64") == "DataType_UNDEFINED" and dtype_of("DataType_FXP", None) == ""


@pytest.mark.parametrize(("version", "dtype"), [("2.0", "int32"), ("2.1", "int32"), ("2.2", "uint8"), ("4.0", "uint8")])
def test_a_type_written_as_a_number_is_read_with_the_headers_of_its_version(version: str, dtype: str) -> None:
    text = StNetwork(version=version).network_c().replace("DataType_UINT8", "6")
    assert next(b.dtype for b in parse_network_c(text).buffers if b.kind == "input") == dtype


def test_images_ask_for_a_runtime_whose_header_they_have() -> None:
    assert set(IMAGE_RUNTIMES) == set(LAYOUTS)
    for abi, version in IMAGE_RUNTIMES.items():
        entries = LAYOUTS[abi].entry_points
        assert interface_of(version).encryption == ("weight_encryption_info" in entries), abi
        assert ImageNetwork("network", version, "").runtime_abi == abi
