# SPDX-License-Identifier: Apache-2.0
"""The target `bench`: every model of a folder on the board's twin, in one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingot.base.places import near
from ingot.board import Board
from ingot.model.manifest import bare_manifest
from ingot.recipe.compilers import Settings
from ingot.recipe.measure import bench_jobs
from ingot.recipe.options import Options
from ingot.recipe.request import Request
from ingot.shells.scons.declare import declare


def bench(env: Any, board: Board) -> Any:
    """The nodes of the target. A model that is refused is refused here: SCons would stop at the first one."""
    from ingot.steps.bench import models_of, refusal

    options: Options = env["INGOT_OPTIONS"]
    models: dict[str, str] = {}
    refused: dict[str, str] = {}
    for path in models_of(Path(options.text("models"))):
        manifest = bare_manifest(path)
        settings = Settings.of(options, manifest, "network")
        if reason := refusal(path, board.path, settings.asked, title=settings.title, sha256=settings.sha256):
            refused[path.stem] = reason
        else:
            models[manifest.name] = near(path)
    build = env["INGOT_BUILD"]
    request = Request(
        model="",
        board=options.text("board"),
        out=f"{build}/{board.name}",
        options=options,
        kernels=env["INGOT_KERNELS"],
    )
    return declare(env, bench_jobs(request, models, refused, build))["bench"]
