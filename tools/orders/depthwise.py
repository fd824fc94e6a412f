# SPDX-License-Identifier: Apache-2.0
"""Writes firmware/kernels/depthwise_3x3_turns_mve.h: the sixteen channels of depthwise_3x3_pixel_mve.h so that the next
sixteen begin before they are done, in three pieces a form.

    python tools/orders/depthwise.py

HEAD begins the first sixteen of a pixel, MIDDLE ends sixteen and begins the next, LAST ends the last and goes on to the
next pixel. Values that HEAD and MIDDLE leave are in the first registers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from registers import values_of, vectors, with_registers
from search import best_order_of_values
from text import continued, packed

KERNELS = Path(__file__).resolve().parents[2] / "firmware" / "kernels"
SOURCE, RESULT = (KERNELS / f"depthwise_3x3_{name}_mve.h" for name in ("pixel", "turns"))
FORMS = {
    "FULL_RANGE": ("INGOT_PIXEL_FULL_RANGE",),
    "SATURATED": ("INGOT_PIXEL_SUMS", "INGOT_PIXEL_SATURATED"),
    "AWAY": ("INGOT_PIXEL_SUMS", "INGOT_PIXEL_AWAY"),
}
TRIES = 25000
BEGUN = 8
"""Instructions of HEAD."""
GROUP = 336
"""Bytes of sixteen channels' parameters."""

NEXT_PIXEL = (
    "ldr r12, [sp, %[room] + 112]",
    *("ldr lr, [r12, %[advance]]", "add r0, r0, lr", "add r1, r1, lr", "add r2, r2, lr"),
    *("ldr lr, [r12, %[advance] + 4]", "add r3, r3, lr", "add r4, r4, lr", "add r5, r5, lr"),
    *("ldr lr, [r12, %[advance] + 8]", "add r6, r6, lr", "add r7, r7, lr", "add r8, r8, lr"),
    *("ldr lr, [r12, %[advance_to]]", "add r11, r11, lr"),
    *("ldr lr, [r12, %[pixels]]", "subs lr, lr, #1", "str lr, [r12, %[pixels]]"),
    *("ldr r10, [r12, %[words]]", "ldr lr, [r12, %[channels]]", "mvn r12, #3"),
)
"""As in depthwise_3x3_mve.h."""


def macro(source: str, name: str) -> list[str]:
    """The instructions of a macro of the header, with those of the macros that it begins with."""
    found = re.search(rf"#define {name} *\\\n((?:    .*\n)+)", source)
    assert found, name
    code = []
    for line in found[1].splitlines():
        text = line.rstrip("\\").strip()
        if text.startswith("INGOT"):
            code += macro(source, text)
        else:
            code += [part for part in text.strip('"').replace("\\n", "").strip().split("\n") if part]
    return [re.sub(r" +", " ", text).strip() for text in code]


def form(source: str, names: Sequence[str]) -> list[str]:
    """Of whole groups: without a count of channels and without predicates, and r10 stays."""
    code = [text for name in names for text in macro(source, name)]
    code = [text for text in code if not text.startswith(("vctp", "vpst", "subs"))]
    return [text.replace("vstrbt", "vstrb").replace(f"[r10], #{GROUP}", "[r10, #0]") for text in code]


def pieces(code: Sequence[str], tries: int) -> dict[str, tuple[float, list[str]]]:
    """HEAD, MIDDLE and LAST with the cycles of each. code: as form() has it."""
    values = values_of(code)
    head, rest = values[:BEGUN], values[BEGUN:]
    later = {value for text in rest for value in vectors(text)}
    carried = [value for value in dict.fromkeys(v for text in head for v in vectors(text)) if value in later]
    begun = [re.sub(r"\[r10, #(-?\d+)\]", lambda m: f"[r10, #{int(m[1]) + GROUP}]", text) for text in head]
    begun = [re.sub(r"\bq(\d+)\b", lambda m: m[0] if m[0] in carried else f"q{int(m[1]) + 500}", t) for t in begun]
    middle = [*rest, "subs lr, lr, #16", *begun, f"add r10, r10, #{GROUP}"]
    last = ["add lr, lr, #16", "vctp.8 lr", *(text.replace("vstrb.8", "vstrbt.8") for text in rest), *NEXT_PIXEL]
    ordered = best_order_of_values(last, carried, tries)
    first = with_registers(head, carried)
    assert first is not None
    return {
        "HEAD": (0, first),
        "MIDDLE": best_order_of_values(middle, carried, tries),
        "LAST": (ordered[0], [part for text in ordered[1] for part in _predicated(text)]),
    }


def _predicated(text: str) -> list[str]:
    return ["vpst", text] if text.startswith("vstrbt") else [text]


def header(source: str, tries: int = TRIES) -> str:
    """The text of depthwise_3x3_turns_mve.h. source: that of depthwise_3x3_pixel_mve.h."""
    lines = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        "/* Written by tools/orders/depthwise.py. */",
        "/* depthwise_3x3_pixel_mve.h so that the next sixteen channels of a pixel begin before sixteen are done. */",
    ]
    for name, macros in FORMS.items():
        for piece, (cycles, texts) in pieces(form(source, macros), tries).items():
            if cycles:
                lines.append(f"/* {len(texts)} instructions, {cycles:g} cycles */")
            lines += [f"#define INGOT_TURNS_{name}_{piece}", *packed(texts), ""]
    return "\n".join(continued(lines)).rstrip() + "\n"


def main() -> None:
    text = header(SOURCE.read_text())
    RESULT.write_text(text)
    print([line for line in text.splitlines() if "cycles" in line])


if __name__ == "__main__":
    main()
