# SPDX-License-Identifier: Apache-2.0
"""The initializers hold the weights of this model.

ST's compiler writes many weights as the model file has them, in another order: the bytes of such a buffer, sorted, are
those of one constant of the file. What it pads, inflates or splits has another size, and is not compared. Of those that
are compared, between 3 of 7 and 39 of 44 are equal in the public outputs of 2.1 to 4.0 whose model is public (five
networks); with another model's none of 11. Where few can be compared nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingot.base.errors import IngotError
from ingot.compiler.frontend.face import read_face
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.prebuilt.initializer_files import initializer_bytes, initializer_files

RULE = "other-weights"
#: Fewer bytes may be the same by chance.
SHORTEST = 64
#: Among fewer buffers it may be that the compiler has changed them all.
FEWEST = 5


def other_weights(subject: Subject) -> Iterable[Finding]:
    if subject.model is None or not subject.signature or subject.model.data[4:8] != b"TFL3":
        return
    known: dict[int, set[bytes]] = {}
    for content in read_face(subject.model.data, str(subject.model.path)).weights:
        known.setdefault(len(content), set()).add(_counts(content))
    for file, parts in _weights(subject):
        compared = [part for part in parts if len(part) >= SHORTEST and len(part) in known]
        if len(compared) >= FEWEST and not any(_counts(part) in known[len(part)] for part in compared):
            yield Finding(
                RULE,
                f"it has the weights of another model than {subject.model.name}: of {len(compared)} that are as long "
                "as weights of that model, none has their bytes",
                subject.output.where(file),
                "Take all files of one run of the tool, or generate the network again. If these are the model's "
                "weights, write check_signature: false into model.yaml's section stedgeai.",
            )


def _weights(subject: Subject) -> Iterator[tuple[str, list[bytes]]]:
    """Each initializer's file that is there, and the bytes of its int8 weights with a scale for each channel."""
    there = {item.written: item for item in initializer_files(subject.output)}
    bases = {pool.name: pool.base for pool in subject.network.pools}
    for initializer in subject.network.initializers:
        item = there.get(initializer.file)
        if item is None:
            continue
        try:
            content = initializer_bytes(subject.output, item, bases.get(initializer.pool))
        except IngotError:
            continue  # the rule about initializers says why
        yield (
            item.file,
            [
                content[buffer.offset : buffer.offset + buffer.size]
                for buffer in subject.network.buffers
                if buffer.role == "param"
                and buffer.pool == initializer.pool
                and buffer.dtype == "int8"
                and len(buffer.scale) > 1
            ],
        )


def _counts(content: bytes) -> bytes:
    """How often each byte is there: the same for the same bytes in any order."""
    import numpy as np

    return np.bincount(np.frombuffer(content, np.uint8), minlength=256).tobytes()
