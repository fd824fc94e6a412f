"""The steps of a build: plain functions from files to files.

Every shell calls these: the SCons tool as builders, the command line as verbs, other build systems through the command
line. A step reads what its arguments name, writes what its arguments name, and raises IngotError for a user's mistake.
Paths are `Path`; everything else is text, numbers and switches.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.board.target import INSTRUCTION_SETS, open_board
from ingot.shells.fleet.run import fleet  # noqa: F401 (a step as well)
from ingot.steps.bench import bench  # noqa: F401 (a step as well)
from ingot.steps.explore import explore  # noqa: F401 (a step as well)
from ingot.steps.flash import flash, sign  # noqa: F401 (steps as well)
from ingot.steps.image import pack_image, reloc_places, reloc_sources, reloc_st_sources, reloc_verify  # noqa: F401 (steps as well)
from ingot.steps.several import networks_header, verify_together  # noqa: F401 (steps as well)
from ingot.steps.validate import load_and_run, validate  # noqa: F401 (steps as well)

if TYPE_CHECKING:
    from ingot.network.types import Network
    from ingot.st.stedgeai.pack import Pack

VERBOSE = "INGOT_VERBOSE"


def say(text: str) -> None:
    """A line for people, beside what a step prints as its result."""
    print(f"ingot: {text}", file=sys.stderr, flush=True)


def obtain_model(model: Path, manifest: str, require_real: bool) -> None:
    """Downloads the model's file, or makes its stand-in."""
    from ingot.model import load_manifest, obtain_source

    write_if_changed(model, obtain_source(load_manifest(Path(manifest)), require_real, say))


def compile_network(
    model: Path,
    board: Path,
    outputs: Sequence[Path],
    *,
    twin: bool = False,
    name: str = "network",
    title: str = "",
    sha256: str = "",
    io_placement: str = "activations",
    io_input: str = "overwrite",
    input_shape: str = "",
    optimize: str = "balanced",
    ram_limit: int = 0,
    fuse: bool = True,
    beside: Sequence[Path] = (),
    in_turn: Sequence[Path] = (),
    relocatable: bool = False,
) -> Network:
    """Compiles a model for a board: network.c and the files that belong to it. Returns the description.

    outputs: all files of ingot.compiler.compile.output_names, in one folder. beside, in_turn: the descriptions of networks of
    the same firmware that may run at the same time as this one, and of those that never do (ingot.several.pools).
    sha256: what the model.yaml says of the model's file, which may have been replaced since that was compared.
    relocatable: for an image, whose weights are wherever it is installed.
    """
    from ingot.compiler.cache.compiled import compile_cached
    from ingot.compiler.compile import CompileOptions
    from ingot.compiler.frontend.tflite import notes_of
    from ingot.image.pools import relocatable_pools
    from ingot.model.model_file import read_model_file
    from ingot.model.stand_in import is_stand_in
    from ingot.network.c_info import read_c_info
    from ingot.several.pools import pools_left

    target, pools = open_board(board, twin)
    others = [[read_c_info(path) for path in paths] for paths in (beside, in_turn)]
    if beside or in_turn:
        pools = pools_left(pools, target.aliases, *others)
    if relocatable:
        pools = relocatable_pools(target, pools)
    source = read_model_file(model, sha256)
    stand_in = is_stand_in(source.data)
    if stand_in:
        say(f"STAND-IN: the weights of {model.name} are invented")
    for note in notes_of(source):
        say(f"{model.name}: {note}")
    options = CompileOptions(
        name=name,
        model=title or model.name,
        stand_in=stand_in,
        optimize=optimize,
        ram_limit=ram_limit,
        fuse=fuse,
        io_placement=io_placement,
        io_input=io_input,
        input_shape=input_shape,
        cpu=target.core,
        isa=INSTRUCTION_SETS[target.core],
        beside=tuple(network.name for network in others[0]),
        in_turn=tuple(network.name for network in others[1]),
    )
    return compile_cached(source, pools, outputs[0].parent, options)


def take_prebuilt(
    board: Path,
    outputs: Sequence[Path],
    model: Path | None = None,
    *,
    output: str,
    st_pack: str = "",
    camera: bool = False,
    title: str = "",
    strict: bool = False,
    signature: bool = True,
) -> Network:
    """Takes over a folder or zip of ST Edge AI's output, checked against board, model and runtime.

    outputs: files of ingot.st.prebuilt.files.output_files, in one folder. strict: warnings are errors.
    signature: compare the model where no SHA-256 of it is recorded (see ingot.st.consistency.finding.Subject).
    """
    from ingot.model.model_file import read_model_file
    from ingot.st.prebuilt.take import Place, take_output

    target, pools = open_board(board)
    source = read_model_file(model) if model is not None else None
    place = Place(target, pools, source, _pack(st_pack), camera, strict, title=title, signature=signature)
    return take_output(Path(output), outputs[0].parent, place, say)


def run_stedgeai(
    model: Path,
    board: Path,
    outputs: Sequence[Path],
    *,
    settings: dict[str, Any] | None = None,
    reloc: bool = False,
    st_pack: str = "",
    camera: bool = False,
    title: str = "",
    sha256: str = "",
    timeout: float = 1800.0,
) -> Network:
    """Compiles a model with the installed ST Edge AI Core.

    outputs: files of ingot.st.stedgeai.outputs.plan_outputs, in one folder. settings: the model.yaml's section `stedgeai`.
    INGOT_VERBOSE in the environment shows the command line; as an argument it would make the tool run again.
    """
    from ingot.model.model_file import read_model_file
    from ingot.st.prebuilt.take import Place
    from ingot.st.stedgeai.generate import generate
    from ingot.st.stedgeai.request import Request
    from ingot.st.stedgeai.tool import find_tool

    target, pools = open_board(board)
    tool = find_tool()
    say(f"ST Edge AI Core {tool.version}")
    source = read_model_file(model, sha256)
    network = generate(
        tool,
        source,
        "network",
        Request(**(settings or {}), reloc=reloc),
        Place(target, pools, source, _pack(st_pack), camera, title=title),
        outputs[0].parent,
        timeout=timeout,
        say=say,
        show=say if os.environ.get(VERBOSE) else lambda line: None,
    )
    _hex_of_others(network, outputs)
    return network


def _hex_of_others(network: Network, outputs: Sequence[Path]) -> None:
    """The .hex of initializers that nobody could declare before the tool had run (in a second pool)."""
    from ingot.link.hexfile import raw_to_hex

    declared = {path.name for path in outputs}
    for item in network.initializers:
        if item.file not in declared and item.address is not None:
            raw = outputs[0].parent / item.file
            raw_to_hex(raw, item.address, raw.with_suffix(".hex"))


def _pack(path: str) -> Pack | None:
    """ST's runtime in the folder that st_pack= names."""
    from ingot.st.stedgeai.pack import open_pack

    return open_pack(Path(path)) if path else None


def app_config(
    c_info: Path,
    header: Path,
    beside: Sequence[Path] = (),
    *,
    manifest: str,
    abi: str = "auto",
    st_pack: str = "",
) -> list[Path]:
    """Writes app_config.h from what the model.yaml asks for and what the network is; returns all files written.

    beside: where its further files go (ingot.use_cases.config_files), by default into the header's folder.
    abi: the board's app_abi; where that is open, the generation of the application in st_pack, if there is one.
    """
    from ingot.model import open_manifest
    from ingot.network.c_info import read_c_info
    from ingot.preprocessing.definition import require_range
    from ingot.recipe.sources import application_folder, application_sample
    from ingot.use_cases.app_config import app_config_texts

    if abi == "auto" and st_pack:
        pack = _pack(st_pack)
        abi = pack.app_abi if pack else abi
    model, network = open_manifest(Path(manifest)), read_c_info(c_info)
    texts = app_config_texts(model, network, abi)
    if application_sample(application_folder(model.application)) == "pixels":
        require_range(network, model)
    places = {"app_config.h": header, **{path.name: path for path in beside}}
    files = [places.get(name, header.with_name(name)) for name in texts]
    for path, text in zip(files, texts.values(), strict=True):
        write_if_changed(path, text)
    return files


def linker_script(
    c_info: Path,
    board: Path,
    script: Path,
    others: Sequence[Path] = (),
    *,
    twin: bool = False,
    app: str = "",
    stack: int | None,
    heap: int | None,
) -> None:
    """Writes the linker script. others: descriptions of further networks. stack, heap: bytes, None for the board's.

    The application `validate` keeps inputs and outputs that the network leaves to it on its heap, which grows by them.
    """
    from ingot.link.linker_script import LinkSettings
    from ingot.link.linker_script import linker_script as render
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board, twin)
    networks = [read_c_info(path) for path in (c_info, *others)]
    if app == "validate":
        heap = (target.heap if heap is None else heap) + max(io_bytes(network) for network in networks)
    write_if_changed(script, render(target, pools, networks[0], LinkSettings(stack, heap), networks[1:]))


def io_bytes(network: Network) -> int:
    """Bytes of the inputs and outputs that the application has to provide, each on a boundary of 32."""
    return sum((buffer.size + 63) // 32 * 32 for buffer in (*network.inputs, *network.outputs) if not buffer.pool)


def raw_files(c_info: Path) -> list[Path]:
    """The network's initializers, which lie beside its description."""
    from ingot.network.c_info import read_c_info

    return [c_info.with_name(item.file) for item in read_c_info(c_info).initializers]


def _say_whose_network(compiler: str) -> None:
    """No emulator has the NPU: whatever compiler made the board's network, the twin runs the built-in one's."""
    if compiler not in ("", "builtin"):
        say(f"the twin runs what the built-in compiler makes of the model, not the network of compiler={compiler}")


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
) -> None:
    """Runs the twin's firmware once and prints what it computed and cost.

    compiler: the board's network's. manifest: the model.yaml whose preprocessing counts for `input`.
    """
    from ingot.device.run.samples import samples_of
    from ingot.device.run.twin import emulate as run
    from ingot.device.run.twin import images_of
    from ingot.network.c_info import read_c_info

    _say_whose_network(compiler)
    target, _ = open_board(board, twin=True)
    network = read_c_info(c_info)
    lines: list[str] = []
    ((label, sample),) = samples_of(network, input, 1, seed, manifest, lines.append)
    done = run(elf, images_of(network, c_info.parent), network, [sample], machine=target.machine)
    result = done.inferences[0]
    outputs = [
        {"name": buffer.name, "shape": list(buffer.shape), "dtype": buffer.dtype, "values": array.ravel().tolist()}
        for buffer, array in zip(network.outputs, result.outputs, strict=True)
    ]
    if as_json:
        facts = {"input": label, "instructions": result.instructions, "epochs": list(done.epochs), "outputs": outputs}
        facts |= {"init": done.init, "stack_used": done.stack_used, "stack_size": done.stack_size}
        facts |= {"preprocessing": lines}
        print(json.dumps(facts | {"stand_in": network.stand_in}, indent=2, sort_keys=True))
        return
    if network.stand_in:
        say("STAND-IN: the weights are invented, the outputs mean nothing")
    for line in lines or [f"input        {label}"]:
        print(f"  {line}")
    for buffer, array in zip(network.outputs, result.outputs, strict=True):
        shape = "x".join(map(str, buffer.shape))
        print(f"  {buffer.name}: {buffer.dtype} {shape}, {array.min():g} to {array.max():g}, largest at {_peak(array)}")
    print(
        f"  instructions {result.instructions:,} in {len(done.epochs)} epochs; {done.init:,} before the first inference"
    )
    print(f"  stack        {done.stack_used:,} of {done.stack_size:,} bytes")


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
    the bytes of the network's inputs, "pixels" for a camera's frame in the input's size. manifest: see `emulate`.
    """
    import tempfile

    from ingot.device.run.qemu import require_success, run
    from ingot.device.run.samples import pixels_of, samples_of
    from ingot.device.run.twin import images_of
    from ingot.network.c_info import read_c_info

    _say_whose_network(compiler)
    target, _ = open_board(board, twin=True)
    network = read_c_info(c_info)

    def say_indented(line: str) -> None:
        print(f"  {line}", flush=True)

    if sample == "pixels":
        arrays = pixels_of(network, input, seed, manifest, say_indented)
    else:
        arrays = samples_of(network, input, 1, seed, manifest, say_indented)[0][1]
    with tempfile.TemporaryDirectory(prefix="ingot-app-") as folder:
        Path(folder, "sample.bin").write_bytes(b"".join(array.tobytes() for array in arrays))

        def show(line: str) -> bool:
            say_indented(line)
            return True

        images = images_of(network, c_info.parent)
        done = run(elf, images, machine=target.machine, arguments=["sample.bin"], folder=Path(folder), on_line=show)
    require_success(done, elf)


def verify(
    elf: Path,
    c_info: Path,
    model: Path,
    board: Path,
    *,
    input: str = "",
    samples: int = 3,
    seed: int = 1,
    as_json: bool = False,
    compiler: str = "",
    manifest: str = "",
) -> None:
    """Compares the twin's outputs with LiteRT's reference kernels. manifest: see `emulate`.

    Raises IngotError when a byte differs.
    """
    from ingot.device.run.reference_gaps import difference
    from ingot.device.run.samples import samples_of
    from ingot.device.run.twin import images_of
    from ingot.device.run.verify import verify as run
    from ingot.network.c_info import read_c_info

    _say_whose_network(compiler)
    target, _ = open_board(board, twin=True)
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
    if as_json:
        facts = outcome.as_dict() | {"preprocessing": lines, "stand_in": network.stand_in}
        print(json.dumps(facts, indent=2, sort_keys=True))
    elif network.stand_in:
        say("STAND-IN: this proves the firmware, not the real model")
    if not outcome.passed:
        raise difference(
            "the firmware computes something else than the model",
            [model],
            where=model,
            remedy="This is a fault of Ingot: please report it with the model file.",
            seen=outcome.gaps,
        )


def _peak(array: Any) -> str:
    """The index of the largest value."""
    import numpy as np

    return "[" + ", ".join(str(int(i)) for i in np.unravel_index(int(array.argmax()), array.shape)) + "]"


def info(model: Path, *, input_shape: str = "", as_json: bool = False, manifest: str = "") -> None:
    """Prints what a model consists of.

    manifest: the model.yaml of a file that may not be there yet; `model` is then where a build puts it, and no stand-in
    is made for this. input_shape: see ingot.compiler.frontend.input_shape.
    """
    from ingot.compiler.frontend.info import as_dict, as_text
    from ingot.compiler.frontend.tflite import read_tflite
    from ingot.model import load_manifest, look_up_source

    if manifest:
        model = look_up_source(load_manifest(Path(manifest)), Path(model), say)

    graph = read_tflite(model, input_shape)
    print(json.dumps(as_dict(graph), indent=2, sort_keys=True) if as_json else as_text(graph))


def report(
    c_info: Path,
    page: Path,
    *,
    summary: Path | None = None,
    costs: Path | None = None,
    base: str = "",
    quiet: bool = False,
) -> None:
    """Writes the report of a network as one HTML page, and prints its short form.

    c_info: a network_c_info.json, of any compiler. summary: what check_firmware wrote, for the address map.
    costs: what `emulate` prints as JSON, for the instructions of each epoch and the stack.
    base: the network_c_info.json of another build to compare with.
    """
    from ingot.network.c_info import read_c_info
    from ingot.report.measured import measured_of
    from ingot.report.page import page as render
    from ingot.report.terminal import terminal_report

    network = read_c_info(c_info)
    other = read_c_info(Path(base)) if base else None
    facts = _json_file(summary) if summary else None
    measured = measured_of(_json_file(costs), network) if costs else None
    write_if_changed(page, render(network, summary=facts, measured=measured, base=other))
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


def measure_epochs(elf: Path, c_info: Path, board: Path, costs: Path, *, seed: int = 1) -> None:
    """Runs the twin once and writes the instructions of each epoch and the stack, as `report` reads them."""
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
    write_if_changed(costs, json.dumps(facts, sort_keys=True) + "\n")


def check_firmware(
    elf: Path,
    c_info: Path,
    raws: Sequence[Path],
    board: Path,
    memory_map: Path,
    summary: Path,
    others: Sequence[Path] = (),
    *,
    twin: bool = False,
) -> dict[str, Any]:
    """Proves that nothing overlaps; writes the memory map and the figures for the summary, and returns those.

    others: descriptions of further networks; the initializers of each lie beside its description.
    """
    from ingot.link.check import Built, check
    from ingot.link.memory_map import memory_map_text
    from ingot.link.summary import summary_of
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board, twin)
    network = read_c_info(c_info)
    further = [Built(read_c_info(path), path.parent) for path in others]
    proven = check(target, pools, network, elf, c_info.parent, others=further)
    facts = summary_of(proven, network)
    write_if_changed(memory_map, memory_map_text(proven))
    write_if_changed(summary, json.dumps(facts, indent=2, sort_keys=True) + "\n")
    return facts


def show_map(memory_map: Path) -> None:
    """Prints the memory map."""
    print(memory_map.read_text(), end="")


def check_network(
    c_info: Path, raws: Sequence[Path], board: Path, memory_map: Path, summary: Path, *, lacks: str = ""
) -> dict[str, Any]:
    """As check_firmware for a network without a firmware. lacks: why there is none."""
    from ingot.link.check import check_placement
    from ingot.link.memory_map import memory_map_text
    from ingot.link.summary import summary_of
    from ingot.network.c_info import read_c_info

    target, pools = open_board(board)
    network = read_c_info(c_info)
    proven = check_placement(target, pools, network, c_info.parent)
    facts = summary_of(proven, network)
    write_if_changed(memory_map, memory_map_text(proven))
    write_if_changed(summary, json.dumps(facts, indent=2, sort_keys=True) + "\n")
    if lacks:
        say(f"no firmware is linked: {lacks}")
    return facts


def binaries(elf: Path, board: Path, binary: Path, hexfile: Path) -> None:
    """Writes firmware.bin (what is signed and flashed) and firmware.hex (all of it at its flash addresses)."""
    from ingot.link.hexfile import write_firmware

    target, _ = open_board(board)
    write_firmware(target, elf, binary, hexfile)


def weights_hex(c_info: Path, raws: Sequence[Path], hexfiles: Sequence[Path]) -> None:
    """Writes each initializer as .hex at its flash address."""
    from ingot.link.hexfile import raw_to_hex
    from ingot.network.c_info import read_c_info

    network = read_c_info(c_info)
    for item, raw, target in zip(network.initializers, raws, hexfiles, strict=True):
        if item.address is None:
            raise IngotError(f"pool '{item.pool}' has no address, so its weights have no .hex", where=str(raw))
        raw_to_hex(raw, item.address, target)
