# SPDX-License-Identifier: Apache-2.0
"""The step that counts how often a network is right."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ingot.base.files import write_if_changed
from ingot.model import open_manifest


def evaluate(
    c_info: Path, model: Path, data: Path, *, manifest: str = "", as_json: bool = False, report: str = ""
) -> None:
    """Runs labelled inputs through a compiled network's C on this machine, and through LiteRT; prints accuracy and
    confusion, or of a detector mAP.

    data: a folder with a folder of files for each class, or a .npz with x and y, or pictures with boxes.
    manifest: the model.yaml whose preprocessing and postprocessing count. report: a file that gets the figures as JSON
    as well, "" for none.
    """
    from ingot.answers.evaluate import evaluate as run
    from ingot.network.c_info import read_c_info

    network = read_c_info(c_info)
    known = open_manifest(Path(manifest)) if manifest else None
    result = run(network, c_info.parent, model, data, known, _counter())
    facts = {**result.as_dict(), "stand_in": network.stand_in}
    if report:
        write_if_changed(Path(report), json.dumps(facts, indent=2, sort_keys=True) + "\n")
    if as_json:
        print(json.dumps(facts, indent=2, sort_keys=True))
        return
    if network.stand_in:
        print("STAND-IN: the weights are invented, the figures mean nothing")
    print(result.text())


def _counter() -> Callable[[int, int], None]:
    """Progress on a terminal: a line that is written over, once a second."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    shown = [time.monotonic()]

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        if done == total:
            sys.stderr.write("\r\x1b[K")
        elif now - shown[0] > 1:
            shown[0] = now
            sys.stderr.write(f"\r  {done:,} of {total:,} ")
        sys.stderr.flush()

    return show
