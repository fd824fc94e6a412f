"""The target `explore`: what less RAM costs a model, every way built and run on the board's twin."""

from __future__ import annotations

import SCons.Script


def explore(env, board, manifest, source, twin):
    """The nodes of the target, when it is asked for: it needs a firmware that nothing else does."""
    if "explore" not in SCons.Script.COMMAND_LINE_TARGETS:
        return []
    from ingot_tool import board_file, kernel_archive, link_firmware, linker_script_of

    out = f"{twin.out}/empty"
    script = linker_script_of(env, out, board, manifest, "empty", twin.c_info, True)
    empty, *_ = link_firmware(env, out, board, "empty", twin.network_c, script, [twin.out], True)
    objects = [node for node in twin.everything if str(node).endswith(".o") and not str(node).endswith("/network.o")]
    return env.Ingot(
        "explore",
        {
            "model": source,
            **board_file(env, board),
            "objects": objects,
            "archive": kernel_archive(env, board)[0],
            "empty": empty,
        },
        {},
        label=str(source),
        always=True,
        io_placement=manifest.io_placement,
        stack=manifest.stack,
        heap=manifest.heap,
    )
