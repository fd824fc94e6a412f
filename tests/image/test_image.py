# SPDX-License-Identifier: Apache-2.0
"""The NBIN format: what is written is read back, and the C header says the same."""

from __future__ import annotations

import re
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.image import nbin, self_test
from ingot.image.check import RULES, check_image
from ingot.image.image import parse_image
from ingot.image.info import as_dict, as_text
from ingot.image.nbin import Context, Flags, PoolDescriptor, offset_of
from ingot.image.seal import FIXED, SIGNED_SIZE, Digest, Seal
from ingot.image.signature import new_keys, signed_image
from ingot.link import toolchain
from support.firmware import needs_gcc
from support.images import ALL_KINDS, make_image, relocated, sealed

MODEST = settings(max_examples=50)
WORDS = st.integers(0, 0xFFFFFFFF)


@MODEST
@given(word=WORDS)
def test_every_flags_word_survives(word: int) -> None:
    assert Flags.decode(word).encode() == word


@MODEST
@given(words=st.lists(WORDS, min_size=17, max_size=17))
def test_every_context_survives(words: list[int]) -> None:
    stored = struct.pack("<17I", *words)
    assert Context.decode(stored).encode() == stored


@MODEST
@given(words=st.lists(WORDS, min_size=5, max_size=5))
def test_every_descriptor_survives(words: list[int]) -> None:
    stored = struct.pack("<5I", *words)
    assert PoolDescriptor.decode(stored).encode() == stored
    assert PoolDescriptor.decode(stored).describe()


@pytest.mark.slow
@MODEST
@given(
    pools=st.lists(st.sampled_from(ALL_KINDS), unique=True, max_size=4),
    split=st.booleans(),
    abi=st.sampled_from(sorted(nbin.LAYOUTS)),
    code=st.binary(min_size=64, max_size=120),
    bss=st.integers(0, 10).map(lambda n: 4 * n),
    secure=st.booleans(),
    pointers=st.integers(1, 20),
    seal=st.sampled_from([None, *Digest]),
)
def test_an_image_is_read_as_it_was_written(pools, split, abi, code, bss, secure, pointers, seal) -> None:  # type: ignore[no-untyped-def]
    params = bytes(range(200)) if any(pool.data != 2 for pool in pools) else b""
    image = make_image(pools, params, split, abi, code, bss, Flags(secure=secure), pointers)
    content = image.to_bytes()
    if seal is not None:
        content = sealed(content, seal, params if split else b"")
    parsed = parse_image(content, "image")
    assert parsed.to_bytes() == content
    assert replace(parsed, trailer=b"") == image
    assert parsed.layout.abi == abi
    assert not [str(finding) for finding in check_image(content, "image", params) if not finding.passed]
    facts = as_dict(parsed, params)
    assert facts["network"] == "net" and (facts["seal"] is None) == (seal is None)
    assert "RAM in place" in as_text(facts)


@MODEST
@given(data=st.data())
def test_whatever_is_read_ends_in_a_message_or_a_verdict(data: st.DataObject) -> None:
    content = bytearray(make_image().to_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for broken in (bytes(content), bytes(content[:cut])):
        try:
            findings = check_image(broken, "broken")
        except IngotError as error:
            assert str(error)
        else:
            assert len(findings) == len(RULES)


def test_sizes_follow_the_formulas() -> None:
    image = make_image(bss=12)
    assert image.xip_ram == -(-image.rw_size // 8) * 8
    assert image.copy_ram == image.xip_ram + image.ro_size
    assert image.header["params_offset"] == -(-offset_of(image.header["rel_end"]) // 8) * 8


def failing(content: bytes, params: bytes | None = None) -> list[str]:
    return [finding.rule for finding in check_image(content, "image", params) if not finding.passed]


def test_a_relative_pool_between_words_is_not_aligned() -> None:
    content = make_image([relocated(4, 120)], bytes(128)).to_bytes()
    (finding,) = [finding for finding in check_image(content, "image") if not finding.passed]
    assert "pool pool0 is at 4 in the params, not a multiple of 8" in str(finding)


def test_each_rule_finds_its_defect() -> None:
    image = make_image()
    content = image.to_bytes()
    table = offset_of(image.header["params_start"]) + image.ro_size
    context = offset_of(image.header["ctx"]) + image.ro_size
    got = offset_of(image.header["got_start"]) + image.ro_size
    relocations = offset_of(image.header["rel_start"])

    def changed(at: int, word: int) -> list[str]:
        return failing(content[:at] + struct.pack("<I", word) + content[at + 4 :])

    assert changed(4, Flags(major=7).encode()) == ["flags are known"]
    assert "sections are in order" in changed(12, image.header["got_end"])
    assert changed(13 * 4, 0x20000000) == ["entry points are functions"]
    assert "context fits" in changed(context + 14 * 4, 0x3040)
    assert "pools are of known kinds" in changed(table + 4, 0x05010100)
    assert "pools' params are in the file" in changed(table + 8, 1 << 20)
    assert changed(got, 0xA0000000) == ["GOT entries are addresses of the image"]
    assert changed(relocations, 0x400F0000) == ["relocations are words of the data"]
    assert changed(context + 13 * 4, 0) == ["params have their CRC-32"]
    assert failing(content[:-8])[0] == "the file is complete"
    assert failing(content[:-8])[-1] == "params have their CRC-32"
    broken = bytearray(sealed(content))
    broken[-1] ^= 1
    assert failing(bytes(broken)) == ["seal holds"]


def test_what_is_no_image_is_named() -> None:
    with pytest.raises(IngotError, match="does not start with 'NBIN'"):
        parse_image(b"\x7fELF" + bytes(200), "some.elf")
    with pytest.raises(IngotError, match="damaged"):
        parse_image(make_image().to_bytes()[:40], "cut.bin")


@MODEST
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60), min_size=4, max_size=4)
)
def test_a_seal_survives(texts: list[str]) -> None:
    board, model, version, compiler = texts
    seal = Seal(8, Digest.SHA256, bytes(8), board, model, version, compiler, 0, bytes(32), bytes(32))
    parsed = Seal.parse(seal.to_bytes(), "seal")
    assert parsed.to_bytes() == seal.to_bytes()
    assert board.startswith(parsed.board) and model.startswith(parsed.model)
    signed = replace(seal, key_id=bytes(8), signature=bytes(range(64)))
    assert len(signed.to_bytes()) == SIGNED_SIZE
    assert Seal.parse(signed.to_bytes(), "seal").signature == signed.signature


@needs_gcc
def test_the_c_header_says_the_same(tmp_path: Path) -> None:
    """Names and order of all words, sizes of all records: compiled, and read from the header's text."""
    header = toolchain.ROOT / "firmware" / "runtime" / "ingot_reloc_format.h"
    structs = {
        name: re.findall(r"^\s+uint32_t (\w+);", body, re.M)
        for body, name in re.findall(r"typedef struct \{(.*?)\n\} (\w+);", header.read_text(), re.S)
    }
    assert structs["ingot_reloc_header"] == list(nbin.LAYOUTS["1.1.3"].words)
    without = [name for name in structs["ingot_reloc_header"] if not name.endswith("encryption_info")]
    assert without == list(nbin.LAYOUTS["1.1.1"].words)
    assert structs["ingot_reloc_context"] == [name for name in Context.__dataclass_fields__]
    sizes = {"ingot_reloc_header": 96, "ingot_reloc_context": Context.SIZE, "ingot_reloc_descriptor": 20}
    sizes |= {"ingot_reloc_seal": FIXED.size, "ingot_self_test_sample": self_test.FIXED.size}
    lines = [f'_Static_assert(sizeof({name}) == {size}, "{name}");' for name, size in sizes.items()]
    lines += [f'_Static_assert(INGOT_RELOC_MAGIC == {nbin.MAGIC:#x}u, "magic");']
    lines += [f'_Static_assert(INGOT_SEAL_SIGNED_BYTES == {SIGNED_SIZE}, "signed");']
    lines += [f'_Static_assert(INGOT_RELOC_MAX_DESCRIPTORS == {nbin.MAX_DESCRIPTORS}, "pools");']
    source = tmp_path / "same.c"
    source.write_text(f'#include "{header}"\n' + "\n".join(lines) + "\n")
    subprocess.run([toolchain.tool(), "-mcpu=cortex-m55", "-mthumb", "-c", source, "-o", tmp_path / "x.o"], check=True)


@pytest.mark.parametrize("seed", [0, 7])
def test_a_self_test_is_under_the_seal(seed: int) -> None:
    """It replaces the one that is there, and takes nothing from the params; a signed image is left alone."""
    stored = b"" if seed else bytes(13)
    test = self_test.SelfTest(13, 4, bytes(range(32)), seed, stored)
    bare = sealed(make_image().to_bytes())
    once = self_test.with_self_test(bare, "image", self_test.SelfTest(0, 0, bytes(32), 1))
    content = self_test.with_self_test(once, "image", test)
    assert content == self_test.with_self_test(bare, "image", test)
    assert all(finding.passed for finding in check_image(content, "image"))
    image = parse_image(content, "image")
    before = content[: len(content) - len(image.trailer)]
    assert self_test.parse_self_test(before[len(before) - len(test.to_bytes()) :]) == test
    facts, plain = as_dict(image), as_dict(parse_image(bare, "image"))
    assert facts["self_test"]["outputs_sha256"] == test.digest.hex() and plain["self_test"] is None
    assert facts["params"] == plain["params"] and "self-test" in as_text(facts)
    for at in (len(before) - 1, len(before) - len(test.to_bytes()) + 16):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        assert not all(finding.passed for finding in check_image(changed, "image"))
    secret, _ = new_keys()
    with pytest.raises(IngotError, match="Sign it afterwards"):
        self_test.with_self_test(signed_image(content, secret, "image", "key"), "image", test)
