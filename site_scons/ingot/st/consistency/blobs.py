# SPDX-License-Identifier: Apache-2.0
"""The blobs of the epoch controller are those that network.c starts: by network, name and epoch.

The NPU executes whatever the blob says; with those of another network it computes something else, in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingot.st.consistency.finding import Finding, Subject
from ingot.st.prebuilt.ecblobs import blob_of, epoch_of, parse_ecblobs

MISSING, OTHER = "blobs-missing", "blobs-differ"
REMEDY = "Take network.c, its ecblobs file and its initializers of one run of the tool."


def blobs(subject: Subject) -> Iterable[Finding]:
    source, main = subject.source, subject.main
    if source is None:
        return
    started = [blob_of(block.blob) for block in source.blocks if block.blob and block.kind == "EC"]
    if not started:
        return
    named = [file for file in source.includes if file.endswith("_ecblobs.h")]
    file = named[0] if named else f"{main[:-2]}_ecblobs.h"
    if file not in subject.output:
        count = f"{len(started)} blobs" if len(started) > 1 else "a blob"
        what = f"{main} starts {count} of the epoch controller, but {file} is not there"
        yield Finding(MISSING, what, str(subject.output.path), REMEDY)
        return
    there = parse_ecblobs(subject.output.text(file))
    if there.network and there.network != source.name:
        words = f"it initialises network '{there.network}', {main} is of network '{source.name}'"
    elif set(there.blobs) != set(started):
        stems = {name.rstrip("0123456789") for name in (*there.blobs, *started)}
        by_epoch = len(stems) == 1
        words = f"it has {_listed(there.blobs, by_epoch)}, {main} starts {_listed(started, by_epoch)}"
    else:
        return
    yield Finding(OTHER, f"these are the blobs of another network: {words}", subject.output.where(file), REMEDY)


def _listed(names: Sequence[str], by_epoch: bool) -> str:
    """`blobs of epochs 1, 60, 64`, or with their names; cut after ten."""
    if not names:
        return "no blob"
    words = [str(epoch_of(name)) for name in names] if by_epoch else list(names)
    shown = ", ".join(words[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")
    if not by_epoch:
        return shown
    return f"a blob of epoch {shown}" if len(words) == 1 else f"blobs of epochs {shown}"
