# SPDX-License-Identifier: Apache-2.0
"""Instructions, containers, programs: what was assembled is decoded again, and damage is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.st.npu.container import CONTAINERS, PLAIN, Blob, read_blob, write_blob
from ingot.st.npu.instructions import CODES, Instruction, assemble, decode, parse_listing

WORDS = st.integers(0, 0xFFFFFFFF)
UNITS = st.integers(0, 63)
REGISTERS = st.integers(0, 0x3FF)


@st.composite
def instructions(draw: st.DrawFn) -> Instruction:
    name = draw(st.sampled_from(sorted(CODES)))
    if name in ("end", "label"):
        return Instruction(name, value=draw(st.integers(0, (1 << 27) - 1)))
    if name == "set":
        lsb = draw(st.integers(0, 31))
        msb = draw(st.integers(lsb, min(31, lsb + 7)))
        return Instruction(name, draw(UNITS), draw(st.integers(0, 31)), msb, lsb, draw(st.integers(0, 255)))
    if name in ("burst", "fill"):
        data = draw(st.lists(WORDS, max_size=6))
        return Instruction(name, draw(UNITS), draw(REGISTERS), data=tuple(data))
    lsb = draw(st.integers(0, 31))
    count = 2 if name == "poll" else 1
    data = draw(st.lists(WORDS, min_size=count, max_size=count))
    return Instruction(name, draw(UNITS), draw(REGISTERS), draw(st.integers(lsb, 31)), lsb, data=tuple(data))


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(instructions(), max_size=12))
def test_what_was_assembled_is_decoded(program: list[Instruction]) -> None:
    words = assemble(program)
    assert [instruction for _, instruction in decode(words, "x")] == program


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(WORDS, max_size=12))
def test_what_decodes_is_assembled_to_the_same_words(words: list[int]) -> None:
    try:
        program = decode(words, "x")
    except IngotError as error:
        assert str(error).startswith("x, word ")
        return
    assert assemble(instruction for _, instruction in program) == words


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(instructions(), max_size=12))
def test_the_printed_text_is_assembled_to_the_same_words(program: list[Instruction]) -> None:
    text = "\n".join(f"{instruction}  # note" for instruction in program)
    assert parse_listing(text) == program


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([0x05], "no known instruction"),
        ([0x14000000 | 31 << 10], "has 1 data words, 0 follow"),
        ([0x14008000 | 31 << 10, 0], "bit 15"),
        ([0x14000003 | 5 << 5, 1, 2], "has 5 data words, 2 follow"),
        ([0x14000004 | 1 << 10 | 3 << 5, 100, 0], "names bits 1..3"),
        ([0x01 | 31 << 5 | 7 << 10], "sets bits above 31"),
    ],
)
def test_an_unknown_word_is_refused_by_place(words: list[int], what: str) -> None:
    with pytest.raises(IngotError, match="blob, word 0") as error:
        decode(words, "blob")
    assert what in str(error.value)


@pytest.mark.parametrize("line", ["jump 3", "write NOTHING3.1 0x0", "write STRENG3 0x0", "label"])
def test_a_line_that_is_no_instruction_is_refused(line: str) -> None:
    with pytest.raises(IngotError, match="listing:1"):
        parse_listing(line)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    words=st.lists(WORDS, min_size=1, max_size=30),
    names=st.lists(st.text("abcXYZ_09", min_size=1, max_size=12), unique=True, max_size=3),
    magic=st.sampled_from(sorted(CONTAINERS)),
    data=st.data(),
)
def test_every_container_round_trips(words: list[int], names: list[str], magic: int, data: st.DataObject) -> None:
    free = data.draw(st.permutations(range(len(words))))
    relocations = {name: tuple(free[at :: len(names) + 1]) for at, name in enumerate(names)}
    blob = Blob(tuple(words), relocations, magic)
    assert read_blob(write_blob(blob), "x") == blob


def test_a_plain_blob_round_trips() -> None:
    blob = Blob((1, 2, 3))
    assert write_blob(blob) == [PLAIN, 3, 1, 2, 3]
    assert read_blob([PLAIN, 3, 1, 2, 3, 0], "x") == blob


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([PLAIN], "ends before byte 8"),
        ([0xECBF0040, 0], "no magic"),
        ([PLAIN, 5, 1, 2], "a blob of 28 bytes does not fit the 16"),
        ([PLAIN, 1, 1, 7], "1 words follow"),
        ([0xECBF0020, 12, 0, 20, 0, PLAIN, 0], "do not lie in order"),
        ([0xECBF0020, 16, 0, 20, 0, 3, 0], "no program at word 5"),
        ([0xECBF0020, 16, 0, 20, 9, PLAIN, 0], "a relocation table of 9 names"),
        ([0xECBF0030, 24, 0, 0, 28, 5, 0, PLAIN, 0], "reserved word"),
    ],
)
def test_a_damaged_container_is_refused(words: list[int], what: str) -> None:
    with pytest.raises(IngotError, match="blob") as error:
        read_blob(words, "blob")
    assert what in str(error.value)
