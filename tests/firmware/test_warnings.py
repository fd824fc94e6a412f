# SPDX-License-Identifier: Apache-2.0
"""All C files of a firmware, Ingot's and generated, compile without a warning: by gcc for every core, by clang, and the
portable ones on the host. `pytest -m slow` compiles all files, for a core of each instruction set; otherwise a sample.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.link import toolchain
from ingot.link.sources import application_extras
from ingot.model import load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.recipe.firmware import FirmwareBuild, place_together
from ingot.recipe.job import Job, StepJob
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from ingot.recipe.targets import Targets
from ingot.steps.call import call_step
from ingot.use_cases.app_config import app_config_texts
from support.clang import in_clang, knows, needs_clang
from support.firmware import needs_gcc
from support.models.draw import Seeded
from support.models.every import MODELS
from support.pose_model import pose_model
from support.scons_project import MODEL_YAML

PARSED = "-fsyntax-only"
"""Warnings of the language, which is all that differs between cores whose files gcc compiles whole for another."""

AUDIO = "type: audio_event_detection\n  spectrogram: {hop_length: 256, n_fft: 512, window_length: 512}"

STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Wundef", "-Werror")

CORES = ("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "cortex-m85")

NETWORKS = ("CONV_2D int8", "UNIDIRECTIONAL_SEQUENCE_LSTM", "ADD float32")
"""Models whose network.c is compiled too, beside the pose application's."""

PORTABLE = ("firmware/kernels", "firmware/runtime", "firmware/preprocessing")
"""What is not for a core of Arm's alone."""


@dataclass(frozen=True)
class Source:
    """A C file and what it needs. core: the only one that it is for, "" for any."""

    path: Path
    folders: tuple[Path, ...] = ()
    defines: Mapping[str, str | int] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    core: str = ""


def run(jobs: Sequence[Job]) -> None:
    """The steps among jobs that need no object file."""
    for job in jobs:
        if isinstance(job, StepJob) and all(Path(file).exists() for file in job.step.reads):
            words = job.step.arguments()[2:]
            parts: dict[str, list[str]] = {"--in": [], "--out": [], "--set": []}
            for flag, text in zip(words[::2], words[1::2], strict=True):
                parts[flag].append(text)
            for file in job.step.writes:
                Path(file).parent.mkdir(parents=True, exist_ok=True)
            call_step(job.step.name, parts["--in"], parts["--out"], parts["--set"])


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Generated C files by their names, and under "" the folder of the headers that applications include."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "model.yaml").write_text(MODEL_YAML)
    (folder / "small.tflite").write_bytes(pose_model())
    for i, name in enumerate(NETWORKS):
        (folder / f"network{i}.tflite").write_bytes(MODELS[name](Seeded(1)))
    here = Path.cwd()
    os.chdir(folder)
    try:
        first = Request(model=".", board="n6dk", out="out", app="together", options=parse_options({}))
        others = [(f"network{i}", f"network{i}.tflite") for i in range(len(NETWORKS))]
        firmware = FirmwareBuild.of(place_together(first, others, in_turn=False))
        run([*firmware.generate_networks(), *firmware.generate()])
        host = FirmwareBuild.of([Request(model=".", board="n6dk", out="out", app="model_host")])
        run(host.generate())
        image, _ = Targets(FirmwareBuild(firmware.networks[:1]), "", None).reloc()
        run(image)
    finally:
        os.chdir(here)
    folders = tuple(sorted({path.parent for path in folder.rglob("*.h")}))
    found = {path.name: Source(path, folders, core="cortex-m55") for path in sorted(folder.rglob("*.c"))}
    assert len([name for name in found if name.startswith("network")]) > len(NETWORKS)
    write_settings(folder)
    return {**found, "": Source(folder / "out", folders)}


#: Use case -> shapes of its input and outputs, and its postprocessing. Those of the pose application serve every other
#: file.
SETTINGS: dict[str, tuple[tuple[int, ...], list[tuple[int, ...]], str]] = {
    "sound": ((1, 16, 30, 1), [(1, 2)], AUDIO),
    "sensor": ((1, 64, 3, 1), [(1, 2)], "type: human_activity"),
    "errors": ((1, 64, 3, 1), [(1, 192)], "type: anomaly\n  threshold: 0.1"),
    "boxes": ((1, 32, 32, 3), [(1, 2, 2, 7)], "type: st_yolo_lc\n  anchors: [1, 1]\n  anchors_unit: grid"),
    "ssd": (
        (1, 32, 32, 3),
        [(1, 1, 4), (1, 1, 3)],
        "type: ssd\n  anchors: [0.5, 0.5, 1, 1]\n  xy_scale: 10\n  wh_scale: 5\n  score_activation: softmax",
    ),
}
NEEDS = {
    "sound_loop": "sound",
    "sound_input": "sound",
    "sensor_loop": "sensor",
    "answer_anomaly": "errors",
    "answer_boxes": "boxes",
    "boxes_yolo": "boxes",
    "boxes_ssd": "ssd",
}


def write_settings(folder: Path) -> None:
    """app_config.h, and the tables beside it, of each use case."""
    for name, (shape, shapes, wanted) in SETTINGS.items():
        text = f"name: m\nsource: {{file: m.tflite}}\npostprocessing:\n  classes: [go, stop]\n  {wanted}\n"
        (folder / name).mkdir()
        (folder / name / "model.yaml").write_text(text)
        source = NetworkBuffer("in", "p", 0, 1, shape, "int8", "input", (0, 0), (0.5,), (0,))
        outputs = [
            NetworkBuffer(f"out_{i}", "p", 0, math.prod(one), one, "int8", "output", (0, 0), (1 / 256,), (-128,))
            for i, one in enumerate(shapes)
        ]
        network = Network("network", "m", "", "builtin", "", (), (source, *outputs), (), (), ())
        for file, content in app_config_texts(load_manifest(folder / name / "model.yaml"), network).items():
            (folder / name / file).write_text(content)


def sources(generated: Mapping[str, Source]) -> list[Source]:
    """Every C file of firmware/, and the generated ones."""
    known = [source for name, source in generated.items() if name]
    for path in sorted((ROOT / "firmware").rglob("*.c")):
        folder = path.parent
        # What applications share finds what they do.
        shared = ROOT / "firmware/apps/image_classification" if folder.name in ("frames", "postprocessing") else folder
        extras = application_extras(shared) if "apps" in shared.parts else {}
        folders = [ROOT / name for name in extras.get("include", [])]
        folders += [generated[""].path.parent / NEEDS[path.stem]] if path.stem in NEEDS else []
        defines = {**toolchain.startup_defines(icache=True, dcache=True), **extras.get("defines", {})}
        served = {"INGOT_NETWORK": "network"} if folder.name in ("validate", "model_host", "together") else {}
        # The chips that have these files are of one core.
        core = {"n6": "cortex-m55", "h7": "cortex-m7"}.get(path.stem.rpartition("stm32")[2], "")
        flags = ("-O2",) if folder.name == "kernels" else ("-Os",)
        known.append(Source(path, (folder, *folders, *generated[""].folders), {**defines, **served}, flags, core))
    return known


def core_flags(core: str) -> list[str]:
    """What selects the core; skips the test when the toolchain's table has no such core."""
    try:
        return toolchain.cpu_flags(core)
    except IngotError as error:
        pytest.skip(str(error))


def command(source: Source, core: str, target: Path) -> list[str]:
    """A command line of arm-none-eabi-gcc."""
    folders = [*source.folders, *(ROOT / name for name in toolchain.INCLUDE_DIRS)]
    return [
        toolchain.tool("gcc"),
        *core_flags(core),
        *(flag for flag in toolchain.settings()["compile"] if flag != "-g"),
        *source.flags,
        *(f"-I{folder}" for folder in folders),
        *(f"-D{name}={value}" for name, value in sorted(source.defines.items())),
        *STRICT,
        "-c",
        str(source.path),
        "-o",
        str(target),
    ]


def on_host(words: Sequence[str], compiler: str) -> list[str]:
    """The same for a compiler of the host."""
    machine = ("-mcpu", "-mthumb", "-mfloat-abi", "-mfpu")
    return [compiler, *(word for word in words[1:] if not word.startswith(machine))]


def warnings(commands: Sequence[Sequence[str]]) -> list[str]:
    """What the compiler says, one text a file."""

    def said(words: Sequence[str]) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.stderr if done.returncode or done.stderr else ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [text for text in pool.map(said, commands) if text]


def for_core(known: Sequence[Source], core: str, folder: Path) -> list[list[str]]:
    return [
        command(source, core, folder / f"{i}.o")
        for i, source in enumerate(known)
        if source.core in ("", core) or (source.core == "cortex-m55" and core == "cortex-m85")
    ]


def sample(known: Sequence[Source]) -> list[Source]:
    """What differs most between cores and compilers: the kernels with assembly, and what is generated."""
    names = ("conv2d", "depthwise_3x3", "fully_connected", "mul", "network", "startup", "fault", "ingot_reloc_calls")
    return [source for source in known if source.path.stem in names]


@pytest.mark.slow
@needs_gcc
def test_gcc_for_cortex_m55(generated: dict[str, Source], tmp_path: Path) -> None:
    """Every file, for the core that has most of the code. What only an optimizer can warn of in a kernel stops
    test_on_target.py, where each is compiled as a build does it, with -Werror."""
    known = sources(generated)
    kernels = [source for source in known if source.path.parent.name == "kernels"]
    others = [source for source in known if source not in kernels]
    assert len(kernels) > 60 and len(others) > 60
    parsed = [[*words, PARSED] for words in for_core(kernels, "cortex-m55", tmp_path)]
    assert warnings([*parsed, *for_core(others, "cortex-m55", tmp_path)]) == []


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("core", [name for name in CORES if name != "cortex-m55"])
def test_gcc_sample(generated: dict[str, Source], tmp_path: Path, core: str) -> None:
    assert warnings(for_core(sample(sources(generated)), core, tmp_path)) == []


@pytest.mark.slow
@needs_gcc
@needs_clang
@pytest.mark.parametrize("core", ["cortex-m55", "cortex-m7"])
def test_clang_sample(generated: dict[str, Source], tmp_path: Path, core: str) -> None:
    assert warnings([in_clang(words) for words in for_core(sample(sources(generated)), core, tmp_path)]) == []


@needs_gcc
@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m7"])  # portable and DSP; Helium is above
def test_gcc_everything(generated: dict[str, Source], tmp_path: Path, core: str) -> None:
    assert warnings([[*words, PARSED] for words in for_core(sources(generated), core, tmp_path)]) == []


@needs_gcc
@needs_clang
@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("core", CORES)
def test_clang_everything(generated: dict[str, Source], tmp_path: Path, core: str) -> None:
    named = next(flag.partition("=")[2] for flag in core_flags(core) if flag.startswith("-mcpu="))
    if not knows(named):
        pytest.skip(f"this clang does not know {named}")
    assert warnings([in_clang(words) for words in for_core(sources(generated), core, tmp_path)]) == []


@needs_gcc
@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_host(generated: dict[str, Source], tmp_path: Path, compiler: str) -> None:
    """The portable kernels, and the runtime that an application on a PC has."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    portable = [source for source in sources(generated) if source.path.parent in [ROOT / name for name in PORTABLE]]
    words = [[*on_host(words, compiler), PARSED] for words in for_core(portable, "cortex-m55", tmp_path)]
    assert len(words) > 60
    assert warnings(words) == []


@needs_gcc
@pytest.mark.parametrize("adapted", [None, pytest.param(in_clang, marks=needs_clang)])
def test_a_warning_is_seen(tmp_path: Path, adapted: Callable[[Sequence[str]], list[str]] | None) -> None:
    source = tmp_path / "narrow.c"
    source.write_text("unsigned char low(int value);\nunsigned char low(int value) { return value + 1; }\n")
    words = command(Source(source), "cortex-m55", tmp_path / "narrow.o")
    (text,) = warnings([adapted(words) if adapted else words])
    assert "onversion" in text
