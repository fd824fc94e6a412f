# SPDX-License-Identifier: Apache-2.0
"""The initializers of an output: which files they are, and the bytes in them.

As the tools and ST's scripts name them, for a network whose files begin with `network`:

    network_atonbuf.xSPI2.raw    as the tool writes it; atonbuf.xSPI2.raw in its workspace
    network_atonbuf.xSPI2.hex    the same with "fformat": "FORMAT_HEX" in the .mpool
    network_data.xSPI2.bin       the .raw under the name that ST's application repositories give it
    network_data.hex             that one at its flash address, which is all that some repositories keep
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.base.intel_hex import hex_segments
from ingot.st.prebuilt.output import StOutput

#: Of several forms of one initializer the first that is there is read.
FORMS = ("raw", "bin", "hex")
#: C name of every network of ST Edge AI 2.0 to 2.2 that was generated as `network`.
DEFAULT = "Default"
_WITH_POSTFIX = re.compile(r"(?P<stem>[^.]+)\.(?P<postfix>[^.]+)\.(?P<form>raw|bin|hex)")
_WITHOUT = re.compile(r"(?P<stem>[^.]+_(?:data|atonbuf))\.(?P<form>raw|bin|hex)")


@dataclass(frozen=True)
class InitializerFile:
    """One initializer. postfix: of its pool's file, "" where the name does not say. forms: form -> file's name."""

    stem: str
    postfix: str
    forms: Mapping[str, str]

    @property
    def written(self) -> str:
        """The file's name in the folder of a build, where every initializer is a .raw."""
        return f"{self.stem}.{self.postfix}.raw" if self.postfix else f"{self.stem}.raw"

    @property
    def file(self) -> str:
        """The file that is read."""
        return next(self.forms[form] for form in FORMS if form in self.forms)


def initializer_files(output: StOutput) -> tuple[InitializerFile, ...]:
    """The initializers in an output, by their written names. Names alone are looked at.

    A file without a postfix is another form of the one that has it, when there is just one of that stem. Of two stems
    with the same postfix the one of the tool (`_atonbuf`) counts.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in sorted(output.members):
        match = _WITH_POSTFIX.fullmatch(name) or _WITHOUT.fullmatch(name)
        if match is not None and _is_own(output, match["stem"]):
            found.setdefault((match["stem"], match.groupdict().get("postfix") or ""), {})[match["form"]] = name
    for stem, postfix in [key for key in found if not key[1]]:
        named = [key for key in found if key[0] == stem and key[1]]
        if len(named) == 1:
            found[named[0]] = found.pop((stem, postfix)) | found[named[0]]
    kept: dict[str, InitializerFile] = {}
    for (stem, postfix), forms in sorted(found.items(), key=lambda item: (not item[0][0].endswith("atonbuf"), item[0])):
        known = kept.setdefault(postfix, InitializerFile(stem, postfix, forms))
        kept[postfix] = InitializerFile(known.stem, postfix, {**forms, **known.forms})
    return tuple(sorted(kept.values(), key=lambda item: item.written))


def _is_own(output: StOutput, stem: str) -> bool:
    """Whether a file with that stem belongs to the network."""
    return stem == "atonbuf" or stem.startswith((f"{output.prefix}_", f"{DEFAULT}_"))


def initializer_of(output: StOutput, postfix: str, only: bool) -> InitializerFile | None:
    """The initializer of the pool with that file postfix, None when it is not there.

    only: the network has parameters in no other pool, so that a file that names no pool is meant for this one.
    """
    files = initializer_files(output)
    chosen = [item for item in files if item.postfix == postfix]
    chosen += [item for item in files if not item.postfix] if only else []
    return chosen[0] if chosen else None


def initializer_bytes(output: StOutput, item: InitializerFile, base: int | None) -> bytes:
    """The initializer's bytes from its pool's base on. base: None where the pool has no fixed address.

    Raises IngotError for a .hex that is damaged, or has bytes below the pool.
    """
    if not item.file.endswith(".hex"):
        return output.read(item.file)
    return hex_bytes(output, item.file, base)


def hex_bytes(output: StOutput, name: str, base: int | None) -> bytes:
    """The bytes of a .hex from an address on (its own first one for None), zeros between its stretches."""
    where = output.where(name)
    try:
        segments = hex_segments(output.text(name))
    except ValueError as error:
        raise IngotError(f"not a readable Intel HEX file: {error}", where=where, remedy="Take it again.") from None
    if not segments:
        return b""
    start = segments[0][0] if base is None else base
    if segments[0][0] < start:
        raise IngotError(
            f"the file begins at 0x{segments[0][0]:08X}, the network's pool for it at 0x{start:08X}",
            where=where,
            remedy="Convert the initializer to .hex again, at the address of its pool.",
        )
    last, data = segments[-1]
    if last + len(data) - start > LARGEST_HEX:
        raise IngotError(
            f"the file ends at 0x{last + len(data):08X}, the network's pool for it begins at 0x{start:08X}",
            where=where,
            remedy="Convert the initializer to .hex again, at the address of its pool.",
        )
    result = bytearray(last + len(data) - start)
    for address, data in segments:
        result[address - start : address - start + len(data)] = data
    return bytes(result)


#: No flash of a board is larger: a file that reaches farther is not at this pool's address.
LARGEST_HEX = 256 << 20
