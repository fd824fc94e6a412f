# SPDX-License-Identifier: Apache-2.0
"""The camera pipe writes lines whose length is a multiple of 16 bytes."""

from __future__ import annotations

from collections.abc import Iterable

from ingot.network.types import Network
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.stedgeai.command import st_target

RULE = "camera-width"
LINE = 16  # bytes: the pitch that DCMIPP writes with


def line_bytes(network: Network) -> int:
    """Bytes of a line of the input image, 0 when the first input is no image."""
    if not network.inputs or len(network.inputs[0].shape) != 4 or network.inputs[0].shape[3] not in (1, 3):
        return 0
    _, _, width, channels = network.inputs[0].shape
    return width * channels


def camera_width(subject: Subject) -> Iterable[Finding]:
    if not subject.camera or st_target(subject.board) == "stm32h7":  # STM32H7 has another camera interface
        return
    line = line_bytes(subject.network)
    if line % LINE:
        width, channels = subject.network.inputs[0].shape[2:]
        step = LINE if channels % 2 else LINE // 2
        below, above = width // step * step, -(-width // step) * step
        yield Finding(
            RULE,
            f"a line of the input image has {width} x {channels} = {line} bytes, which is no multiple of {LINE}",
            f"input '{subject.network.inputs[0].name}'",
            f"The camera needs a second buffer and a copy by the CPU for every frame; a width of {below} or {above} "
            "avoids both.",
            error=False,
        )
