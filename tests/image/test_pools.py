# SPDX-License-Identifier: Apache-2.0
"""Descriptors of an image's pools; where ST's packager loses bytes, this one does not."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.image.nbin import PoolData, PoolType
from ingot.image.pools import image_pools
from ingot.network.types import Initializer, Network, NetworkPool


def pool(name: str, base: int | None, used: int = 64, **more: object) -> NetworkPool:
    return replace(NetworkPool(name, name.lower(), base, 1 << 20, used, "ACC_WRITE"), **more)  # type: ignore[arg-type]


def network(*pools: NetworkPool, initializers: dict[str, tuple[int | None, bytes]] | None = None) -> Network:
    items = tuple(
        Initializer(name, f"{name}.raw", address, len(content), zlib.crc32(content))
        for name, (address, content) in (initializers or {}).items()
    )
    return Network("network", "model", "", "builtin", "0", pools, (), (), (), items)


def test_order_and_kinds() -> None:
    weights, tables = bytes(range(120)), b"x" * 33
    made = image_pools(
        network(
            pool("low", 0x34100000, 100),
            pool("flash", 0x70380000, 120, rights="ACC_READ", relative=True, cacheable=True),
            pool("mixed", 0x90000000, 33),
            pool("unused", 0x34200000, 0),
            pool("virtual", 0x34100000, 100, subpools=("low", "unused")),
            initializers={"flash": (0x70380000, weights), "mixed": (0x90000000, tables)},
        ),
        {"flash.raw": weights, "mixed.raw": tables},
    )
    assert [p.name for p in made.pools] == ["mixed", "flash", "low"]  # by decreasing address
    assert [f"{p.flags:#010x}" for p in made.pools] == ["0x02030200", "0x01010500", "0x03020200"]
    assert [p.offset for p in made.pools] == [0, 40, 0]
    assert made.params == tables + bytes(7) + weights
    assert (made.params_size, made.acts_size, made.ext_ram_size) == (153, 100, 0)


@given(first=st.integers(0, 100), size=st.integers(1, 200), base=st.sampled_from([0x34100000, 0x90000000]))
def test_no_byte_is_lost_wherever_the_first_used_one_is(first: int, size: int, base: int) -> None:
    """ST's packager copies only `size of the used range` bytes to the pool's base."""
    content = bytes(i % 251 for i in range(size))
    made = image_pools(
        network(pool("copied", base, first + size, start=first), initializers={"copied": (base + first, content)}),
        {"copied.raw": content},
    )
    (copied,) = made.pools
    assert copied.pool_type == PoolType.COPY and copied.data == PoolData.MIXED
    memory = bytearray(first + size)
    at = copied.dst - base
    memory[at : at + copied.size] = made.params[copied.offset : copied.offset + copied.size]
    assert memory[first:] == content


@settings(max_examples=30)
@given(first=st.integers(0, 100), size=st.integers(1, 200))
def test_offsets_of_a_relative_pool_count_from_its_base(first: int, size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    flash = pool("flash", 0x70380000, first + size, start=first, rights="ACC_READ", relative=True)
    made = image_pools(network(flash, initializers={"flash": (0x70380000 + first, content)}), {"flash.raw": content})
    (relative,) = made.pools
    seen = made.params[relative.offset :]  # what the loader lets the pool's symbol point at
    assert seen[first : first + size] == content
    assert relative.size == first + size


def test_what_the_format_cannot_say() -> None:
    two = [pool(f"p{i}", 0x70000000 + (i << 20), 8, rights="ACC_READ", relative=True) for i in range(2)]
    with pytest.raises(IngotError, match="2 read-only relative pools"):
        image_pools(network(*two), {})
    ten = [pool(f"p{i}", 0x34000000 + (i << 20), 8) for i in range(10)]
    with pytest.raises(IngotError, match="uses 10 pools"):
        image_pools(network(*ten), {})
    with pytest.raises(IngotError, match="neither an address nor"):
        image_pools(network(pool("open", None)), {})


def test_weights_of_another_compilation() -> None:
    with pytest.raises(IngotError, match="not what the network was compiled with"):
        image_pools(network(pool("p", 0x90000000), initializers={"p": (0x90000000, b"right")}), {"p.raw": b"wrong"})


@pytest.mark.parametrize("initialised", [False, True])
def test_a_pool_behind_the_cache_is_not_in_internal_memory(initialised: bool) -> None:
    content = bytes(64)
    one = network(
        pool("inside", 0x34100000, cacheable=True),
        initializers={"inside": (0x34100000, content)} if initialised else {},
    )
    with pytest.raises(IngotError) as caught:
        image_pools(one, {"inside.raw": content})
    assert caught.value.what == (
        "pool 'inside' 0x34100000 is cacheable; the NPU reaches internal memory past its cache only"
    )
    outside = network(pool("outside", 0x90000000, cacheable=True))
    assert image_pools(outside, {}).pools[0].dst == 0x90000000
