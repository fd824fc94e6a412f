# SPDX-License-Identifier: Apache-2.0
"""Words that several verbs of the command line share: options, and what they mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, cache_dir
from ingot.recipe.options import BY_NAME, GROUPS, Option, Options, as_text, names_of, parse_options

if TYPE_CHECKING:
    from ingot.model import Manifest

FilePath = click.Path(path_type=Path, dir_okay=False)
Folder = click.Path(path_type=Path, file_okay=False)

Verb = Callable[..., None]

#: Groups of options that verbs take from the table; model, board and folders are words of the verbs' own.
TABLE_GROUPS = ("network", "image", "run", "flash", "report")


class TableOption(click.Option):
    """A flag that is made from the table of options. group: title of its section in --help, as in `scons -h`."""

    def __init__(self, *arguments: Any, group: str = "", **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.group = group


def _offered(names: Callable[[], Iterable[str]]) -> Callable[..., list[Any]]:
    """What a shell offers for a word that is one of some names, or else a file."""

    def offer(context: click.Context, parameter: click.Parameter, begun: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name) for name in names() if name.startswith(begun)]
        return found or [CompletionItem(begun, type="file")]

    return offer


def _boards() -> list[str]:
    from ingot.board.board_file import OWN, board_names

    return [*board_names(ROOT / "boards"), *board_names(OWN)]


def _models() -> list[str]:
    from ingot.model import list_models

    return list_models(ROOT / "models")


def _targets() -> Iterable[str]:
    from ingot.recipe.targets import TARGETS

    return TARGETS


offered_boards, offered_models, offered_targets = map(_offered, (_boards, _models, _targets))

#: MODEL: a name under models/, a model's file or a model.yaml.
model_word = click.argument("model", shell_complete=offered_models)


def sentence(text: str) -> str:
    """The text with a capital at its front, unless a name stands there, such as "compiler=prebuilt: ..."."""
    first = text.split()[0]
    return text if "=" in first or first.rstrip(",") in NAMES else f"{text[0].upper()}{text[1:]}"


#: Programs whose names begin without a capital.
NAMES = ("cubeprogrammer",)


def is_of_table(parameter: click.Parameter) -> bool:
    return isinstance(parameter, TableOption)


#: Flags with the name of an option that mean something else: (verb, name) -> what.
OTHER_MEANING = {
    ("app-config", "st_pack"): "a checkout whose generation is meant",
    ("check", "model"): "whose output of ST's tools the first network is",
    ("cmake-program", "name"): "name of the CMake target",
    ("emulate", "model"): "whose preprocessing counts for --input",
    ("fleet", "board"): "one board of the fleet",
    ("fleet", "build"): "the fleet's own folder",
    ("fleet", "model"): "one model of the fleet",
    ("h747 buffers", "mode"): "how the camera's picture is cut",
    ("h747 patch", "dry_run"): "show a diff",
    ("h747 patch", "mode"): "how the camera's picture is cut",
    ("image check", "board"): "whose memory aliases count",
    ("image self-test", "model"): "whose outputs are golden",
    ("load-and-run", "model"): "whose reference outputs are compared with",
    ("monitor", "baud"): "bits a second, without asking for the board",
    ("new", "build"): "the build system of the project",
    ("new", "model"): "the file that is copied",
    ("step", "inputs"): "files that a step reads",
    ("step", "outputs"): "files that a step writes",
    ("watch", "port"): "TCP port of the report page",
}


def table_options(*names: str) -> Callable[[Verb], Verb]:
    """Options of ingot.recipe.options, as flags. The verb gets their values by name; see options_of."""

    def decorate(function: Verb) -> Verb:
        for name in reversed(names):
            function = _click_option(BY_NAME[name])(function)
        return function

    return decorate


#: Attributes of single flags beside what the table says.
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "launcher": {"envvar": "INGOT_LAUNCHER", "show_envvar": True},
}


class Number(click.ParamType):  # type: ignore[type-arg]  # a generic class in newer versions of click only
    """A whole number from 0 up, also in hexadecimal such as 0x71000000."""

    name = "number"

    def __init__(self, option: Option) -> None:
        self.option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.option.parse(str(value))
        except IngotError as error:
            self.fail(error.what, param, ctx)


def _click_option(option: Option) -> Callable[[Verb], Verb]:
    names, more = [option.flag, option.name], dict(_ATTRIBUTES.get(option.name, {}))
    more["help"], more["group"] = f"{sentence(option.help)}.", GROUPS[option.group]
    default: Any = option.default
    if option.kind == "switch":
        off = f"--no-{option.name.replace('_', '-').removeprefix('no-')}"
        names[0] = f"{option.flag}/{off}" if option.default == "1" else option.flag
        default, more["is_flag"] = option.default == "1", True
    elif option.kind == "choice":
        more["type"] = click.Choice(option.choices, case_sensitive=False)
        more["metavar"] = f"[{'|'.join(option.choices)}]"  # as they are written elsewhere
        default = option.default or None
    elif option.kind == "number":
        more["type"], default = Number(option), int(option.default)
    if option.default and option.kind != "switch":
        more["show_default"] = True
    return click.option(*names, cls=TableOption, default=default, **more)


def options_of(values: dict[str, Any]) -> Options:
    """Takes the options of the table out of what click gives a verb; the rest stays in `values`."""
    names = [name for name in names_of(*TABLE_GROUPS) if name in values]
    return parse_options({name: as_text(values.pop(name)) for name in names})


def again_words(values: dict[str, Any]) -> list[str]:
    """Flags that say the same as `values`, in one order; what is at its default is left out."""
    words: list[str] = []
    for name in names_of(*TABLE_GROUPS):
        option = BY_NAME[name]
        if name not in values or as_text(values[name]) == option.default:
            continue
        if option.kind == "switch":
            words.append(option.flag if values[name] else f"--no-{option.name.replace('_', '-')}")
        elif values[name] not in (None, ""):
            words += [option.flag, str(values[name])]
    return words


network_words = table_options(*names_of("network"))
image_words = table_options(*names_of("image"))


board_word = click.option(
    "--board",
    cls=TableOption,
    required=True,
    help=f"{sentence(BY_NAME['board'].help)}.",
    shell_complete=offered_boards,
)


def board_option(function: Verb) -> Verb:
    """--board and --twin, which the verbs about memory share."""
    twin = click.option("--twin", is_flag=True, help="For the board's emulated twin.")
    return board_word(twin(function))


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors.")
network_option = click.option("--network", type=FilePath, required=True, help="The network_c_info.json of the network.")


def output_options(function: Verb) -> Verb:
    """--depfile, --json and --quiet, which the verbs that write files share."""
    depfile = click.option("--depfile", type=FilePath, help="Write what was read here, as a Makefile rule.")
    return depfile(json_option(quiet_option(function)))


def finish(
    result: dict[str, Any],
    as_json: bool,
    text: str,
    depfile: Path | None = None,
    inputs: Iterable[Path] = (),
    quiet: bool = False,
) -> None:
    """Prints the result, and writes the depfile of its files."""
    if depfile is not None:
        from ingot.base.depfile import write_depfile

        write_depfile(depfile, [str(path) for path in result.get("files", [])], map(str, inputs))
    if as_json:
        print(json.dumps(result, indent=2, sort_keys=True))
    elif text and not quiet:
        print(text)


def board_file(word: str) -> Path:
    """The board.yaml that --board means."""
    from ingot.board import find_board

    return find_board(word, ROOT / "boards")


def board_files(board: Path) -> list[Path]:
    """What describes a board: its file, its chip's and its pools."""
    from ingot.board import load_board

    described = load_board(board)
    return [*described.files, described.pools_file]


def model_file(manifest: Manifest, require_real: bool = False) -> Path:
    """The model's file: the one on this machine, else downloaded or made up into Ingot's cache."""
    from ingot.model import find_source
    from ingot.steps.compile import obtain_model

    found = find_source(manifest)
    if found is None:
        found = made_file(manifest)
        obtain_model(found, str(manifest.path), require_real)
    return _quantized(manifest, found) if manifest.quantize else found


def _quantized(manifest: Manifest, model: Path) -> Path:
    """The file that is made of a float one, in Ingot's cache."""
    from ingot.recipe.quantize import quantize_arguments, quantize_samples, quantized_name
    from ingot.steps.quantize import quantize_model

    made = made_file(manifest).with_name(quantized_name(manifest))
    ranges = made.with_name("ranges.json")
    quantize_model(model, quantize_samples(manifest), made, ranges, **quantize_arguments(manifest))
    return made


def made_file(manifest: Manifest) -> Path:
    """Where a file is kept that is downloaded or made up; for a bare file, that file."""
    if manifest.document is None:
        return manifest.path
    return cache_dir() / "made" / manifest.name / Path(manifest.source.file).name


def model_beside(manifest: Manifest) -> Path | None:
    """The model's file if it is on this machine; a prebuilt network does without."""
    from ingot.model import find_source

    try:
        return find_source(manifest)
    except IngotError:
        return None


def manifest_of(word: str) -> Manifest:
    """What MODEL means: a name under models/, a model file or a model.yaml."""
    from ingot.model import find_model

    return find_model(word, ROOT / "models")


def words_of(values: Sequence[str], flag: str) -> list[str]:
    """A flag before each of the values."""
    return [word for value in values for word in (flag, value)]
