# SPDX-License-Identifier: Apache-2.0
"""The self-test of an image: golden inputs, and the SHA-256 of the outputs that belong to them, under the seal.

It stands 8-aligned behind the params of a sealed image, where ST's loader does not look; ingot_self_test_sample of
firmware/runtime/ingot_reloc_format.h:

offset  bytes  what
0       8      "INGOTEST"
8       4      version, 1
12      4      bytes up to the seal
16      4      seed of the inputs; 0: they follow
20      4      bytes of all inputs
24      4      bytes of all outputs
28      4      0
32      32     SHA-256 of the outputs
64             the inputs, padded to 8 bytes
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.image.ecblob import walk_blobs
from ingot.image.nbin import aligned
from ingot.image.seal import resealed
from ingot.image.sealed import sealed_image

MAGIC, VERSION = b"INGOTEST", 1
FIXED = struct.Struct("<8s6I32s")


@dataclass(frozen=True)
class SelfTest:
    """inputs: as they lie in memory, in their order; b"" when the device makes input_bytes of them of the seed.

    digest: SHA-256 of the output_bytes of all outputs in their order.
    """

    input_bytes: int
    output_bytes: int
    digest: bytes
    seed: int = 0
    inputs: bytes = b""

    def to_bytes(self) -> bytes:
        stored = self.inputs + bytes(-len(self.inputs) % 8)
        sizes = (FIXED.size + len(stored), self.seed, self.input_bytes, self.output_bytes, 0)
        return FIXED.pack(MAGIC, VERSION, *sizes, self.digest) + stored


def parse_self_test(content: bytes) -> SelfTest | None:
    """The self-test that the bytes from the params' end to the seal are; None when they are none."""
    if len(content) < FIXED.size:
        return None
    magic, version, length, seed, inputs, outputs, zero, digest = FIXED.unpack_from(content)
    stored = 0 if seed else inputs
    if magic != MAGIC or version != VERSION or zero or not length == FIXED.size + aligned(stored) == len(content):
        return None
    return SelfTest(inputs, outputs, digest, seed, content[FIXED.size :][:stored])


def with_self_test(content: bytes, where: str, test: SelfTest) -> bytes:
    """A sealed image with this self-test instead of what it has. `where` names it in messages.

    Raises IngotError for an image that can be in no slot, and for a signed one: the signature would not hold any more.
    """
    image, seal = sealed_image(content, where)
    if seal.signature:
        raise IngotError(
            "is signed, and its signature would not hold with a self-test", where=where, remedy="Sign it afterwards."
        )
    blobs = walk_blobs(image.params, "params")
    end = image.header["params_offset"] + (blobs[-1].end if blobs else 0) + image.context.params_bin_size
    before = content[:end] + bytes(aligned(end) - end) + test.to_bytes()
    return before + resealed(seal, before).to_bytes()
