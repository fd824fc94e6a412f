"""The target `explore`: what less RAM costs a model, every way built and run on the board's twin."""

from __future__ import annotations

import SCons.Script

from ingot.base.errors import IngotError


def explore(env, board, manifest, source, twin):
    """The nodes of the target, when it is asked for: it needs a firmware that nothing else does."""
    if "explore" not in SCons.Script.COMMAND_LINE_TARGETS:
        return []
    from ingot_tool import _wanted, board_file, kernel_archive

    from ingot_bench import small_firmware

    options = env["INGOT_OPTIONS"]
    if limit := options.number("ram_limit"):
        raise IngotError(f"ram_limit={limit}: explore tries limits of its own", remedy="Leave ram_limit= out.")
    empty, *_ = small_firmware(env, board, twin, "empty")
    _, *plain = small_firmware(env, board, twin, "inference")
    return env.Ingot(
        "explore",
        {
            "model": source,
            **board_file(env, board),
            "objects": _without_network(twin.everything),
            "plain": _without_network(plain),
            "archive": kernel_archive(env, board)[0],
            "empty": empty,
        },
        {},
        label=str(source),
        always=True,
        **_wanted(options, manifest).io,
        fuse=options.switch("fuse"),
        stack=manifest.stack,
        heap=manifest.heap,
    )


def _without_network(nodes):
    return [node for node in nodes if str(node).endswith(".o") and not str(node).endswith("/network.o")]
