"""A board on the desk as SCons targets: `scons validate`, `scons sign`, `scons flash`.

Use, after ingot_tool: `env.Tool("ingot_board")`, then `env.IngotBoard(board, model, source, firmware, twin)`.
"""

from ingot_tool import VERBS, _file, board_file

VERBS["sign"] = "sign"


def generate(env):
    """Adds the method to the environment."""
    env.AddMethod(ingot_board, "IngotBoard")


def exists(env):
    return True


def ingot_board(env, board, source, built, twin):
    """Declares the targets. built, twin: what IngotFirmware returned."""
    env.Alias("validate", _validate(env, board, source, built, twin))
    if board.chip == "stm32n6" and built.elf is not None:
        env.Alias("sign", _sign(env, board, built))
    if built.elf is not None:
        env.Alias("flash", _flash(env, board, built))


def _validate(env, board, source, built, twin):
    """Always asks the firmware: a board's with port=, else the twin's."""
    options = env["INGOT_OPTIONS"]
    sample, port = options.text("input"), options.text("port")
    which = built if port else twin
    inputs = {"c_info": which.c_info, "model": source, **board_file(env, board)}
    also = [*which.raws, *([_file(env, sample)] if sample else [])]
    if not port:
        inputs["elf"] = twin.elf
        also += twin.proof
    return env.Ingot(
        "validate",
        inputs,
        {},
        also=also,
        label=port or twin.board.name,
        always=True,
        port=port,
        baud=options.number("baud"),
        input=sample,
        samples=options.number("samples"),
        seed=options.number("seed"),
        save=options.text("save"),
        manifest=str(_file(env, which.manifest.path)),
    )


def _sign(env, board, built):
    """The application with its boot header, for the first-stage loader."""
    binary = f"{built.out}/firmware.bin"
    return env.Ingot(
        "sign", {"binary": binary, **board_file(env, board)}, {"signed": f"{built.out}/firmware-signed.bin"}
    )


def _flash(env, board, built):
    """Always asks the board what is there, and writes the rest."""
    options = env["INGOT_OPTIONS"]
    fsbl = options.text("fsbl")
    return env.Ingot(
        "flash",
        {"c_info": built.c_info, "summary": built.proof[1], "elf": built.elf, **board_file(env, board)},
        {},
        also=[*built.raws, *built.proof, *([_file(env, fsbl)] if fsbl else [])],
        label=board.name,
        always=True,
        folder=f"{built.out}/flash",
        fsbl=fsbl,
        probe=options.text("probe"),
        dry_run=options.switch("dry_run"),
        whole=options.switch("whole"),
    )
