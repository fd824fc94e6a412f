# SPDX-License-Identifier: Apache-2.0
"""Which files an output of ST's tools becomes. Light to import: a null build asks."""

from __future__ import annotations

from ingot.st.prebuilt.output import StOutput, info_name, network_name

ST_REPORT, ST_INFO = "st_generate_report.txt", "st_c_info.json"
COPIED = (".c", ".h", ".hex", ".mpool")
#: Files of that name are the build's own: configuration of the application, made from the network.
OWN = ("app_config.h", "ai_model_config.h", "reloc_places.h", "firmware.hex")


def copied_files(output: StOutput) -> tuple[str, ...]:
    """Names of the files that are taken as they are; a .hex beside its initializer is made again from it."""
    raws = output.raws()
    made = {*OWN, *(f"{name[:-4]}.hex" for name in raws)}
    return tuple(sorted({*raws, *(name for name in output.members if name.endswith(COPIED))} - made))


def output_files(output: StOutput) -> tuple[str, ...]:
    """Names of all files that are written: Ingot's description and report, copies, ST's description and report."""
    name = network_name(output)
    extra = [ST_INFO] if info_name(output, name) else []
    extra += [ST_REPORT] if f"{name}_generate_report.txt" in output else []
    return (f"{name}_c_info.json", f"{name}_generate_report.txt", *copied_files(output), *extra)


def written_raws(output: StOutput) -> tuple[str, ...]:
    """Names of the initializers among them."""
    return output.raws()
