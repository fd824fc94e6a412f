# SPDX-License-Identifier: Apache-2.0
"""The steps `validate` and `load_and_run`: a firmware's outputs over its serial line, on a board or on the twin."""

from __future__ import annotations

from pathlib import Path

from ingot.base.errors import IngotError


def validate(
    c_info: Path,
    model: Path,
    board: Path,
    elf: Path | None = None,
    *,
    port: str = "",
    baud: int = 0,
    input: str = "",
    samples: int = 3,
    seed: int = 1,
    save: str = "",
    as_json: bool = False,
    manifest: str = "",
) -> None:
    """Compares what the firmware computes with LiteRT's reference kernels, and prints what each epoch costs.

    port: the board's serial port; "" for the twin, whose firmware is `elf`. baud: 0 for the board's. save: a .npz file
    for inputs and outputs. manifest: the model.yaml whose preprocessing counts for `input`. Raises IngotError when an
    output differs or nobody answers.
    """
    from ingot.base.files import write_if_changed
    from ingot.board.target import open_board
    from ingot.device.protocol.lines import archive, client_of, line_to, show_result
    from ingot.device.protocol.validate import validate as run
    from ingot.device.run.reference_gaps import difference
    from ingot.device.run.samples import samples_of
    from ingot.device.run.twin import images_of
    from ingot.network.c_info import read_c_info

    target, _ = open_board(board, twin=not port)
    network = read_c_info(c_info)
    lines: list[str] = []
    given = samples_of(network, input, samples, seed, manifest, lines.append if as_json else _print)
    clock = target.clock if port else 0
    images = [] if port else images_of(network, c_info.parent)
    npu = network.drives_npu
    with line_to(target, elf, images, port, baud, npu) as line, client_of(line, network, clock, as_json) as client:
        outcome = run(model, network, client, given, (lambda line: None) if as_json else _print, c_info.parent)
    if save:
        write_if_changed(Path(save), archive(outcome, given, network))
    show_result(outcome, network, clock, as_json, {"preprocessing": lines})
    if not outcome.passed:
        raise difference(
            "the firmware computes something else than the model",
            [model],
            where=model,
            remedy="On a board: flash again (`scons flash`). Where `scons verify` fails too it is a fault of Ingot.",
        )


def _print(line: str) -> None:
    print(f"  {line}", flush=True)


def load_and_run(
    image: Path,
    c_info: Path,
    board: Path,
    host: Path | None = None,
    params: Path | None = None,
    model: Path | None = None,
    *,
    mode: str = "XIP",
    address: int = 0,
    params_address: int = 0,
    port: str = "",
    baud: int = 0,
    no_flash: bool = False,
    no_run: bool = False,
    max_speed: bool = False,
    probe: str = "",
    dry_run: bool = False,
    whole: bool = False,
    folder: str = "",
    input: str = "",
    samples: int = 1,
    seed: int = 1,
    save: str = "",
    as_json: bool = False,
    manifest: str = "",
) -> None:
    """Puts a relocatable image into flash, has `model_host` install and run it, and prints what it needs and costs.

    host: model_host's firmware: the twin's, or with `port` a board's, which is flashed too. model: to compare with.
    address, params_address: 0 for the board's slots. port: a board's serial port; "" for the twin. no_flash: it is all
    there already. no_run: only install. max_speed: at the chip's highest clock. folder: for the record of what was
    flashed. manifest: the model.yaml whose preprocessing counts for `input`. Raises IngotError when the loader refuses
    the image or an output differs.
    """
    from ingot.base.console import say
    from ingot.base.files import write_if_changed
    from ingot.board.target import open_board
    from ingot.device.protocol.lines import archive, client_of, line_to, show_result
    from ingot.device.run.load_and_run import commands, placing
    from ingot.device.run.load_and_run import load_and_run as run
    from ingot.device.run.qemu import Image
    from ingot.device.run.reference_gaps import difference
    from ingot.device.run.samples import samples_of
    from ingot.network.c_info import read_c_info
    from ingot.steps.flash import flash_image

    target, pools = open_board(board, twin=not port)
    network = read_c_info(c_info)
    what = placing(target, image, params, mode, address, params_address)
    lines: list[str] = []
    show = lines.append if as_json else _print
    given = [] if no_run else samples_of(network, input, samples, seed, manifest, show)
    if port:
        if not no_flash:
            kept = Path(folder) if folder else image.parent / "flash"
            flash_image(target, network, what.files, host, probe=probe, folder=kept, dry_run=dry_run, whole=whole)
        if dry_run:
            return
    elif no_flash:
        raise IngotError("the twin's flash is empty whenever it starts", where="no_flash", remedy="Leave it out.")
    elif max_speed:
        say("the twin counts instructions, which no clock changes: max_speed makes no difference there")
    clock = target.clock if port else 0
    words = commands(target, pools, what)
    if port and max_speed:
        words.insert(1, "max_speed")
    images = [] if port else [Image(file, at) for _, file, at in what.files]
    with (
        line_to(target, host, images, port, baud, network.drives_npu) as line,
        client_of(line, network, clock, as_json) as client,
    ):
        try:
            outcome = run(client, words, network, given, model, show, c_info.parent)
        except IngotError as error:
            if "'max_speed'" not in error.what:
                raise
            raise IngotError(
                "this firmware does not know how to raise the clock",
                where="max_speed",
                remedy="Define ingot_board_max_speed() in a file of yours (docs/validate.md), or leave max_speed out.",
            ) from None
    if outcome is None:
        return
    if save:
        write_if_changed(Path(save), archive(outcome, given, network))
    show_result(outcome, network, clock, as_json, {"said": lines, "mode": mode, "install": outcome.served.init})
    if not as_json:
        say(f"{mode}: installed in {outcome.served.init:,} {outcome.served.unit}, ran in {outcome.samples[-1].cost:,}")
    if model is not None and not outcome.passed:
        raise difference(
            "the image computes something else than the model",
            [model],
            where=image,
            remedy="On a board: flash with whole=1. Where `scons reloc-verify` fails too it is a fault of Ingot.",
        )
