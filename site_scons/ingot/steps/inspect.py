# SPDX-License-Identifier: Apache-2.0
"""Steps that show a model or a network to people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingot.base.console import say
from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.model.asked import WHOLE, Part


def info(
    model: Path,
    *,
    part: Part = WHOLE,
    as_json: bool = False,
    manifest: str = "",
) -> None:
    """Prints what a model consists of.

    manifest: the model.yaml of a file that may not be there yet; `model` is then where a build puts it, and no stand-in
    is made for this.
    """
    from ingot.compiler.frontend.info import as_dict, as_text
    from ingot.compiler.frontend.model import read_model
    from ingot.model import load_manifest, look_up_source

    if manifest:
        model = look_up_source(load_manifest(Path(manifest)), Path(model), say)

    graph = read_model(model, part)
    print(json.dumps(as_dict(graph), indent=2, sort_keys=True) if as_json else as_text(graph))


def report(
    c_info: Path,
    page: Path,
    *,
    summary: Path | None = None,
    costs: Path | None = None,
    base: str = "",
    map_file: str = "",
    verdict: str = "",
    quiet: bool = False,
) -> None:
    """Writes the report of a network as one HTML page, and prints its short form.

    c_info: a network_c_info.json, of any compiler. summary: what check_firmware wrote, for the address map.
    costs: what `emulate` prints as JSON, for the instructions of each epoch and the stack.
    base: the network_c_info.json of another build to compare with. map_file: of the firmware, for the code by object;
    verdict: what `verify` kept. Both may not be there.
    """
    from ingot.link.map_file import object_sizes
    from ingot.network.c_info import read_c_info
    from ingot.report.measured import measured_of
    from ingot.report.page import page as render
    from ingot.report.terminal import terminal_report
    from ingot.report.verdict import verdict_of

    network = read_c_info(c_info)
    other = read_c_info(Path(base)) if base else None
    facts = _json_file(summary) if summary else None
    measured = measured_of(_json_file(costs), network) if costs else None
    objects = object_sizes(Path(map_file)) if map_file else []
    found = verdict_of(network, Path(verdict)) if verdict else None
    text = render(network, summary=facts, measured=measured, base=other, objects=objects, verdict=found)
    write_if_changed(page, text)
    if not quiet:
        print(terminal_report(network, measured, other), end="")


def _json_file(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IngotError(f"cannot be read as JSON: {error}", where=str(path)) from error
    if not isinstance(content, dict):
        raise IngotError("is not a JSON object", where=str(path))
    return content
