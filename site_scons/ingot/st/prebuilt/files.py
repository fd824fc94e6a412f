# SPDX-License-Identifier: Apache-2.0
"""Which files an output of ST's tools becomes. Light to import: a null build asks."""

from __future__ import annotations

from ingot.st.prebuilt.initializer_files import initializer_files
from ingot.st.prebuilt.output import StOutput, info_name

ST_REPORT, ST_INFO = "st_generate_report.txt", "st_c_info.json"
COPIED = (".h", ".hex", ".mpool")
#: Files of that name are the build's own: configuration of the application, made from the network.
OWN = ("app_config.h", "ai_model_config.h", "reloc_places.h", "firmware.hex")


def sources(output: StOutput) -> tuple[str, ...]:
    """C files of the network: network.c first, then those that belong to it. Others in the folder are not built."""
    prefix = output.prefix
    names = (f"{prefix}.c", f"stai_{prefix}.c", f"{prefix}_data.c", f"{prefix}_data_params.c")
    return tuple(name for name in names if name in output)


def copied_files(output: StOutput) -> tuple[str, ...]:
    """Names of the files that are taken as they are; initializers are written as .raw, and as .hex from that."""
    made = {*OWN, *(name for item in initializer_files(output) for name in item.forms.values())}
    others = {name for name in output.members if name.endswith(COPIED)}
    return tuple(sorted({*sources(output), *others} - made))


def output_files(output: StOutput) -> tuple[str, ...]:
    """Names of all files that are written: Ingot's description and report, copies, initializers, ST's description and
    report."""
    prefix = output.prefix
    extra = [ST_INFO] if info_name(output, prefix) else []
    extra += [ST_REPORT] if f"{prefix}_generate_report.txt" in output else []
    own = (f"{prefix}_c_info.json", f"{prefix}_generate_report.txt")
    return (*own, *sorted({*copied_files(output), *written_raws(output)}), *extra)


def written_raws(output: StOutput) -> tuple[str, ...]:
    """Names of the initializers among them."""
    return tuple(item.written for item in initializer_files(output))
