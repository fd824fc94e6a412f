# SPDX-License-Identifier: Apache-2.0
"""Every option with every compiler in every shell: the commands are the same, or each shell says the same message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.recipe.options import EVERYWHERE, names_of
from ingot.recipe.whole import ALL
from support.option_cells import CELLS, OPTIONS, VALUES, Cell, make_folder
from support.shell_commands import WHOLE, Found, of_cmake, of_fleet, of_recipe, of_scons

pytestmark = pytest.mark.slow

#: What every shell has to offer.
TARGETS = ("reloc", "reloc-verify", "verify", "validate", "report", "check", "flash", "sbom")

#: What a program of the user's has in another way: its objects, its link, and the run of its application.
OF_APPLICATION = ("myapp", "-o @OUT/firmware.elf", "step emulate", "step run_app")


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("matrix")
    make_folder(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("INGOT_CACHE", str(place / "cache"))
        patch.setenv("INGOT_COMMAND", "ingot")
        patch.setenv("STEDGEAI_CORE_DIR", str(place / "core"))
        patch.delenv("INGOT_LAUNCHER", raising=False)
        yield place


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[str, Found | IngotError]:
    """What the recipe says for each cell: commands, or a message."""
    found: dict[str, Found | IngotError] = {}
    for cell in CELLS:
        try:
            found[cell.name] = of_recipe(cell)
        except IngotError as error:
            found[cell.name] = error
    return found


@pytest.fixture(scope="module")
def scons(expected: dict[str, Found | IngotError]) -> dict[bool, dict[str, Found]]:
    """By whether the SConstruct is a user's."""
    pytest.importorskip("SCons")
    return {foreign: of_scons(CELLS, expected, foreign) for foreign in (False, True)}


def test_every_option_has_a_value() -> None:
    assert set(VALUES) == set(OPTIONS) == set(names_of(*EVERYWHERE)) - {"compiler"}
    assert set(TARGETS) <= set(ALL)


def text(found: Found) -> list[str]:
    return sorted(" ".join(words) for words in found.commands)


def check_same(shell: str, found: Iterable[str], needed: Iterable[str]) -> None:
    more, less = sorted(set(found) - set(needed)), sorted(set(needed) - set(found))
    assert not more and not less, "\n".join([f"{shell} has", *more, "and lacks", *less])


def sensible(compiler: str = "") -> list[Cell]:
    return [cell for cell in CELLS if cell.makes_sense and compiler in ("", cell.compiler)]


def senseless() -> list[Cell]:
    return [cell for cell in CELLS if not cell.makes_sense]


@pytest.mark.parametrize("cell", sensible(), ids=lambda cell: cell.name)
def test_commands_are_the_same(
    cell: Cell, expected: dict[str, Found | IngotError], scons: dict[bool, dict[str, Found]]
) -> None:
    found = expected[cell.name]
    assert isinstance(found, Found), found
    assert len(found.commands) > 20
    for shell, commands in WHOLE.items():
        check_same(shell, text(commands(cell)), text(found))
        assert commands(cell).refused == found.refused, shell
    check_same("SCons", text(scons[False][cell.name]), text(found))
    fleet, own = of_fleet(cell), of_recipe(cell, "validate")
    check_same("fleet", text(fleet), [line for line in text(own) if not line.startswith("step flash ")])
    # The network's own folder is the first that a program looks for headers in; the application's is not there.
    lines = [line.replace(" -Imyapp ", " ") for line in text(found)]
    needed = [line for line in lines if not any(word in line for word in OF_APPLICATION)]
    for shell, program in (("CMake", of_cmake(cell)), ("SConstruct", scons[True][cell.name])):
        own_words = ("step emulate", "-o @OUT/firmware.elf")
        check_same(shell, [line for line in text(program) if not any(w in line for w in own_words)], needed)
        assert set(program.refused) == set(found.refused), shell
    assert set(scons[False][cell.name].refused) == set(found.refused)


@pytest.mark.parametrize("cell", sensible(), ids=lambda cell: cell.name)
def test_an_option_changes_something(cell: Cell, expected: dict[str, Found | IngotError]) -> None:
    """An option that reaches no command would be ignored in silence."""
    plain, found = expected[f"{cell.compiler}-plain"], expected[cell.name]
    assert isinstance(plain, Found) and isinstance(found, Found)
    if cell.option == "require_real":  # its model is another one
        assert any("require_real=1" in words for words in found.commands)
    elif cell.option and cell.option not in Cell(cell.compiler, "").texts:
        assert found.commands != plain.commands


@pytest.mark.parametrize("cell", senseless(), ids=lambda cell: cell.name)
def test_an_option_that_the_compiler_ignores_is_refused(
    cell: Cell, expected: dict[str, Found | IngotError], scons: dict[bool, dict[str, Found]]
) -> None:
    error = expected[cell.name]
    assert isinstance(error, IngotError)
    assert error.what.startswith(f"{cell.option}={VALUES[cell.option]} is read by compiler=")
    assert error.where == f"compiler={cell.compiler}"
    for commands in (*WHOLE.values(), of_fleet, of_cmake):
        with pytest.raises(IngotError) as caught:
            commands(cell)
        assert error.what in caught.value.what
    for cells in scons.values():
        assert not cells[cell.name].commands
        assert all(error.what in message for message in cells[cell.name].refused.values())


@pytest.mark.parametrize("compiler", ["builtin", "stedgeai", "prebuilt"])
def test_every_target_is_there(compiler: str, expected: dict[str, Found | IngotError]) -> None:
    found = expected[f"{compiler}-plain"]
    assert isinstance(found, Found)
    assert not set(TARGETS) & set(found.refused)


def test_an_image_of_cmake_needs_neither_hex_nor_linker_script(expected: dict[str, Found | IngotError]) -> None:
    """Weights whose address is open have no .hex, and an image of them can be built all the same."""
    (cell,) = (cell for cell in CELLS if cell.name == "builtin-plain")
    of_cmake(cell)
    text = Path("ingot/reloc-target.cmake").read_text(encoding="utf-8")
    assert re.search(r"^add_dependencies\(\w+ net_compile\b", text, re.MULTILINE), text
    assert "net_generate" not in text
