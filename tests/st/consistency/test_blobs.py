# SPDX-License-Identifier: Apache-2.0
"""The ecblobs file is network.c's own, by network, name and epoch, in the spelling of every version."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.st.consistency.blobs import blobs
from ingot.st.prebuilt.ecblobs import epoch_of, parse_ecblobs
from st.consistency.test_rules import subject
from support.st_output import VERSIONS, StNetwork


def found(folder: Path, files: dict[str, bytes | None] | None = None, version: str = "3.0") -> list[tuple[str, str]]:
    files = {"network_c_info.json": None} | (files or {})
    return [(f.rule, f.what) for f in blobs(subject(folder, StNetwork(version=version, blobs=True), files))]


@pytest.mark.parametrize("version", VERSIONS)
def test_those_of_the_same_run(tmp_path: Path, version: str) -> None:
    assert found(tmp_path, version=version) == []


def test_none_at_all(tmp_path: Path) -> None:
    what = "network.c starts a blob of the epoch controller, but network_ecblobs.h is not there"
    assert found(tmp_path, {"network_ecblobs.h": None}) == [("blobs-missing", what)]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("_ec_blob_network_1", "_ec_blob_network_5", "it has a blob of epoch 5, network.c starts a blob of epoch 1"),
        ("_ec_blob_network_1", "_ec_blob_1", "it has _ec_blob_1, network.c starts _ec_blob_network_1"),
        ("_Init_network", "_Init_od", "it initialises network 'od', network.c is of network 'network'"),
        (
            "static const uint64_t _ec",
            "extern const uint64_t _ec",
            "it has no blob, network.c starts a blob of epoch 1",
        ),
        (
            "ECBLOB_CONST_SECTION\nstatic",
            "static const uint64_t _ec_blob_network_7 [] = { 0 };\nstatic",
            "it has blobs of epochs 7, 1, network.c starts a blob of epoch 1",
        ),
    ],
)
def test_those_of_another_network(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = StNetwork(blobs=True).files()["network_ecblobs.h"].decode()
    assert old in text
    said = found(tmp_path, {"network_ecblobs.h": text.replace(old, new).encode()})
    assert said == [("blobs-differ", f"these are the blobs of another network: {what}")]


def test_many_epochs_are_cut(tmp_path: Path) -> None:
    arrays = "".join(f"static const uint64_t _ec_blob_network_{n} [] = {{ 0 }};\n" for n in range(2, 40))
    ((_, what),) = found(tmp_path, {"network_ecblobs.h": arrays.encode()})
    assert what.endswith(
        "it has blobs of epochs 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 28 more, network.c starts a blob of epoch 1"
    )


def test_what_is_no_blob_is_not_counted() -> None:
    text = """
static const uint64_t _ec_blob_od_1[3808] = { };
static uint64_t _ec_blob_od_1_ptr[3800];
static ECAddr _ec_blob_od_1_prev_base_addrs[1] = { 0 };
#define _ec_blob_od_1_address _ec_blob_od_1_ptr
static void _ec_blob_cache_start_func_1(const void *epoch_block);
bool LL_ATON_EC_Network_Init_od(void)
"""
    there = parse_ecblobs(text)
    assert (there.blobs, there.network) == (("_ec_blob_od_1",), "od")
    assert [epoch_of(name) for name in ("_ec_blob_60", "_ec_blob_face_2_119", "moved")] == [60, 119, 0]


def test_a_network_without_the_epoch_controller_needs_none(tmp_path: Path) -> None:
    assert list(blobs(subject(tmp_path, StNetwork(), {"network_c_info.json": None}))) == []
