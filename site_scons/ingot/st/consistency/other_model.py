# SPDX-License-Identifier: Apache-2.0
"""The network was made from this model: inputs and outputs, the scales of weights, the model's name in network.c.

No signature ties a network.c to a model file, but the tables of its buffers repeat what the file has. In every pair of
output and .tflite that could be had, all weights with a scale for each channel have the scales of the file, to the
bit; with another model none has, retrained ones included. Inputs and outputs may differ from the model's where ST's
tool was asked to: in type (float32, int8, uint8) and in the order of the axes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ingot.compiler.frontend.face import Face, Port, pack_scales, read_face
from ingot.network.types import Network, NetworkBuffer
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.consistency.stale import is_signed

RULE = "other-model"
#: Types that --input-data-type and --output-data-type exchange.
EXCHANGED = ("float32", "int8", "uint8")


def other_model(subject: Subject) -> Iterable[Finding]:
    if subject.model is None or not subject.signature:
        return
    content, file = subject.model.data, subject.model.name
    face = read_face(content, str(subject.model.path)) if content[4:8] == b"TFL3" else None
    if face is None:
        what = "" if is_signed(subject, content) else _name_differs(subject)
    else:
        what = _ports_differ(subject, face) or _weights_differ(subject, face)
        if not what and not is_signed(subject, content) and not any(_many_scales(n) for n in _networks(subject)):
            what = _name_differs(subject)
    if what:
        yield Finding(
            RULE,
            f"it was generated from another model than {file}: {what}",
            subject.output.where(subject.main) if subject.source is not None else str(subject.output.path),
            "Give the model that it was generated from, or generate it again from this one. If it is this one, write "
            "check_signature: false into model.yaml's section stedgeai.",
        )


def _networks(subject: Subject) -> list[Network]:
    """The description, and where network.c lies beside a c_info what that alone says."""
    beside = [subject.built] if subject.document is not None and subject.built is not None else []
    return [subject.network, *beside]


def _name_differs(subject: Subject) -> str:
    name = subject.source.model if subject.source is not None else ""
    if not name or subject.model is None or _plain(name) == _plain(subject.model.path.stem):
        return ""
    return f"{subject.main} names '{name}'"


def _plain(name: str) -> str:
    """Without what tools replace in names."""
    return "".join(character if character.isalnum() else "_" for character in name.lower()).strip("_")


# ---- inputs and outputs ----


def _ports_differ(subject: Subject, face: Face) -> str:
    """In words, the first difference; "" when there is none."""
    for network in _networks(subject):
        for role, buffers, ports in (("input", network.inputs, face.inputs), ("output", network.outputs, face.outputs)):
            if len(buffers) != len(ports):
                return f"it has {_count(len(buffers), role)}, the model {len(ports)}"
            for number, (buffer, port) in enumerate(zip(buffers, ports, strict=True), 1):
                who = f"its {role}" if len(ports) == 1 else f"its {role} {number}"
                if words := _port_differs(buffer, port):
                    return f"{who} {words}"
    return ""


def _count(number: int, role: str) -> str:
    return f"{number} {role}" if number == 1 else f"{number} {role}s"


def _port_differs(buffer: NetworkBuffer, port: Port) -> str:
    if _extents(buffer.shape) != _extents(port.shape):
        return f"has shape {_shape(buffer.shape)}, the model's {_shape(port.shape)}"
    if buffer.dtype != port.dtype and not (buffer.dtype in EXCHANGED and port.dtype in EXCHANGED):
        return f"is {buffer.dtype}, the model's {port.dtype}"
    ours, models = (
        _signed(buffer.dtype, buffer.scale, buffer.zero_point),
        _signed(port.dtype, port.scale, port.zero_point),
    )
    if ours is None or models is None:  # one of them is float
        return ""
    if not math.isclose(ours[0], models[0], rel_tol=1e-6) or ours[1] != models[1]:
        return (
            f"has scale {buffer.scale[0]:.6g} and zero point {buffer.zero_point[0]} ({buffer.dtype}), the model's "
            f"{port.scale[0]:.6g} and {port.zero_point[0]} ({port.dtype})"
        )
    return ""


def _extents(shape: Sequence[int]) -> list[int]:
    """What is left when axes may be moved and extents of one added; a free extent (-1) is taken as one."""
    return sorted(extent for extent in shape if extent > 1)


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _signed(dtype: str, scale: Sequence[float], zero_point: Sequence[int]) -> tuple[float, int] | None:
    """(scale, zero point) as int8 would have them, which uint8 has 128 higher; None without one of each."""
    if dtype == "float32" or len(scale) != 1 or len(zero_point) != 1:
        return None
    return scale[0], zero_point[0] - (128 if dtype == "uint8" else 0)


# ---- weights ----


def _many_scales(network: Network) -> list[NetworkBuffer]:
    """Weights with a scale for each channel."""
    return [buffer for buffer in network.buffers if buffer.role == "param" and len(buffer.scale) > 1]


def _weights_differ(subject: Subject, face: Face) -> str:
    for network in _networks(subject):
        buffers = _many_scales(network)
        strange = [b for b in buffers if not _is_part(pack_scales(b.scale), face.scales)]
        if strange:
            share, first = f"{len(strange)} of its {len(buffers)}", strange[0].name
            return f"the scales of {share} per-channel weights are not in the file (the first is '{first}')"
    return ""


def _is_part(scales: bytes, known: Iterable[bytes]) -> bool:
    """Whether a constant of the file has these scales one after the other: the compiler may split a convolution."""
    for candidate in known:
        at = candidate.find(scales)
        while at >= 0:
            if at % 4 == 0:
                return True
            at = candidate.find(scales, at + 1)
    return False
