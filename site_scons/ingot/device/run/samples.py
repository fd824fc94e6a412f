# SPDX-License-Identifier: Apache-2.0
"""The samples that a network is run on: seeded random inputs, or one of the user's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.model import Manifest, open_manifest
from ingot.network.types import Network
from ingot.preprocessing.load import Sample, load_inputs, load_pixels, load_samples, load_sensor

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


def random_samples(network: Network, samples: int, seed: int) -> list[tuple[str, list[Array]]]:
    """Labelled random inputs: sample i has the seed `seed + i`."""
    from ingot.device.run.inputs import random_inputs

    specs = [(buffer.shape, buffer.dtype) for buffer in network.inputs]
    return [(f"seed {seed + i}", random_inputs(specs, seed + i)) for i in range(samples)]


def samples_of(
    network: Network,
    file: str,
    count: int,
    seed: int,
    manifest: str = "",
    say: Callable[[str], None] = lambda line: None,
) -> list[tuple[str, list[Array]]]:
    """Labelled inputs: those of a file or of a folder of files, or `count` random ones.

    manifest: the path of the model.yaml (or of the model without one) whose preprocessing counts; "" for none.
    say: takes a line an input about what was done with the file. Raises IngotError.
    """
    if file:
        samples = load_inputs(Path(file), network, manifest_at(manifest))
        for line in samples[0].lines:
            say(line)
        if len(samples) > 1:
            say(f"{len(samples):,} inputs; that was the first")
        return [(sample.label, sample.arrays) for sample in samples]
    if count < 1:
        raise IngotError(f"samples={count}: at least one is needed")
    return random_samples(network, count, seed)


def pixels_of(
    network: Network, file: str, seed: int, manifest: str = "", say: Callable[[str], None] = lambda line: None
) -> list[Array]:
    """One frame of uint8 pixels for an application that does the arithmetic itself: the file's, or a random one."""
    from ingot.device.run.inputs import random_inputs
    from ingot.preprocessing.definition import image_inputs

    if file:
        ((_, arrays),) = _labelled(load_pixels(Path(file), network, manifest_at(manifest)), say)
        return arrays
    images = image_inputs(network, manifest_at(manifest))
    if len(images) != 1 or images[0] is None:
        raise IngotError("the application takes pixels, but the network's input is no image", where="app")
    shape = (images[0].height, images[0].width, images[0].channels)
    return random_inputs([(shape, "uint8")], seed)


#: What an application may take that nobody makes up -> what reads it.
RECORDED: Mapping[str, Callable[[Path, Network, Manifest | None], Sample]] = {
    "sound": load_samples,
    "sensor": load_sensor,
}


def recorded(
    what: str, network: Network, file: str, manifest: str = "", say: Callable[[str], None] = lambda line: None
) -> list[Array]:
    """What a file recorded, for an application that does the arithmetic itself. what: a key of RECORDED."""
    if not file:
        example = {"sound": "clip.wav", "sensor": "samples.npy"}[what]
        raise IngotError(f"the application takes a {what}", where="app", remedy=f"Give a file: input={example}.")
    ((_, arrays),) = _labelled(RECORDED[what](Path(file), network, manifest_at(manifest)), say)
    return arrays


def manifest_at(path: str) -> Manifest | None:
    return open_manifest(Path(path)) if path else None


def _labelled(sample: Sample, say: Callable[[str], None]) -> list[tuple[str, list[Array]]]:
    for line in sample.lines:
        say(line)
    return [(sample.label, sample.arrays)]
