# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/architecture.md, read from the code itself: floors, circles, and what stands in one place only."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from ingot.base.places import ROOT
from ingot.recipe.options import BY_NAME
from ingot.steps.registry import STEPS, Kind, step_arguments

PACKAGE = ROOT / "site_scons" / "ingot"

#: Rooms from the ground up. A module imports rooms below its own, and its own.
FLOORS = (
    "base",
    "board",
    "model",
    "network",
    "preprocessing",
    "compiler",
    "quantize",
    "st",
    "use_cases",
    "several",
    "link",
    "image",
    "device",
    "answers",
    "update",
    "report",
    "steps",
    "recipe",
    "shells",
    "site_tools",
    "doctor",
    "adopt",
    "start",
    "cli",
)


@dataclass(frozen=True)
class Import:
    """One import. name: the module, or the name in a module, that is asked for."""

    line: int
    name: str


@functools.cache
def parsed(text: str) -> ast.Module:
    """The tree of a module, which several rules read."""
    return ast.parse(text)


def modules(package: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = [package.name, *path.relative_to(package).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(tree: ast.AST, skip_types: bool = False) -> Iterator[Import]:
    """All imports, those inside functions too. skip_types: without those under TYPE_CHECKING, which never run."""
    for node in ast.iter_child_nodes(tree):
        if skip_types and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for other in node.orelse:
                yield from imports(other, skip_types)
            continue
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: a relative import"
            yield from (Import(node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        yield from imports(node, skip_types)


def module_of(name: str, known: Mapping[str, Path]) -> str:
    """The module that an imported name is of; "" for another package's."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def upward(package: Path, floors: tuple[str, ...]) -> list[str]:
    """Imports of a higher floor, as `file:line: what`."""
    found = []
    for module, path in modules(package).items():
        room = module.split(".")[1] if "." in module else ""
        if room not in floors:
            continue
        for item in imports(parsed(path.read_text(encoding="utf-8"))):
            words = item.name.split(".")
            other = words[1] if words[0] == package.name and len(words) > 1 else ""
            if other in floors and floors.index(other) > floors.index(room):
                found.append(f"{path.relative_to(package)}:{item.line}: {item.name}")
    return found


def circles(package: Path) -> list[list[str]]:
    """Groups of modules that import each other (Tarjan's strongly connected components)."""
    known = modules(package)
    graph: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        for item in imports(parsed(path.read_text(encoding="utf-8")), skip_types=True):
            other = module_of(item.name, known)
            # The face of a package that hands on what its own modules hold is no module of its own.
            face = known.get(other) is not None and known[other].name == "__init__.py" and name.startswith(f"{other}.")
            if other and other != name and not face:
                graph[name].add(other)
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in graph:
        if name not in order:
            visit(name)
    return found


def python_files(*folders: str) -> Iterator[tuple[str, str]]:
    """Files of the package with their text, by path below it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not folders or name.startswith(folders):
            yield name, path.read_text(encoding="utf-8")


# ---- floors and circles


def test_every_room_has_a_floor() -> None:
    rooms = {path.parent.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/*.py")}
    assert rooms == set(FLOORS)


def test_imports_point_down() -> None:
    assert upward(PACKAGE, FLOORS) == []


def test_no_circle_of_modules() -> None:
    assert circles(PACKAGE) == []


def test_the_reader_of_imports_finds_what_it_looks_for(tmp_path: Path) -> None:
    package = tmp_path / "house"
    for name, text in {
        "__init__.py": "",
        "low/__init__.py": "",
        "low/a.py": "def f():\n    from house.high import b\n",
        "high/__init__.py": "",
        "high/b.py": "import house.low.a\n",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    assert upward(package, ("low", "high")) == ["low/a.py:2: house.high.b"]
    assert circles(package) == [["house.high.b", "house.low.a"]]


def test_scons_is_imported_by_its_shell_only() -> None:
    found = []
    for name, text in python_files():
        if not name.startswith(("shells/scons/", "site_tools/")):
            found += [f"{name}:{i.line}" for i in imports(parsed(text)) if i.name.split(".")[0] == "SCons"]
    assert found == []


def test_the_page_shows_every_room_and_names_tests_that_are_there() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert {room for room in FLOORS if f"| `{room}/`" not in page} == set()
    named = re.findall(r"`(tests/[\w./]+)`", page)
    assert named and [name for name in named if not (ROOT / name).exists()] == []
    code = re.findall(
        r"`((?:base|board|compiler|recipe|steps|shells|cli|emit|kernels|plan|frontend)/[\w/]+\.py)`", page
    )
    assert code and [name for name in code if not (PACKAGE / name).exists()] == []


# ---- one place each


@functools.cache
def called(text: str) -> frozenset[str]:
    """The last words of what a module calls: functions, methods and classes."""
    functions = [node.func for node in ast.walk(parsed(text)) if isinstance(node, ast.Call)]
    return frozenset(f.id if isinstance(f, ast.Name) else getattr(f, "attr", "") for f in functions)


def calls_of(function: str) -> set[str]:
    """The files of the package that call a function or a class by that name."""
    return {name for name, text in python_files() if function in called(text)}


def test_the_linker_is_called_by_the_recipe_only() -> None:
    assert calls_of("LinkJob") == {"recipe/firmware.py", "recipe/image.py"}
    assert calls_of("link_command") == set()
    assert calls_of("compile_command") == set()
    # What is left are tests of kernels, which link programs of their own.


def test_a_c_file_is_compiled_by_the_recipe_only() -> None:
    assert calls_of("CompileJob") == {
        "recipe/firmware.py",
        "recipe/image.py",
        "recipe/kernels.py",
        "recipe/measure.py",
    }


#: Files that may name the step: who asks for it, and who declares it.
PROOF = {"recipe/firmware.py", "steps/registry.py"}


def test_the_proof_is_asked_for_in_one_place() -> None:
    quoted = re.compile(r"""["']check_firmware["']""")
    assert {name for name, text in python_files() if quoted.search(text)} - CONSOLE == PROOF
    assert calls_of("check_firmware") == set()


#: Progress lines name every step.
CONSOLE = {"shells/scons/own/console.py"}


@pytest.mark.parametrize("file", ["toolchain/cmake/IngotConfig.cmake", "toolchain/make/ingot.mk"])
def test_other_shells_ask_for_verbs_not_for_steps(file: str) -> None:
    assert re.findall(r"INGOT\w*[)}] step (\w+)", (ROOT / file).read_text(encoding="utf-8")) == []


#: Who shows a command line in a message; nobody runs that text.
SHOWN = {"device/flash/run.py", "st/stedgeai/run.py"}


def test_command_lines_are_quoted_in_one_place() -> None:
    found = {name for name, text in python_files() if any(i.name == "shlex" for i in imports(parsed(text)))}
    assert found - SHOWN == {"base/quoting.py"}


# ---- options


def verbs(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every verb of the command line by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = f"{prefix} {name}".strip()
        if isinstance(command, click.Group):
            yield from verbs(command, words)
        else:
            yield words, command


def test_an_option_of_the_table_is_declared_nowhere_else() -> None:
    """A flag with the name of an option is made from the table, or is listed with its other meaning."""
    from ingot.cli.main import ingot
    from ingot.cli.words import OTHER_MEANING, is_of_table

    own = set()
    for words, command in verbs(ingot):
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name in BY_NAME and not is_of_table(parameter):
                own.add((words, parameter.name))
    assert own == set(OTHER_MEANING)


def test_cmake_declares_no_option_of_the_table() -> None:
    text = (ROOT / "toolchain/cmake/IngotConfig.cmake").read_text(encoding="utf-8")
    keywords = {
        word.lower()
        for group in re.findall(r'cmake_parse_arguments\(\w+ "([^"]*)" "([^"]*)" "([^"]*)"', text)
        for words in group
        for word in words.split(";")
    }
    # What is built and where are words of every shell's own.
    assert keywords & set(BY_NAME) == {"model", "board", "name"}


def test_scons_names_no_option_of_the_table() -> None:
    import inspect

    from ingot.shells.scons.model import ingot_model

    pytest.importorskip("SCons")
    assert set(inspect.signature(ingot_model).parameters) & set(BY_NAME) == {"model", "board", "name"}


def test_a_fleet_leaves_options_to_the_table() -> None:
    import json

    schema = json.loads((PACKAGE / "shells/fleet/fleet.schema.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]) & set(BY_NAME) == {"models", "samples"}  # models: the fleet's own
    assert "properties" not in json.dumps(schema["properties"]["options"])


# ---- steps


@pytest.mark.parametrize("step", STEPS)
def test_arguments_of_a_step_are_of_known_kinds(step: str) -> None:
    arguments = step_arguments(step)
    assert arguments
    assert all(isinstance(argument.kind, Kind) for argument in arguments.values())


def test_steps_are_functions_of_their_own_module() -> None:
    for step, module in STEPS.items():
        tree = parsed((PACKAGE.parent / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        assert step in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, step
