"""The options of a build (`name=value`), the same for every shell: names, defaults, what is allowed, help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.file_names import network_name
from ingot.base.text_values import switch, whole_number


@dataclass(frozen=True)
class Option:
    """One option.

    kind: "text", "switch" (0/1), "number" (from 0 up), "name" (a C identifier), "choice" (of `choices`, or default).
    """

    name: str
    default: str
    help: str
    kind: str = "text"
    choices: tuple[str, ...] = ()

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
        if self.kind == "choice" and text not in (self.default, *self.choices):
            raise IngotError(f"{self.name}={text} is not known", remedy=did_you_mean(text, self.choices))
        return text


OPTIONS = (
    Option("board", "n6dk", "a name under boards/, or a path to a board.yaml"),
    Option("model", "movenet", "a name under models/, or a path to a .tflite or a model.yaml"),
    Option("compiler", "builtin", "what compiles the model", "choice", ("builtin", "stedgeai", "prebuilt")),
    Option("st_output", "", "compiler=prebuilt: the folder or zip that ST Edge AI wrote"),
    Option("st_pack", "", "ST's runtime for the firmware: an ST Edge AI install or a GettingStarted checkout"),
    Option("st_timeout", "1800", "compiler=stedgeai: seconds after which the tool is ended", "number"),
    Option("app", "", "an application of firmware/apps, or a folder with a main.c [the model.yaml's]"),
    Option("optimize", "balanced", "what the compiler saves first", "choice", ("balanced", "ram", "speed")),
    Option(
        "ram_limit",
        "0",
        "bytes that activations may take, for a point of `scons explore`; 0: as optimize= says",
        "number",
    ),
    Option("fuse", "1", "run operators row by row together where that saves RAM", "switch"),
    Option(
        "io_placement",
        "",
        "who owns inputs and outputs [the model.yaml's]",
        "choice",
        ("activations", "application"),
    ),
    Option("io_input", "", "whether inputs survive an inference [the model.yaml's]", "choice", ("overwrite", "keep")),
    Option(
        "input_shape",
        "",
        "shape of an input that the file leaves free: 1x96x96x3, or name:1x96x96x3,... [the model.yaml's]",
    ),
    Option("require_real", "0", "refuse a stand-in when the model's file is not to be had", "switch"),
    Option("input", "", "emulate, verify, validate, load-and-run: a picture, .npy, .npz or .bin, not random inputs"),
    Option("samples", "3", "verify, validate, load-and-run: how many inputs", "number"),
    Option("seed", "1", "emulate, verify: seed of the inputs", "number"),
    Option("port", "", "validate, load-and-run: the board's serial port; without it the twin is asked"),
    Option("baud", "0", "validate, load-and-run: bits a second; 0: the board's", "number"),
    Option("save", "", "validate, load-and-run: a .npz file for inputs and outputs"),
    Option("probe", "", "flash, load-and-run: cubeprogrammer, openocd, probe-rs or pyocd [the first that can]"),
    Option("dry_run", "0", "flash, load-and-run: only print the commands", "switch"),
    Option("whole", "0", "flash, load-and-run: write what is there already, too", "switch"),
    Option("fsbl", "", "flash: a signed first-stage loader to write as well"),
    Option("mode", "XIP", "load-and-run: in place or copied to RAM", "choice", ("XIP", "COPY")),
    Option("address", "0", "load-and-run: where the image goes; 0: the board's slot", "number"),
    Option("params_address", "0", "load-and-run: where the params of split=1 go; 0: the board's slot", "number"),
    Option("no_flash", "0", "load-and-run: it is on the board already", "switch"),
    Option("no_run", "0", "load-and-run: only install the image", "switch"),
    Option("max_speed", "0", "load-and-run: at the chip's highest clock", "switch"),
    Option("base", "", "report: the network_c_info.json of another build, to compare with"),
    Option("models", "../shared/models", "bench: a .tflite, or a folder of them"),
    Option("json", "0", "bench: print the figures as JSON; --json is the same", "switch"),
    Option("profile", "0", "bench, report: what each epoch costs on the twin", "switch"),
    Option("split", "0", "reloc: the params go into a second file", "switch"),
    Option("ecblob_in_params", "0", "reloc: epoch-controller blobs go in front of the params (NPU networks)", "switch"),
    Option("secure", "1", "reloc: for the secure state", "switch"),
    Option("gen_c_file", "0", "reloc: also write the image as a C array", "switch"),
    Option("name", "network", "reloc: C name of the network, first part of the file names", "name"),
    Option("runtime_abi", "1.1.1", "reloc: whose header the image gets", "choice", ("1.1.1", "1.1.3")),
    Option("seal", "board", "reloc: what proves the image whole", "choice", ("board", "sha256", "crc32", "none")),
    Option("build", "build", "folder for everything that is built"),
    Option("fleet", "", "a fleet.yaml: boards x models x options, built and verified; board=, model= choose of it"),
    Option("cache", "", "folder of a shared cache of built files"),
    Option("launcher", "", "put before the compiler's name, such as ccache [the variable INGOT_LAUNCHER]"),
    Option("verbose", "0", "show the compiler's command lines", "switch"),
)


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


def parse_options(given: Mapping[str, str]) -> Options:
    """All options, from what the command line gives. Raises IngotError for an unknown name or a wrong value."""
    known = {option.name: option for option in OPTIONS}
    for name in given:
        if name not in known:
            raise IngotError(f"there is no option '{name}'", remedy=did_you_mean(name, known))
    return Options({name: option.parse(given.get(name, option.default)) for name, option in known.items()})


def options_help() -> str:
    """The options as lines of help."""
    lines = []
    for option in OPTIONS:
        what = f"{option.help} ({' | '.join(option.choices)})" if option.choices else option.help
        default = f" [{option.default}]" if option.default else ""
        lines.append(f"  {option.name + '=':<14}{what}{default}")
    return "\n".join(lines)
