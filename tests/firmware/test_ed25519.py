# SPDX-License-Identifier: Apache-2.0
"""Ed25519 of the loader: the vectors of RFC 8032, keys that are known, revoked or not, and what it costs."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from ingot.image.signature import c_key, new_keys, sign_bytes
from ingot.link import toolchain
from support.firmware import compile_c, needs_gcc
from support.host_library import host_library, needs_cc
from support.loader import refusal_names

SOURCES = (
    "firmware/runtime/ingot_ed25519.c",
    "firmware/runtime/ingot_sha256.c",
    "third_party/monocypher/monocypher.c",
    "third_party/monocypher/monocypher-ed25519.c",
)
ORDER = 2**252 + 27742317777372353535851937790883648493

#: RFC 8032, 7.1: public key, message, signature.
VECTORS = {
    "1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}


class Key(ctypes.Structure):
    _fields_ = (("public_key", ctypes.c_uint8 * 32), ("revoked", ctypes.c_bool))


def check(signature: bytes, message: bytes, *keys: tuple[bytes, bool], key_id: bytes = b"") -> str:
    """Name of the refusal, "" for none. keys: public key, and whether it was revoked. key_id: default of the first."""
    table = (Key * len(keys))(*[((ctypes.c_uint8 * 32)(*key), revoked) for key, revoked in keys])
    named = (key_id or hashlib.sha256(keys[0][0]).digest()[:8]) + signature
    library = host_library(*SOURCES, sanitize=False)  # much of it is not ours
    return refusal_names()[library.ingot_ed25519_check(named, message, len(message), table, len(keys))]


@pytest.mark.slow
@needs_cc
@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_rfc(name: str) -> None:
    key, message, signature = map(bytes.fromhex, VECTORS[name])
    assert check(signature, message, (key, False)) == ""
    for at in (0, 31, 32, 63):
        broken = bytearray(signature)
        broken[at] ^= 1
        assert check(bytes(broken), message, (key, False)) == "SEAL_SIGNATURE"
    assert check(signature, message + b"\0", (key, False)) == "SEAL_SIGNATURE"
    larger = int.from_bytes(signature[32:], "little") + ORDER  # the same residue: not the same signature
    assert check(signature[:32] + larger.to_bytes(32, "little"), message, (key, False)) == "SEAL_SIGNATURE"


@needs_cc
def test_keys_of_a_firmware() -> None:
    """One of several, by its id; a revoked one is named as such, an unknown one too."""
    message = bytes(range(224))
    made = [new_keys() for _ in range(3)]
    signed = [sign_bytes(private, message, "key") for private, _ in made]
    numbers = [_numbers(c_key(shown, "key")) for _, shown in made]
    table = [(number, False) for number in numbers]
    for key_id, signature in signed:
        assert check(signature, message, *table, key_id=key_id) == ""
        assert check(signature, message[:-1], *table, key_id=key_id) == "SEAL_SIGNATURE"
    assert check(signed[1][1], message, *table, key_id=signed[0][0]) == "SEAL_SIGNATURE"
    assert check(signed[2][1], message, *table[:2], key_id=signed[2][0]) == "SEAL_KEY"
    revoked = [table[0], (numbers[1], True), table[2]]
    assert check(signed[1][1], message, *revoked, key_id=signed[1][0]) == "SEAL_REVOKED"
    assert check(signed[2][1], message, *revoked, key_id=signed[2][0]) == ""


def _numbers(c_text: str) -> bytes:
    inner = c_text.split("{")[2].split("}")[0]
    return bytes(int(word, 16) for word in inner.split(","))


def test_the_files_are_those_of_the_release() -> None:
    folder = toolchain.ROOT / "third_party" / "monocypher"
    lines = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert {path.name for path in folder.iterdir()} == {*lines, "SHA256SUMS"}
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in lines} == lines
    assert "4.0.3" in (folder.parent / "README.md").read_text()


@pytest.mark.slow
@needs_gcc
def test_it_is_small(tmp_path: Path) -> None:
    """docs/relocatable.md has the figures: at most 10 KiB of code, and less than 2 KB of constants."""
    defines = {"LL_ATON_RT_RELOC": 1, "LL_ATON_EB_DBG_INFO": 1}
    objects = [compile_c(toolchain.ROOT / name, tmp_path / f"{Path(name).stem}.o", defines) for name in SOURCES]
    objects = [path for path in objects if "sha256" not in path.name]
    elf = tmp_path / "all.elf"
    words = ["-mcpu=cortex-m55", "-mthumb", "-nostdlib", "-Wl,--gc-sections,--unresolved-symbols=ignore-all"]
    command = [toolchain.tool(), *words, "-Wl,-e,ingot_reloc_check_signature", *map(str, objects), "-o", str(elf)]
    subprocess.run(command, check=True)
    with elf.open("rb") as file:
        sizes = {section.name: section["sh_size"] for section in ELFFile(file).iter_sections()}
    assert 0 < sizes[".text"] < 10 * 1024
    assert sizes[".rodata"] < 2000
