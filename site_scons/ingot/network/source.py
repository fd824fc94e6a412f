# SPDX-License-Identifier: Apache-2.0
"""Whether generated files are still what was generated: the description has hashes, a text its own last line."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

from ingot.base.errors import DamagedFile
from ingot.base.last_line import last_line_holds
from ingot.network.types import Initializer, Network


def check_source(network: Network, folder: Path) -> None:
    """Raises DamagedFile for a network.c, in the folder of its description, that was edited by hand or damaged.

    What was proven of the network would not hold for it. One of another tool, or one that is not there, is let pass.
    """
    file = folder / f"{network.name}.c"
    if not network.source_sha256 or not file.is_file():
        return
    if hashlib.sha256(file.read_bytes()).hexdigest() != network.source_sha256:
        raise _edited(file)


def check_text(file: Path) -> None:
    """Raises DamagedFile for a text of ingot.base.last_line that was edited by hand or damaged; it may be missing."""
    if file.is_file() and not last_line_holds(file.read_bytes()):
        raise _edited(file)


def check_initializer(item: Initializer, file: Path, content: bytes) -> None:
    """Raises DamagedFile for an initializer whose content is not that of its description."""
    if len(content) != item.size:
        raise DamagedFile(
            f"the file has {len(content):,} bytes, the network expects {item.size:,}",
            file,
            remedy="It belongs to another network; compile again.",
        )
    if zlib.crc32(content) != item.crc32:
        raise DamagedFile(
            f"the file's CRC-32 is {zlib.crc32(content):08x}, the network expects {item.crc32:08x}",
            file,
            remedy="It was changed, or belongs to another network; compile again.",
        )


def _edited(file: Path) -> DamagedFile:
    return DamagedFile(
        "the file is not what was generated: it was edited by hand, or damaged",
        file,
        remedy="Changes belong into the model, the options or the application.",
    )
