# SPDX-License-Identifier: Apache-2.0
"""Dumps and inputs that are no arrays: one message, and never a library's advice on how to read them unsafely."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.npu.dump import read_dump
from ingot.device.npu.files import load_array


def test_a_dump_is_a_folder_or_an_npz(tmp_path: Path) -> None:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.bin").write_bytes(b"\1\2\3\4")
    np.savez(tmp_path / "dump.npz", a=np.int16([513, 1027]))
    assert read_dump(tmp_path / "dump") == read_dump(tmp_path / "dump.npz") == {"a": b"\1\2\3\4"}


@pytest.mark.parametrize("content", [b"TFL3 and more", pickle.dumps([1]), b"PK\3\4 cut", b""])
def test_other_files(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "dump.npz"
    file.write_bytes(content)
    for read in (read_dump, load_array):
        with pytest.raises(IngotError) as caught:
            read(file)
        assert caught.value.where.startswith(str(file))
        assert "pickle" not in str(caught.value)


def test_objects_are_no_arrays(tmp_path: Path) -> None:
    file = tmp_path / "input.npy"
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(IngotError, match="which are no numbers"):
        load_array(file)
