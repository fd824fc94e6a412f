# SPDX-License-Identifier: Apache-2.0
"""The options of a build (`name=value`), declared once: name, type, default, values, help, and who offers them.

`scons -h`, `ingot --help`, CMake's and Make's arguments, `env.IngotModel` and fleet.yaml take them from OPTIONS.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.file_names import network_name
from ingot.base.text_table import help_line
from ingot.base.text_values import switch, whole_number
from ingot.model.asked import CHOICES, FIELDS, IO_OPTIONS, USUAL

#: What options are about -> the title in help texts.
GROUPS = {
    "choice": "What is built",
    "network": "How the network is compiled",
    "firmware": "The firmware around it",
    "image": "Relocatable images (reloc)",
    "run": "Running it (emulate, verify, validate, load-and-run)",
    "flash": "The board on the desk (flash, load-and-run)",
    "report": "Reports (report, bench)",
    "build": "The build itself",
}

#: Groups that every shell offers for every network; the others belong to the command line of SCons and of `ingot`.
EVERYWHERE = ("network", "image")

#: Groups whose options only these targets read.
READ_BY = {"image": ("reloc", "reloc-verify", "load-and-run")}


@dataclass(frozen=True)
class Option:
    """One option.

    kind: "text", "switch" (0/1), "number" (from 0 up), "name" (a C identifier), "choice" (of `choices`, or the
    default).
    group: one of GROUPS. targets: the targets that read it, "" for all. compilers: those that read it, () for all.
    """

    name: str
    default: str
    help: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    group: str = "build"
    targets: str = ""
    compilers: tuple[str, ...] = ()

    def parse(self, text: str) -> str | int | bool:
        """The value that `text` means. Raises IngotError."""
        if self.kind == "switch":
            return switch(self.name, text)
        if self.kind == "number":
            number = whole_number(self.name, text)
            if number < 0:
                raise IngotError(f"{self.name}={text} is below 0")
            return number
        if self.kind == "name":
            return network_name(text, self.name)
        if self.kind == "choice":
            known = {choice.lower(): choice for choice in (self.default, *self.choices)}
            if text.lower() not in known:
                raise IngotError(f"{self.name}={text} is not known", remedy=did_you_mean(text, self.choices))
            return known[text.lower()]
        return text

    @property
    def flag(self) -> str:
        """The option as the command `ingot` has it."""
        return f"--{self.name.replace('_', '-')}"


def as_text(value: Any) -> str:
    """A value of Python or YAML as a command line writes it: True is 1, None nothing."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _group(group: str, *options: Option) -> tuple[Option, ...]:
    return tuple(replace(option, group=group) for option in options)


def _of_builtin(*options: Option) -> tuple[Option, ...]:
    return tuple(replace(option, compilers=("builtin",)) for option in options)


_KINDS = {bool: "switch", int: "number", str: "text"}


def _asked(name: str, what: str, otherwise: str = "the model.yaml's") -> Option:
    """An option of the built-in compiler, whose default and values ingot.model.asked has.

    otherwise: what counts where an option of IO_OPTIONS is not given; the default is "" then.
    """
    default = getattr(USUAL, FIELDS[name])
    choices = CHOICES.get(FIELDS[name], ())
    kind = "choice" if choices else _KINDS[type(default)]
    if name in IO_OPTIONS:
        return Option(name, "", f"{what} [{otherwise}]", kind, choices)
    return Option(name, as_text(default), what, kind, choices)


OPTIONS = (
    *_group(
        "choice",
        Option("board", "n6dk", "a name under boards/, or a path to a board.yaml"),
        Option("model", "movenet", "a name under models/, or a path to a .tflite, an .onnx or a model.yaml"),
    ),
    *_group(
        "network",
        Option("compiler", "builtin", "what compiles the model", "choice", ("builtin", "stedgeai", "prebuilt")),
        Option(
            "st_output",
            "",
            "compiler=prebuilt: the folder or zip that ST Edge AI wrote",
            compilers=("prebuilt",),
        ),
        Option(
            "st_pack",
            "",
            "ST's runtime for the firmware: an ST Edge AI install or a GettingStarted checkout",
        ),
        Option(
            "st_timeout",
            "1800",
            "compiler=stedgeai: seconds after which the tool is ended",
            "number",
            compilers=("stedgeai",),
        ),
        *_of_builtin(
            _asked("optimize", "what the compiler saves first"),
            _asked("ram_limit", "bytes that activations may take, a point of `scons explore`; 0: as optimize= says"),
            _asked("fuse", "run operators row by row together where that saves RAM"),
            _asked("npu", "layers on the STM32N6's NPU, the others on the CPU, or an error for these (experimental)"),
            _asked("weights_4bit", "weights of 4 bits in flash: half a byte each, or as int8, which is faster"),
            _asked("io_placement", "who owns inputs and outputs"),
            _asked("io_input", "whether inputs survive an inference, or come some rows at a time"),
            _asked("io_output", "whether outputs are there as a whole, or leave some rows at a time"),
            _asked("io_layout", "how images of an .onnx lie in inputs and outputs"),
            _asked("input_shape", "shape of an input that the file leaves free: 1x96x96x3, or name:1x96x96x3,..."),
            _asked("inputs", "tensors at which the network begins: name,...", "the model.yaml's, else the file's"),
            _asked("outputs", "tensors at which the network ends: name,...", "the model.yaml's, else the file's"),
            _asked("signature", "which of a file's signatures is the network", "the model.yaml's, else the first"),
        ),
        Option(
            "require_real",
            "0",
            "refuse a stand-in when the model's file is not to be had",
            "switch",
            compilers=("builtin", "stedgeai"),
        ),
    ),
    *_group(
        "firmware",
        Option("app", "", "an application of firmware/apps, or a folder with a main.c [the model.yaml's]"),
    ),
    *_group(
        "image",
        Option("split", "0", "the params go into a second file", "switch"),
        Option(
            "ecblob_in_params",
            "0",
            "epoch-controller blobs go in front of the params (NPU networks)",
            "switch",
            compilers=("stedgeai", "prebuilt"),
        ),
        Option("secure", "1", "for the secure state", "switch"),
        Option("gen_c_file", "0", "also write the image as a C array", "switch"),
        *_of_builtin(Option("runtime_abi", "1.1.1", "whose header the image gets", "choice", ("1.1.1", "1.1.3"))),
        Option("seal", "board", "what proves the image whole", "choice", ("board", "sha256", "crc32", "none")),
    ),
    *_group(
        "run",
        Option("input", "", "a picture, .wav, .npy, .npz or .bin, or a folder of these; else random inputs"),
        Option("samples", "3", "how many inputs", "number", targets="verify, validate, load-and-run"),
        Option("seed", "1", "seed of the inputs", "number"),
        Option("port", "", "the board's serial port; without it the twin is asked", targets="validate, load-and-run"),
        Option("baud", "0", "bits a second; 0: the board's", "number", targets="validate, load-and-run"),
        Option(
            "save",
            "",
            "a .npz file for inputs and outputs; of emulate: a picture with the answers drawn",
            targets="emulate, validate, load-and-run",
        ),
    ),
    *_group(
        "flash",
        Option("probe", "", "cubeprogrammer, openocd, probe-rs or pyocd [the first that can]"),
        Option("dry_run", "0", "only print the commands", "switch"),
        Option("whole", "0", "write what is there already, too", "switch"),
        Option("fsbl", "", "a signed first-stage loader to write as well", targets="flash"),
        Option("mode", "XIP", "in place or copied to RAM", "choice", ("XIP", "COPY"), targets="load-and-run"),
        Option("address", "0", "where the image goes; 0: the board's slot", "number", targets="load-and-run"),
        Option(
            "params_address",
            "0",
            "where the params of split=1 go; 0: the board's slot",
            "number",
            targets="load-and-run",
        ),
        Option("no_flash", "0", "it is on the board already", "switch", targets="load-and-run"),
        Option("no_run", "0", "only install the image", "switch", targets="load-and-run"),
        Option("max_speed", "0", "at the chip's highest clock", "switch", targets="load-and-run"),
    ),
    *_group(
        "report",
        Option("base", "", "the network_c_info.json of another build, to compare with", targets="report"),
        Option("models", ".", "a .tflite or .onnx, or a folder of them", targets="bench"),
        Option("json", "0", "print the figures as JSON; --json is the same", "switch", targets="bench"),
        Option("profile", "0", "what each epoch costs on the twin", "switch"),
    ),
    *_group(
        "build",
        Option(
            "name",
            "network",
            "C name of the network (of Ingot's own SConstruct: that in an image), first part of file names",
            "name",
        ),
        Option("build", "build", "folder for everything that is built"),
        Option("fleet", "", "a fleet.yaml: boards x models x options, built and verified; board=, model= choose of it"),
        Option(
            "scheduler",
            "",
            "of Dask, whose workers build a fleet, or the schedules of explore: local:<workers> or tcp://<host>:<port>",
        ),
        Option("shard", "", "K/N: only the Kth of N parts of a fleet, as machines of a CI server share it"),
        Option("cache", "", "folder of a shared cache of built files"),
        Option("launcher", "", "put before the compiler's name, such as ccache [the variable INGOT_LAUNCHER]"),
        Option("verbose", "0", "show the compiler's command lines", "switch"),
    ),
)

#: What says how the targets of a program run it, in every shell.
PROGRAM_OPTIONS = tuple(
    option.name for option in OPTIONS if option.group in ("run", "flash") or option.name in ("base", "profile")
)

BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}


@dataclass(frozen=True)
class Options:
    """The values of all options."""

    values: Mapping[str, str | int | bool]

    def text(self, name: str) -> str:
        return str(self.values[name])

    def number(self, name: str) -> int:
        return int(self.values[name])

    def switch(self, name: str) -> bool:
        return bool(self.values[name])

    def is_default(self, name: str) -> bool:
        """Whether an option has the value that it has when nobody says anything."""
        return bool(self.values[name] == BY_NAME[name].parse(BY_NAME[name].default))

    def not_default(self, *groups: str) -> list[Option]:
        """The options of some groups that are not at their defaults."""
        return [option for option in OPTIONS if option.group in groups and not self.is_default(option.name)]

    def changed(self, **values: str | int | bool) -> Options:
        """The same with some other values."""
        return Options({**self.values, **values})

    def pick(self, *names: str) -> dict[str, str | int | bool]:
        """Some of them by name."""
        return {name: self.values[name] for name in names}


def parse_options(texts: Mapping[str, str], allowed: Iterable[str] = ()) -> Options:
    """All options, from those that a command line names. Raises IngotError for an unknown name or a wrong value.

    allowed: names that this command line knows; none for all.
    """
    known = {name: BY_NAME[name] for name in allowed} if allowed else BY_NAME
    for name in texts:
        if name not in known:
            raise IngotError(f"there is no option '{name}'", remedy=did_you_mean(name, known))
    return Options({name: option.parse(texts.get(name, option.default)) for name, option in BY_NAME.items()})


@functools.cache
def default_options() -> Options:
    return parse_options({})


def names_of(*groups: str) -> list[str]:
    """The names of the options of some groups."""
    return [option.name for option in OPTIONS if option.group in groups]


def check_compiler(options: Options) -> None:
    """Raises IngotError for an option that the chosen compiler does not read: it would change nothing."""
    compiler = options.text("compiler")
    for option in options.not_default(*EVERYWHERE):
        if option.compilers and compiler not in option.compilers:
            readers = " and ".join(f"compiler={name}" for name in option.compilers)
            raise IngotError(
                f"{option.name}={as_text(options.values[option.name])} is read by {readers} only",
                where=f"compiler={compiler}",
                remedy=f"Leave {option.name}= out, or choose another compiler.",
            )


def check_targets(options: Options, targets: Iterable[str]) -> None:
    """Raises IngotError for an option that none of the targets reads which are asked for."""
    names = set(targets)
    for option in options.not_default(*READ_BY):
        readers = READ_BY[option.group]
        if not names.intersection(readers):
            raise IngotError(
                f"{option.name}={as_text(options.values[option.name])} is read by {', '.join(readers)} only, and none "
                "of these is asked for",
                where=" ".join(sorted(names)) or "firmware",
                remedy=f"Ask for {readers[0]}, or leave {option.name}= out.",
            )


def options_help() -> str:
    """The options as lines of help, a paragraph a group."""
    lines: list[str] = []
    for group, title in GROUPS.items():
        lines += ["", f"  {title}"] if lines else [f"  {title}"]
        for option in OPTIONS:
            if option.group != group:
                continue
            what = f"{option.targets}: {option.help}" if option.targets else option.help
            what += f" ({' | '.join(option.choices)})" if option.choices else ""
            default = f" [{option.default}]" if option.default else ""
            lines.append(help_line(f"{option.name}=", f"{what}{default}", 4, 22))
    return "\n".join(lines)
