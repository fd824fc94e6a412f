# SPDX-License-Identifier: Apache-2.0
"""The C that ST's application has between its markers, and the linker sections it needs."""

from __future__ import annotations

from ingot.base.render import render
from ingot.st.h747.budget import Budget, Placed
from ingot.st.h747.camera import Camera


def activation_lines(budget: Budget) -> list[str]:
    """The block of main.c: one array an activation buffer, and the table of their addresses.

    An array has exactly its size rounded up to a cache line. The assertions tie this file's numbering to that of
    network_data.h: when the tool orders its buffers otherwise, the compiler says so.
    """
    lines = []
    for item in budget.activations:
        size = f"AI_ACTIVATION_{item.number}_SIZE_BYTES"
        lines += [
            f'_Static_assert({size} == {item.size}, "{item.name}: generate the declarations again");',
            f'__attribute__((section("{item.section}")))',
            "__attribute__ ((aligned (32)))",
            f"static uint8_t {item.name}[({size} + 31) / 32 * 32];",
        ]
    names = ", ".join(item.name for item in budget.activations)
    count = len(budget.activations)
    lines += [
        f'_Static_assert(AI_ACTIVATION_BUFFERS_COUNT == {count}, "generate the declarations again");',
        f"ai_handle NN_Activation_Buffer[AI_ACTIVATION_BUFFERS_COUNT] = {{ {names} }};",
    ]
    return lines


def input_lines(budget: Budget) -> list[str]:
    """The block of ai_interface.h: in which activation buffer the input is. Indices count from 0, macros from 1."""
    number = budget.input_number
    return [
        f"#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_INDEX {number - 1}",
        f"#define AI_NETWORK_INPUTS_IN_ACTIVATIONS_SIZE AI_ACTIVATION_{number}_SIZE_BYTES",
    ]


def camera_defines(camera: Camera) -> dict[str, str]:
    """The macros of main.h."""
    return {
        "CAMERA_RESOLUTION": f"({camera.resolution})",
        "CAM_RES_WIDTH": f"({camera.width_macro})",
        "CAM_RES_HEIGHT": f"({camera.height_macro})",
    }


def header_text(budget: Budget, camera: Camera) -> str:
    """h747_buffers.h: everything above as one generated file, for projects that include it instead of being patched."""
    return render(
        "h747/h747_buffers.h.j2", camera=camera_defines(camera), inputs=input_lines(budget), images=_images(budget)
    )


def source_text(budget: Budget) -> str:
    """h747_buffers.c: the arrays."""
    return render("h747/h747_buffers.c.j2", activations=activation_lines(budget), images=_images(budget))


def sections_text(budget: Budget) -> str:
    """h747_buffers.ld: the sections, to be given to the linker in front of the application's own script."""
    order: dict[str, list[Placed]] = {}
    for item in budget.placed:
        order.setdefault(item.memory.upper() if item.memory != "dtcm" else "DTCMRAM", []).append(item)
    return render("h747/h747_buffers.ld.j2", memories=order)


def _images(budget: Budget) -> list[Placed]:
    return [budget.captured, budget.rescaled]
