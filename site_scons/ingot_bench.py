"""The target `bench`: every model of a folder on the board's twin, in one table."""

from __future__ import annotations

from pathlib import Path

import SCons.Script

from ingot.base import places
from ingot.recipe import sources as firmware

RIVALS = places.ROOT / "bench" / "rivals.csv"


def bench(env, board):
    """The nodes of the target, when it is asked for; reading a folder of models costs time otherwise."""
    if "bench" not in SCons.Script.COMMAND_LINE_TARGETS:
        return []
    from ingot_tool import board_file

    from ingot.model.manifest import bare_manifest
    from ingot.steps.bench import models_of

    options = env["INGOT_OPTIONS"]
    twins, refused = [], {}
    for path in models_of(Path(options.text("models"))):
        manifest = bare_manifest(path)
        reason = _refusal(env, board, manifest, path)
        if reason:
            refused[path.stem] = reason
        else:
            twins.append(env.IngotFirmware(board, manifest, env.IngotModel(manifest), twin=True))
    empty = {"empty": small_firmware(env, board, twins[0], "empty")[0]} if twins else {}
    pages = {"pages": [f"{twin.out}/report.html" for twin in twins]} if options.switch("profile") else {}
    return env.Ingot(
        "bench",
        {
            "elfs": [twin.elf for twin in twins],
            "c_infos": [twin.c_info for twin in twins],
            "plain": [small_firmware(env, board, twin, "inference")[0] for twin in twins],
            **empty,
            "loader": _loader(env, board),
            **board_file(env, board),
        },
        {"report": f"{env['INGOT_BUILD']}/{board.name}/bench.json", **pages},
        also=[node for twin in twins for node in (*twin.proof, *twin.raws)],
        label=f"{len(twins)} models on {board.name}",
        always=True,
        keep=True,
        rivals=str(RIVALS) if RIVALS.is_file() else "",
        as_json=options.switch("json"),
        refused=refused,
    )


def _refusal(env, board, manifest, path):
    """Asked before anything is built: SCons would stop at the first model that the compiler refuses."""
    from ingot_tool import _wanted

    from ingot.steps.bench import refusal

    return refusal(path, Path(str(board.path)), **_wanted(env["INGOT_OPTIONS"], manifest).builtin)


def small_firmware(env, board, twin, app):
    """An application without what talks to the host, for sizes: the ELF file, then what it is linked from."""
    from ingot_tool import link_firmware, linker_script_of

    out = f"{twin.out}/{app}"
    script = linker_script_of(env, out, board, twin.manifest, app, twin.c_info, True)
    return link_firmware(env, out, board, app, twin.network_c, script, [twin.out], True)


def _loader(env, board):
    """The objects of the loader of relocatable images, as the application that uses it has them compiled."""
    from ingot_tool import _file, _gcc_environment

    asked = firmware.application_extras(places.firmware_dir() / "apps" / "model_host")
    include = [places.firmware_dir() / "runtime"]
    gcc = _gcc_environment(env, "loader", board.core, "firmware", "the loader", include, asked["defines"])
    sources = [places.ROOT / name for name in asked["sources"] if name.startswith("firmware/runtime/")]
    return [gcc.Object(f"{env['INGOT_BUILD']}/{board.name}/loader/{s.stem}.o", _file(env, s))[0] for s in sources]
