# SPDX-License-Identifier: Apache-2.0
"""A relocatable image as a C array, for firmware that carries its network in its own program memory."""

from __future__ import annotations

from ingot.base import c_text

PER_LINE = 16


def image_array(content: bytes, name: str, model: str) -> str:
    """The C file: `<name>_rel`, 32-aligned, and `<name>_rel_size`."""
    label = f"{c_text.identifier(name)}_rel"
    lines = []
    for at in range(0, len(content), PER_LINE):
        lines.append("    " + ",".join(f"0x{byte:02x}" for byte in content[at : at + PER_LINE]) + ",")
    body = "\n".join(lines)
    return (
        f"/* The relocatable image of {c_text.comment(model)}, written by Ingot. */\n"
        "#include <stdint.h>\n\n"
        f"extern const uint8_t {label}[{len(content)}];\n"
        f"extern const uint32_t {label}_size;\n"
        f"const uint32_t {label}_size = {len(content)};\n"
        f"const uint8_t {label}[{len(content)}] __attribute__((aligned(32))) = {{\n{body}\n}};\n"
    )
