# SPDX-License-Identifier: Apache-2.0
"""A build of ST's compiler as one object: network.c, blobs or plain calls, the weights' images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.st.npu.container import Blob, read_blob
from ingot.st.npu.described import read_places
from ingot.st.npu.envelope import refuse_strangers
from ingot.st.npu.images import Image, pool_images
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.prebuilt.ecblobs import blob_words
from ingot.st.prebuilt.network_c import NetworkSource, parse_network_c
from ingot.st.prebuilt.output import StOutput, open_output

REMEDY = "Give the folder that ST's compiler wrote, with network.c."


@dataclass(frozen=True)
class Build:
    """blobs: by name, in order of the file; empty for plain calls. epochs: those of the NPU, in order of execution.

    text: of network.c. described: places of buffers as c_info has them, by name. own: of Ingot's own compiler.
    """

    path: Path
    name: str
    source: NetworkSource
    blobs: Mapping[str, Blob]
    epochs: tuple[HardwareEpoch, ...]
    images: tuple[Image, ...]
    text: str = field(default="", repr=False)
    described: Mapping[str, tuple[int, int]] = field(default_factory=dict, repr=False)
    own: bool = False

    @property
    def form(self) -> str:
        """ "blobs" or "plain calls"."""
        return "blobs" if self.blobs else "plain calls"


def read_build(path: Path, weights: Sequence[Path] = (), *, strict: bool = True, name: str = "") -> Build:
    """Reads the folder or zip. Raises IngotError.

    weights: files of initialised pools that are not in it, or have other names. strict: refuse fields that were never
    verified. name: of the network, where there are several.
    """
    output = open_output(path, name)
    name = output.prefix
    main = _main_file(output)
    if main is None:
        raise IngotError(f"there is no {name}.c in it", where=str(path), remedy=REMEDY)
    text = output.text(main)
    source = parse_network_c(text)
    blobs = _blobs(output, source, main)
    images = pool_images(output, source, weights)
    machine = Machine()
    for blob_name, blob in blobs.items():
        machine.run(blob, blob_name)
    epochs = machine.epochs
    if not blobs:
        from ingot.st.npu.plain.epochs import plain_epochs

        epochs = plain_epochs(text, images, output.where(main))
    if not epochs:
        raise IngotError("no epoch of it runs on the NPU", where=output.where(main))
    if strict:
        for epoch in epochs:
            refuse_strangers(epoch)
    return Build(path, source.name, source, blobs, tuple(epochs), images, text, _described(output))


def blobs_of(text: str, where: str) -> dict[str, Blob]:
    """The blobs of an ecblobs.h, by name. Raises IngotError."""
    found: dict[str, Blob] = {}
    for name, words in blob_words(text, where):
        if name in found:
            raise IngotError(f"there are two blobs '{name}'", where=where)
        found[name] = read_blob(words, f"{where}, {name}")
    return found


def _described(output: StOutput) -> dict[str, tuple[int, int]]:
    file = f"{output.prefix}_c_info.json"
    return read_places(output.text(file), output.where(file)) if file in output else {}


def _main_file(output: StOutput) -> str | None:
    return next((file for file in (f"{output.prefix}.c", "network.c") if file in output), None)


def blob_file(output: StOutput, source: NetworkSource) -> str:
    """Name of the file that has a network's blobs; it need not be there."""
    named = [file for file in source.includes if file.endswith("_ecblobs.h")]
    usual = f"{(_main_file(output) or output.prefix).removesuffix('.c')}_ecblobs.h"
    return next((file for file in (*named, usual) if file in output), named[0] if named else usual)


def _blobs(output: StOutput, source: NetworkSource, main: str) -> dict[str, Blob]:
    file = blob_file(output, source)
    started = [block.blob for block in source.blocks if block.kind == "EC"]
    if file not in output:
        if started:
            raise IngotError(
                f"{main} starts {len(started)} blobs, but {file} is not there",
                where=str(output.path),
                remedy="Take all files of one run of the tool.",
            )
        return {}
    return blobs_of(output.text(file), output.where(file))
