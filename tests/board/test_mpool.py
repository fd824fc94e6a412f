# SPDX-License-Identifier: Apache-2.0
"""`.mpool` files: what is read leniently, what is refused and how, and that writing and reading are inverse."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.board import Mpool, Pool, activation_pools, initializer_pool, mpool_text, read_mpool, resized, write_mpool
from support.shared import shared

BOARDS = Path(__file__).resolve().parents[2] / "boards"

# One pool in the spelling of hand-written files, and in the one that newer tools save.
FIRST = """{
  // hand-written
  "memory": { "mem_file_prefix": "atonbuf", "mempools": [
    { "fname": "AXISRAM5", "name": "npuRAM5", "fformat": "FORMAT_RAW",
      "prop": { "rights": "ACC_WRITE", "throughput": "HIGH", "latency": "LOW", "byteWidth": 8, "freqRatio": 1.25,
                "read_power": 18.5, "write_power": 16.2, "constants_preferred": "false", },
      "offset": { "value": "0x342E0000", "magnitude": "BYTES" },
      "size": { "value": "448", "magnitude": "KBYTES" }, }, /* trailing commas */
  ] }
}"""
SECOND = json.dumps(
    {
        "memory": {
            "memFilePrefix": "atonbuf",
            "mempools": [
                {
                    "fname": "AXISRAM5",
                    "name": "npuRAM5",
                    "fformat": "FORMAT_RAW",
                    "prop": {
                        "rights": "ACC_WRITE",
                        "throughput": "HIGH",
                        "latency": "LOW",
                        "byteWidth": 8,
                        "freqRatio": 1.25,
                        "readPower": 18.5,
                        "writePower": 16.2,
                        "constantsPreferred": False,
                    },
                    "offset": {"value": "854912", "magnitude": "KBYTES"},
                    "size": {"value": 458752, "magnitude": "BYTES"},
                    "mode": "USEMODE_ABSOLUTE",
                }
            ],
        }
    }
)


def read(folder: Path, text: str | bytes) -> Mpool:
    file = folder / "pools.mpool"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_mpool(file)


def message(folder: Path, text: str | bytes) -> str:
    with pytest.raises(IngotError) as caught:
        read(folder, text)
    return str(caught.value).replace(str(folder) + "/", "")


def one_pool(**changes: object) -> str:
    """A file with one pool, changed; a value of None removes the key."""
    pool: dict[str, object] = {
        "fname": "X",
        "name": "x",
        "prop": {"rights": "ACC_WRITE"},
        "offset": {"value": "0x20000000", "magnitude": "BYTES"},
        "size": {"value": "1", "magnitude": "KBYTES"},
    } | changes
    pool = {key: value for key, value in pool.items() if value is not None}
    return json.dumps({"memory": {"mempools": [pool]}}, indent=1)


def test_both_generations_say_the_same(tmp_path: Path) -> None:
    first = read(tmp_path, FIRST)
    assert first == read(tmp_path, SECOND)
    (pool,) = first.pools
    assert (pool.base, pool.size, pool.score) == (0x342E0000, 448 * 1024, 94)
    assert (pool.rights, pool.cacheable, pool.constants_preferred, pool.relative) == ("ACC_WRITE", None, False, False)
    assert first.where(pool).endswith("pools.mpool:4")


def test_short_form_of_h7_packages(tmp_path: Path) -> None:
    text = '{"memory": {"mempools": [{"name": "AXIRAM", "prop": {"throughput": "HIGH", "latency": "MID"},'
    text += '"size": {"value": "440", "magnitude": "KBYTES"}, "offset": {"value": "0", "magnitude": "BYTES"}}]}}'
    (pool,) = read(tmp_path, text).pools
    assert pool == Pool("AXIRAM", "AXIRAM", None, 440 * 1024, throughput="HIGH", latency="MID")


@pytest.mark.parametrize(
    ("throughput", "latency", "rights", "expected"),
    [
        ("HIGH", "LOW", "ACC_WRITE", 94),  # npuRAM
        ("HIGH", "MID", "ACC_WRITE", 91),  # virtual pool of npuRAM and cpuRAM
        ("MID", "MID", "ACC_WRITE", 84),  # cpuRAM
        ("MID", "HIGH", "ACC_WRITE", 82),  # hyperRAM
        ("MID", "HIGH", "ACC_READ", 50),  # octoFlash
    ],
)
def test_scores_are_those_of_st(throughput: str, latency: str, rights: str, expected: int) -> None:
    assert Pool("p", "p", 1, 1, rights=rights, throughput=throughput, latency=latency).score == expected


def test_scores_equal_those_in_a_real_output() -> None:
    described = json.loads(shared("st_ai_output/network_c_info.json").read_text())["memory_pools"]
    pools = read_mpool(shared("st_ai_output/stm32n6.mpool"))
    compared = 0
    for item in described:
        if not item["subpools"]:
            pool = pools.pool(item["name"])
            assert (pool.score, pool.base, pool.size) == (
                item["attributes"]["score"],
                int(item["address"]),
                item["size_bytes"],
            )
            compared += 1
    assert compared == 9


def test_every_real_file_is_read_and_survives_writing(tmp_path: Path) -> None:
    files = [*sorted(shared("mpools").iterdir()), shared("st_ai_output/stm32n6.mpool")]
    read_count = 0
    for file in files:
        if file.name == "stm32n6__bootFromFlash.mpool":
            with pytest.raises(IngotError) as caught:
                read_mpool(file)
            assert str(caught.value).replace(str(file.parent) + "/", "") == (
                'stm32n6__bootFromFlash.mpool:32:51: not valid JSON: unexpected ":"\n'
                "  A quote, comma or bracket is missing or too many at or before this place."
            )
            continue
        pools = read_mpool(file)
        assert pools.enabled
        write_mpool(tmp_path / "again.mpool", pools)
        json.loads((tmp_path / "again.mpool").read_text())  # strict
        assert read_mpool(tmp_path / "again.mpool") == pools
        read_count += 1
    assert read_count >= 18


def test_shipped_files_are_written_as_we_write() -> None:
    files = sorted(BOARDS.glob("*/*.mpool"))
    assert len(files) >= 3
    for file in files:
        assert file.read_text() == mpool_text(read_mpool(file))


words = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
powers = st.none() | st.floats(0, 1000, allow_nan=False)
flags = st.none() | st.booleans()


@st.composite
def pool_values(draw: st.DrawFn) -> Pool:
    base = draw(st.none() | st.integers(1, 0xFFFF0000))
    return Pool(
        name=draw(words),
        fname=draw(words),
        base=base,
        size=draw(st.integers(0, (1 << 32) - (base or 0))),
        rights=draw(st.sampled_from(["ACC_READ", "ACC_WRITE"])),
        throughput=draw(st.sampled_from(["LOW", "MID", "HIGH"])),
        latency=draw(st.sampled_from(["LOW", "MID", "HIGH"])),
        byte_width=draw(st.integers(0, 64)),
        freq_ratio=draw(st.floats(0, 100, allow_nan=False)),
        cacheable=draw(flags),
        constants_preferred=draw(flags),
        read_power=draw(powers),
        write_power=draw(powers),
        relative=draw(st.booleans()),
        file_format=draw(st.sampled_from(["FORMAT_RAW", "FORMAT_HEX"])),
        burst_max_length=draw(st.none() | st.integers(0, 1 << 32)),
        burst_penalty=draw(powers),
        pipelined=draw(flags),
        bus_node=draw(st.none() | st.integers(0, 9)),
    )


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pools=st.lists(pool_values(), max_size=4).map(tuple),
    prefix=words,
    params=st.lists(st.tuples(words, st.integers(0, 1 << 40)), max_size=2).map(tuple),
)
def test_write_then_read(
    tmp_path: Path, pools: tuple[Pool, ...], prefix: str, params: tuple[tuple[str, int], ...]
) -> None:
    cache = ({"nlines": 512, "bypass_enable": 1, "prop": {"byte_width": 8, "freq_ratio": 2.5, "read_power": 1.5}},)
    value = Mpool(pools, prefix, params, cache)
    write_mpool(tmp_path / "a.mpool", value)
    assert read_mpool(tmp_path / "a.mpool") == value
    assert not write_mpool(tmp_path / "a.mpool", value), "the same value is the same bytes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "pools.mpool: the file is empty"),
        ("[]", "pools.mpool: the file is []; expected {...}"),
        ("{}", "pools.mpool:1: the key 'memory' is missing in the file"),
        ('{"memory": 3}', "pools.mpool:1: 'memory' of the file is 3; expected {...}"),
        ('{"memory": {}}', "pools.mpool:1: the key 'mempools' is missing in memory of the file"),
        (
            '{\n"memory": {"mempools": {}}}',
            "pools.mpool:2: 'mempools' of memory of the file is {}; expected a list [...]",
        ),
        ('{"memory": {"mempools": [5]}}', "pools.mpool: pool 0 is 5; expected {...}"),
        ('{"a": 1,\n"a": 2}', "pools.mpool:2: the key 'a' is given twice"),
        ("{\"a\": 1,\n'a': 2}", "pools.mpool:1: the key 'a' is given twice"),
        ('{"a": NaN}', "pools.mpool: not valid JSON: NaN is not a number"),
        (b"{\n\xff}", "pools.mpool:2: the file is not UTF-8 text"),
        (one_pool(name=None), "pools.mpool:1: the key 'name' is missing in pool 0"),
        (one_pool(name="a/b"), "pools.mpool:6: the name 'a/b' of pool 0 is no name\n  Use letters, digits and _."),
        (one_pool(fname="../x"), "pools.mpool:6: the fname '../x' of pool 'x' cannot be part of a file name"),
        (one_pool(size=None), "pools.mpool:6: the key 'size' is missing in pool 'x'"),
        (
            one_pool(size={"value": "much"}),
            "pools.mpool:6: 'size' of pool 'x' is {\"value\": \"much\"}; expected a number of bytes",
        ),
        (
            one_pool(size={"value": "1e308", "magnitude": "MBYTES"}),
            'pools.mpool:6: \'size\' of pool \'x\' is {"value": "1e308", "magnitude": "MBYTES"}; '
            "expected a number of bytes",
        ),
        (
            one_pool(size={"value": "-1"}),
            "pools.mpool:6: 'size' of pool 'x' is {\"value\": \"-1\"}; expected a number of bytes",
        ),
        (
            one_pool(size={"value": "1", "magnitude": "KB"}),
            "pools.mpool:6: magnitude of 'size' of pool 'x' is \"KB\"\n  Did you mean 'KBYTES'?",
        ),
        (
            one_pool(size={"value": "4", "magnitude": "GBYTES"}),
            "pools.mpool:6: pool 'x' ends at 0x120000000, beyond 32-bit addresses",
        ),
        (
            one_pool(prop={"rights": "ACC_WRTE"}),
            "pools.mpool:6: 'rights' of prop of pool 'x' is 'ACC_WRTE'\n  Did you mean 'ACC_WRITE'?",
        ),
        (
            one_pool(prop={"cacheble": "CACHEABLE_ON"}),
            "pools.mpool:6: unknown key 'cacheble' in prop of pool 'x'\n  Did you mean 'cacheable'?",
        ),
        (
            one_pool(prop={"cacheable": "ON"}),
            "pools.mpool:6: 'cacheable' of prop of pool 'x' is \"ON\"; expected CACHEABLE_ON or CACHEABLE_OFF",
        ),
        (
            one_pool(prop={"byteWidth": 1.5}),
            "pools.mpool:6: 'byte_width' of prop of pool 'x' is 1.5; expected a whole number",
        ),
        (
            one_pool(mode="RELATIVE"),
            "pools.mpool:6: 'mode' of pool 'x' is 'RELATIVE'\n  Did you mean 'USEMODE_RELATIVE'?",
        ),
    ],
)
def test_messages(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert message(tmp_path, text) == expected


def test_keys_of_newer_tools_pass(tmp_path: Path) -> None:
    assert read(tmp_path, one_pool(somethingNew=1)).pools[0].name == "x"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="cannot read the file: No such file"):
        read_mpool(tmp_path / "none.mpool")


@pytest.mark.slow
@pytest.mark.parametrize("text", [FIRST, SECOND, (BOARDS / "n6dk" / "stm32n6.mpool").read_text()])
def test_damaged_files_are_one_message(tmp_path: Path, text: str) -> None:
    """60 truncations, flipped bits and doubled pieces of each; a file is read, or it is an IngotError."""
    dice = random.Random(7)
    refused = 0
    for _ in range(60):
        data = bytearray(text.encode())
        place = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                del data[place:]
            case 1:
                data[place] ^= 1 << dice.randrange(8)
            case 2:
                data[place:place] = data[place : place + 20]
            case 3:
                del data[place : place + dice.randrange(1, 30)]
        try:
            read(tmp_path, bytes(data))
        except IngotError as error:
            assert "pools.mpool" in error.where and error.what
            refused += 1
    assert refused > 20


def make(*pools: Pool) -> Mpool:
    return Mpool(pools)


def test_order_of_activation_pools() -> None:
    slow = Pool("slow", "s", 0x1000, 64, latency="HIGH")
    high = Pool("high", "h", 0x3000, 64, throughput="HIGH", latency="LOW")
    low = Pool("low", "l", 0x2000, 64, throughput="HIGH", latency="LOW")
    flash = Pool("flash", "f", 0x4000, 64, rights="ACC_READ")
    empty = Pool("empty", "e", 0x5000, 0)
    open_ = Pool("open", "o", None, 64)
    names = [pool.name for pool in activation_pools(make(slow, high, flash, empty, open_, low))]
    assert names == ["low", "high", "slow"]


def test_choice_of_the_initializer_pool() -> None:
    ram = Pool("ram", "r", 0x1000, 1 << 20, constants_preferred=True, latency="LOW", throughput="HIGH")
    plain = Pool("plain", "p", 0x1000, 1 << 20)
    small = Pool("small", "s", 0x2000, 100, rights="ACC_READ", constants_preferred=True)
    large = Pool("large", "l", 0x3000, 1000, rights="ACC_READ", constants_preferred=True, latency="HIGH")
    assert initializer_pool(make(ram, plain, large)).name == "large", "what keeps its content without power first"
    assert initializer_pool(make(ram, plain)).name == "ram"
    assert initializer_pool(make(small, large), 100).name == "small"
    assert initializer_pool(make(small, large), 101).name == "large"
    with pytest.raises(IngotError, match="no pool can hold the weights"):
        initializer_pool(make(plain))
    with pytest.raises(IngotError) as caught:
        initializer_pool(make(small, large), 1001)
    assert "1,001 bytes of weights fit no pool; the largest that takes weights is 'large', 1,000 B" in str(caught.value)


def test_resizing() -> None:
    pools = make(Pool("a", "a", 0x1000, 10), Pool("b", "b", 0x2000, 10))
    assert [pool.size for pool in resized(pools, {"b": 4}).pools] == [10, 4]
    with pytest.raises(IngotError, match="there is no pool 'c'"):
        resized(pools, {"c": 1})
