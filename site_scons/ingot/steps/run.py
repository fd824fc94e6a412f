# SPDX-License-Identifier: Apache-2.0
"""Steps that run firmware on the board's twin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.board.cores import twin_note
from ingot.board.target import open_board

if TYPE_CHECKING:
    from ingot.answers.told import Told
    from ingot.board import Board
    from ingot.device.run.twin import Inference, TwinRun
    from ingot.network.types import Network, NetworkBuffer
from ingot.base.console import say


def _say_whose_network(compiler: str) -> None:
    """No emulator has the NPU: whatever compiler made the board's network, the twin runs the built-in one's."""
    if compiler not in ("", "builtin"):
        say(f"the twin runs what the built-in compiler makes of the model, not the network of compiler={compiler}")


def _say_whose_core(twin: Board) -> None:
    if note := twin_note(twin.core, twin.machine):
        say(note)


def emulate(
    elf: Path,
    c_info: Path,
    board: Path,
    *,
    input: str = "",
    seed: int = 1,
    as_json: bool = False,
    compiler: str = "",
    manifest: str = "",
    save: str = "",
) -> None:
    """Runs the twin's firmware on one input, or on those of a folder or an array, and prints what it says and costs.

    compiler: the board's network's. manifest: the model.yaml whose preprocessing counts for `input`, and whose
    postprocessing says what the outputs mean. save: where the picture goes with the answers drawn into it; a folder for
    a folder of pictures.
    """
    from ingot.answers.told import save_drawings, told
    from ingot.device.run.samples import manifest_at, samples_of
    from ingot.device.run.twin import emulate as run
    from ingot.device.run.twin import images_of
    from ingot.network.c_info import read_c_info

    _say_whose_network(compiler)
    target, _ = open_board(board, twin=True)
    _say_whose_core(target)
    network, model = read_c_info(c_info), manifest_at(manifest)
    lines: list[str] = []
    samples = samples_of(network, input, 1, seed, manifest, lines.append)
    images, given = images_of(network, c_info.parent), [sample for _, sample in samples]
    done = run(elf, images, network, given, machine=target.machine)
    answers: list[Told | None] = []
    if input:
        answers += told(network, model, given, [result.outputs for result in done.inferences])
    if save:
        said = dict(zip([label for label, _ in samples], answers, strict=False))
        save_drawings(Path(save), Path(input), network, model, said)
    if as_json:
        labels, each = [label for label, _ in samples], answers or [None for _ in samples]
        facts = [_facts(network, *one) for one in zip(labels, done.inferences, each, strict=True)]
        both: dict[str, Any] = {"init": done.init, "stack_used": done.stack_used, "stack_size": done.stack_size}
        both |= {"preprocessing": lines, "twin": twin_note(target.core, target.machine), "epochs": list(done.epochs)}
        more = facts[0] if len(facts) == 1 else {"samples": facts}
        print(json.dumps({**more, **both, "stand_in": network.stand_in}, indent=2, sort_keys=True))
        return
    if network.stand_in:
        say("STAND-IN: the weights are invented, the outputs mean nothing")
    for line in lines or [f"input        {samples[0][0]}"]:
        print(f"  {line}")
    for number, ((label, _), result) in enumerate(zip(samples, done.inferences, strict=True)):
        answer = answers[number] if answers else None
        words = answer.words if answer else []
        if len(samples) > 1:
            print(f"  {label}: {words[0] if words else _range(network.outputs[0], result.outputs[0])}")
            words = words[1:]
        for word in words:
            print(f"  {word}")
    if len(samples) == 1:
        for buffer, array in zip(network.outputs, done.inferences[0].outputs, strict=True):
            print(f"  {_range(buffer, array)}")
    instructions = done.inferences[-1].instructions
    print(f"  instructions {instructions:,} in {len(done.epochs)} epochs; {done.init:,} before the first inference")
    print(f"  stack        {done.stack_used:,} of {done.stack_size:,} bytes")
    if save:
        print(f"  drawn        {save}")


def _range(buffer: NetworkBuffer, array: Any) -> str:
    """ "scores: uint8 1x5, 0 to 255, largest at [0, 3]"."""
    shape = "x".join(map(str, buffer.shape))
    return f"{buffer.name}: {buffer.dtype} {shape}, {array.min():g} to {array.max():g}, largest at {_peak(array)}"


def _facts(network: Network, label: str, result: Inference, answer: Told | None) -> dict[str, Any]:
    """One sample for JSON."""
    outputs = [
        {"name": buffer.name, "shape": list(buffer.shape), "dtype": buffer.dtype, "values": array.ravel().tolist()}
        for buffer, array in zip(network.outputs, result.outputs, strict=True)
    ]
    facts = {"input": label, "instructions": result.instructions, "outputs": outputs}
    return facts | ({"answers": answer.as_list(), "words": answer.words} if answer else {})


def run_app(
    elf: Path,
    c_info: Path,
    board: Path,
    *,
    input: str = "",
    seed: int = 1,
    compiler: str = "",
    manifest: str = "",
    sample: str = "values",
) -> None:
    """Runs an application on the twin and prints what it prints.

    The application finds one sample as a file whose name is the last word of its command line. sample: "values" for
    the bytes of the network's inputs, "pixels" for a camera's frame in the input's size, "sound" for int16
    samples, "sensor" for float32 ones.
    manifest: see `emulate`.
    """
    import tempfile

    from ingot.device.npu.pipes import npu_of_twin
    from ingot.device.run.qemu import require_success, run
    from ingot.device.run.samples import RECORDED, pixels_of, recorded, samples_of
    from ingot.device.run.twin import images_of
    from ingot.network.c_info import read_c_info

    _say_whose_network(compiler)
    target, _ = open_board(board, twin=True)
    _say_whose_core(target)
    network = read_c_info(c_info)

    def say_indented(line: str) -> None:
        print(f"  {line}", flush=True)

    if sample in RECORDED:
        arrays = recorded(sample, network, input, manifest, say_indented)
    elif sample == "pixels":
        arrays = pixels_of(network, input, seed, manifest, say_indented)
    else:
        arrays = samples_of(network, input, 1, seed, manifest, say_indented)[0][1]
    with tempfile.TemporaryDirectory(prefix="ingot-app-") as folder:
        Path(folder, "sample.bin").write_bytes(b"".join(array.tobytes() for array in arrays))

        def show(line: str) -> bool:
            say_indented(line)
            return True

        images = images_of(network, c_info.parent)
        with npu_of_twin(Path(folder), network.drives_npu):
            done = run(elf, images, machine=target.machine, arguments=["sample.bin"], folder=Path(folder), on_line=show)
            require_success(done, elf)


def verify(
    elf: Path,
    c_info: Path,
    model: Path,
    board: Path,
    verdict: Path,
    *,
    input: str = "",
    samples: int = 3,
    seed: int = 1,
    as_json: bool = False,
    compiler: str = "",
    manifest: str = "",
) -> None:
    """Compares the twin's outputs with LiteRT's reference kernels; of an .onnx with the definition of its arithmetic,
    and that layer by layer with onnxruntime. manifest: see `emulate`. verdict: the file
    that keeps what was found, for the report.

    Raises IngotError when a byte differs.
    """
    from ingot.device.run.reference_gaps import difference
    from ingot.device.run.samples import samples_of
    from ingot.device.run.twin import images_of
    from ingot.device.run.verify import verify as run
    from ingot.network.c_info import read_c_info
    from ingot.report.verdict import record_verdict

    _say_whose_network(compiler)
    target, _ = open_board(board, twin=True)
    _say_whose_core(target)
    network = read_c_info(c_info)
    lines: list[str] = []
    given = samples_of(network, input, samples, seed, manifest, lines.append)
    if not as_json:
        for line in lines:
            print(f"  {line}", flush=True)
    outcome = run(
        model,
        elf,
        images_of(network, c_info.parent),
        network,
        given,
        machine=target.machine,
        report=(lambda line: None) if as_json else (lambda line: print(f"  {line}", flush=True)),
    )
    record_verdict(network, verdict, outcome.verdict(), outcome.passed)
    budget = _budget(manifest, elf, c_info, network, given[0][1], target, outcome.run) if outcome.passed else []
    if as_json:
        facts = outcome.as_dict() | {"preprocessing": lines, "stand_in": network.stand_in}
        print(json.dumps(facts, indent=2, sort_keys=True))
    elif network.stand_in:
        say("STAND-IN: this proves the firmware, not the real model")
    for line in [] if as_json else budget:
        print(f"  {line}")
    if outcome.layer:
        raise IngotError(
            f"layer '{outcome.layer}' differs from onnxruntime by more than rounding explains.",
            where=str(model),
            remedy="This is a fault of Ingot, or of onnxruntime: please report it with the model file.",
        )
    if not outcome.passed:
        raise difference(
            "the firmware computes something else than the model",
            [model],
            where=model,
            remedy="This is a fault of Ingot: please report it with the model file.",
            seen=outcome.gaps,
        )


def _budget(
    manifest: str, elf: Path, c_info: Path, network: Network, sample: Sequence[Any], twin: Board, run: TwinRun | None
) -> list[str]:
    """Lines about the model.yaml's limits that a run on the twin answers. Raises IngotError for what exceeds one."""
    from ingot.device.run.cycles import estimate, missing
    from ingot.device.run.samples import manifest_at
    from ingot.report.budget import OF_A_RUN, check_run

    model = manifest_at(manifest)
    if model is None or run is None or not set(OF_A_RUN) & set(model.budget):
        return []
    cycles, reason = None, missing(twin.core)
    if network.drives_npu:
        reason = "cycles beside layers for the NPU are not estimated"
    elif "cycles" in model.budget:
        cycles = estimate(elf, network, c_info.parent, sample, core=twin.core, machine=twin.machine)
    return check_run(model, network, run.stack_used, cycles, reason)


def _peak(array: Any) -> str:
    """The index of the largest value."""
    import numpy as np

    return "[" + ", ".join(str(int(i)) for i in np.unravel_index(int(array.argmax()), array.shape)) + "]"


def measure_epochs(elf: Path, c_info: Path, board: Path, costs: Path, *, seed: int = 1) -> None:
    """Runs the twin once and writes the instructions of each epoch, its estimated cycles and the stack, as `report`
    reads them."""
    from ingot.device.run.cycles import estimate, missing
    from ingot.device.run.samples import random_samples
    from ingot.device.run.twin import emulate as run
    from ingot.device.run.twin import images_of
    from ingot.network.c_info import read_c_info

    target, _ = open_board(board, twin=True)
    network = read_c_info(c_info)
    ((_, sample),) = random_samples(network, 1, seed)
    done = run(elf, images_of(network, c_info.parent), network, [sample], machine=target.machine)
    facts = {"instructions": done.inferences[0].instructions, "epochs": list(done.epochs)}
    facts |= {"stack_used": done.stack_used, "stack_size": done.stack_size}
    facts |= {"twin": twin_note(target.core, target.machine), "clock": target.clock}
    cycles = estimate(elf, network, c_info.parent, sample, core=target.core, machine=target.machine)
    facts |= {"cycles": list(cycles.epochs)} if cycles else {"no_cycles": missing(target.core)}
    write_if_changed(costs, json.dumps(facts, sort_keys=True) + "\n")
