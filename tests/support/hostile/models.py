# SPDX-License-Identifier: Apache-2.0
"""Damaged models: the tables of a .tflite file changed as a writer of nonsense would, or the bytes of the file."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

from support.hostile.mutators import bytes_mutated

_INTEGERS = (
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    31,
    63,
    64,
    127,
    255,
    1000,
    32768,
    65535,
    1 << 30,
    (1 << 31) - 1,
    -1,
    -2,
    -(1 << 31),
)
_REALS = (float("nan"), float("inf"), float("-inf"), -1.0, 0.0, -0.0, 1e-45, 1e-30, 3e38, 0.5, 1.0, 2.0**-31, 2.0**31)


@cache
def _samples() -> tuple[bytes, ...]:
    """A layer of every kernel, and chains of image operators."""
    from support.packed_blocks import read_table
    from support.random_model import random_model

    layers = [row.model for row in read_table().values()]
    return (*(layer for layer in layers if layer[4:8] == b"TFL3"), *(random_model(seed) for seed in range(6)))


def make_tflite(rng: random.Random) -> bytes:
    sample = rng.choice(_samples())
    return bytes_mutated(sample, rng) if rng.random() < 0.3 else _tables_mutated(sample, rng)


def read_tflite(path: Path) -> object:
    """As a build does, up to the plan and the text of network.c."""
    from ingot.base.places import ROOT
    from ingot.board.mpool_reading import read_mpool
    from ingot.compiler.compile import CompileOptions, compile_file
    from ingot.model.model_file import read_model_file

    pools = sorted((ROOT / "boards" / "n6dk").glob("*.mpool"))[0]
    return compile_file(read_model_file(path), read_mpool(pools), CompileOptions())


def _tables_mutated(sample: bytes, rng: random.Random) -> bytes:
    """1 to 3 fields of the tables changed; offsets and lengths of the file are right. What the schema has no room for
    is drawn again."""
    import ai_edge_litert.schema_py_generated as schema
    import flatbuffers

    for _ in range(20):
        model = schema.ModelT.InitFromPackedBuf(bytearray(sample), 0)
        for _ in range(rng.randint(1, 3)):
            _change(model, rng)
        builder = flatbuffers.Builder(len(sample) + 1024)
        try:
            builder.Finish(model.Pack(builder), b"TFL3")
        except Exception:
            continue
        return bytes(builder.Output())
    return sample


def _change(model: Any, rng: random.Random) -> None:
    owner, name, value = rng.choice(_fields(model))
    if isinstance(owner, list):
        match rng.randrange(5):
            case 0:
                del owner[name]
                return
            case 1:
                owner.insert(name, value)
                return
            case 2:
                owner[name] = owner[rng.randrange(len(owner))]
                return
        _put(owner, name, _other(value, rng))
    elif name == "builtinOptions" and rng.random() < 0.7:
        others = [o for g in model.subgraphs or () for o in g.operators or ()]
        other = rng.choice(others)
        owner.builtinOptionsType = rng.choice((rng.randrange(127), other.builtinOptionsType, owner.builtinOptionsType))
        owner.builtinOptions = rng.choice((None, other.builtinOptions, value))
    else:
        _put(owner, name, _other(value, rng))


def _fields(model: Any) -> list[tuple[Any, Any, Any]]:
    """Owner, attribute or index, value; those of long vectors of numbers are drawn from their first and last ones."""
    found: list[tuple[Any, Any, Any]] = []
    waiting = [model]
    while waiting:
        owner = waiting.pop()
        if isinstance(owner, list):
            items = list(enumerate(owner))
        elif hasattr(owner, "dtype"):
            places = [*range(min(4, len(owner))), *range(max(4, len(owner) - 2), len(owner))]
            items = [(at, owner[at].item()) for at in places]
        else:
            items = list(vars(owner).items())
        for name, value in items:
            found.append((owner, name, value))
            if isinstance(value, list) or hasattr(value, "dtype") or hasattr(value, "__dict__"):
                waiting.append(value)
    return found


def _put(owner: Any, name: Any, value: Any) -> None:
    if isinstance(name, str):
        setattr(owner, name, value)
        return
    try:
        owner[name] = value
    except (OverflowError, ValueError, TypeError):
        owner[name] = 0


def _other(value: Any, rng: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        return rng.choice(_REALS)
    if isinstance(value, int):
        return rng.choice((value + 1, value - 1, -value, rng.choice(_INTEGERS), rng.randrange(256)))
    if isinstance(value, bytes):
        return rng.choice((b"", b"\xff\xfe", b"a\nb", b"x" * 5000, value + b"\0"))
    if hasattr(value, "dtype"):
        return rng.choice((None, value[:-1], value[:0], value.repeat(2)))
    if isinstance(value, list):
        return rng.choice((None, value[:-1], value + value, value[::-1]))
    return rng.choice((None, value))
