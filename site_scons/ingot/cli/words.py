"""Words that several verbs of the command line share: options, and what they mean."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, cache_dir
from ingot.recipe.options import BY_NAME, Option, Options, as_text, names_of, parse_options

if TYPE_CHECKING:
    from ingot.model import Manifest

FilePath = click.Path(path_type=Path, dir_okay=False)
Folder = click.Path(path_type=Path, file_okay=False)

Verb = Callable[..., None]

#: Groups of options that verbs take from the table; model, board and folders are words of the verbs' own.
TABLE_GROUPS = ("network", "image", "run", "flash", "report")


def table_options(*names: str) -> Callable[[Verb], Verb]:
    """Options of ingot.recipe.options, as flags. The verb gets their texts by name; see options_of."""

    def decorate(function: Verb) -> Verb:
        for name in reversed(names):
            function = _click_option(BY_NAME[name])(function)
        return function

    return decorate


def _click_option(option: Option) -> Callable[[Verb], Verb]:
    help_text = f"{option.help[0].upper()}{option.help[1:]}."
    if option.kind == "switch":
        on = option.default == "1"
        words = f"{option.flag}/--no-{option.name.replace('_', '-')}" if on else option.flag
        return click.option(words, option.name, is_flag=True, default=on, help=help_text)
    shown = bool(option.default)
    if option.kind == "choice":
        kind: Any = click.Choice(option.choices)
        default = option.default or None
        return click.option(option.flag, option.name, type=kind, default=default, show_default=shown, help=help_text)
    if option.kind == "number":
        default_number = int(option.default)
        return click.option(
            option.flag, option.name, type=click.IntRange(0), default=default_number, show_default=shown, help=help_text
        )
    return click.option(option.flag, option.name, default=option.default, show_default=shown, help=help_text)


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


def board_option(function: Verb) -> Verb:
    """--board and --twin, which the verbs about memory share."""
    twin = click.option("--twin", is_flag=True, help="For the board's emulated twin.")
    return board_word(twin(function))


board_word = click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml.")
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


def pools_file(board: Path) -> Path:
    from ingot.board import load_board

    return load_board(board).pools_file


def model_file(manifest: Manifest, require_real: bool = False) -> Path:
    """The model's file: the one on this machine, else downloaded or made up into Ingot's cache."""
    from ingot.model import find_source
    from ingot.steps.compile import obtain_model

    found = find_source(manifest)
    if found is not None:
        return found
    made = made_file(manifest)
    obtain_model(made, str(manifest.path), require_real)
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


def touch(path: str) -> None:
    """An empty file whose time says that something ran."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).touch()
    os.utime(path)
