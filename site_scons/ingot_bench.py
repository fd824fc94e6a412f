"""The target `bench`: every model of a folder on the board's twin, in one table."""

from __future__ import annotations

from pathlib import Path

import SCons.Script

from ingot import places
from ingot.errors import IngotError
from ingot.model import find_model

RIVALS = places.ROOT / "bench" / "rivals.csv"


def bench(env, board):
    """The nodes of the target, when it is asked for; reading a folder of models costs time otherwise."""
    if "bench" not in SCons.Script.COMMAND_LINE_TARGETS:
        return []
    from ingot_tool import board_file, link_firmware, linker_script_of

    options = env["INGOT_OPTIONS"]
    folder = Path(options.text("models"))
    models = sorted(folder.glob("*.tflite"))
    if not models:
        raise IngotError(
            f"there is no .tflite in {folder}", where="bench", remedy="Name a folder of models with models=<folder>."
        )
    twins = []
    for path in models:
        manifest = find_model(str(path), Path("models"))
        twins.append(env.IngotFirmware(board, manifest, env.IngotModel(manifest), twin=True))
    first = twins[0]
    out = f"{first.out}/empty"
    script = linker_script_of(env, out, board, first.manifest, "empty", first.c_info, True)
    empty, *_ = link_firmware(env, out, board, "empty", first.network_c, script, [first.out], True)
    return env.Ingot(
        "bench",
        {
            "elfs": [twin.elf for twin in twins],
            "c_infos": [twin.c_info for twin in twins],
            "empty": empty,
            **board_file(env, board),
        },
        {"report": f"{env['INGOT_BUILD']}/{board.name}/bench.json"},
        also=[node for twin in twins for node in (*twin.proof, *twin.raws)],
        label=f"{len(models)} models on {board.name}",
        always=True,
        rivals=str(RIVALS) if RIVALS.is_file() else "",
        profiles=options.switch("profile"),
    )
