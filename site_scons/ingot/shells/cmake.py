# SPDX-License-Identifier: Apache-2.0
"""Networks and programs as rules of CMake, which toolchain/cmake/IngotConfig.cmake includes.

Rules run in the binary folder of the CMakeLists.txt that asks for them; paths count from there.
CMake's Makefiles know files that a target before has made, but no byproducts: so commands stand in targets that follow
each other, and a command never waits for what an earlier command of its own target writes besides its outputs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.quoting import cmake_text, command_text, is_absolute, linker_words
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.image import ImageBuild
from ingot.recipe.job import Job, StepJob
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import as_text, parse_options
from ingot.recipe.request import Request
from ingot.recipe.targets import Targets
from ingot.recipe.whole import ALL, distinct, target_jobs
from ingot.shells.command import Command, command_of
from ingot.st.stedgeai.replaced import RUNTIME

#: Targets of a linked program, whose proof has passed.
OF_PROGRAM = ("check", "report", "flash", "sign", "sbom", "bounds")


def request_text(request: Request) -> str:
    """A request as JSON, for a later command about the same network."""
    data = asdict(request)
    data["options"] = {name: as_text(value) for name, value in request.options.values.items()}
    return json.dumps(data, indent=2, sort_keys=True) + "\n"


def read_request(path: Path) -> Request:
    """The request that `request_text` wrote."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    data["options"] = parse_options(data["options"])
    for key in ("beside", "in_turn"):
        data[key] = tuple(data[key])
    return Request(**data)


@dataclass(frozen=True)
class Own:
    """What a program of a user's has of its own, or takes of Ingot's.

    startup: it takes vectors and reset. runtime: ST's runtime is among its sources. link: it has a linker script and
    linker flags.
    """

    startup: bool = False
    runtime: bool = False
    link: bool = False


class Rules:
    """The text of one file of rules. ingot: how the command `ingot` is called. launcher: before the C compiler.

    then: what is said to come next when a firmware is proven.
    """

    def __init__(self, ingot: Sequence[str], launcher: str = "") -> None:
        self.ingot, self.launcher, self.then = ingot, launcher, ""
        self.lines = ["# Written by Ingot; changes here are lost."]

    def depends(self, files: Sequence[str]) -> None:
        """CMake configures again when one of these files changes."""
        items = _list(map(_absolute, files))
        self.lines.append(f"set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS {items})")

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def chain(self, target: str, stages: Iterable[tuple[str, Sequence[Job]]], after: Sequence[str] = ()) -> str:
        """A target for each stage, `<target>_<stage>`, each behind the one before; the last one's name."""
        before = list(after)
        for stage, jobs in stages:
            name = f"{target}_{stage}"
            stamps = [self._command(command_of(job, self.ingot, self.launcher, self.then)) for job in jobs]
            self._target(name, stamps, before)
            before = [name]
        return before[0] if before else ""

    def run(self, name: str, job: StepJob, after: Sequence[str]) -> None:
        """A target that runs a job whenever it is asked for."""
        command = command_of(job, self.ingot, self.launcher)
        words = _list(command.words)
        self.lines.append(
            f'add_custom_target({name} COMMAND {words} WORKING_DIRECTORY "{_HERE}" USES_TERMINAL VERBATIM)'
        )
        # No byproducts: several targets of a project may write the same report.
        if files := _list(map(_absolute, command.outputs[1:])):
            self.lines.append(f"set_property(DIRECTORY APPEND PROPERTY ADDITIONAL_CLEAN_FILES {files})")
        self._after(name, after)

    def interface(
        self, target: str, firmware: FirmwareBuild, objects: Sequence[str], after: Sequence[str], own: Own = Own()
    ) -> None:
        """What a program links: objects, kernels, folders, Ingot's linker flags and script, without what it has.

        With a runtime of its own it has the runtime's headers, too: in an ST repository those of the right board.
        """
        program = firmware.program
        items = _list([*map(_absolute, (*objects, *firmware.libraries))])
        script = _absolute(firmware.script)
        folders = [network.request.out for network in firmware.networks] if own.runtime else firmware.folders
        linker = linker_words("-T", script)
        option = linker[0] if len(linker) == 1 else f"SHELL:{command_text(linker, windows=False)}"
        self.lines += [
            f"add_library({target} INTERFACE)",
            f"target_include_directories({target} INTERFACE {_list(map(_absolute, folders))})",
            f"target_link_libraries({target} INTERFACE {items})",
        ]
        if not own.link:
            self.lines.append(f"target_link_options({target} INTERFACE {_list([*program.link_flags, option])})")
        self.lines.append(f"set_property(TARGET {target} PROPERTY INTERFACE_LINK_DEPENDS {_quoted(script)})")
        self.properties(target, {"script": script})
        self._after(target, after)

    def properties(self, target: str, values: Mapping[str, str | Sequence[str]]) -> None:
        """Facts about a target, as INGOT_<name>."""
        for name, value in values.items():
            text = _quoted(value) if isinstance(value, str) else _list(value)
            self.lines.append(f"set_property(TARGET {target} PROPERTY INGOT_{name} {text})")

    def _target(self, name: str, files: Sequence[str], after: Sequence[str]) -> None:
        self.lines.append(f"add_custom_target({name} DEPENDS {_list(files)})")
        self._after(name, after)

    def _after(self, name: str, after: Sequence[str]) -> None:
        if after:
            self.lines.append(f"add_dependencies({name} {' '.join(after)})")

    def _command(self, command: Command) -> str:
        """The rule; what stands for it in a target: its stamp or its file. A step leaves files alone that stay."""
        outputs = [_absolute(path) for path in command.outputs]
        words = list(command.words)
        first = outputs[0]
        files = f"OUTPUT {_list(outputs)}"
        if command.kind == "step":
            first = f"{outputs[0]}.stamp"
            files = f"OUTPUT {_quoted(first)} BYPRODUCTS {_list(outputs)}"
            words += ["--stamp", first]
        more = f" DEPFILE {_quoted(_absolute(command.depfile))}" if command.depfile else ""
        if command.kind == "cc":
            words = [outputs[0] if word == command.outputs[0] else word for word in words]
        folder = first.rpartition("/")[0]
        self.lines += [
            f"file(MAKE_DIRECTORY {_quoted(folder)})",
            f"add_custom_command({files}",
            f"  COMMAND {_list(words)}",
            f"  DEPENDS {_list(map(_absolute, command.inputs))}{more}",
            f'  WORKING_DIRECTORY "{_HERE}" COMMENT {_quoted(command.text)} VERBATIM)',
        ]
        return first


_HERE = "${CMAKE_CURRENT_BINARY_DIR}"


def network_rules(target: str, network: NetworkBuild, rules: Rules, own: Own, before: Sequence[str]) -> str:
    """The rules of `ingot_add_model`. before: targets of the networks that this one is placed behind."""
    firmware = FirmwareBuild([network])
    rules.depends(network.configure_inputs)
    config, weights = network.app_config(), network.weights_hex()
    obtain: list[tuple[str, Sequence[Job]]] = [("obtain", network.obtaining)] if network.obtaining else []
    stages: list[tuple[str, Sequence[Job]]] = [
        *obtain,
        ("compile", [network.compile()]),
        ("settings", [job for job in (firmware.linker_script(), config, weights) if job]),
        ("generate", [job for job in (network.intact(), firmware.intact()) if job]),
    ]
    generated = rules.chain(target, stages, [f"{name}_compile" for name in before])
    roles = ("network", "runtime", *(["startup"] if own.startup else []))
    objects = firmware.objects_alone(*roles, brought=[RUNTIME] if own.runtime else [])
    last = rules.chain(target, [("objects", objects), *_kernel_stage(firmware)], [generated])
    rules.interface(target, firmware, [job.target for job in objects], [last], own)
    rules.lines.append(f"add_custom_target({target}_weights)\nadd_dependencies({target}_weights {generated})")
    rules.properties(target, {"info": _absolute(network.info), "name": network.name, "members": target})
    return rules.text()


def _kernel_stage(firmware: FirmwareBuild) -> list[tuple[str, Sequence[Job]]]:
    jobs = firmware.kernels()
    return [("kernels", jobs)] if jobs else []


def program_rules(target: str, firmware: FirmwareBuild, rules: Rules, members: Sequence[str]) -> str:
    """The rules of `ingot_join`: one target of several networks. members: their targets."""
    jobs = firmware.generate()
    # The last one reads what the others write.
    stages = [("settings", jobs[:-1]), ("generate", jobs[-1:]), *_kernel_stage(firmware)]
    last = rules.chain(target, stages, [f"{name}_objects" for name in members])
    objects = [job.target for job in firmware.objects_alone("network", "runtime", "startup")]
    rules.interface(target, firmware, objects, [last])
    rules.properties(target, {"members": members})
    return rules.text()


def check_rules(executable: str, firmware: FirmwareBuild, rules: Rules, target: str) -> str:
    """The rules of `ingot_check`: the proof after each link, and the files for flash."""
    elf = f"$<TARGET_FILE:{executable}>"
    jobs = [*firmware.flash_files(elf, weights=False), firmware.check(elf)]
    rules.then = f"cmake --build {_HERE} --target verify or flash, where ingot_add_target adds them"
    rules.chain(executable, [("check", jobs)], [executable, target])
    rules.lines.append(f"set_property(TARGET {executable}_check PROPERTY EXCLUDE_FROM_ALL FALSE)")
    return rules.text().replace(
        f"add_custom_target({executable}_check DEPENDS", f"add_custom_target({executable}_check ALL DEPENDS"
    )


_ON_TWIN = ("emulate", "verify", "validate", "report", "reloc-verify", "load-and-run", "bounds")


def target_rules(
    name: str,
    what: str,
    firmware: FirmwareBuild,
    rules: Rules,
    members: Sequence[str],
    elf: str = "",
    executable: str = "",
) -> str:
    """The rules of `ingot_add_target`: a target that builds or runs one of ingot.recipe.whole.ALL.

    elf, executable: the program and its CMake target, for the targets that need it. Raises IngotError for a target
    that makes no sense here.
    """
    if what not in ALL:
        raise IngotError(
            f"there is no target '{what}'", where=f"ingot_add_target({name})", remedy=did_you_mean(what, ALL)
        )
    if what in OF_PROGRAM and not elf:
        raise IngotError(
            f"'{what}' is about a program, and none is named",
            where=f"ingot_add_target({name})",
            remedy="Say EXECUTABLE <target>, whose program has an ingot_check.",
        )
    twin = firmware.twin() if firmware.has_twin else None
    # An image has files of its own: weights without an address have no .hex, and no linker script.
    stage = "compile" if what == "reloc" else "generate"
    after = [f"{member}_{stage}" for member in members] + ([f"{executable}_check"] if executable else [])
    twin_elf = ""
    if twin is not None and what in _ON_TWIN:
        jobs, twin_elf = twin.build()
        after = [_built(rules, f"{name}_twin", [*twin.generate_networks(), *jobs, twin.check(twin_elf)], after)]
    parts, files = target_jobs(Targets(firmware, elf, twin, twin_elf), what)
    run = next((job for job in parts if isinstance(job, StepJob) and job.always), None)
    others = [job for job in parts if job is not run]
    if others:
        after = [_built(rules, f"{name}_files", others, after)]
    if run is not None:
        rules.run(name, run, after)
    else:
        rules.lines.append(f"add_custom_target({name})")
        rules._after(name, after)
    if what == "reloc":
        rules.properties(members[0], {"image": _absolute(files[0])})
    return rules.text()


def _built(rules: Rules, target: str, jobs: Sequence[Job], after: Sequence[str]) -> str:
    """The targets of some jobs in an order that Makefiles understand; the last one's name."""
    stages: list[tuple[str, list[Job]]] = []
    place: dict[str, int] = {}
    for job in distinct(jobs):
        # Behind every step that writes something this job reads: its files are there when the stage begins.
        stage = max((place[path] + 1 for path in job.inputs if path in place), default=0)
        while len(stages) <= stage:
            stages.append((str(len(stages)), []))
        stages[stage][1].append(job)
        for path in job.outputs:
            place[path] = stage
    return rules.chain(target, stages, after)


def image_files(firmware: FirmwareBuild) -> list[str]:
    """The images of a program's networks."""
    split = firmware.first.request.options.switch("split")
    return [ImageBuild(network).binary(split) for network in firmware.networks]


def _absolute(path: str) -> str:
    return path if path.startswith("$<") or is_absolute(path) else f"{_HERE}/{path}"


#: What is no text of a user's: the folder where rules run, and the program of a target.
_OURS = re.compile(r"(\$\{CMAKE_CURRENT_BINARY_DIR\}|\$<TARGET_FILE:[^>]*>)")


def _quoted(text: str) -> str:
    parts = _OURS.split(text)
    return '"' + "".join(part if number % 2 else cmake_text(part)[1:-1] for number, part in enumerate(parts)) + '"'


def _list(items: Iterable[str]) -> str:
    return " ".join(map(_quoted, items))
