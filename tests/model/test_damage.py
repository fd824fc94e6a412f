# SPDX-License-Identifier: Apache-2.0
"""A damaged model.yaml is one message, whatever the damage."""

from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.model import load_manifest

MUTATIONS = 150


def damaged(text: bytes, number: int) -> bytes:
    """The text cut, with bits flipped, bytes removed, or lines swapped; from the number alone."""
    random = np.random.default_rng(number)
    data = bytearray(text)
    kind = number % 4
    if kind == 0:
        return bytes(data[: random.integers(0, len(data))])
    if kind == 1:
        for place in random.integers(0, len(data), random.integers(1, 8)):
            data[place] ^= 1 << int(random.integers(0, 8))
    elif kind == 2:
        start = int(random.integers(0, len(data)))
        del data[start : start + int(random.integers(1, 40))]
    else:
        lines = bytes(data).splitlines(keepends=True)
        a, b = random.integers(0, len(lines), 2)
        lines[a], lines[b] = lines[b], lines[a]
        return b"".join(lines)
    return bytes(data)


def test_damage_is_a_message_or_still_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    text = (ROOT / "models" / "movenet" / "model.yaml").read_bytes()
    path = tmp_path / "model.yaml"
    refused = 0
    for number in range(MUTATIONS):
        path.write_bytes(damaged(text, number))
        try:
            load_manifest(path)
        except IngotError as error:
            refused += 1
            assert str(error).startswith(str(path)), f"mutation {number}: {error}"
            assert len(str(error).splitlines()) <= 2, f"mutation {number}: {error}"
    assert refused > MUTATIONS // 3
