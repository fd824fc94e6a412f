# SPDX-License-Identifier: Apache-2.0
"""What the rules of ingot.image.check look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ingot.base.errors import IngotError
from ingot.board.aliases import NO_ALIASES, Aliases
from ingot.image.ecblob import walk_blobs
from ingot.image.image import Image
from ingot.image.nbin import LAYOUTS, aligned
from ingot.image.seal import MAGIC
from ingot.image.self_test import SelfTest, parse_self_test
from ingot.st.npu.container import PlacedBlob


@dataclass(frozen=True)
class Machine:
    """A firmware with Ingot's loader. cpu: part number. float_abi, toolchain: as in the image's flags.

    runtime: major, minor, micro.
    """

    cpu: int
    float_abi: int = 2
    toolchain: int = 8
    debug_info: bool = True
    runtime: tuple[int, int, int] = (1, 1, 1)

    @property
    def abi(self) -> str:
        """Name of the header's layout."""
        return "1.1.3" if self.runtime >= LAYOUTS["1.1.3"].since else "1.1.1"


@dataclass(frozen=True)
class Subject:
    """An image file. params: bytes from the blobs on, wherever they are; None for a split image without them."""

    content: bytes
    image: Image
    params: bytes | None
    where: str = "image"
    aliases: Aliases = NO_ALIASES
    machine: Machine | None = None

    @property
    def has_seal(self) -> bool:
        return self.image.trailer.startswith(MAGIC)

    @property
    def before_seal(self) -> int:
        """Bytes of the file in front of its seal; all of them when there is none."""
        return len(self.content) - len(self.image.trailer) if self.has_seal else len(self.content)

    @cached_property
    def walked(self) -> tuple[tuple[PlacedBlob, ...], str]:
        """The blobs in front of the params, and what is wrong with them."""
        try:
            return walk_blobs(self.params or b"", "params"), ""
        except IngotError as error:
            return (), f"{error.where}: {error.what}"

    @property
    def blobs(self) -> int:
        """Bytes of epoch-controller blobs in front of the pools' raw data."""
        found, _ = self.walked
        return found[-1].end if found else 0

    @property
    def params_end(self) -> int:
        """Where params in the file end."""
        return self.image.header["params_offset"] + self.blobs + self.image.context.params_bin_size

    @property
    def self_test(self) -> SelfTest | None:
        """Behind the params of a sealed image that has them inside."""
        if not self.has_seal or not self.image.header["params_offset"]:
            return None
        return parse_self_test(self.content[aligned(self.params_end) : self.before_seal])

    @property
    def raw(self) -> bytes:
        """The pools' raw data."""
        return (self.params or b"")[self.blobs : self.blobs + self.image.context.params_bin_size]
